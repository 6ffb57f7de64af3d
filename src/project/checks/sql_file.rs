use std::sync::Arc;

use super::declared::{Claim, DeclaredCheck, DeclaredQuery};
use super::toml_file::frame;
use crate::diagnostic::{Diagnostic, Source};
use crate::model::Span;
use crate::project::document::{Keys, Problems, document};
use crate::project::header::header_text;

/// Reads one `.sql` source: a query whose rows are violations, with an optional TOML header in the leading comments.
///
/// The header starts at a comment line `-- [check]` and ends as a migration's does.
pub(super) fn read(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Option<DeclaredCheck> {
    let mut problems = Problems { source, found };
    let header = header_text(&source.text, "[check]").unwrap_or_default();
    let entries = document(&header, &mut problems)?;
    let mut outer = Keys::of_document(&entries);
    let table = outer.table("check", &mut problems);
    outer.finish(&mut problems);
    let empty = toml::de::DeTable::new();
    let mut keys = table.unwrap_or_else(|| Keys::of_document(&empty));
    let id = keys.text("id", &mut problems);
    let frame = frame(&mut keys, &mut problems);
    keys.finish(&mut problems);
    let Some(query) = query(&source.text) else {
        problems.error("M125", "the file holds no query", Span::new(source.text.len(), source.text.len()));
        return None;
    };
    let (id, span) = id.map_or_else(|| (stem(&source.path), Span::default()), |id| (id.value, id.span));
    Some(frame.into_check(id, source, span, vec![Claim::Violations(query)]))
}

/// The file's name without folder and extension: the id of a check that names none.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
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
    (!sql.trim().is_empty()).then(|| DeclaredQuery { sql: sql.to_owned(), offset: Some(span.start()) })
}
