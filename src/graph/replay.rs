//! The replay: migrations one after the other, each effect against what exists at that point.

use std::collections::BTreeMap;

use super::access::{Accesses, Facet, Use, short};
use super::edge::Edges;
use super::future::Future;
use super::key::{Key, Set};
use super::need::Need;
use super::unbounded::Unbounded;
use super::world::{Object, World};
use super::{External, Node};
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect, Statement};

/// What one replay found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub edges: Edges,
    pub needs: Vec<Need>,
    /// What routine bodies name and nothing provides in the end.
    pub in_bodies: Vec<Need>,
    /// Migrations that may do what their text doesn't show, with the reason and place.
    pub opaque: BTreeMap<usize, (String, Span)>,
}

/// The state of a replay.
pub(super) struct Replay<'a> {
    pub(super) nodes: &'a [Node<'a>],
    pub(super) external: &'a External,
    pub(super) future: &'a Future,
    pub(super) world: World<'a>,
    pub(super) accesses: Accesses<'a>,
    pub(super) found: Findings,
    /// The migration being replayed.
    pub(super) node: usize,
    /// What it needs and another provides, noted already.
    pub(super) needed: Set<Key>,
    /// Routines whose bodies it has brought in already.
    pub(super) called: Set<Key>,
    /// The functions and operators of the project that its built-in names may mean.
    pub(super) mentioned: Vec<Key>,
    /// What a statement with `IF NOT EXISTS` was to create, and whether it was there.
    found_there: Option<(Key, bool)>,
    /// The last opaque migration, and everything since.
    pub(super) barrier: Option<(usize, Span)>,
    pub(super) since_barrier: Vec<usize>,
    pub(super) unbounded: Unbounded,
    /// The order in which the migrations are replayed.
    pub(super) order: &'a [usize],
}

/// Replays the migrations in this order.
pub(super) fn replay<'a>(
    nodes: &'a [Node<'a>],
    external: &'a External,
    future: &'a Future,
    order: &'a [usize],
) -> Findings {
    let mut replay = replayed(nodes, external, future, order);
    replay.found.in_bodies = replay.unprovided_in_bodies();
    replay.found
}

/// The state after these migrations.
pub(super) fn replayed<'a>(
    nodes: &'a [Node<'a>],
    external: &'a External,
    future: &'a Future,
    order: &'a [usize],
) -> Replay<'a> {
    let mut replay = Replay {
        nodes,
        external,
        future,
        world: World::over(future.created()),
        accesses: Accesses::over(future.created()),
        found: Findings::default(),
        node: 0,
        needed: Set::default(),
        called: Set::default(),
        mentioned: Vec::new(),
        found_there: None,
        barrier: None,
        since_barrier: Vec::new(),
        unbounded: Unbounded::of(nodes),
        order,
    };
    for node in order {
        replay.migration(*node);
    }
    replay
}

impl<'a> Replay<'a> {
    fn migration(&mut self, node: usize) {
        self.node = node;
        self.needed.clear();
        self.called.clear();
        for object in self.nodes[node].provides {
            self.provide(object, Span::default(), None);
        }
        self.mentions(node);
        for statement in &self.nodes[node].script.statements {
            self.statement(statement);
        }
        self.labels(&self.nodes[node].script.literals);
        self.stand_behind_barriers(node);
        self.unbounded.migrated(node, &mut self.found.edges);
    }

    fn statement(&mut self, statement: &'a Statement) {
        self.found_there = None;
        if let Some(opaque) = &statement.opaque {
            self.opaque(&opaque.reason, opaque.span.unwrap_or(statement.span));
        }
        let mut moves = statement.moves.iter().peekable();
        for (at, effect) in statement.effects.iter().enumerate() {
            if statement.tag == "CREATE TABLE" && self.found_there.as_ref().is_some_and(|(_, there)| *there) {
                // PostgreSQL looks at nothing else of the statement (18, parse_utilcmd.c, transformCreateStmt).
                continue;
            }
            if effect.unless_exists && effect.action != Action::Creates && self.column_is_there() {
                // Nor at anything else of ADD COLUMN (18, tablecmds.c, ATExecAddColumn).
                continue;
            }
            if effect.unless_exists && effect.action == Action::Requires && self.column_may_be_there() {
                self.requires(effect, true);
                continue;
            }
            while let Some(it) = moves.next_if(|it| it.after <= at) {
                self.moves(it, &statement.effects);
            }
            self.apply(effect, statement.cascade, statement);
            self.defines_with(effect, statement);
        }
        self.remember(&statement.effects, statement.body.as_deref());
        for it in moves {
            self.moves(it, &statement.effects);
        }
    }

    /// One effect, of a statement or of a body that it sets off.
    pub(super) fn apply(&mut self, effect: &Effect, cascade: bool, by: &'a Statement) {
        self.unbounded.touch(effect);
        match effect.action {
            Action::Requires => self.requires(effect, false),
            Action::RequiresLater => self.requires(effect, true),
            Action::Creates => self.creates(effect),
            Action::Alters | Action::Joins | Action::Leaves => self.alters(effect),
            Action::Names => self.names_indexes(effect),
            Action::Annotates => self.annotates(effect),
            Action::Drops => self.drops(effect, cascade),
            Action::ReadsShape => self.reads_shape(effect),
            Action::ReadsRows => self.rows(effect, false, by),
            Action::WritesRows => self.rows(effect, true, by),
            Action::Calls => self.calls(effect, by),
            Action::MayChange => self.may_change(effect),
            Action::LooksFor => self.looks_for(effect),
            Action::ReadsKeys => self.reads_keys(effect),
            Action::Inserts => self.inserts(effect),
            Action::Updates => self.updates(effect, by),
            Action::Deletes | Action::Truncates => self.removes_rows(effect, cascade, by),
            Action::Refers | Action::CascadesDelete | Action::ClearsOnDelete | Action::CascadesUpdate => {}
        }
    }

    pub(super) fn use_of<'k>(&self, key: &'k Key, facet: Facet, span: Span, object: &'k ObjectName) -> Use<'k> {
        Use { node: self.node, key, facet, span, object, soft: false }
    }

    pub(super) fn share(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName) {
        self.unbounded.touch_schema(key.schema.as_ref(), span);
        let it = self.use_of(key, facet, span, object);
        self.accesses.share(&mut self.found.edges, &it);
    }

    /// The same for what works without, if perhaps otherwise.
    pub(super) fn share_softly(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName) {
        let it = Use { soft: true, ..self.use_of(key, facet, span, object) };
        self.accesses.share(&mut self.found.edges, &it);
    }

    pub(super) fn exclude(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName, provides: bool) {
        self.unbounded.touch_schema(key.schema.as_ref(), span);
        let it = self.use_of(key, facet, span, object);
        self.accesses.exclude(&mut self.found.edges, &it, provides);
    }

    fn creates(&mut self, effect: &Effect) {
        let part_of = effect.part_of.as_deref().and_then(|it| self.resolve_name(it, &effect.search_path));
        let key = if effect.object.member.is_some() { self.resolve(effect) } else { None }
            .unwrap_or_else(|| Key::of(&effect.object));
        let key = if key.schema.is_none() && effect.object.kind.lives_in_schema() {
            // An index is where its table is.
            let schema = part_of.as_ref().and_then(|it| it.schema.as_ref()).or(effect.search_path.first());
            key.with(|it| it.schema = schema.cloned())
        } else {
            key
        };
        let key = self.free_for(key, effect, part_of.as_ref());
        let object = key.object(effect.object.kind);
        if self.is_left_alone(effect, &key, part_of.as_ref()) {
            return self.share_softly(&key, Facet::Existence, effect.span, &object);
        }
        // What is replaced, or gets a namesake with other arguments, keeps its provider, but the order is kept.
        let known = self.world.objects.get(&key).map(|it| it.node as usize);
        if known.is_some() {
            self.lets_go(&key, effect.span);
            self.is_numbered(&key, effect.span);
        }
        let there_before = effect.unless_exists && key.member.is_some() && self.world.is_open_ended(&key.owner());
        let provides = known.is_none_or(|node| node == self.node) && !there_before;
        self.exclude(&key, Facet::Existence, effect.span, &object, provides);
        if is_overloadable(&key) {
            self.world.overload(&key, effect.object.arguments);
        }
        let node = short(known.unwrap_or(self.node));
        self.world.add(key.clone(), Object { node, kind: effect.object.kind, part_of });
        if effect.object.kind == ObjectKind::Column {
            self.children_get(&key, effect.span);
        }
        self.shares_content(&key, effect.span);
    }

    /// Whether `IF NOT EXISTS` finds the object there, or the table or column that it is part of.
    fn is_left_alone(&mut self, effect: &Effect, key: &Key, part_of: Option<&Key>) -> bool {
        if !effect.unless_exists {
            return false;
        }
        let owner = key.owner();
        let is_column = matches!(key.as_member(), Some((ObjectKind::Column, _)));
        let follows = self.found_there.as_ref().filter(|(of, _)| {
            let whole = if of.member.is_some() { of.owner() } else { of.clone() };
            *of != *key && (owner == whole || part_of == Some(&whole)) && !(is_column && of.member.is_some())
        });
        if let Some((_, there)) = follows {
            return *there;
        }
        let there = self.world.objects.contains_key(key);
        self.found_there = Some((key.clone(), there));
        there
    }

    /// Whether `ADD COLUMN IF NOT EXISTS` has just found the column there.
    fn column_is_there(&self) -> bool {
        self.found_there
            .as_ref()
            .is_some_and(|(key, there)| *there && matches!(key.as_member(), Some((ObjectKind::Column, _))))
    }

    /// Whether `ADD COLUMN IF NOT EXISTS` may find the column in a table that has some from elsewhere.
    fn column_may_be_there(&self) -> bool {
        let column =
            self.found_there.as_ref().filter(|(key, _)| matches!(key.as_member(), Some((ObjectKind::Column, _))));
        column.is_some_and(|(key, _)| self.world.is_open_ended(&key.owner()))
    }

    /// Something the header says the migration provides.
    fn provide(&mut self, object: &ObjectName, span: Span, part_of: Option<Key>) {
        let key = Key::of(object);
        self.exclude(&key, Facet::Existence, span, object, true);
        self.world.add(key, Object { node: short(self.node), kind: object.kind, part_of });
    }

    fn alters(&mut self, effect: &Effect) {
        self.found_there = None;
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        let object = key.object(kind);
        self.exclude(&key, Facet::Shape, effect.span, &object, false);
        self.alters_children(&key, effect.span);
        self.lets_go(&key, effect.span);
        let until_now = self.world.objects.get(&key).filter(|_| effect.action == Action::Leaves);
        let until_now = until_now.and_then(|it| it.part_of.clone());
        let named = effect.part_of.as_deref().and_then(|it| self.resolve_name(it, &effect.search_path));
        if let Some(whole) = named.or(until_now) {
            if effect.action == Action::Leaves {
                self.share_softly(&whole, Facet::Existence, effect.span, &whole.object(ObjectKind::Table));
                // Until now it gets the indexes of the whole.
                self.exclude(&whole, Facet::Content, effect.span, &whole.object(ObjectKind::Table), false);
                self.takes_rows(&key, effect.span);
                self.world.leave(&key, &whole);
            } else {
                self.world.make_part(&key, &whole);
                // Its indexes are taken for those of the whole.
                self.exclude(&key, Facet::Content, effect.span, &object, false);
                // Its rows are now also those of the whole.
                self.takes_rows(&key, effect.span);
            }
        }
    }

    fn annotates(&mut self, effect: &Effect) {
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        self.exclude(&key, Facet::Notes, effect.span, &key.object(kind), false);
        // In order with grants on everything in the schema.
        self.shares_content(&key, effect.span);
    }

    /// Whoever depends on everything in a schema, or in any, or on all that is on a table, minds this.
    pub(super) fn shares_content(&mut self, key: &Key, span: Span) {
        let table = match (&key.member, self.world.objects.get(key)) {
            (Some(_), _) => Some(key.owner()),
            (None, Some(Object { kind: ObjectKind::Index | ObjectKind::Statistics, part_of, .. })) => part_of.clone(),
            _ => None,
        };
        if let Some(table) = table.filter(|it| it.namespace() == Namespace::Relation) {
            self.share(&table, Facet::Content, span, &table.object(ObjectKind::Table));
        }
        if let (Some(schema), None) = (&key.schema, &key.member) {
            for name in [schema.clone(), Ident::exact("*")] {
                let schema = ObjectName::global(ObjectKind::Schema, name);
                self.share(&Key::of(&schema), Facet::Content, span, &schema);
            }
        }
    }
}

/// Whether several objects of this name may exist at once, told apart by their arguments.
fn is_overloadable(key: &Key) -> bool {
    matches!(key.namespace(), Namespace::Routine | Namespace::Other(ObjectKind::Operator))
}

pub(super) fn is_routine(object: &ObjectName) -> bool {
    matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate)
}

/// Whether the use of such an object runs a routine.
pub(super) fn runs(object: &ObjectName) -> bool {
    is_routine(object) || object.kind == ObjectKind::Operator
}
