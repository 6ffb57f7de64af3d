//! The schema of a database as a value: read from its catalog, written to a text that `git diff` can show and read back,
//! and compared with another.
//!
//! A [`Snapshot`] is a tree of [`Entry`]s: objects, what belongs to them, what is said of that. It holds no data, no state
//! of sequences, no OIDs, no tablespaces, and nothing that the system, an extension or this program's ledger made.
//! A partition is told of only where it differs from its parent.

mod arrays;
mod compare;
mod entry;
mod kind;
mod majors;
mod parse;
mod read;
mod tokens;
mod tree;
mod write;

pub use compare::{Change, Comparison, Difference, Step};
pub use entry::{Entry, Snapshot};
pub use kind::Kind;

/// The version of the text form. It grows when an older program could misread what a newer one writes.
pub const FORMAT: u32 = 1;
