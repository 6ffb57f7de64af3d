use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use tokio_postgres::types::Type;

use super::found::{self, Trait};
use super::near::nearest_name;
use crate::db::{DbError, Session};
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
    /// It is not there.
    Absent,
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
    /// By name and member.
    found: BTreeMap<(Ident, Option<Ident>), Vec<ObjectName>>,
    /// What a missing one may have meant, and the members of what has a missing member.
    nearby: Vec<ObjectName>,
    /// What is special about some of what was found.
    traits: BTreeMap<ObjectName, Trait>,
    /// The wanted extensions that the server could create.
    available: BTreeSet<Ident>,
}

impl Catalog {
    /// Looks up all `wanted` and `unwanted` with one query, and with a second one the names that come near, if something that
    /// is wanted is missing.
    ///
    /// Both take their parameters in one message and name no prepared statement, so they pass any pooler.
    ///
    /// # Errors
    /// When the connection breaks; reading these catalogs needs no privileges.
    pub async fn read(session: &Session, wanted: &[Wanted], unwanted: &[Wanted]) -> Result<Self, CatalogError> {
        let all = || wanted.iter().chain(unwanted).map(|it| &it.object);
        let names = distinct(all().map(|it| &it.name));
        let members = distinct(all().filter_map(|it| it.member.as_ref()));
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
            } else if let Some(object) = found::object(row)? {
                catalog.traits.extend(found::trait_of(row)?.map(|it| (object.clone(), it)));
                catalog.found.entry((object.name.clone(), object.member.clone())).or_default().push(object);
            }
        }
        path.sort();
        catalog.search_path = path.into_iter().map(|(_, schema)| schema).collect();
        let missing: Vec<&ObjectName> = wanted
            .iter()
            .filter(|wanted| !matches!(catalog.presence(wanted), Presence::Present(_)))
            .map(|wanted| &wanted.object)
            .collect();
        if !missing.is_empty() {
            catalog.read_nearby(session, &missing).await?;
        }
        Ok(catalog)
    }

    async fn read_nearby(&mut self, session: &Session, missing: &[&ObjectName]) -> Result<(), CatalogError> {
        let owners = distinct(missing.iter().filter(|it| it.member.is_some()).map(|it| &it.name));
        let extensions = distinct(missing.iter().filter(|it| it.kind == ObjectKind::Extension).map(|it| &it.name));
        let rows = session
            .client()
            .query_typed(include_str!("all_names.sql"), &[(&owners, Type::TEXT_ARRAY), (&extensions, Type::TEXT_ARRAY)])
            .await?;
        for row in &rows {
            match found::object(row)? {
                Some(object) if object.kind == ObjectKind::Extension => {
                    self.available.insert(object.name);
                }
                Some(object) => self.nearby.push(object),
                None => {}
            }
        }
        Ok(())
    }

    /// What the catalog says of `wanted`, which must be among those it was read for.
    #[must_use]
    pub fn presence(&self, wanted: &Wanted) -> Presence {
        let object = &wanted.object;
        let same_name = self.found.get(&(object.name.clone(), object.member.clone())).map_or(&[][..], Vec::as_slice);
        let namespace = object.kind.namespace();
        let same_name = || same_name.iter().filter(|found| found.kind.namespace() == namespace);
        let in_sight: Vec<&ObjectName> = match (&object.schema, object.kind.lives_in_schema()) {
            (_, false) => same_name().collect(),
            (Some(schema), _) => same_name().filter(|found| found.schema.as_ref() == Some(schema)).collect(),
            (None, _) => self
                .path_for(wanted)
                .iter()
                .flat_map(|schema| same_name().filter(move |found| found.schema.as_ref() == Some(schema)))
                .collect(),
        };
        let fits = |found: &&&ObjectName| kind_fits(object.kind, found.kind) && arguments_fit(object, found);
        if let Some(found) = in_sight.iter().find(fits) {
            return Presence::Present((*found).clone());
        }
        if let Some(found) = in_sight.first() {
            return Presence::OtherKind((*found).clone());
        }
        let elsewhere =
            same_name().find(|found| kind_fits(object.kind, found.kind) && found.schema.as_ref().is_some_and(is_users));
        elsewhere.map_or(Presence::Absent, |found| Presence::Elsewhere(found.clone()))
    }

    /// Whether an object that was found is a partitioned table.
    #[must_use]
    pub fn is_partitioned(&self, found: &ObjectName) -> bool {
        self.traits.get(found) == Some(&Trait::Partitioned)
    }

    /// Whether an object that was found is an index that `CREATE INDEX CONCURRENTLY` has left unfinished.
    #[must_use]
    pub fn is_invalid(&self, found: &ObjectName) -> bool {
        self.traits.get(found) == Some(&Trait::Invalid)
    }

    /// Whether an object that was found is a constraint with which the server may merge a new one of its name: a check that
    /// is only inherited, and from 18 on `NOT NULL` (18, heap.c, `MergeWithExistingConstraint`, and `pg_constraint.c`,
    /// `AdjustNotNullInheritance`).
    #[must_use]
    pub fn may_merge(&self, found: &ObjectName) -> bool {
        self.traits.get(found) == Some(&Trait::Merging)
    }

    /// Whether the server has what it takes to create this extension, which must be among those it was read for.
    #[must_use]
    pub fn is_available(&self, extension: &Ident) -> bool {
        self.available.contains(extension)
    }

    /// The name that one which is not there most likely stands for, in its own schema or else on the path.
    #[must_use]
    pub fn nearest(&self, wanted: &Wanted) -> Option<&ObjectName> {
        let object = &wanted.object;
        let namespace = object.kind.namespace();
        let path = if object.schema.is_none() { self.path_for(wanted) } else { Vec::new() };
        let beside: Vec<&ObjectName> = self
            .nearby
            .iter()
            .filter(|it| it.kind.namespace() == namespace && it.member.is_some() == object.member.is_some())
            .filter(|it| object.member.is_none() || it.name == object.name && it.kind == object.kind)
            .filter(|it| it.schema == object.schema || it.schema.as_ref().is_some_and(|schema| path.contains(schema)))
            .collect();
        let own = |it: &ObjectName| it.member.as_ref().unwrap_or(&it.name).clone();
        let names: Vec<Ident> = beside.iter().map(|it| own(it)).collect();
        let names: Vec<&str> = names.iter().map(Ident::as_str).collect();
        let near = nearest_name(own(object).as_str(), &names)?;
        beside.into_iter().find(|it| own(it).as_str() == near)
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
}

fn distinct<'a>(names: impl Iterator<Item = &'a Ident>) -> Vec<&'a str> {
    names.map(Ident::as_str).collect::<BTreeSet<_>>().into_iter().collect()
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
