use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;
use crate::execute::Event;
use crate::model::MigrationId;
use crate::plan::{Direction, Step};
use crate::report::{Said, blocked_by, took};

/// Shows a run as it goes: a bar on a terminal, a line for each migration elsewhere.
pub struct Progress<'a> {
    /// Where it is shown.
    pub output: &'a Output,
    bar: Option<ProgressBar>,
    /// What a migration has been when it is done.
    done: &'static str,
    running: Vec<MigrationId>,
    /// What was applied, in order.
    pub applied: Vec<(MigrationId, Duration)>,
    /// What the server said, in order.
    pub notices: Vec<Said>,
}

/// A bar on standard error over so many things.
pub fn bar(length: usize, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr());
    // The templates are constants of ours; should one not parse, the default bar serves.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━━╌"));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

impl<'a> Progress<'a> {
    /// For a run of these steps.
    pub fn new(output: &'a Output, steps: &[Step]) -> Self {
        let bar = output.bar.then(|| bar(steps.len(), "{bar:24.green/dim} {pos}/{len} {wide_msg} {elapsed}"));
        let done = steps.first().map_or(Direction::Up, |step| step.direction).done();
        Self { output, bar, done, running: Vec::new(), applied: Vec::new(), notices: Vec::new() }
    }

    /// Takes an event of the engine.
    pub fn event(&mut self, event: &Event<'_>) {
        let paint = self.output.talk();
        match event {
            Event::Waiting { held } => self.line(&format!("waiting for another run to finish: {held}")),
            Event::Started { id, .. } => {
                self.running.push((*id).clone());
                self.name_running();
            }
            Event::Retrying { id, attempt, pause, because, blockers } => {
                self.line(&format!(
                    "{} {id}: {because}; rolled back, try {} follows in {}",
                    paint.careful("waiting"),
                    attempt + 1,
                    took(*pause)
                ));
                for blocker in *blockers {
                    self.line(&format!("  {}", blocked_by(blocker)));
                }
            }
            Event::Recovered { id, what } => self.line(&format!("{} {id}: {what}", paint.careful("recovered"))),
            Event::Notice { id, severity, message } => {
                let (kind, text) = ((*severity).to_owned(), (*message).to_owned());
                self.notices.push(Said { migration: id.to_string(), severity: kind, message: text });
                let message = message.replace('\n', "\n  ");
                self.line(&format!("{} {id}: {message}", paint.careful(&severity.to_lowercase())));
            }
            Event::Applied { id, duration } => {
                self.applied.push(((*id).clone(), *duration));
                self.running.retain(|running| running != *id);
                self.name_running();
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                } else {
                    self.line(&format!("{} {id} in {}", paint.good(self.done), took(*duration)));
                }
            }
        }
    }

    fn name_running(&self) {
        if let Some(bar) = &self.bar {
            let names: Vec<&str> = self.running.iter().map(MigrationId::as_str).collect();
            bar.set_message(names.join(", "));
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.output.say(text)),
            None => self.output.say(text),
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
