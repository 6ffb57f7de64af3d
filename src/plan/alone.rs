//! What each statement that runs alone leaves behind, and what of its file holds for it.

use super::step::{Interrupted, SegmentKind};
use crate::diagnostic::Source;
use crate::model::{ObjectKind, ObjectName};
use crate::sql::{Action, Statement};

/// Whether a statement may end a transaction that it shares with its journal entry, or need to be outside of any, though
/// the text doesn't show it.
///
/// Every other statement is atomic, so a transaction of its own makes no difference to it, and its intent is exact.
pub(super) fn may_control(statement: &Statement) -> bool {
    ["CALL", "DO", "REINDEX", "CLUSTER"].contains(&statement.tag.as_str())
}

/// How a statement runs outside any transaction.
pub(super) fn alone(source: &Source, statement: &Statement) -> SegmentKind {
    const REPEATABLE: &[&str] = &["VACUUM", "ANALYZE", "CLUSTER", "DISCARD"];
    let removed = || {
        statement
            .effects
            .iter()
            .find(|effect| effect.action == Action::Drops && effect.object.kind == ObjectKind::Index)
            .map(|effect| ObjectName::clone(&effect.object))
    };
    let text = &source.text[statement.span.range()];
    SegmentKind::Alone(match &statement.concurrent_index {
        Some(index) => Interrupted::Builds(index.as_ref().clone()),
        None if statement.tag.starts_with("REINDEX") => Interrupted::Rebuilds,
        None if REPEATABLE.iter().any(|tag| statement.tag.starts_with(tag)) => Interrupted::Repeatable,
        None if statement.tag == "DROP INDEX" => match removed() {
            Some(index) => Interrupted::Removes(index),
            None => Interrupted::Unknown,
        },
        None if statement.tag == "ALTER TABLE" => detaches(statement).unwrap_or(Interrupted::Unknown),
        None if statement.tag.starts_with("DROP ") && text.to_ascii_uppercase().contains(" IF EXISTS ") => {
            Interrupted::Repeatable
        }
        None => Interrupted::Unknown,
    })
}

/// The only `ALTER TABLE` that can't be in a transaction: it reads the parent's rows and alters the partition.
fn detaches(statement: &Statement) -> Option<Interrupted> {
    let object = |action| statement.effects.iter().rfind(|e| e.action == action).map(|e| ObjectName::clone(&e.object));
    Some(Interrupted::Detaches { parent: object(Action::ReadsRows)?, partition: object(Action::Leaves)? })
}

/// Whether a statement sets something for the rest of the session.
pub(super) fn is_setting(source: &Source, statement: &Statement) -> bool {
    let text = &source.text[statement.span.range()];
    match statement.tag.as_str() {
        "SET" | "SET ROLE" | "SET SESSION AUTHORIZATION" => {
            text.split_whitespace().nth(1).is_some_and(|word| !word.eq_ignore_ascii_case("LOCAL"))
        }
        "RESET" | "RESET ROLE" | "RESET SESSION AUTHORIZATION" => true,
        "SELECT" => {
            let call: String = text.to_ascii_lowercase().split_whitespace().collect();
            (call.starts_with("selectset_config(") || call.starts_with("selectpg_catalog.set_config("))
                && call.ends_with(",false)")
        }
        _ => false,
    }
}
