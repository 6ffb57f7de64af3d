//! What a server's catalogs hold, read with two queries.

use std::collections::{BTreeMap, BTreeSet};

use pgmigrate::sql::Effect;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Catalog, oid and column number of an object.
pub type Id = (u32, u32, i32);

/// One object that is not the system's.
#[derive(Debug, Clone)]
pub struct Object {
    pub kind: String,
    pub schema: Option<String>,
    pub name: Option<String>,
    pub member: Option<String>,
    /// It comes and goes with something else: a partition's index, a member of an extension.
    pub along: bool,
    /// Of all that its catalog rows say.
    pub digest: String,
}

/// Everything that is there at one moment.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pub objects: BTreeMap<Id, Object>,
    /// Who refers to whom, and how.
    pub depends: BTreeSet<(Id, Id, String)>,
}

impl Catalog {
    /// Reads the catalogs in the session's own transaction.
    pub async fn read(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let mut catalog = Self::default();
        for row in rows(client, include_str!("snapshot.sql")).await? {
            let [class, oid, sub, kind, schema, name, member, along, digest] = row.try_into().unwrap();
            let object = Object {
                kind: kind.unwrap(),
                schema,
                name,
                member,
                along: along.as_deref() == Some("t"),
                digest: digest.unwrap(),
            };
            catalog.objects.insert(id(class, oid, sub), object);
        }
        for row in rows(client, include_str!("depends.sql")).await? {
            let [class, oid, sub, on_class, on_oid, on_sub, how] = row.try_into().unwrap();
            catalog.depends.insert((id(class, oid, sub), id(on_class, on_oid, on_sub), how.unwrap()));
        }
        Ok(catalog)
    }

    /// What an object, with all its columns, refers to, and how.
    pub fn referred_by(&self, id: Id) -> impl Iterator<Item = &(Id, Id, String)> + Clone {
        let none = (0, 0, 0);
        let first = ((id.0, id.1, i32::MIN), none, String::new());
        self.depends.range(first..).take_while(move |(from, ..)| from.0 == id.0 && from.1 == id.1)
    }

    /// What an object comes and goes with.
    pub fn wholes(&self, id: Id) -> impl Iterator<Item = &Object> {
        let mut all = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            let of = self.referred_by(next).filter(|(.., how)| matches!(how.as_str(), "a" | "i" | "P" | "S"));
            for (_, to, _) in of {
                if all.insert(*to) {
                    open.push((to.0, to.1, 0));
                    all.insert((to.0, to.1, 0));
                }
            }
        }
        all.into_iter().filter_map(|it| self.objects.get(&it))
    }

    /// Whether an object of an effect's name is there.
    pub fn has(&self, effect: &Effect) -> bool {
        self.objects.values().any(|it| it.is(effect))
    }
}

fn id(class: Option<String>, oid: Option<String>, sub: Option<String>) -> Id {
    (class.unwrap().parse().unwrap(), oid.unwrap().parse().unwrap(), sub.unwrap().parse().unwrap())
}

/// The rows of a query's only result.
pub async fn rows(client: &Client, sql: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    let answer = client.simple_query(sql).await?;
    let rows = answer.into_iter().filter_map(|it| match it {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows.map(|row| (0..row.len()).map(|it| row.get(it).map(str::to_owned)).collect()).collect())
}

impl Object {
    /// Whether an effect names this object.
    pub fn is(&self, effect: &Effect) -> bool {
        let unnamed = matches!(self.kind.as_str(), "cast" | "transform");
        let kinds = (name_space(&self.kind), name_space(effect.object.kind.as_str()));
        // A table's row type goes by the table's name.
        (kinds.0 == kinds.1 || kinds == ("relation", "type"))
            && (unnamed
                || self.name.as_deref() == Some(effect.object.name.as_str())
                    && self.has_member_of(effect)
                    && self.is_in_schema_of(effect))
    }

    fn has_member_of(&self, effect: &Effect) -> bool {
        let named = effect.object.member.as_ref().map(pgmigrate::model::Ident::as_str);
        // Who `CURRENT_USER` is the text doesn't tell.
        self.member.as_deref() == named || self.kind == "user mapping" && named == Some("current_user")
    }

    /// Whether an effect names what this object is a member of.
    pub fn belongs_to(&self, effect: &Effect) -> bool {
        let owner = match self.kind.as_str() {
            "user mapping" => "foreign server",
            _ => name_space(effect.object.kind.as_str()),
        };
        self.member.is_some()
            && effect.object.member.is_none()
            && name_space(effect.object.kind.as_str()) == owner
            && self.name.as_deref() == Some(effect.object.name.as_str())
            && self.is_in_schema_of(effect)
    }

    /// Whether an effect names this object's schema as a whole.
    pub fn lives_in(&self, effect: &Effect) -> bool {
        effect.object.kind == pgmigrate::model::ObjectKind::Schema
            && (self.schema.as_deref() == Some(effect.object.name.as_str()) || effect.object.name.as_str() == "*")
    }

    fn is_in_schema_of(&self, effect: &Effect) -> bool {
        let Some(schema) = self.schema.as_deref() else { return true };
        match &effect.object.schema {
            Some(named) => named.as_str() == schema,
            // An index without a schema is in its table's.
            None => effect.part_of.is_some() || effect.search_path.iter().any(|it| it.as_str() == schema),
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<&str> =
            [&self.schema, &self.name, &self.member].into_iter().flatten().map(String::as_str).collect();
        write!(f, "{} {}", self.kind, parts.join("."))
    }
}

/// The words of kinds that share one name space.
fn name_space(kind: &str) -> &str {
    match kind {
        "table" | "view" | "materialized view" | "foreign table" | "sequence" | "index" => "relation",
        "type" | "enum" | "domain" => "type",
        "function" | "procedure" | "aggregate" => "routine",
        "not null" => "constraint",
        kind => kind,
    }
}
