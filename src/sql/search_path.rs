//! Where names are looked for that have no schema (documentation 5.10.3 "The Schema Search Path").

use std::ops::Deref;

use super::names;
use crate::model::{Ident, Pool, Pooled, Shared};

/// The schemas searched for names that have none, first one first; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchPath(Shared<Schemas>);

/// What a [`SearchPath`] holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Schemas(Box<[Ident]>);

impl Pooled for Schemas {
    fn pool() -> &'static Pool<Self> {
        static PATHS: Pool<Schemas> = Pool::new();
        &PATHS
    }
}

impl Deref for SearchPath {
    type Target = [Ident];

    fn deref(&self) -> &[Ident] {
        &self.0.0
    }
}

impl FromIterator<Ident> for SearchPath {
    fn from_iter<T: IntoIterator<Item = Ident>>(schemas: T) -> Self {
        Self(Schemas(schemas.into_iter().collect()).into())
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
        Self { path: std::iter::once(Ident::exact("public")).collect(), user: None }
    }
}

impl Surroundings {
    /// Of a session whose setting `search_path` is this text.
    #[must_use]
    pub fn of(setting: &str, user: Option<Ident>) -> Self {
        let path = in_setting(setting, user.as_ref()).collect();
        Self { path, user }
    }
}

/// The schemas in the text of the setting, without those that are searched anyway.
pub(super) fn in_setting(setting: &str, user: Option<&Ident>) -> impl Iterator<Item = Ident> {
    setting.split(',').filter_map(move |it| meant(names::stored(it.trim()), user))
}

/// The schema that an entry of the path means.
pub(super) fn meant(entry: Ident, user: Option<&Ident>) -> Option<Ident> {
    match entry.as_str() {
        "" | "pg_catalog" | "pg_temp" => None,
        "$user" => user.cloned(),
        _ => Some(entry),
    }
}
