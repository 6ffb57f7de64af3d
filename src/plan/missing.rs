use std::sync::Arc;

use crate::catalog::{Catalog, Presence, Wanted};
use crate::diagnostic::{Diagnostic, Place, Source};
use crate::model::{Ident, MigrationId, ObjectKind, ObjectName, Span};
use crate::sql;

/// One missing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingObject {
    /// What is missing.
    pub object: ObjectName,
    /// Its columns that the migrations use, for a relation.
    pub columns: Vec<Ident>,
    /// Every place that needs it, in order.
    pub needed_at: Vec<(MigrationId, Place)>,
    /// What comes near, in words: "`public.suppliers` is a view", "there is one in schema `core`".
    pub near: Option<String>,
    /// The first of them.
    pub first_need: Need,
    /// What became of it, where a migration of the project is known to have had it: "`V3__x` drops or renames it".
    pub gone: Option<String>,
    /// The statement that creates it, where there is only one.
    pub sql: Option<String>,
    /// That other servers have it of themselves: "it is built in from PostgreSQL 18".
    pub elsewhere: Option<String>,
}

/// The first place that needs a missing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Which migration, as an index into the project's.
    pub migration: usize,
    /// Its text.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
}

impl MissingObject {
    /// Its kind and name for people: a key that is known only by its columns has no name.
    #[must_use]
    pub fn title(&self) -> String {
        match (self.object.kind, &self.object.member) {
            (ObjectKind::Index, Some(columns)) => {
                let owner = ObjectName { member: None, ..self.object.clone() }.path();
                match columns.as_str() {
                    "(primary key)" => format!("primary key of {owner}"),
                    columns => format!("unique key {columns} of {owner}"),
                }
            }
            _ => self.object.to_string(),
        }
    }

    /// What a person should know of it besides.
    #[must_use]
    pub fn facts(&self) -> Vec<&str> {
        self.near.iter().chain(&self.gone).chain(&self.elsewhere).map(String::as_str).collect()
    }

    pub(super) fn diagnostic(&self) -> Diagnostic {
        let id = self.needed_at.first().map_or_else(String::new, |(id, _)| id.to_string());
        let label = match self.needed_at.len() {
            0 | 1 => "required here".to_owned(),
            2 => "required here, and in 1 more place".to_owned(),
            count => format!("required here, and in {} more places", count - 1),
        };
        let title = match (self.object.kind, &self.object.member) {
            (ObjectKind::Index | ObjectKind::EnumLabel, Some(_)) => self.title(),
            (kind, Some(member)) if kind != ObjectKind::Column => {
                let owner = ObjectName { member: None, ..self.object.clone() }.path();
                format!("{kind} `{member}` on `{owner}`")
            }
            (kind, _) => format!("{kind} `{}`", self.object.path()),
        };
        let help = match (&self.sql, &self.elsewhere) {
            (Some(sql), _) => format!("create it in an earlier migration: {sql}"),
            (None, Some(reason)) => format!("{reason}; use such a server, or create it in an earlier migration"),
            (None, None) => "create it in an earlier migration, or list it under [external] in migrate.toml".to_owned(),
        };
        let mut diagnostic = Diagnostic::error("M302", format!("`{id}` requires {title}, which nothing provides"))
            .label(&self.first_need.source, self.first_need.span, label)
            .help(help);
        diagnostic.notes.extend(self.near.iter().chain(&self.gone).cloned());
        diagnostic
    }
}

/// What comes near a missing object, in words.
pub(super) fn near(catalog: &Catalog, wanted: &Wanted, presence: &Presence) -> Option<String> {
    let object = &wanted.object;
    if object.kind == ObjectKind::Extension {
        return Some(if catalog.is_available(&object.name) {
            "available on this server, not created in this database".to_owned()
        } else {
            "not installed on this server: its package comes first".to_owned()
        });
    }
    match presence {
        Presence::Present(_) => None,
        Presence::OtherKind(found) if found.kind == object.kind => {
            Some(format!("there is {found} with other arguments"))
        }
        Presence::OtherKind(found) => Some(format!("`{}` is {}", found.path(), with_article(found.kind))),
        Presence::Elsewhere(found) => Some(format!(
            "there is one in schema `{}`",
            found.schema.as_ref().map_or_else(String::new, ToString::to_string)
        )),
        Presence::Absent => {
            let brought = || {
                let extension = *sql::extensions_providing(object).first()?;
                Some(format!("extension `{extension}` brings it"))
            };
            let similar = || {
                let found = catalog.nearest(wanted)?;
                let name = found.member.as_ref().map_or_else(|| found.path(), ToString::to_string);
                let kind = if found.kind == object.kind || object.kind == ObjectKind::Type {
                    String::new()
                } else {
                    format!(", {}", with_article(found.kind))
                };
                Some(format!("did you mean `{name}`{kind}?"))
            };
            brought().or_else(similar)
        }
    }
}

fn with_article(kind: ObjectKind) -> String {
    let word = kind.as_str();
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) && word != "user mapping" { "an" } else { "a" };
    format!("{article} {word}")
}

/// The statement that creates the object, where its name says all there is to say.
pub(super) fn statement(catalog: &Catalog, object: &ObjectName) -> Option<String> {
    match (object.kind, &object.member) {
        (ObjectKind::Schema, _) => Some(format!("CREATE SCHEMA {};", object.name)),
        (ObjectKind::Role, _) => Some(format!("CREATE ROLE {};", object.name)),
        (ObjectKind::Extension, _) => {
            catalog.is_available(&object.name).then(|| format!("CREATE EXTENSION {};", object.name))
        }
        (ObjectKind::EnumLabel, Some(label)) => {
            let owner = ObjectName { member: None, ..object.clone() }.path();
            Some(format!("ALTER TYPE {owner} ADD VALUE '{}';", label.as_str().replace('\'', "''")))
        }
        _ => {
            let extension = *sql::extensions_providing(object).first()?;
            Some(format!("CREATE EXTENSION {};", Ident::exact(extension)))
        }
    }
}
