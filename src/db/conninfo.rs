//! The keyword/value form: `host=localhost dbname='my db' password=it\'s`.

use super::UnreadableUrl;
use super::parameters::{Name, Parameters};

/// Reads `keyword = value` pairs separated by white space, with libpq's quoting.
pub(super) fn parse(text: &str) -> Result<Parameters, UnreadableUrl> {
    let mut parameters = Parameters::default();
    let mut rest = text.trim_ascii_start();
    // After an unquoted password the next word may be the rest of it.
    let mut shown = Name::Shown;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let name = &rest[..end];
        let Some(after) = rest[end..].trim_ascii_start().strip_prefix('=') else {
            return Err(UnreadableUrl::NotPairs);
        };
        let after = after.trim_ascii_start();
        let (value, remaining) = match after.strip_prefix('\'') {
            Some(quoted) => quoted_value(quoted)?,
            None => plain_value(after),
        };
        parameters.set(name, value, shown)?;
        if name == "password" && !after.starts_with('\'') {
            shown = Name::Hidden;
        }
        rest = remaining.trim_ascii_start();
    }
    Ok(parameters)
}

/// A value up to the closing quote; a backslash takes the next character as it is.
fn quoted_value(text: &str) -> Result<(String, &str), UnreadableUrl> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Ok((value, &text[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    Err(UnreadableUrl::OpenQuote)
}

/// A value up to white space.
fn plain_value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c.is_ascii_whitespace() => return (value, &text[at..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}
