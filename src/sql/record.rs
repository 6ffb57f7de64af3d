use std::collections::{BTreeMap, BTreeSet};

use super::built_in;
use super::{Action, Body, Deed, Effect, Move, Opaque, SearchPath, Surroundings};
use crate::model::{Fingerprint, Ident, Namespace, ObjectKind, ObjectName, Shared, Span};

/// What the statements of one file have done so far to how the next ones are read.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// The schemas searched, without `pg_catalog`.
    pub path: SearchPath,
    /// The schema that `"$user"` in the path stands for.
    pub user: Option<Ident>,
    /// What it stands for again when `SET LOCAL ROLE` ends.
    pub lasting_user: Option<Ident>,
    /// What holds where the file has not set it.
    pub surroundings: Surroundings,
    /// Temporary relations: they shadow others and leave nothing behind.
    pub temporary: BTreeSet<Ident>,
    /// Relations (schema, name) the file has created, for locks and for choosing names.
    pub created: BTreeSet<(Ident, Ident)>,
    /// Bodies of routines in SQL are parsed when they are created (`check_function_bodies`).
    pub checks_bodies: bool,
    /// Tables to their indexes and sequences among them.
    parts: BTreeMap<(Ident, Ident), Vec<(Ident, Ident)>>,
    /// The `search_path` that comes back when `SET LOCAL` ends.
    pub path_before_local: Option<SearchPath>,
    /// What `PREPARE` has prepared.
    pub prepared: BTreeMap<Ident, Vec<Effect>>,
    /// Functions and operators used by names that are built in, where first.
    pub mentions: BTreeMap<Ident, Span>,
}

impl Session {
    pub fn new(surroundings: &Surroundings) -> Self {
        Self {
            path: surroundings.path.clone(),
            user: surroundings.user.clone(),
            lasting_user: surroundings.user.clone(),
            surroundings: surroundings.clone(),
            temporary: BTreeSet::new(),
            created: BTreeSet::new(),
            checks_bodies: true,
            parts: BTreeMap::new(),
            path_before_local: None,
            prepared: BTreeMap::new(),
            mentions: BTreeMap::new(),
        }
    }

    /// A relation that is dropped frees its name and those of its indexes and sequences.
    fn forget(&mut self, object: &ObjectName) {
        let schemas = object.schema.as_ref().map_or_else(|| self.path.to_vec(), |it| vec![it.clone()]);
        for schema in schemas {
            let relation = (schema, object.member.as_ref().unwrap_or(&object.name).clone());
            for part in self.parts.remove(&relation).unwrap_or_default() {
                self.created.remove(&part);
            }
            if self.created.remove(&relation) {
                return;
            }
        }
    }

    /// Whether the file itself created this relation, as far as its name tells.
    pub fn has_created(&self, object: &ObjectName) -> bool {
        match &object.schema {
            Some(schema) => self.created.contains(&(schema.clone(), object.name.clone())),
            None => {
                self.temporary.contains(&object.name)
                    || self.path.iter().any(|schema| self.created.contains(&(schema.clone(), object.name.clone())))
            }
        }
    }
}

/// When what is being read takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// It runs now: a query reads rows and calls functions.
    Now,
    /// It is bound now and runs later: a view, a default, a policy, a `BEGIN ATOMIC` body.
    Bound,
}

/// A relation that a query can name columns of.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// The name it goes by in the query.
    pub alias: Ident,
    /// What it is; `None` for a subquery, a function, a CTE or a temporary table.
    pub object: Option<ObjectName>,
}

/// One query level: what its names may mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub relations: Vec<Relation>,
    pub ctes: Vec<Ident>,
    pub outputs: Vec<Ident>,
}

/// Collects the effects of one statement.
pub(super) struct Recorder<'a> {
    pub session: &'a mut Session,
    pub effects: Vec<Effect>,
    pub moves: Vec<Move>,
    pub literals: &'a mut BTreeSet<Fingerprint>,
    pub cascade: bool,
    pub opaque: Option<Opaque>,
    pub body: Option<Box<Body>>,
    pub when: When,
    /// Inside what `IF NOT EXISTS` stands before.
    pub unless_exists: bool,
    /// Under an `IF`, in a loop, or where an error is caught: what it needs may not be there.
    pub conditional: bool,
    pub scopes: Vec<Scope>,
    /// PL/pgSQL variables and parameters.
    pub variables: BTreeSet<Ident>,
    /// The relation being created or changed: its own columns are no requirement.
    pub own: Option<ObjectName>,
    /// Routine bodies inside routine bodies.
    pub depth: usize,
}

/// Whether a string can be an enum label, which has up to `NAMEDATALEN - 1` bytes.
pub(super) const fn may_be_label(text: &str) -> bool {
    !text.is_empty() && text.len() <= 63
}

impl<'a> Recorder<'a> {
    pub fn new(session: &'a mut Session, literals: &'a mut BTreeSet<Fingerprint>) -> Self {
        Self {
            session,
            effects: Vec::new(),
            moves: Vec::new(),
            literals,
            cascade: false,
            opaque: None,
            body: None,
            when: When::Now,
            unless_exists: false,
            conditional: false,
            scopes: Vec::new(),
            variables: BTreeSet::new(),
            own: None,
            depth: 0,
        }
    }

    /// Reads an inner text (a routine body, the string of an `EXECUTE`) and maps its spans to this recorder's text.
    pub fn embedded(&mut self, read: impl FnOnce(&mut Recorder<'_>), map: impl Fn(Span) -> Span) {
        let mentions = std::mem::take(&mut self.session.mentions);
        let mut inner = Recorder::new(self.session, self.literals);
        inner.when = self.when;
        inner.conditional = self.conditional;
        inner.variables.clone_from(&self.variables);
        inner.depth = self.depth + 1;
        read(&mut inner);
        let Recorder { effects, moves, cascade, opaque, body, .. } = inner;
        for (name, span) in std::mem::replace(&mut self.session.mentions, mentions) {
            self.mention(name, map(span));
        }
        let mut own = Body {
            effects: std::mem::take(&mut self.effects),
            moves: std::mem::take(&mut self.moves),
            cascade: self.cascade,
            opaque: self.opaque.take(),
            ..Body::default()
        };
        own.append(Body { effects, moves, cascade, opaque, ..Body::default() }, &map);
        (self.effects, self.moves, self.cascade, self.opaque) = (own.effects, own.moves, own.cascade, own.opaque);
        if let Some(body) = body {
            self.body.get_or_insert_default().append(*body, &map);
        }
    }

    /// Reads what runs only when somebody calls the routine being created. The session only notes the names it mentions.
    pub fn body(&mut self, read: impl FnOnce(&mut Recorder<'_>)) {
        let (mut session, mut literals) = (self.session.clone(), BTreeSet::new());
        let mut inner = Recorder::new(&mut session, &mut literals);
        inner.conditional = true;
        inner.variables.clone_from(&self.variables);
        inner.depth = self.depth;
        read(&mut inner);
        let Recorder { effects, moves, cascade, opaque, body: nested, .. } = inner;
        for (name, span) in session.mentions {
            self.mention(name, span);
        }
        let body = self.body.get_or_insert_default();
        let literals = literals.into_iter().collect();
        body.append(Body { effects, moves, cascade, opaque, literals, ..Body::default() }, |span| span);
        if let Some(nested) = nested {
            body.append(*nested, |span| span);
        }
    }

    /// Reads on as something that is bound now and runs later; returns what to put back.
    pub fn bind(&mut self) -> When {
        let before = self.when;
        if before == When::Now {
            self.when = When::Bound;
        }
        before
    }

    fn push(&mut self, action: Action, object: ObjectName, span: Span, part_of: Option<&ObjectName>) {
        let part_of = part_of.map(Shared::new);
        let search_path = self.session.path.clone();
        let last = self.effects.iter().rev().take(64);
        let repeated = last
            .filter(|it| it.action == Action::Creates || !it.unless_exists)
            .filter(|it| self.conditional || !it.conditional)
            .any(|it| it.action == action && it.object == object && it.part_of == part_of);
        if !repeated {
            let unless_exists = self.unless_exists && action == Action::Creates;
            let conditional = self.conditional;
            let deed = Deed { action, search_path, part_of, unless_exists, conditional };
            self.effects.push(Effect::new(deed, object, span));
        }
    }

    /// Whether the object is the system's or the session's own, and so nobody's business.
    fn is_nobodys(&self, object: &ObjectName) -> bool {
        if let Some(schema) = &object.schema {
            return built_in::is_system_schema(schema) && built_in::may_be_built_in(object).is_none();
        }
        match object.kind {
            ObjectKind::Sequence | ObjectKind::Index => {
                self.session.temporary.contains(&object.name) || object.name.as_str().starts_with("pg_")
            }
            ObjectKind::Table | ObjectKind::Column => {
                self.session.temporary.contains(&object.name)
                    || object.name.as_str().starts_with("pg_") && built_in::is_built_in(object.kind, &object.name)
            }
            _ => false,
        }
    }

    fn is_own(&self, object: &ObjectName) -> bool {
        self.own.as_ref().is_some_and(|own| {
            own.name == object.name
                && (object.schema == own.schema
                    || object.schema.is_none()
                        && own.schema.as_ref().is_some_and(|s| self.session.path.first() == Some(s)))
        })
    }

    /// Records an effect of the statement on an object it names.
    pub fn effect(&mut self, action: Action, object: ObjectName, span: Span) {
        if self.is_nobodys(&object) {
            return;
        }
        if action == Action::Drops
            && (object.kind.namespace() == Namespace::Relation && object.member.is_none()
                || object.kind == ObjectKind::Constraint)
        {
            self.session.forget(&object);
        }
        let action = if action == Action::Requires && self.conditional { Action::RequiresLater } else { action };
        self.push(action, object, span, None);
    }

    /// Requires the object unless `IF EXISTS` makes its absence no error.
    pub fn target(&mut self, object: ObjectName, span: Span, if_exists: bool) {
        let before = self.conditional;
        self.conditional |= if_exists;
        self.effect(Action::Requires, object, span);
        self.conditional = before;
    }

    /// Records that the statement brings the object into being.
    pub fn creates(&mut self, object: ObjectName, span: Span, part_of: Option<&ObjectName>) {
        if self.is_nobodys(&object) {
            return;
        }
        if object.kind.namespace() == Namespace::Relation
            && object.member.is_none()
            && let Some(schema) = &object.schema
        {
            let relation = (schema.clone(), object.name.clone());
            if let Some(table) = part_of.filter(|_| matches!(object.kind, ObjectKind::Index | ObjectKind::Sequence)) {
                let table = (table.schema.clone().unwrap_or_else(|| schema.clone()), table.name.clone());
                self.session.parts.entry(table).or_default().push(relation.clone());
            }
            self.session.created.insert(relation);
        }
        self.push(Action::Creates, object, span, part_of);
    }

    /// Records that a table becomes, or no longer is, a part or child of another.
    pub fn part(&mut self, action: Action, object: ObjectName, whole: &ObjectName, span: Span) {
        if !self.is_nobodys(&object) {
            self.push(action, object, span, Some(whole));
        }
    }

    /// Requires a relation; its own is none.
    pub fn requires_relation(&mut self, object: ObjectName, span: Span) {
        if !self.is_own(&object) {
            self.effect(Action::Requires, object, span);
        }
    }

    /// Depends on all columns of a relation; its own is none.
    pub fn reads_shape(&mut self, object: ObjectName, span: Span) {
        if !self.is_own(&object) {
            self.effect(Action::ReadsShape, object, span);
        }
    }

    /// Requires a column of a relation whose identity is certain.
    pub fn requires_column(&mut self, table: &ObjectName, column: &Ident, span: Span) {
        const SYSTEM: [&str; 7] = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax", "oid"];
        let own = self.is_own(table) && self.own_columns_are_new();
        if !own && !SYSTEM.contains(&column.as_str()) {
            self.effect(Action::Requires, table.member(ObjectKind::Column, column.clone()), span);
        }
    }

    fn own_columns_are_new(&self) -> bool {
        self.own.as_ref().is_some_and(|own| {
            self.effects
                .iter()
                .any(|it| it.action == Action::Creates && it.object.member.is_none() && it.object.name == own.name)
        })
    }

    /// Requires a function, and calls it if the statement runs now.
    pub fn requires_function(&mut self, parts: &[Ident], span: Span) {
        let Some(function) = super::names::object(ObjectKind::Function, parts) else { return };
        let bare = function.schema.is_none();
        let is = |kind| built_in::is_built_in(kind, &function.name);
        if bare && (is(ObjectKind::Function) || is(ObjectKind::Type)) {
            return self.mention(function.name, span);
        }
        self.effect(Action::Requires, function.clone(), span);
        if self.when == When::Now {
            self.effect(Action::Calls, function, span);
        }
    }

    /// Remembers that the file uses a function or operator whose name is built in, but may be defined by a migration.
    pub fn mention(&mut self, name: Ident, span: Span) {
        self.session.mentions.entry(name).or_insert(span);
    }

    /// Requires a type unless it is built in.
    pub fn requires_type(&mut self, parts: &[Ident], span: Span) {
        let Some(object) = super::names::object(ObjectKind::Type, parts) else { return };
        if object.schema.is_some() || !built_in::is_built_in(ObjectKind::Type, &object.name) {
            self.effect(Action::Requires, object, span);
        }
    }

    /// Requires a schema, other than those every database has.
    pub fn requires_schema(&mut self, schema: &Ident, span: Span) {
        if schema.as_str() != "public" && !built_in::is_system_schema(schema) {
            self.effect(Action::Requires, ObjectName::global(ObjectKind::Schema, schema.clone()), span);
        }
    }

    /// The full name of something a statement creates: without a schema it goes into the first one searched.
    pub fn new_name(&mut self, kind: ObjectKind, parts: &[Ident], span: Span) -> Option<ObjectName> {
        let mut object = super::names::object(kind, parts)?;
        if object.schema.is_none() && self.session.path.creates_temporary() {
            self.session.temporary.extend((kind.namespace() == Namespace::Relation).then(|| object.name.clone()));
            object.schema = Some(Ident::exact("pg_temp"));
        } else if object.schema.is_none() {
            object.schema = self.session.path.first().cloned();
        }
        if let Some(schema) = object.schema.clone() {
            self.requires_schema(&schema, span);
        }
        Some(object)
    }

    /// Remembers a string that may be an enum label.
    pub fn literal(&mut self, text: &str) {
        if may_be_label(text) {
            self.literals.insert(Fingerprint::of(text));
        }
    }

    /// Says why the statement's effects are not all known; the first reason stands.
    pub fn opaque(&mut self, reason: impl AsRef<str>) {
        self.opaque.get_or_insert_with(|| Opaque::new(reason.as_ref()));
    }
}
