use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use super::Pool;

static TEXTS: Pool<&'static str> = Pool::new();

/// What is left of the memory taken last for texts, which are too short to be allocated one by one.
static ROOM: Mutex<&'static mut [u8]> = Mutex::new(&mut []);

/// How much is taken at once.
const BLOCK: usize = 64 * 1024;

/// A copy that stays for the life of the process.
fn kept(text: &str) -> &'static str {
    let mut room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
    if room.len() < text.len() {
        *room = Box::leak(vec![0; BLOCK.max(text.len())].into_boxed_slice());
    }
    let (copy, rest) = std::mem::take(&mut *room).split_at_mut(text.len());
    *room = rest;
    copy.copy_from_slice(text.as_bytes());
    std::str::from_utf8(copy).unwrap_or_default()
}

/// A short text that is repeated a lot, such as an identifier: four bytes, and as cheap to copy, compare for equality
/// and hash as a number. A large project repeats the same few thousand names millions of times.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interned(NonZeroU32);

impl Interned {
    /// The text, kept if it is new.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(TEXTS.number(text, || kept(text)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        TEXTS.get(self.0)
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
