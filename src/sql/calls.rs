//! Calls of procedures that commit or roll back, which can't be made inside a transaction block.
//!
//! Source: PostgreSQL 18 documentation, 41.8 "Transaction Management".

use std::collections::BTreeSet;

use super::{Action, Creation, Effect, Script, Statement, Transaction};
use crate::model::{Ident, ObjectKind};

/// Marks the statements that call one, directly or through others. Namesakes count as one: to run outside of a
/// transaction without need does no harm.
pub(super) fn mark(scripts: &mut [Script]) {
    let mut ending: BTreeSet<Ident> = BTreeSet::new();
    loop {
        let all = scripts.iter().flat_map(|it| &it.statements);
        let found = all.filter(|it| it.creates == Some(Creation::CommittingProcedure) || calls(bodies(it), &ending));
        let names: BTreeSet<Ident> = found.flat_map(procedures).collect();
        if names.len() == ending.len() {
            break;
        }
        ending = names;
    }
    if ending.is_empty() {
        return;
    }
    for statement in scripts.iter_mut().flat_map(|it| &mut it.statements) {
        if matches!(statement.tag.as_str(), "CALL" | "DO") && calls(&statement.effects, &ending) {
            statement.change(|it| it.transaction = Transaction::Outside);
        }
    }
}

fn procedures(statement: &Statement) -> impl Iterator<Item = Ident> {
    let made = |it: &&Effect| it.action == Action::Creates && it.object.kind == ObjectKind::Procedure;
    statement.effects.iter().filter(made).map(|it| it.object.name.clone())
}

fn bodies(statement: &Statement) -> &[Effect] {
    statement.body.as_ref().map_or(&[], |it| &it.effects)
}

fn calls(effects: &[Effect], ending: &BTreeSet<Ident>) -> bool {
    effects.iter().any(|it| it.action == Action::Calls && ending.contains(&it.object.name))
}
