use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use thiserror::Error;

/// A migration's version: integers or timestamps, optionally dotted (`3`, `0003`, `20260102030405`, `1.2.10`).
///
/// Compared number by number, so `0003`, `3` and `3.0` are the same version and `1.10` comes after `1.9`;
/// shown as it was written.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    parts: Vec<u64>,
}

/// A version that is not digits separated by dots, or a part of it beyond 64 bits.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("version `{0}` is not digits separated by dots")]
pub struct UnreadableVersion(pub String);

impl Version {
    /// Reads `text`; `_` separates parts too, as Flyway allows (`1_2` is `1.2`).
    ///
    /// # Errors
    /// When a part is empty, is not decimal digits, or exceeds 64 bits.
    pub fn parse(text: &str) -> Result<Self, UnreadableVersion> {
        let unreadable = || UnreadableVersion(text.to_owned());
        let mut parts = text
            .split(['.', '_'])
            .map(|part| {
                if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
                    part.parse::<u64>().ok()
                } else {
                    None
                }
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(unreadable)?;
        while parts.len() > 1 && parts.last() == Some(&0) {
            parts.pop();
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The version as it stands in the file name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn compares_by_number_and_ignores_leading_and_trailing_zeros() {
        assert_eq!(version("0003"), version("3"));
        assert_eq!(version("3.0"), version("3"));
        assert!(version("1.10") > version("1.9"));
        assert!(version("20260102030405") > version("9999"));
        assert_eq!(version("0003").to_string(), "0003");
    }

    #[test]
    fn refuses_what_is_not_digits() {
        for text in ["", "1.", "a", "1.x", "-1", "99999999999999999999999"] {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }
}
