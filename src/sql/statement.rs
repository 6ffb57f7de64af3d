use std::collections::BTreeSet;
use std::ops::Deref;

use super::Effect;
use crate::model::{Fingerprint, Ident, Interned, LockMode, ObjectName, Pool, Pooled, Shared, Span};

/// One migration file as parsed: its statements in order.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// In file order.
    pub statements: Vec<Statement>,
    /// The short string literals its statements hold outside routine bodies: each may be an enum label, which the text
    /// alone doesn't tell. By their hashes: few are labels, and one taken for another only orders two migrations that
    /// were free. Sorted.
    pub literals: Box<[Fingerprint]>,
    /// The functions and operators it uses, with a place, whose names are built in: should a migration define one of
    /// them as well, the text doesn't tell which is meant. Sorted by name.
    pub mentions: Box<[(Ident, Span)]>,
    /// Commands of psql between its statements, which are passed over.
    pub commands: Vec<Span>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text, without the closing semicolon and without leading comments.
    pub span: Span,
    /// What it is, in PostgreSQL's own words: `CREATE TABLE`, `ALTER TABLE`, `DO`.
    pub tag: Interned,
    /// In text order. A change of rows that does the same as the statement before it has none of its own.
    pub effects: Box<[Effect]>,
    /// Table-level locks it takes on relations that existed before the file.
    pub locks: Locks,
    rare: Option<Box<Rare>>,
}

/// What few statements have: the others need no room for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rare {
    /// Objects that get another name or schema and take their members along.
    pub moves: Vec<Move>,
    /// `CASCADE`: what it drops takes its dependents along.
    pub cascade: bool,
    /// Where it may run.
    pub transaction: Transaction,
    /// Set for `CREATE INDEX CONCURRENTLY`, whose interruption leaves an invalid index.
    pub concurrent_index: Option<Box<ConcurrentIndex>>,
    /// Why its effects can't be known from the text, if they can't.
    pub opaque: Option<Opaque>,
    /// Of a statement that creates routines: what a call of them does.
    pub body: Option<Box<Body>>,
    /// What it creates, where that decides how other statements can run.
    pub creates: Option<Creation>,
    /// Of `COPY … FROM stdin`: the lines that follow it, without the `\.` that ends them.
    pub data: Option<Span>,
}

impl Deref for Statement {
    type Target = Rare;

    fn deref(&self) -> &Rare {
        static NOTHING: Rare = Rare {
            moves: Vec::new(),
            cascade: false,
            transaction: Transaction::Either,
            concurrent_index: None,
            opaque: None,
            body: None,
            creates: None,
            data: None,
        };
        self.rare.as_deref().unwrap_or(&NOTHING)
    }
}

/// What runs when a routine is called, as far as the text tells.
///
/// None of it is certain, because a call need not get to it: it requires nothing for good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// In text order.
    pub effects: Vec<Effect>,
    /// Objects that get another name or schema.
    pub moves: Vec<Move>,
    /// `CASCADE`: what it drops takes its dependents along.
    pub cascade: bool,
    /// Why a call may do what the text doesn't show, if it may.
    pub opaque: Option<Opaque>,
    /// Of a trigger's function: the columns of `NEW` that it changes; `*` stands for any.
    pub changes: BTreeSet<Ident>,
    /// Its strings that may be enum labels, as [`Script::literals`] has those outside of bodies. Sorted.
    pub literals: Box<[Fingerprint]>,
}

/// Why effects can't be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opaque {
    /// In a few words.
    pub reason: Interned,
    /// The statement within a block that is to blame; without one, the whole.
    pub span: Option<Span>,
}

impl Opaque {
    /// Of the whole.
    pub(super) fn new(reason: &str) -> Self {
        Self { reason: Interned::new(reason), span: None }
    }

    fn moved(self, to: &impl Fn(Span) -> Span) -> Self {
        Self { span: self.span.map(to), ..self }
    }
}

impl Body {
    /// Adds what comes after, with its places mapped to this one's text.
    pub(super) fn append(&mut self, other: Self, map: impl Fn(Span) -> Span) {
        let before = self.effects.len();
        self.effects.extend(other.effects.into_iter().map(|it| Effect { span: map(it.span), ..it }));
        let moves = other.moves.into_iter();
        self.moves.extend(moves.map(|it| Move { span: map(it.span), after: before + it.after, ..it }));
        self.cascade |= other.cascade;
        self.opaque = self.opaque.take().or_else(|| other.opaque.map(|it| it.moved(&map)));
        self.changes.extend(other.changes);
        let literals: BTreeSet<Fingerprint> = self.literals.iter().chain(&other.literals).copied().collect();
        self.literals = literals.into_iter().collect();
    }
}

impl Statement {
    pub(super) fn new(span: Span, tag: &str, effects: Vec<Effect>, locks: Vec<Lock>, rare: Rare) -> Self {
        let rare = Some(rare).filter(|it| *it != Rare::default()).map(Box::new);
        Self { span, tag: Interned::new(tag), effects: effects.into(), locks: Locks::new(locks), rare }
    }

    /// Changes what it has that few have.
    pub fn change(&mut self, change: impl FnOnce(&mut Rare)) {
        let mut rare = self.rare.take().map(|it| *it).unwrap_or_default();
        change(&mut rare);
        self.rare = Some(rare).filter(|it| *it != Rare::default()).map(Box::new);
    }

    /// The statement with all its places mapped to those of another text.
    pub(super) fn moved(mut self, to: &impl Fn(Span) -> Span) -> Self {
        self.span = to(self.span);
        for effect in &mut self.effects {
            effect.span = to(effect.span);
        }
        if let Some(rare) = &mut self.rare {
            rare.shift(to);
        }
        self
    }
}

impl Rare {
    fn shift(&mut self, to: &impl Fn(Span) -> Span) {
        if let Transaction::Control(Control::Begin(Some(modes)) | Control::Modes(Some(modes))) = &mut self.transaction {
            *modes = to(*modes);
        }
        self.opaque = self.opaque.map(|it| it.moved(to));
        for it in &mut self.moves {
            it.span = to(it.span);
        }
        if let Some(body) = &mut self.body {
            body.opaque = body.opaque.map(|it| it.moved(to));
            body.effects.iter_mut().for_each(|it| it.span = to(it.span));
            body.moves.iter_mut().for_each(|it| it.span = to(it.span));
        }
    }
}

/// A new name for an object and everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The object under its old name.
    pub from: ObjectName,
    /// Its new schema, for `SET SCHEMA`.
    pub schema: Option<Ident>,
    /// Its new name, for `RENAME`; of a member (column, constraint, label), the member's.
    pub name: Option<Ident>,
    /// Where the text shows it.
    pub span: Span,
    /// How many of the statement's effects come before it; in a block, more may follow.
    pub after: usize,
    /// It may not happen, as [`Deed::conditional`](super::Deed::conditional) says.
    pub conditional: bool,
}

/// A table-level lock a statement takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lock {
    /// On which relation.
    pub object: Shared<ObjectName>,
    /// How strong.
    pub mode: LockMode,
}

/// The locks a statement takes, sorted; many take the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locks(Shared<LockList>);

/// What [`Locks`] holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LockList(Box<[Lock]>);

impl Pooled for LockList {
    fn pool() -> &'static Pool<Self> {
        static LISTS: Pool<LockList> = Pool::new();
        &LISTS
    }
}

impl Locks {
    pub(super) fn new(mut locks: Vec<Lock>) -> Self {
        locks.sort();
        Self(LockList(locks.into()).into())
    }
}

impl Deref for Locks {
    type Target = [Lock];

    fn deref(&self) -> &[Lock] {
        &self.0.0
    }
}

/// Where a statement may run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transaction {
    /// Anywhere.
    #[default]
    Either,
    /// Only outside a transaction block, with PostgreSQL's reason (`CREATE INDEX CONCURRENTLY`, `VACUUM`).
    Outside,
    /// It is transaction control itself.
    Control(Control),
}

/// Something that decides how the statements that use it can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// A partitioned table.
    PartitionedTable,
    /// A procedure that commits or rolls back.
    CommittingProcedure,
}

/// Transaction control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// `BEGIN`, `START TRANSACTION`: the modes it gives (`ISOLATION LEVEL SERIALIZABLE`).
    Begin(Option<Span>),
    /// `SET TRANSACTION`: the modes it gives; none for a snapshot.
    Modes(Option<Span>),
    /// `COMMIT`, `END`.
    Commit {
        /// `AND CHAIN`: it also begins the next one, with the same modes.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// `SAVEPOINT`: its name.
    Savepoint(Interned),
    /// `RELEASE SAVEPOINT`, `ROLLBACK TO SAVEPOINT`: the name.
    OfSavepoint(Interned),
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED`, `ROLLBACK PREPARED`.
    TwoPhase,
}

/// What `CREATE INDEX CONCURRENTLY` builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcurrentIndex {
    /// The index in its table's schema; `None` when PostgreSQL chooses the name.
    pub index: Option<ObjectName>,
    /// Its table.
    pub table: ObjectName,
    /// `IF NOT EXISTS` was given, which would accept an invalid index of that name.
    pub if_not_exists: bool,
}
