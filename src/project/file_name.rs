use crate::diagnostic::nearest;
use crate::model::{MigrationId, Version};

/// What a file name under the migrations directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileName {
    /// `V0003__users.sql`, `U0003__users.sql` or `R__views.sql`.
    Migration(ParsedName),
    /// `V0003__users.down.sql`: reverts the migration with this id.
    Down(MigrationId),
    /// Not SQL (a README, an editor's backup, a hidden file): none of our business.
    Ignored,
    /// SQL, but not named like a migration.
    Unreadable {
        /// What is wrong with the name.
        because: String,
        /// A name that would be right.
        suggestion: Option<String>,
    },
}

/// A migration's name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedName {
    /// The file name without `.sql`.
    pub id: MigrationId,
    /// What the prefix letter says.
    pub kind: MigrationKind,
    /// Present unless repeatable.
    pub version: Option<Version>,
    /// The words after `__`.
    pub name: String,
}

/// How often and in which order a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MigrationKind {
    /// `V…`: once, in order.
    Versioned,
    /// `U…`, refinery's non-contiguous migrations: once, and a late one is accepted whatever was applied since.
    Unordered,
    /// `R__…`: again whenever its content changes, after all others.
    Repeatable,
}

impl FileName {
    /// Takes a file name (without directories) apart.
    #[must_use]
    pub fn parse(file: &str) -> Self {
        let Some(stem) = file.strip_suffix(".sql").filter(|_| !file.starts_with('.')) else {
            return Self::Ignored;
        };
        if let Some(base) = stem.strip_suffix(".down") {
            return match parse_stem(base) {
                Ok(_) => Self::Down(MigrationId::new(base)),
                Err(because) => Self::Unreadable { because, suggestion: None },
            };
        }
        match parse_stem(stem) {
            Ok(parsed) => Self::Migration(parsed),
            Err(because) => Self::Unreadable { because, suggestion: suggest(stem) },
        }
    }
}

fn parse_stem(stem: &str) -> Result<ParsedName, String> {
    let mut letters = stem.chars();
    let kind = match letters.next() {
        Some('V') => MigrationKind::Versioned,
        Some('U') => MigrationKind::Unordered,
        Some('R') => MigrationKind::Repeatable,
        _ => return Err("it does not start with `V<version>__`, `U<version>__` or `R__`".to_owned()),
    };
    let (version, name) =
        letters.as_str().split_once("__").ok_or_else(|| "it has no `__` between version and name".to_owned())?;
    if name.is_empty() {
        return Err("nothing stands after `__`".to_owned());
    }
    let version = match (kind, version) {
        (MigrationKind::Repeatable, "") => None,
        (MigrationKind::Repeatable, _) => return Err("a repeatable migration has no version: `R__name.sql`".to_owned()),
        (_, text) => Some(Version::parse(text).map_err(|error| error.to_string())?),
    };
    Ok(ParsedName { id: MigrationId::new(stem), kind, version, name: name.to_owned() })
}

/// The likely intended name for the slips people make: `v1__a`, `V1_a`, `0001_a`, `V1-a`.
fn suggest(stem: &str) -> Option<String> {
    let first = stem.chars().next()?;
    let rest = if first.is_ascii_alphabetic() && nearest(&first.to_string().to_uppercase(), ["V", "U", "R"]).is_some() {
        &stem[1..]
    } else {
        stem
    };
    let letter = if rest.len() < stem.len() { first.to_ascii_uppercase() } else { 'V' };
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (version, name) = rest.split_at(digits);
    let name = name.trim_start_matches(['_', '-', ' ', '.']).replace(['-', ' '], "_");
    let candidate = format!("{letter}{version}__{name}");
    parse_stem(&candidate).ok().map(|_| format!("{candidate}.sql"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str) -> String {
        match FileName::parse(file) {
            FileName::Migration(p) => {
                format!("{:?} {} {}", p.kind, p.version.map_or_else(|| "-".to_owned(), |v| v.to_string()), p.name)
            }
            FileName::Down(id) => format!("down of {id}"),
            FileName::Ignored => "ignored".to_owned(),
            FileName::Unreadable { because, suggestion } => {
                format!("{because}; {}", suggestion.unwrap_or_else(|| "-".to_owned()))
            }
        }
    }

    #[test]
    fn takes_names_apart() {
        assert_eq!(check("V0003__users_extended.sql"), "Versioned 0003 users_extended");
        assert_eq!(check("V20260102030405__x.sql"), "Versioned 20260102030405 x");
        assert_eq!(check("V1.2.10__x__y.sql"), "Versioned 1.2.10 x__y");
        assert_eq!(check("U7__x.sql"), "Unordered 7 x");
        assert_eq!(check("R__views.sql"), "Repeatable - views");
        assert_eq!(check("V3__x.down.sql"), "down of V3__x");
        assert_eq!(check("README.md"), "ignored");
        assert_eq!(check(".V1__x.sql"), "ignored");
        assert_eq!(check("V1__x.sql~"), "ignored");
    }

    #[test]
    fn names_that_are_nearly_right_get_a_suggestion() {
        assert!(check("v1__a.sql").ends_with("; V1__a.sql"));
        assert!(check("V1_a.sql").ends_with("; V1__a.sql"));
        assert!(check("0001_create-users.sql").ends_with("; V0001__create_users.sql"));
        assert!(check("V__a.sql").starts_with("version ``"));
        assert!(check("V1__.sql").starts_with("nothing stands after"));
        assert!(check("R1__a.sql").starts_with("a repeatable migration has no version"));
    }
}
