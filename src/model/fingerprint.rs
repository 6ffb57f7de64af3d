use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// A text by its hash alone: four bytes, and the text is not kept. For sets that are only asked whether they may hold a
/// text: another one with the same hash passes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u32);

impl Fingerprint {
    /// That of a text; the same in every process.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let hash = FxBuildHasher.hash_one(text);
        Self(u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or_default())
    }
}
