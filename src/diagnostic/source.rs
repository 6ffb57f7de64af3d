use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

/// A named text: one file of the project, with the path people know it by.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the project, with forward slashes.
    pub path: String,
    /// The whole text, without a byte-order mark.
    pub text: String,
    line_starts: OnceLock<Box<[u32]>>,
}

/// A human place in a text: line and column, both counted from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The source's path.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl Source {
    /// A source with this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into(), line_starts: OnceLock::new() })
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
            // Longer texts than an `u32` can count are refused before they are read.
            std::iter::once(0).chain(breaks).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect()
        })
    }

    /// The line (from 0) that holds the byte at `offset`; an offset past the end is on the last line.
    #[must_use]
    pub fn line_index(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// Byte offset at which line `index` (from 0) starts; the text's length past the last line.
    #[must_use]
    pub fn line_start(&self, index: usize) -> usize {
        self.line_starts().get(index).map_or(self.text.len(), |start| *start as usize)
    }

    /// Line and column of the byte at `offset`.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_index(offset);
        let column = self.text[self.line_start(line)..offset].chars().count() + 1;
        Place { path: self.path.clone(), line: line + 1, column }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for Source {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_and_columns_in_characters() {
        let source = Source::new("a.sql", "ab\né x\n");
        let place = |offset| source.place(offset).to_string();
        assert_eq!(place(0), "a.sql:1:1");
        assert_eq!(place(3), "a.sql:2:1");
        assert_eq!(place(6), "a.sql:2:3");
        assert_eq!(place(999), "a.sql:3:1");
    }
}
