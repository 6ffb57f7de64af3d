use std::fmt;
use std::num::NonZeroU32;
use std::ops::Range;

/// A half-open range of byte offsets into one source text.
///
/// Offsets are always on character boundaries of the text they were made from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    /// One more than the end, so that an `Option` is no larger.
    behind: NonZeroU32,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        // Longer texts than an `u32` can count are refused before they are read.
        let short = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: short(start), behind: NonZeroU32::MIN.saturating_add(short(end)) }
    }

    /// Offset of the first byte.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// Offset one past the last byte.
    #[must_use]
    pub const fn end(self) -> usize {
        self.behind.get() as usize - 1
    }

    /// The offsets as a standard range, for slicing.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The same span `by` bytes further on: from a statement's own text to its file's.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start() + by, self.end() + by)
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::new(0, 0)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start(), self.end())
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
