//! Settings after which the server would read the rest of the file otherwise than it was read here.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::model::MigrationId;
use crate::sql::Statement;

/// What a setting changes in how the rest of the file is read, if it does.
pub(super) fn misread(id: &MigrationId, source: &Arc<Source>, statement: &Statement) -> Option<Diagnostic> {
    let text = source.text[statement.span.range()].to_ascii_lowercase();
    if statement.tag != "SET" {
        return None;
    }
    let (message, note, help) = if turns_escapes_on(&text) {
        let note = "the file is sent as a whole, so this would come too late for the strings after it";
        ("gives backslashes another meaning", note, "delete it, and write strings with escapes as E'…'")
    } else if changes_encoding(&text) {
        let note = "the file is read and sent as UTF-8";
        ("changes the encoding", note, "delete it, and save the file as UTF-8 (pg_dump: --encoding=UTF8)")
    } else {
        return None;
    };
    Some(Diagnostic::error("M507", format!("`{id}` {message}")).label(source, statement.span, "").note(note).help(help))
}

/// `SET standard_conforming_strings = off`.
fn turns_escapes_on(text: &str) -> bool {
    text.contains("standard_conforming_strings")
        && ["off", "false", "no", "0"].iter().any(|off| text.trim_end().trim_end_matches('\'').ends_with(off))
}

/// `SET client_encoding` to anything but UTF-8.
fn changes_encoding(text: &str) -> bool {
    let words: Vec<&str> = text.split(|it: char| it.is_whitespace() || "='\"".contains(it)).collect();
    let mut words = words.into_iter().filter(|it| !it.is_empty() && !["set", "session", "local", "to"].contains(it));
    words.next() == Some("client_encoding")
        && words.next().is_some_and(|it| !["utf8", "utf-8", "unicode", "default"].contains(&it))
}
