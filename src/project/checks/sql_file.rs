use std::sync::Arc;

use super::declared::{Claim, DeclaredCheck, DeclaredQuery};
use super::table::{Keys, Problems};
use super::toml_file::{document, frame};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::Span;

/// Reads one `.sql` source: a query whose rows are violations, with an optional TOML header in the leading comments.
///
/// The header starts at a comment line `-- [check]` and ends with the comment block.
pub(super) fn read(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Option<DeclaredCheck> {
    let mut problems = Problems { source, found };
    let header = header(&source.text);
    let document = document(&header, &mut problems)?;
    let mut outer = Keys::new(&document);
    let table = outer.take("check").and_then(|value| problems.table(value));
    outer.finish(&mut problems);
    let empty = toml::de::DeTable::new();
    let mut keys = table.unwrap_or_else(|| Keys::new(&empty));
    let id = keys.take("id").and_then(|value| problems.text(value));
    let frame = frame(&mut keys, &mut problems);
    keys.finish(&mut problems);
    let Some(query) = query(&source.text) else {
        problems.error("M125", "the file holds no query", Span::new(source.text.len(), source.text.len()), "");
        return None;
    };
    let (id, span) = id.map_or_else(|| (stem(&source.path), Span::default()), |id| (id.text, id.span));
    Some(frame.into_check(id, source, span, vec![Claim::Violations(query)]))
}

/// The file's name without folder and extension: the id of a check that names none.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The header's TOML, everything else blanked, so that its offsets are the file's.
fn header(text: &str) -> String {
    let mut toml = String::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        match content.strip_prefix("--") {
            Some(comment) => {
                inside |= comment.trim() == "[check]";
                let blank = if inside { line.len() - comment.len() } else { line.trim_end().len() };
                toml.push_str(&" ".repeat(blank));
                toml.push_str(&line[blank..]);
            }
            None if content.trim().is_empty() && !inside => toml.push_str(line),
            None => break,
        }
    }
    toml
}

/// The query without the comments before it and the semicolon after it.
fn query(text: &str) -> Option<DeclaredQuery> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with("--") {
            break;
        }
        offset += line.len();
    }
    verbatim(text, Span::new(offset, text.len()))
}

/// The query that stands in `text` at `span`, if it is not empty.
fn verbatim(text: &str, span: Span) -> Option<DeclaredQuery> {
    let raw = &text[span.range()];
    let sql = raw.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
    (!sql.trim().is_empty()).then(|| DeclaredQuery { sql: sql.to_owned(), offset: Some(span.start) })
}
