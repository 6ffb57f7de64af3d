use std::collections::BTreeSet;

use thiserror::Error;
use tokio_postgres::types::Type;

use super::found::Found;
use crate::db::{DbError, Session};
use crate::diagnostic::nearest;
use crate::model::{Ident, Namespace, ObjectKind, ObjectName};

/// An object looked for, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Its name; without a schema it is looked up through `search_path`.
    pub object: ObjectName,
    /// Schemas to look in before the session's own `search_path`, for a name without one.
    pub schemas: Vec<Ident>,
}

impl Wanted {
    /// An object by its full name.
    #[must_use]
    pub const fn exactly(object: ObjectName) -> Self {
        Self { object, schemas: Vec::new() }
    }
}

/// What the catalog says of a wanted object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Present(ObjectName),
    /// Its name is taken by something else: a view where a table is wanted.
    OtherKind(ObjectName),
    /// Something of its name and kind is in another schema.
    Elsewhere(ObjectName),
    /// It is not there; the nearest name of its kind, if one is near.
    Absent(Option<ObjectName>),
}

/// Why the catalog could not be read.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// The server refused or the connection broke.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<tokio_postgres::Error> for CatalogError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Db(error.into())
    }
}

/// What the live database has of the wanted objects.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    search_path: Vec<Ident>,
    found: Vec<Found>,
    all: Vec<Found>,
}

impl Catalog {
    /// Looks up all `wanted` with one query, and with a second one the names that come near, if something is missing.
    ///
    /// # Errors
    /// When the connection breaks; reading these catalogs needs no privileges.
    pub async fn read(session: &Session, wanted: &[Wanted]) -> Result<Self, CatalogError> {
        let names: BTreeSet<&str> = wanted.iter().map(|w| w.object.name.as_str()).collect();
        let members: BTreeSet<&str> =
            wanted.iter().filter_map(|w| w.object.member.as_ref()).map(Ident::as_str).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let members: Vec<&str> = members.into_iter().collect();
        let rows = session
            .client()
            .query_typed(include_str!("named.sql"), &[(&names, Type::TEXT_ARRAY), (&members, Type::TEXT_ARRAY)])
            .await?;
        let mut catalog = Self::default();
        let mut path: Vec<(u32, Ident)> = Vec::new();
        for row in &rows {
            if row.try_get::<_, &str>("what")? == "search_path" {
                let place = row.try_get::<_, &str>("detail")?.parse().unwrap_or(u32::MAX);
                path.push((place, Ident::exact(row.try_get("schema")?)));
            } else {
                catalog.found.extend(Found::from_row(row)?);
            }
        }
        path.sort();
        catalog.search_path = path.into_iter().map(|(_, schema)| schema).collect();
        if wanted.iter().any(|wanted| matches!(catalog.presence(wanted), Presence::Absent(_))) {
            let rows = session.client().query_typed(include_str!("all_names.sql"), &[]).await?;
            for row in &rows {
                catalog.all.extend(Found::from_row(row)?);
            }
        }
        Ok(catalog)
    }

    /// What the catalog says of `wanted`, which must be among those it was read for.
    #[must_use]
    pub fn presence(&self, wanted: &Wanted) -> Presence {
        let object = &wanted.object;
        let namespace = object.kind.namespace();
        let same_name = |found: &&Found| found.object.name == object.name && found.object.member == object.member;
        let in_sight: Vec<&Found> = match (&object.schema, object.kind.lives_in_schema()) {
            (_, false) => self.found.iter().filter(same_name).collect(),
            (Some(schema), _) => {
                self.found.iter().filter(same_name).filter(|f| f.object.schema.as_ref() == Some(schema)).collect()
            }
            (None, _) => self
                .path_for(wanted)
                .iter()
                .flat_map(|schema| self.found.iter().filter(move |f| f.object.schema.as_ref() == Some(schema)))
                .filter(same_name)
                .collect(),
        };
        let fits = |found: &&&Found| found.namespace() == namespace && arguments_fit(object, &found.object);
        if let Some(found) = in_sight.iter().find(|f| fits(f) && kind_fits(object.kind, f.object.kind)) {
            return Presence::Present(found.object.clone());
        }
        if let Some(found) = in_sight.iter().find(|f| f.namespace() == namespace) {
            return Presence::OtherKind(found.object.clone());
        }
        let elsewhere = self.found.iter().filter(same_name).find(|f| {
            f.namespace() == namespace
                && kind_fits(object.kind, f.object.kind)
                && f.object.schema.as_ref().is_some_and(is_users)
        });
        if let Some(found) = elsewhere {
            return Presence::Elsewhere(found.object.clone());
        }
        Presence::Absent(self.nearest(object))
    }

    /// PostgreSQL looks in `pg_catalog` first unless the path names it; this path does where it matters.
    fn path_for(&self, wanted: &Wanted) -> Vec<Ident> {
        let mut path = vec![Ident::exact("pg_catalog")];
        for schema in wanted.schemas.iter().chain(&self.search_path) {
            if !path.contains(schema) {
                path.push(schema.clone());
            }
        }
        path
    }

    fn nearest(&self, object: &ObjectName) -> Option<ObjectName> {
        if object.member.is_some() {
            return None;
        }
        let namespace = object.kind.namespace();
        let beside = || self.all.iter().filter(|f| f.namespace() == namespace && f.object.schema == object.schema);
        let near = nearest(object.name.as_str(), beside().map(|f| f.object.name.as_str()))?;
        beside().find(|f| f.object.name.as_str() == near).map(|f| f.object.clone())
    }
}

fn is_users(schema: &Ident) -> bool {
    !schema.as_str().starts_with("pg_") && schema.as_str() != "information_schema"
}

/// Whether an object of kind `found` serves where `wanted` was named: `type` accepts every type, `function` every routine.
fn kind_fits(wanted: ObjectKind, found: ObjectKind) -> bool {
    match wanted {
        ObjectKind::Type => found.namespace() == Namespace::Type,
        ObjectKind::Function => found.namespace() == Namespace::Routine,
        wanted => wanted == found,
    }
}

/// Whether the routine found has the arguments wanted; a reference without arguments accepts any.
fn arguments_fit(wanted: &ObjectName, found: &ObjectName) -> bool {
    match (&wanted.arguments, &found.arguments) {
        (Some(wanted), Some(found)) => wanted.is_empty() == found.is_empty(),
        _ => true,
    }
}
