use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::ProgressBar;

use super::global::Format;
use super::output::Output;
use super::progress::bar;
use crate::verify::Progress;

/// Shows on a terminal how far a run of the checks is; nothing elsewhere, and nothing beside a result that isn't for people.
pub struct CheckProgress {
    bar: Option<ProgressBar>,
    checks: Count,
    sequences: Count,
}

#[derive(Default)]
struct Count {
    done: AtomicUsize,
    of: AtomicUsize,
}

impl Count {
    fn say(&self, what: &str) -> Option<String> {
        let (done, of) = (self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed));
        (of > 0).then(|| format!("{done} of {of} {what}"))
    }
}

impl CheckProgress {
    /// Shown where `output` allows a bar.
    pub fn new(output: &Output) -> Self {
        let shown = output.bar && output.format == Format::Human;
        let bar = shown.then(|| bar(0, "{bar:24.green/dim} {wide_msg} {elapsed}"));
        Self { bar, checks: Count::default(), sequences: Count::default() }
    }

    /// Takes what the checks tell of themselves.
    pub fn event(&self, progress: Progress) {
        let Some(bar) = &self.bar else { return };
        match progress {
            Progress::Checks(count) => {
                self.checks.of.fetch_add(count, Ordering::Relaxed);
                bar.inc_length(count as u64);
            }
            Progress::Sequences(count) => {
                self.sequences.of.fetch_add(count, Ordering::Relaxed);
                bar.inc_length(count as u64);
            }
            Progress::Checked => {
                self.checks.done.fetch_add(1, Ordering::Relaxed);
                bar.inc(1);
            }
            Progress::Read(count) => {
                self.sequences.done.fetch_add(count, Ordering::Relaxed);
                bar.inc(count as u64);
            }
        }
        let said = [self.checks.say("checks"), self.sequences.say("sequences")];
        bar.set_message(said.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
}

impl Drop for CheckProgress {
    /// Takes the bar off the screen, also where the checks stopped with an error.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
