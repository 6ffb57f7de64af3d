//! The password file (`~/.pgpass`).
//!
//! Source: PostgreSQL 18, "The Password File" (`libpq-pgpass.html`) and `passwordFromFile` in `fe-connect.c`.

use std::path::{Path, PathBuf};

use super::parameters::Parameters;
use super::{Environment, Secret};
use crate::diagnostic::Diagnostic;

/// The password file's lines, read once.
pub(super) struct PasswordFile {
    text: String,
}

impl PasswordFile {
    /// Reads the file named by `passfile`, `PGPASSFILE` or the default. A file that is missing or not a plain file is
    /// an empty one; a file others can read is ignored with a warning, as in libpq.
    pub fn read(parameters: &Parameters, environment: &Environment) -> (Self, Option<Diagnostic>) {
        let empty = Self { text: String::new() };
        let Some(path) =
            parameters.filled("passfile").map(PathBuf::from).or_else(|| environment.home().map(|h| h.join(".pgpass")))
        else {
            return (empty, None);
        };
        let Ok(metadata) = std::fs::metadata(&path) else { return (empty, None) };
        if !metadata.is_file() {
            return (empty, Some(warning(&path, "is not a plain file, so it is not used")));
        }
        if readable_by_others(&metadata) {
            return (empty, Some(warning(&path, "can be read by group or others, so it is not used")));
        }
        match std::fs::read(&path) {
            Ok(bytes) => (Self { text: String::from_utf8_lossy(&bytes).into_owned() }, None),
            Err(error) => (empty, Some(warning(&path, &format!("can't be read: {error}")))),
        }
    }

    /// The password of the first line that matches. `host` is the name as given; a socket directory is looked up as
    /// it is, and as `localhost` where it is a default directory.
    pub fn password(&self, host: &str, port: u16, database: &str, user: &str) -> Option<Secret> {
        let port = port.to_string();
        self.text.lines().find_map(|line| {
            let line = line.trim_end_matches('\r');
            if line.starts_with('#') {
                return None;
            }
            let mut rest = line;
            for wanted in [host, &port, database, user] {
                let (field, is_wildcard, after) = field(rest)?;
                if !is_wildcard && field != wanted {
                    return None;
                }
                rest = after;
            }
            // The password is the last field, but libpq stops at a further colon too.
            let password = unescaped_until_colon(rest).0;
            (!password.is_empty()).then(|| Secret::new(password))
        })
    }
}

fn warning(path: &Path, what: &str) -> Diagnostic {
    Diagnostic::warning("M430", format!("password file `{}` {what}", path.display()))
        .help(format!("give it to its owner only: `chmod 0600 {}`", path.display()))
}

/// The next field, whether it is the wildcard, and what follows its colon. `None` when there is no colon.
fn field(text: &str) -> Option<(String, bool, &str)> {
    let (value, after) = unescaped_until_colon(text);
    let after = after?;
    // `\*` is the name `*`, not the wildcard.
    let is_wildcard = text.starts_with("*:");
    Some((value, is_wildcard, after))
}

/// The text up to an unescaped colon with `\:` and `\\` resolved, and what follows the colon if there is one.
fn unescaped_until_colon(text: &str) -> (String, Option<&str>) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ':' => return (value, Some(&text[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, None)
}

#[cfg(unix)]
fn readable_by_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

/// Windows protects the file by its folder, as libpq assumes.
#[cfg(not(unix))]
fn readable_by_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, host: &str, database: &str, user: &str, expected: Option<&str>) {
        let file = PasswordFile { text: file.to_owned() };
        assert_eq!(file.password(host, 5432, database, user), expected.map(Secret::new));
    }

    #[test]
    fn the_first_matching_line_wins() {
        check("# c\nh:5432:db:u:first\nh:5432:db:u:second\n", "h", "db", "u", Some("first"));
        check("other:5432:db:u:first\r\n*:*:*:u:second\r\n", "h", "db", "u", Some("second"));
        check("h:5433:db:u:x\n", "h", "db", "u", None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped() {
        check(r"h:5432:a\:b:u:p\:q\\r", "h", "a:b", "u", Some(r"p:q\r"));
        check(r"\*:5432:db:u:p", "h", "db", "u", None);
        check(r"\*:5432:db:u:p", "*", "db", "u", Some("p"));
    }

    #[test]
    fn broken_lines_match_nothing() {
        check("h:5432:db\n\n:\nh:5432:db:u\nh:5432:db:u:", "h", "db", "u", None);
    }
}
