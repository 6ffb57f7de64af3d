use std::fmt;

/// Which of the supported majors have something: all of them, but for those before and after its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Majors {
    since: Option<u8>,
    until: Option<u8>,
}

impl Majors {
    /// Every supported major.
    pub const ALL: Self = Self { since: None, until: None };

    /// Reads `18-`, `-14` or `15-16`; nothing is all.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let (since, until) = text.and_then(|it| it.split_once('-')).unwrap_or_default();
        Self { since: since.parse().ok(), until: until.parse().ok() }
    }
}

impl fmt::Display for Majors {
    /// As in "built in from PostgreSQL 18".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (None, None) => f.write_str("in PostgreSQL"),
            (Some(since), None) => write!(f, "from PostgreSQL {since}"),
            (None, Some(until)) => write!(f, "up to PostgreSQL {until}"),
            (Some(since), Some(until)) if since == until => write!(f, "in PostgreSQL {since} only"),
            (Some(since), Some(until)) => write!(f, "in PostgreSQL {since} to {until}"),
        }
    }
}
