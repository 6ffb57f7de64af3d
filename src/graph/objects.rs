use std::collections::BTreeMap;

use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect, Move, Script};

/// What a migration is to an object, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It brings it into being, or gives it its name.
    Creates,
    /// It changes or drops it, or writes its rows.
    Changes,
    /// It only needs it.
    Needs,
}

impl Role {
    /// The verb used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Changes => "changes",
            Self::Needs => "needs",
        }
    }
}

/// A migration's strongest part in an object, at the first place that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Index into [`Objects::names`].
    pub object: usize,
    /// What it is to the object.
    pub role: Role,
    /// Where.
    pub span: Span,
}

/// The objects that the migrations create, and who touches them.
///
/// Whole objects only: a column, constraint, index, trigger, policy, label or partition counts as its relation or type.
/// What no migration creates is left out.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// The objects, in the order in which they are created.
    pub names: Vec<ObjectName>,
    /// For each object, the first migration that creates it.
    pub creators: Vec<usize>,
    /// For each migration, what it touches, by object.
    pub touches: Vec<Vec<Touch>>,
}

type Key = (Namespace, Option<Ident>, Ident);
type Known = BTreeMap<Key, usize>;

fn key(name: &ObjectName) -> Key {
    (name.kind.namespace(), name.schema.clone(), name.name.clone())
}

impl Objects {
    /// Reads them off the scripts, taken in `order`.
    pub fn of(scripts: &[Script], order: &[usize]) -> Self {
        let mut objects = Self { touches: vec![Vec::new(); scripts.len()], ..Self::default() };
        let mut known = Known::new();
        for node in order {
            let mut touched: BTreeMap<usize, Touch> = BTreeMap::new();
            let mut touch = |object: usize, role: Role, span: Span| {
                let it = touched.entry(object).or_insert(Touch { object, role, span });
                if role < it.role {
                    *it = Touch { object, role, span };
                }
            };
            for statement in scripts.get(*node).into_iter().flat_map(|it| &it.statements) {
                for effect in &statement.effects {
                    let partitioned = effect.part_of.as_ref().filter(|_| is_partition(effect));
                    let whole = partitioned.and_then(|it| find(&known, it, &effect.search_path));
                    let found = if let Some(whole) = whole {
                        known.insert(key(&created_name(effect)), whole);
                        Some((whole, Role::Changes))
                    } else if creates_whole(effect) {
                        Some((objects.created(&mut known, *node, created_name(effect)), Role::Creates))
                    } else {
                        find(&known, &effect.object, &effect.search_path).map(|it| (it, role(effect.action)))
                    };
                    if let Some((object, role)) = found {
                        touch(object, role, effect.span);
                    }
                }
                for it in &statement.moves {
                    let path = statement.effects.first().map_or(&[][..], |effect| &effect.search_path);
                    let Some(old) = find(&known, &it.from, path) else { continue };
                    touch(old, Role::Changes, it.span);
                    if it.from.member.is_none() {
                        let name = moved(&objects.names[old], it);
                        touch(objects.created(&mut known, *node, name), Role::Creates, it.span);
                    }
                }
            }
            objects.touches[*node] = touched.into_values().collect();
        }
        objects
    }

    /// What a migration touches in this role.
    pub fn touched(&self, node: usize, role: Role) -> impl Iterator<Item = &ObjectName> {
        let touches = self.touches.get(node).into_iter().flatten();
        touches.filter(move |it| it.role == role).filter_map(|it| self.names.get(it.object))
    }

    fn created(&mut self, known: &mut Known, node: usize, name: ObjectName) -> usize {
        *known.entry(key(&name)).or_insert_with(|| {
            self.names.push(name);
            self.creators.push(node);
            self.names.len() - 1
        })
    }
}

fn role(action: Action) -> Role {
    match action {
        Action::Creates
        | Action::Alters
        | Action::Joins
        | Action::Leaves
        | Action::Annotates
        | Action::Drops
        | Action::MayChange
        | Action::WritesRows
        | Action::Inserts
        | Action::Updates
        | Action::Deletes
        | Action::Truncates => Role::Changes,
        Action::Requires
        | Action::RequiresLater
        | Action::Calls
        | Action::LooksFor
        | Action::Names
        | Action::ReadsShape
        | Action::ReadsRows
        | Action::ReadsKeys
        | Action::Refers
        | Action::CascadesDelete
        | Action::ClearsOnDelete
        | Action::CascadesUpdate => Role::Needs,
    }
}

fn is_partition(effect: &Effect) -> bool {
    effect.action == Action::Creates && effect.object.kind == ObjectKind::Table && effect.object.member.is_none()
}

/// Whether the text names a whole object in order to create it; indexes belong to their tables.
fn creates_whole(effect: &Effect) -> bool {
    let comes_along = matches!(effect.object.kind, ObjectKind::Sequence | ObjectKind::Type | ObjectKind::Function);
    let implied = effect.part_of.is_some() && comes_along;
    effect.action == Action::Creates
        && effect.object.member.is_none()
        && effect.object.kind != ObjectKind::Index
        && !implied
}

/// Where `CREATE` puts an object: in the first schema of the `search_path` that is not the system's.
fn created_name(effect: &Effect) -> ObjectName {
    let mut name = ObjectName::clone(&effect.object);
    if name.schema.is_none() && name.kind.lives_in_schema() {
        name.schema = effect.search_path.iter().find(|it| !it.as_str().starts_with("pg_")).cloned();
    }
    name
}

fn moved(old: &ObjectName, by: &Move) -> ObjectName {
    ObjectName {
        schema: by.schema.clone().or_else(|| old.schema.clone()),
        name: by.name.clone().unwrap_or_else(|| old.name.clone()),
        ..old.clone()
    }
}

/// The known object that a reference means, or whose member it means; a type may be a table's row type.
fn find(known: &Known, object: &ObjectName, search_path: &[Ident]) -> Option<usize> {
    let namespace = match (object.kind, &object.member) {
        (ObjectKind::EnumLabel, _) => Namespace::Type,
        (ObjectKind::UserMapping, _) => Namespace::Other(ObjectKind::ForeignServer),
        (_, Some(_)) => Namespace::Relation,
        (kind, None) => kind.namespace(),
    };
    let namespaces = [Some(namespace), (namespace == Namespace::Type).then_some(Namespace::Relation)];
    let lookup = |schema: Option<&Ident>| {
        namespaces.into_iter().flatten().find_map(|it| known.get(&(it, schema.cloned(), object.name.clone())).copied())
    };
    if object.schema.is_some() || !object.kind.lives_in_schema() {
        return lookup(object.schema.as_ref());
    }
    search_path.iter().find_map(|schema| lookup(Some(schema)))
}
