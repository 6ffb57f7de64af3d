use crate::diagnostic::nearest;
use crate::model::{MigrationId, Version};

/// What a file name under the migrations directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileName {
    /// `V0003__users.sql`, `U0003__users.sql` or `R__views.sql`; `0003_users.sql`, `0003_users.up.sql`,
    /// `0003_users/up.sql` or `0003_users/migration.sql`.
    Migration(ParsedName),
    /// `V0003__users.down.sql`, `0003_users.down.sql`, `0003_users/down.sql`: reverts the migration with this id.
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
    /// The file name without `.sql` or `.up.sql`, or the folder's.
    pub id: MigrationId,
    /// What the prefix letter says.
    pub kind: MigrationKind,
    /// Present unless repeatable.
    pub version: Option<Version>,
    /// The words after the version.
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

/// In capitals or not: a file that is passed over for its ending would be missed only when something needs it.
const ENDING: &str = ".sql";

impl FileName {
    /// Takes a file name apart; `folder` is the name of the directory around it, if that is inside the migrations'.
    ///
    /// Besides our own names, which are refinery's and Flyway's, these are those of sqlx, dbmate and goose
    /// (`0003_users.sql`), of golang-migrate and sqlx (`0003_users.up.sql`), of Diesel (`0003_users/up.sql`) and of Prisma
    /// (`0003_users/migration.sql`).
    #[must_use]
    pub fn parse(folder: Option<&str>, file: &str) -> Self {
        let Some((stem, _)) = file
            .split_at_checked(file.len().saturating_sub(ENDING.len()))
            .filter(|(_, ending)| ending.eq_ignore_ascii_case(ENDING) && !file.starts_with('.'))
        else {
            return Self::Ignored;
        };
        let (stem, is_down) = match (stem, folder) {
            ("up" | "migration", Some(folder)) => (folder, false),
            ("down", Some(folder)) => (folder, true),
            _ => match (stem.strip_suffix(".down"), stem.strip_suffix(".up")) {
                (Some(stem), _) => (stem, true),
                (None, Some(stem)) => (stem, false),
                (None, None) => (stem, false),
            },
        };
        match parse_stem(stem) {
            Ok(_) if is_down => Self::Down(MigrationId::new(stem)),
            Ok(parsed) => Self::Migration(parsed),
            Err(because) => {
                Self::Unreadable { because, suggestion: suggest(stem).filter(|_| file.starts_with(stem) && !is_down) }
            }
        }
    }
}

fn parse_stem(stem: &str) -> Result<ParsedName, String> {
    let mut letters = stem.chars();
    let kind = match letters.next() {
        Some('V') => MigrationKind::Versioned,
        Some('U') => MigrationKind::Unordered,
        Some('R') => MigrationKind::Repeatable,
        Some('0'..='9') => return parse_bare(stem),
        _ => return Err("it does not start with `V<version>__`, `U<version>__` or `R__`, nor with a number".to_owned()),
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

/// `0003_users`, and Diesel's `2026-01-31-123456_users`, whose version is the digits.
fn parse_bare(stem: &str) -> Result<ParsedName, String> {
    let (version, name) = stem.split_once('_').ok_or_else(|| "it has no `_` between version and name".to_owned())?;
    if name.is_empty() {
        return Err("nothing stands after `_`".to_owned());
    }
    let version = Version::parse(&version.replace('-', "")).map_err(|error| error.to_string())?;
    let (id, kind) = (MigrationId::new(stem), MigrationKind::Versioned);
    Ok(ParsedName { id, kind, version: Some(version), name: name.to_owned() })
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

    fn check(path: &str) -> String {
        let (folder, file) = path.split_once('/').map_or((None, path), |(folder, file)| (Some(folder), file));
        match FileName::parse(folder, file) {
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
        assert_eq!(check("V4__b.SQL"), "Versioned 4 b");
        assert_eq!(check("README.md"), "ignored");
        assert_eq!(check(".V1__x.sql"), "ignored");
        assert_eq!(check("V1__x.sql~"), "ignored");
    }

    #[test]
    fn names_of_other_runners_are_understood() {
        assert_eq!(check("20260102030405_create-users.sql"), "Versioned 20260102030405 create-users");
        assert_eq!(check("7_x.up.sql"), "Versioned 7 x");
        assert_eq!(check("7_x.down.sql"), "down of 7_x");
        assert_eq!(check("2026-01-02-030405_x_y/up.sql"), "Versioned 20260102030405 x_y");
        assert_eq!(check("2026-01-02-030405_x_y/down.sql"), "down of 2026-01-02-030405_x_y");
        assert_eq!(check("20260102030405_init/migration.sql"), "Versioned 20260102030405 init");
        assert_eq!(check("2026/7_x.sql"), "Versioned 7 x");
    }

    #[test]
    fn names_that_are_nearly_right_get_a_suggestion() {
        assert!(check("v1__a.sql").ends_with("; V1__a.sql"));
        assert!(check("V1_a.sql").ends_with("; V1__a.sql"));
        assert!(check("0001-create-users.sql").ends_with("; V0001__create_users.sql"));
        assert!(check("views/up.sql").starts_with("it does not start with"));
        assert!(check("up.sql").starts_with("it does not start with"));
        assert!(check("V__a.sql").starts_with("version ``"));
        assert!(check("V1__.sql").starts_with("nothing stands after"));
        assert!(check("R1__a.sql").starts_with("a repeatable migration has no version"));
    }
}
