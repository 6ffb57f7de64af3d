use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

use lasso::{Spur, ThreadedRodeo};

/// Each distinct text once, for the life of the process.
static TEXTS: LazyLock<ThreadedRodeo> = LazyLock::new(ThreadedRodeo::new);

/// A short text that is repeated a lot, such as an identifier: four bytes, and as cheap to copy, compare for equality
/// and hash as a number. A large project repeats the same few thousand names millions of times.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interned(Spur);

impl Interned {
    /// The text, kept if it is new.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(TEXTS.get_or_intern(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        TEXTS.resolve(&self.0)
    }
}

impl Deref for Interned {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Interned {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Interned {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Ord for Interned {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 { Ordering::Equal } else { self.as_str().cmp(other.as_str()) }
    }
}

impl PartialOrd for Interned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Interned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Interned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
