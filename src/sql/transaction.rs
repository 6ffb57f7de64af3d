//! Where statements may run, and what `CREATE INDEX CONCURRENTLY` builds.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::names::{self, child, child_ident, descendant};
use super::{ConcurrentIndex, Control, Creation, Transaction};
use crate::model::{Ident, Interned, ObjectKind, ObjectName};

/// Where a statement may run.
///
/// Source: the callers of `PreventInTransactionBlock` in PostgreSQL 14 to 18.
pub(super) fn transaction(node: &SyntaxNode) -> Transaction {
    let concurrently = || names::has_token(node, K::CONCURRENTLY_KW);
    if let Some(control) = control(node) {
        return Transaction::Control(control);
    }
    match node.kind() {
        K::VACUUM
        | K::CREATE_DATABASE
        | K::DROP_DATABASE
        | K::CREATE_TABLESPACE
        | K::DROP_TABLESPACE
        | K::ALTER_SYSTEM
        | K::DROP_SUBSCRIPTION => Transaction::Outside,
        K::CREATE_INDEX | K::DROP_INDEX if concurrently() => Transaction::Outside,
        K::REINDEX if reindexes_outside(node) => Transaction::Outside,
        K::CREATE_SUBSCRIPTION if creates_slot(node) => Transaction::Outside,
        K::ALTER_SUBSCRIPTION if refreshes(node) => Transaction::Outside,
        K::ALTER_TABLE if descendant(node, K::DETACH_CONCURRENTLY).is_some() => Transaction::Outside,
        K::ALTER_DATABASE if child(node, K::SET_TABLESPACE).is_some() => Transaction::Outside,
        K::DISCARD if child(node, K::DISCARD_ALL).is_some() => Transaction::Outside,
        K::CLUSTER if child(node, K::TABLE_NAME_REF).is_none() && child(node, K::CLUSTER_LEGACY).is_none() => {
            Transaction::Outside
        }
        // Source: PostgreSQL 18 documentation, 41.8 "Transaction Management".
        K::DO if ends_transactions(node) => Transaction::Outside,
        _ => Transaction::Either,
    }
}

fn control(node: &SyntaxNode) -> Option<Control> {
    let modes = |node: &SyntaxNode| child(node, K::TRANSACTION_MODE_LIST).map(|it| names::span(&it));
    let name = || {
        let name = child_ident(node, K::SAVEPOINT).or_else(|| child_ident(node, K::SAVEPOINT_REF));
        name.map_or_else(|| Interned::new(""), |it| Interned::new(it.as_str()))
    };
    Some(match node.kind() {
        K::BEGIN => Control::Begin(modes(node)),
        K::SET_TRANSACTION if child(node, K::SESSION_CHARACTERISTICS).is_none() => {
            Control::Modes(child(node, K::TRANSACTION_MODES).and_then(|it| modes(&it)))
        }
        K::COMMIT_TRANSACTION => Control::Commit { chain: child(node, K::AND_CHAIN).is_some() },
        K::ROLLBACK_TRANSACTION => Control::Rollback,
        K::SAVEPOINT_CREATE => Control::Savepoint(name()),
        K::RELEASE_SAVEPOINT | K::ROLLBACK_TO_SAVEPOINT => Control::OfSavepoint(name()),
        K::COMMIT_PREPARED | K::ROLLBACK_PREPARED | K::PREPARE_TRANSACTION => Control::TwoPhase,
        _ => return None,
    })
}

/// What a statement creates, where that decides how other statements can run.
pub(super) fn creation(node: &SyntaxNode) -> Option<Creation> {
    match node.kind() {
        K::CREATE_TABLE => child(node, K::PARTITION_BY).map(|_| Creation::PartitionedTable),
        K::CREATE_PROCEDURE => ends_transactions(node).then_some(Creation::CommittingProcedure),
        _ => None,
    }
}

/// Whether a block or procedure commits or rolls back, which it can't inside a transaction block.
fn ends_transactions(node: &SyntaxNode) -> bool {
    let ends = |it: SyntaxNode| matches!(it.kind(), K::PLPGSQL_COMMIT_STMT | K::PLPGSQL_ROLLBACK_STMT);
    let body = ast::Do::cast(node.clone())
        .and_then(|it| it.plpgsql())
        .or_else(|| ast::CreateProcedure::cast(node.clone()).and_then(|it| it.plpgsql()));
    body.is_some_and(|it| it.syntax().descendants().any(ends))
}

/// `REINDEX … CONCURRENTLY`, in either place it may be written.
pub(super) fn reindexes_concurrently(node: &SyntaxNode) -> bool {
    node.descendants_with_tokens().any(|it| it.kind() == K::CONCURRENTLY_KW)
}

fn reindexes_outside(node: &SyntaxNode) -> bool {
    let whole = [K::REINDEX_TARGET_DATABASE, K::REINDEX_TARGET_SYSTEM, K::REINDEX_TARGET_SCHEMA];
    reindexes_concurrently(node) || node.children().any(|it| whole.contains(&it.kind()))
}

/// Unless it says `connect = false` or `create_slot = false`, as it must with `slot_name = NONE`.
fn creates_slot(node: &SyntaxNode) -> bool {
    let options = child(node, K::WITH_PARAMS).map(|it| it.text().to_string().to_ascii_lowercase()).unwrap_or_default();
    let options: String = options.split_whitespace().collect();
    !["connect=false", "connect=off", "create_slot=false", "create_slot=off"].iter().any(|it| options.contains(it))
}

/// `REFRESH PUBLICATION`, and what does the same unless it says `refresh = false`.
fn refreshes(node: &SyntaxNode) -> bool {
    let refresh = |it: &SyntaxNode| {
        let options = it.text().to_string().to_ascii_lowercase();
        let options: String = options.split_whitespace().collect();
        !["refresh=false", "refresh=off", "refresh=0"].iter().any(|it| options.contains(it))
    };
    node.children().any(|it| match it.kind() {
        K::REFRESH_PUBLICATION => true,
        K::SET_PUBLICATION | K::ADD_PUBLICATION | K::DROP_SUBSCRIPTION_PUBLICATION => refresh(&it),
        // Source: `AlterSubscription` in `src/backend/commands/subscriptioncmds.c` of PostgreSQL 18.
        K::SET_OPTIONS => ["failover", "two_phase"].iter().any(|option| it.text().to_string().contains(option)),
        _ => false,
    })
}

/// What `CREATE INDEX CONCURRENTLY` builds.
pub(super) fn concurrent_index(node: &SyntaxNode) -> Option<Box<ConcurrentIndex>> {
    if node.kind() != K::CREATE_INDEX || !names::has_token(node, K::CONCURRENTLY_KW) {
        return None;
    }
    let table = names::object(ObjectKind::Table, &names::path(&child(node, K::TABLE_RELATION_NAME)?))?;
    let name: Option<Ident> = child(node, K::INDEX).and_then(|it| names::path(&it).pop());
    let index = name.map(|name| ObjectName { kind: ObjectKind::Index, name, ..table.clone() });
    Some(Box::new(ConcurrentIndex { index, table, if_not_exists: child(node, K::IF_NOT_EXISTS).is_some() }))
}
