//! What only `psql` understands: meta-commands, and data after `COPY … FROM stdin`.

use std::sync::Arc;

use squawk_lexer::TokenKind;

use super::tokens::{is_trivia, tokens};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::Span;

/// Diagnostics for every meta-command and data block, and the text with them blanked out (of the same length).
pub(super) fn without_psql(source: &Arc<Source>) -> (Option<String>, Vec<Diagnostic>) {
    let text = source.text.as_str();
    let mut blanks: Vec<(Span, Diagnostic)> = Vec::new();
    let (mut resume, mut statement_start, mut words) = (0, 0, Vec::<&str>::new());
    for (start, kind, piece) in tokens(text) {
        if start < resume || is_trivia(kind) {
            continue;
        }
        if words.is_empty() {
            statement_start = start;
        }
        if kind == TokenKind::Unknown && piece == "\\" && begins_line(text, start) {
            let end = line_end(text, start);
            blanks.push((Span::new(start, end), meta_command(source, Span::new(start, end))));
            resume = end;
            continue;
        }
        if kind == TokenKind::Semi {
            if copies_from_stdin(&words) {
                let block = data_block(text, start + 1);
                let statement = Span::new(statement_start, start);
                let problem = Diagnostic::error("M203", "data blocks of `COPY … FROM stdin` are not supported yet")
                    .label(source, statement, "")
                    .help("write INSERT");
                blanks.push((Span::new(statement_start, block), problem));
                resume = block;
            }
            words.clear();
        } else if words.len() < 64 {
            words.push(piece);
        } else {
            // The last word decides; what lies between does not.
            words.truncate(63);
            words.push(piece);
        }
    }
    if blanks.is_empty() {
        return (None, Vec::new());
    }
    let mut bytes = text.as_bytes().to_vec();
    for (span, _) in &blanks {
        for byte in &mut bytes[span.range()] {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    (String::from_utf8(bytes).ok(), blanks.into_iter().map(|(_, diagnostic)| diagnostic).collect())
}

fn begins_line(text: &str, at: usize) -> bool {
    text[..at].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length)
}

fn copies_from_stdin(words: &[&str]) -> bool {
    let is = |word: &&str, other: &str| word.eq_ignore_ascii_case(other);
    words.first().is_some_and(|first| is(first, "copy"))
        && words.windows(2).any(|pair| is(&pair[0], "from") && is(&pair[1], "stdin"))
}

/// Where the data ends: after a line that is `\.`, or where there is none, at once.
fn data_block(text: &str, from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
        if text[at..end].trim_end() == "\\." {
            return end;
        }
        at = end;
    }
    from
}

fn meta_command(source: &Arc<Source>, span: Span) -> Diagnostic {
    let line = source.text[span.range()].trim_end();
    let command = line.split_whitespace().next().unwrap_or(line);
    let help = match command {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
            "put the included file's SQL here, or make it a migration of its own"
        }
        "\\set" | "\\unset" | "\\gset" | "\\prompt" => "write the value itself; variables are not replaced",
        "\\c" | "\\connect" => "remove it; a project belongs to one database",
        "\\copy" => "write INSERT",
        "\\if" | "\\elif" | "\\else" | "\\endif" => "write a DO block",
        "\\echo" | "\\qecho" | "\\warn" => "write a comment",
        "\\." => "remove it; there is no COPY … FROM stdin before it",
        _ => "remove it",
    };
    Diagnostic::error("M202", format!("`{command}` is a command of psql, not SQL")).label(source, span, "").help(help)
}
