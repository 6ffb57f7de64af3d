use super::Kind;

/// The schema of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The server's major version: the same definition may read differently from another one.
    pub major: u32,
    /// The objects, by kind and name.
    pub entries: Vec<Entry>,
}

/// An object, something that belongs to one, or something that is said of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its name as SQL writes it: objects and partitions with their schema, routines with their arguments, the rest
    /// relative to what it belongs to. Empty where there is only one, such as the owner.
    pub name: String,
    /// How it is defined; may be empty, and have several lines. A partition's column without one is as its parent's.
    pub definition: String,
    /// What belongs to it: columns and enum labels in their own order, everything else by kind and name.
    pub entries: Vec<Entry>,
}

impl Snapshot {
    /// How many objects there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no object.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
