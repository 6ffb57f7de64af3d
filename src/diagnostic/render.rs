use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Label, Severity, Source};

/// Lines further apart than this get excerpts of their own.
const JOIN_WITHIN_LINES: usize = 40;

/// Longest excerpt line shown; a minified one-line file must not flood the terminal.
const MAX_LINE_BYTES: usize = 2_000;

/// The diagnostic as text with its source excerpts, without a final line break.
#[must_use]
pub fn render(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group: Group<'_> = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code));
    for excerpt in excerpts(&diagnostic.labels) {
        group = match excerpt {
            Excerpt::Lines(snippet) => group.element(snippet),
            Excerpt::Origin(origin) => group.element(origin),
        };
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let text = renderer.render(&[group]);
    if diagnostic.labels.is_empty() { text.replacen("\n |\n", "\n", 1) } else { text }
}

enum Excerpt<'a> {
    Lines(Snippet<'a, annotate_snippets::Annotation<'a>>),
    Origin(Origin<'a>),
}

/// Lines of one file shown as one excerpt, with the labels on them and each label's place among all.
struct Passage<'a> {
    source: &'a Arc<Source>,
    first: usize,
    last: usize,
    labels: Vec<(usize, &'a Label)>,
}

/// Cuts the source to the lines around the labels, so that rendering costs nothing for a 50 MiB dump.
fn excerpts(labels: &[Label]) -> Vec<Excerpt<'_>> {
    let mut passages: Vec<Passage<'_>> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let first = label.source.line_index(label.span.start());
        let last = label.source.line_index(label.span.end().saturating_sub(1).max(label.span.start()));
        let near = passages.iter_mut().find(|near| {
            Arc::ptr_eq(near.source, &label.source)
                && first <= near.last + JOIN_WITHIN_LINES
                && near.first <= last + JOIN_WITHIN_LINES
        });
        if let Some(near) = near {
            near.first = near.first.min(first);
            near.last = near.last.max(last);
            near.labels.push((index, label));
        } else {
            passages.push(Passage { source: &label.source, first, last, labels: vec![(index, label)] });
        }
    }
    passages.iter().map(excerpt).collect()
}

fn excerpt<'a>(passage: &Passage<'a>) -> Excerpt<'a> {
    let source = passage.source;
    let (start, end) = (source.line_start(passage.first), source.line_start(passage.last + 1));
    let path = source.path.as_str();
    let text = source.text[start..end].trim_end_matches(['\n', '\r']);
    if text.lines().any(|line| line.len() > MAX_LINE_BYTES) || text.is_empty() {
        let place = source.place(passage.labels[0].1.span.start());
        return Excerpt::Origin(Origin::path(path).line(place.line).char_column(place.column));
    }
    let clamp = |offset: usize| offset.saturating_sub(start).min(text.len());
    let annotations = passage.labels.iter().map(|(index, label)| {
        let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(clamp(label.span.start())..clamp(label.span.end().max(label.span.start())));
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Excerpt::Lines(Snippet::source(text.to_owned()).line_start(passage.first + 1).path(path).annotations(annotations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn shows_code_place_caret_and_help() {
        let source = Source::new("migrations/V1__a.sql", "SELECT 1;\nALTER TABLE organization ADD x int;\n");
        let diagnostic =
            Diagnostic::error("M302", "`V1__a` requires table `public.organization`, which nothing provides")
                .label(&source, Span::new(22, 34), "required here")
                .help("create it in an earlier migration");
        insta::assert_snapshot!(render(&diagnostic, &Renderer::plain()), @r"
        error[M302]: `V1__a` requires table `public.organization`, which nothing provides
         --> migrations/V1__a.sql:2:13
          |
        2 | ALTER TABLE organization ADD x int;
          |             ^^^^^^^^^^^^ required here
          |
          = help: create it in an earlier migration
        ");
    }

    #[test]
    fn survives_spans_at_and_past_the_end() {
        let source = Source::new("a.sql", "SELECT");
        let diagnostic = Diagnostic::error("M201", "unexpected end of file").label(&source, Span::new(6, 9), "");
        assert!(render(&diagnostic, &Renderer::plain()).contains("a.sql:1:7"));
        let empty = Source::new("b.sql", "");
        let diagnostic = Diagnostic::error("M104", "empty").label(&empty, Span::new(0, 0), "");
        assert!(render(&diagnostic, &Renderer::plain()).contains("b.sql:1:1"));
    }
}
