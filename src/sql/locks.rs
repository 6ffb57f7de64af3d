//! Table-level locks, as PostgreSQL documents them.
//!
//! Source: PostgreSQL 18 documentation, 13.3.1 "Table-Level Locks", the pages of the statements, and
//! `AlterTableGetLockLevel` in `src/backend/commands/tablecmds.c`.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::names::{self, child, descendant};
use super::record::Session;
use super::{Action, Effect, Lock};
use crate::model::LockMode::{
    self, AccessExclusive, AccessShare, Exclusive, RowExclusive, RowShare, Share, ShareRowExclusive,
    ShareUpdateExclusive,
};
use crate::model::{ObjectKind, ObjectName};

/// Forms of `ALTER TABLE` that need less than `ACCESS EXCLUSIVE` on the table.
const WEAKER_FORMS: &[(K, LockMode)] = &[
    (K::VALIDATE_CONSTRAINT, ShareUpdateExclusive),
    (K::CLUSTER_ON, ShareUpdateExclusive),
    (K::SET_WITHOUT_CLUSTER, ShareUpdateExclusive),
    (K::SET_OPTIONS, ShareUpdateExclusive),
    (K::RESET_OPTIONS, ShareUpdateExclusive),
    (K::ATTACH_PARTITION, ShareUpdateExclusive),
    (K::ENABLE_TRIGGER, ShareRowExclusive),
    (K::DISABLE_TRIGGER, ShareRowExclusive),
    (K::ENABLE_ALWAYS_TRIGGER, ShareRowExclusive),
    (K::ENABLE_REPLICA_TRIGGER, ShareRowExclusive),
];

/// Statements, the child that holds the relations they lock, and how.
const STATEMENTS: &[(K, K, LockMode)] = &[
    (K::CREATE_TRIGGER, K::ON_RELATION, ShareRowExclusive),
    (K::DROP_TRIGGER, K::ON_RELATION, AccessExclusive),
    (K::ALTER_TRIGGER, K::ON_RELATION, AccessExclusive),
    (K::CREATE_POLICY, K::ON_TABLE, AccessExclusive),
    (K::ALTER_POLICY, K::ON_TABLE, AccessExclusive),
    (K::DROP_POLICY, K::ON_TABLE, AccessExclusive),
    (K::CREATE_RULE, K::RULE_ON, AccessExclusive),
    (K::DROP_RULE, K::ON_RELATION, AccessExclusive),
    (K::ALTER_RULE, K::ON_RELATION, AccessExclusive),
    (K::DROP_TABLE, K::TABLE_NAME_REF, AccessExclusive),
    (K::DROP_FOREIGN_TABLE, K::TABLE_NAME_REF, AccessExclusive),
    (K::DROP_VIEW, K::VIEW_REF, AccessExclusive),
    (K::DROP_MATERIALIZED_VIEW, K::VIEW_REF, AccessExclusive),
    (K::DROP_SEQUENCE, K::SEQUENCE_REF, AccessExclusive),
    (K::ALTER_SEQUENCE, K::SEQUENCE_REF, ShareRowExclusive),
    (K::TRUNCATE, K::TABLE_LIST, AccessExclusive),
    (K::CLUSTER, K::TABLE_NAME_REF, AccessExclusive),
    (K::ANALYZE, K::TABLE_AND_COLUMNS_LIST, ShareUpdateExclusive),
    (K::CREATE_STATISTICS, K::FROM_TABLE, ShareUpdateExclusive),
    (K::CREATE_PUBLICATION, K::FOR_PUBLICATION_OBJECTS, ShareUpdateExclusive),
    (K::COMMENT_ON, K::OBJECT_TABLE, ShareUpdateExclusive),
    (K::COMMENT_ON, K::OBJECT_VIEW, ShareUpdateExclusive),
];

/// The locks a statement takes on relations that were there before its file; call it before the statement is recorded.
pub(super) fn structural(node: &SyntaxNode, session: &Session) -> Vec<Lock> {
    let mut locks = Locks { session, taken: Vec::new() };
    match node.kind() {
        K::ALTER_TABLE | K::ALTER_FOREIGN_TABLE | K::ALTER_VIEW | K::ALTER_MATERIALIZED_VIEW => locks.alter_table(node),
        K::CREATE_TABLE | K::CREATE_FOREIGN_TABLE => locks.create_table(node),
        K::CREATE_INDEX => {
            let mode = if names::has_token(node, K::CONCURRENTLY_KW) { ShareUpdateExclusive } else { Share };
            locks.below(child(node, K::TABLE_RELATION_NAME), mode);
        }
        K::DROP_INDEX | K::ALTER_INDEX => {
            let concurrent = names::has_token(node, K::CONCURRENTLY_KW) || node.kind() == K::ALTER_INDEX;
            let mode = if concurrent { ShareUpdateExclusive } else { AccessExclusive };
            for reference in names::children(node, K::INDEX_REF) {
                locks.take(names::object(ObjectKind::Index, &names::path(&reference)), mode);
            }
        }
        K::REFRESH => {
            let mode = if names::has_token(node, K::CONCURRENTLY_KW) { Exclusive } else { AccessExclusive };
            locks.below(child(node, K::VIEW_REF), mode);
        }
        K::VACUUM => {
            let full = names::has_token(node, K::FULL_KW)
                || child(node, K::VACUUM_OPTION_LIST)
                    .is_some_and(|it| it.text().to_string().to_ascii_lowercase().contains("full"));
            locks.below(
                child(node, K::TABLE_AND_COLUMNS_LIST),
                if full { AccessExclusive } else { ShareUpdateExclusive },
            );
        }
        K::REINDEX => {
            let mode = if super::transaction::reindexes_concurrently(node) { ShareUpdateExclusive } else { Share };
            locks.below(descendant(node, K::REINDEX_TARGET_TABLE), mode);
        }
        K::LOCK => locks.below(child(node, K::RELATION_LIST), lock_mode(node)),
        _ => {}
    }
    for (_, holder, mode) in STATEMENTS.iter().filter(|(kind, _, _)| *kind == node.kind()) {
        for part in node.children().filter(|it| it.kind() == *holder) {
            locks.below(Some(part), *mode);
        }
    }
    locks.taken
}

fn lock_mode(node: &SyntaxNode) -> LockMode {
    const MODES: [(K, LockMode); 8] = [
        (K::ACCESS_SHARE, AccessShare),
        (K::ROW_SHARE, RowShare),
        (K::ROW_EXCLUSIVE, RowExclusive),
        (K::SHARE_UPDATE_EXCLUSIVE, ShareUpdateExclusive),
        (K::SHARE, Share),
        (K::SHARE_ROW_EXCLUSIVE, ShareRowExclusive),
        (K::EXCLUSIVE, Exclusive),
        (K::ACCESS_EXCLUSIVE, AccessExclusive),
    ];
    MODES.iter().find(|(kind, _)| descendant(node, *kind).is_some()).map_or(AccessExclusive, |(_, mode)| *mode)
}

/// The locks that follow from what a statement does to rows, and, in a block, to definitions.
pub(super) fn from_effects(node: &SyntaxNode, effects: &[Effect], session: &Session) -> Vec<Lock> {
    let mut locks = Locks { session, taken: Vec::new() };
    let block = node.kind() == K::DO;
    let rows = super::query::is_query(node.kind()) || block || matches!(node.kind(), K::COPY | K::CREATE_TABLE_AS);
    let reading = if descendant(node, K::LOCKING_CLAUSE).is_some() { RowShare } else { AccessShare };
    for effect in effects.iter().filter(|it| it.object.kind == ObjectKind::Table && it.object.member.is_none()) {
        let mode = match effect.action {
            Action::WritesRows if rows => RowExclusive,
            Action::ReadsRows if rows => reading,
            Action::Alters | Action::Joins | Action::Leaves | Action::Drops | Action::MayChange if block => {
                AccessExclusive
            }
            Action::Requires if matches!(node.kind(), K::CREATE_VIEW | K::CREATE_MATERIALIZED_VIEW) => AccessShare,
            _ => continue,
        };
        locks.take(Some(ObjectName::clone(&effect.object)), mode);
    }
    locks.taken
}

struct Locks<'a> {
    session: &'a Session,
    taken: Vec<Lock>,
}

impl Locks<'_> {
    /// Takes a lock, or strengthens the one there is.
    fn take(&mut self, object: Option<ObjectName>, mode: LockMode) {
        let Some(object) = object else { return };
        if self.session.has_created(&object) {
            return;
        }
        match self.taken.iter_mut().find(|it| it.object == object) {
            Some(lock) => lock.mode = lock.mode.max(mode),
            None => self.taken.push(Lock { object: object.into(), mode }),
        }
    }

    /// Locks every relation named at or below a node.
    fn below(&mut self, node: Option<SyntaxNode>, mode: LockMode) {
        let Some(node) = node else { return };
        let relations = [K::TABLE_NAME_REF, K::RELATION_NAME_REF, K::VIEW_REF, K::SEQUENCE_REF];
        for reference in node.descendants().filter(|it| relations.contains(&it.kind())) {
            let kind = if reference.kind() == K::SEQUENCE_REF { ObjectKind::Sequence } else { ObjectKind::Table };
            self.take(names::object(kind, &names::path(&reference)), mode);
        }
    }

    fn create_table(&mut self, node: &SyntaxNode) {
        self.below(child(node, K::PARTITION_OF), AccessExclusive);
        self.below(child(node, K::INHERITS), ShareUpdateExclusive);
        for part in node.descendants() {
            match part.kind() {
                K::REFERENCES_CONSTRAINT | K::FOREIGN_KEY_CONSTRAINT => {
                    self.below(child(&part, K::TABLE_NAME_REF), ShareRowExclusive);
                }
                K::LIKE_CLAUSE => self.below(Some(part), AccessShare),
                _ => {}
            }
        }
        let own =
            child(node, K::TABLE_NAME).map(|it| names::path(&it)).and_then(|it| names::object(ObjectKind::Table, &it));
        self.taken.retain(|lock| own.as_ref().is_none_or(|own| lock.object != *own));
    }

    fn alter_table(&mut self, node: &SyntaxNode) {
        let Some(target) = node.children().find(|it| matches!(it.kind(), K::TABLE_RELATION_NAME | K::VIEW_REF)) else {
            return;
        };
        let table = names::object(ObjectKind::Table, &names::path(&target));
        for action in node.children().filter(|it| it.kind() != K::IF_EXISTS && *it != target) {
            self.take(table.clone(), form(&action));
            match action.kind() {
                K::ATTACH_PARTITION => self.below(child(&action, K::TABLE_NAME_REF), AccessExclusive),
                K::DETACH_PARTITION => self.below(child(&action, K::TABLE_NAME_REF), form(&action)),
                K::INHERIT_TABLE | K::NO_INHERIT_TABLE => self.below(Some(action), ShareUpdateExclusive),
                _ => {
                    let keys = [K::REFERENCES_CONSTRAINT, K::FOREIGN_KEY_CONSTRAINT];
                    for key in action.descendants().filter(|it| keys.contains(&it.kind())) {
                        self.below(child(&key, K::TABLE_NAME_REF), ShareRowExclusive);
                    }
                }
            }
        }
    }
}

/// The lock one form of `ALTER TABLE` takes on the table.
fn form(action: &SyntaxNode) -> LockMode {
    match action.kind() {
        K::ADD_CONSTRAINT if child(action, K::FOREIGN_KEY_CONSTRAINT).is_some() => ShareRowExclusive,
        K::DETACH_PARTITION if descendant(action, K::DETACH_CONCURRENTLY).is_some() => ShareUpdateExclusive,
        K::ALTER_COLUMN if child(action, K::SET_STATISTICS).is_some() || child(action, K::SET_OPTIONS).is_some() => {
            ShareUpdateExclusive
        }
        kind => WEAKER_FORMS.iter().find(|(form, _)| *form == kind).map_or(AccessExclusive, |(_, mode)| *mode),
    }
}
