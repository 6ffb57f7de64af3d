use std::fmt;

use super::Interned;

/// PostgreSQL cuts identifiers at `NAMEDATALEN - 1` bytes (63 in every packaged build).
///
/// Source: PostgreSQL 18 documentation, 4.1.1 "Identifiers and Key Words".
const MAX_BYTES: usize = 63;

/// One SQL identifier as PostgreSQL stores it: folded, unquoted and cut at 63 bytes.
///
/// `Display` shows it the way a person would write it (quoted only where it must be);
/// [`Ident::quoted`] is the only form that may go into SQL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(Interned);

impl Ident {
    /// An identifier that stood in double quotes: kept as it is, cut at 63 bytes.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        Self(Interned::new(cut(text)))
    }

    /// An unquoted identifier: ASCII letters fold to lower case, then it is cut at 63 bytes.
    #[must_use]
    pub fn folded(text: &str) -> Self {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Self::exact(&text.to_ascii_lowercase())
        } else {
            Self::exact(text)
        }
    }

    /// The stored name, unquoted.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0.as_str()
    }

    /// The name in double quotes, embedded quotes doubled: safe in any SQL.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.as_str().replace('"', "\"\""))
    }

    fn needs_quotes(&self) -> bool {
        let mut bytes = self.as_str().bytes();
        let plain_start = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_' || b >= 0x80);
        !plain_start
            || !bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'$') || b >= 0x80)
    }
}

/// Cuts at 63 bytes without splitting a character, as `truncate_identifier` does (multibyte aware).
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.needs_quotes() { f.write_str(&self.quoted()) } else { f.write_str(self.as_str()) }
    }
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_quotes_only_where_needed() {
        assert_eq!(Ident::exact("users").to_string(), "users");
        assert_eq!(Ident::exact("User").to_string(), "\"User\"");
        assert_eq!(Ident::exact("2fa").to_string(), "\"2fa\"");
        assert_eq!(Ident::exact("a\"b").quoted(), "\"a\"\"b\"");
        assert_eq!(Ident::folded("Users").as_str(), "users");
    }

    #[test]
    fn cuts_at_63_bytes_between_characters() {
        let long = "é".repeat(40);
        assert_eq!(Ident::exact(&long).as_str().len(), 62);
        assert_eq!(Ident::exact(&"x".repeat(70)).as_str().len(), 63);
    }
}
