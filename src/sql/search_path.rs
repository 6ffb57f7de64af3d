//! Where names are looked for that have no schema (documentation 5.10.3 "The Schema Search Path").

use std::ops::Deref;

use super::names;
use crate::model::{Ident, Pool, Pooled, Shared};

/// The schemas searched for names that have none, first one first; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchPath(Shared<Schemas>);

/// What a [`SearchPath`] holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Schemas {
    /// Those that are searched.
    searched: Box<[Ident]>,
    /// The entries of the setting.
    entries: Box<[Ident]>,
}

impl Pooled for Schemas {
    fn pool() -> &'static Pool<Self> {
        static PATHS: Pool<Schemas> = Pool::new();
        &PATHS
    }
}

impl Deref for SearchPath {
    type Target = [Ident];

    fn deref(&self) -> &[Ident] {
        &self.0.searched
    }
}

impl FromIterator<Ident> for SearchPath {
    fn from_iter<T: IntoIterator<Item = Ident>>(schemas: T) -> Self {
        let schemas: Box<[Ident]> = schemas.into_iter().collect();
        Self(Schemas { searched: schemas.clone(), entries: schemas }.into())
    }
}

impl SearchPath {
    /// Of a setting with these entries, where `"$user"` stands for this schema.
    pub(super) fn of(entries: impl IntoIterator<Item = Ident>, user: Option<&Ident>) -> Self {
        let entries: Box<[Ident]> = entries.into_iter().collect();
        let searched = entries.iter().filter_map(|it| meant(it.clone(), user)).collect();
        Self(Schemas { searched, entries }.into())
    }

    /// The schema that `"$user"` stands for, whether there is one or not.
    #[must_use]
    pub fn user_schema(&self) -> Option<&Ident> {
        self.0.searched.iter().find(|it| !self.0.entries.contains(it))
    }

    /// The same setting for another user.
    pub(super) fn of_user(&self, user: Option<&Ident>) -> Self {
        Self::of(self.0.entries.iter().cloned(), user)
    }

    /// Whether what is created without a schema is temporary (18, namespace.c, `RangeVarGetCreationNamespace`).
    pub(super) fn creates_temporary(&self) -> bool {
        self.0.entries.first().is_some_and(|it| it.as_str() == "pg_temp")
    }
}

/// What the session has in store for a file: what names without a schema mean before the file says otherwise.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The session's own `search_path`.
    pub path: SearchPath,
    /// The schema that `"$user"` stands for, if there is one.
    pub user: Option<Ident>,
}

impl Default for Surroundings {
    /// Of a role without a schema of its own, whose `search_path` nobody has set.
    fn default() -> Self {
        Self::of("\"$user\", public", None)
    }
}

impl Surroundings {
    /// Of a session whose setting `search_path` is this text.
    #[must_use]
    pub fn of(setting: &str, user: Option<Ident>) -> Self {
        let path = in_setting(setting, user.as_ref());
        Self { path, user }
    }
}

/// The path in the text of the setting.
pub(super) fn in_setting(setting: &str, user: Option<&Ident>) -> SearchPath {
    SearchPath::of(setting.split(',').map(|it| names::stored(it.trim())), user)
}

/// The schema that an entry of the path means, unless it is searched anyway.
fn meant(entry: Ident, user: Option<&Ident>) -> Option<Ident> {
    match entry.as_str() {
        "" | "pg_catalog" | "pg_temp" => None,
        "$user" => user.cloned(),
        _ => Some(entry),
    }
}
