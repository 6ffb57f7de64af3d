use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::model::Span;

/// What begins the two parts of a file that holds both directions: dbmate's, goose's and sql-migrate's.
const MARKERS: &[(&str, &str)] =
    &[("migrate:up", "migrate:down"), ("+goose up", "+goose down"), ("+migrate up", "+migrate down")];

/// A file taken apart.
#[derive(Debug)]
pub(super) struct Sections {
    /// What applies it; the rest is blank, so that every place is that of the file.
    pub up: Arc<Source>,
    /// What reverts it, unless there is nothing.
    pub down: Option<Arc<Source>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Head,
    Up,
    Down,
}

/// Of which one is in every file that has a marker.
const HINTS: &[&str] = &["migrate:", "+goose ", "+migrate "];

/// Takes a file apart that holds what applies and what reverts a migration; `None` for any other.
pub(super) fn sections(source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Option<Sections> {
    // Every file of a project passes here, in every run.
    HINTS.iter().any(|hint| source.text.contains(hint)).then_some(())?;
    let marker = |line: &str| {
        let comment = line.trim().strip_prefix("--")?.trim_start().to_ascii_lowercase();
        let begins = |marker: &str| {
            comment.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        };
        MARKERS.iter().find_map(|(up, down)| match (begins(up), begins(down)) {
            (true, _) => Some(Part::Up),
            (_, true) => Some(Part::Down),
            _ => None,
        })
    };
    source.text.lines().any(|line| marker(line).is_some()).then_some(())?;
    let (mut up, mut down) = (String::new(), String::new());
    let (mut part, mut at) = (Part::Head, 0);
    for line in source.text.split_inclusive('\n') {
        part = marker(line).unwrap_or(part);
        if part == Part::Head && !line.trim().is_empty() && !line.trim_start().starts_with("--") {
            let span = Span::new(at, at + line.trim_end().len());
            diagnostics.push(
                Diagnostic::error("M108", "this stands before what applies and what reverts the migration")
                    .label(source, span, "")
                    .help("move it below the comment that begins one of them"),
            );
        }
        // The head is comments, and may hold the header.
        let blank: String = line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        up.push_str(if part == Part::Down { &blank } else { line });
        down.push_str(if part == Part::Down { line } else { &blank });
        at += line.len();
    }
    let with = |text: &str| Source::new(source.path.as_str(), text.trim_end());
    Some(Sections { up: with(&up), down: (!down.trim().is_empty()).then(|| with(&down)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<(String, Option<String>, usize)> {
        let mut diagnostics = Vec::new();
        let found = sections(&Source::new("1_a.sql", text), &mut diagnostics)?;
        Some((found.up.text.clone(), found.down.map(|it| it.text.clone()), diagnostics.len()))
    }

    #[test]
    fn both_directions_keep_their_places() {
        assert_eq!(
            check("-- migrate:up transaction:false\nSELECT 'é';\n-- migrate:down\nSELECT 2;\n"),
            Some((
                "-- migrate:up transaction:false\nSELECT 'é';".to_owned(),
                Some(format!("{}\n{}\n-- migrate:down\nSELECT 2;", " ".repeat(31), " ".repeat(12))),
                0
            ))
        );
        let goose = "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n";
        assert_eq!(check(goose), Some((goose.trim_end().to_owned(), None, 0)));
    }

    #[test]
    fn a_file_of_one_direction_is_left_alone_and_what_belongs_to_none_is_an_error() {
        assert_eq!(check("-- migrate:upwards\nSELECT 1;\n"), None);
        assert_eq!(check("SELECT 1;\n-- migrate:up\nSELECT 2;\n").map(|it| it.2), Some(1));
    }
}
