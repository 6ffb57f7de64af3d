//! Where unqualified names go whose `search_path` begins with schemas that aren't there.

use std::collections::{BTreeMap, BTreeSet};

use super::{External, Node};
use crate::model::{Ident, ObjectKind, ObjectName, Shared};
use crate::sql::{Action, Effect, Script, Statement};

/// The scripts of those nodes that create something while the first schema of their path is not there, in order of the
/// versions: it goes into the next one that is (18, namespace.c, `recomputeNamespacePath`).
///
/// That is known of schemas that the project creates itself, and of those that the database is known not to have.
pub(super) fn settled(nodes: &[Node<'_>], external: &External, by_version: &[usize]) -> BTreeMap<usize, Script> {
    let mut settled: BTreeMap<usize, Script> = BTreeMap::new();
    let statements = nodes.iter().flat_map(|it| &it.script.statements);
    let own: BTreeSet<&Ident> = statements.flat_map(|it| it.effects.iter().filter_map(made)).collect();
    let absent = |it: &Ident, there: &BTreeSet<Ident>| {
        (own.contains(it) || external.absent.contains(it))
            && !there.contains(it)
            && !external.schemas.contains(it)
            && it.as_str() != "public"
    };
    let mut there: BTreeSet<Ident> = BTreeSet::new();
    for node in by_version.iter().filter(|_| !own.is_empty() || !external.absent.is_empty()) {
        for (at, statement) in nodes[*node].script.statements.iter().enumerate() {
            let mut goes = None;
            for effect in &statement.effects {
                there.extend(made(effect).cloned());
                if effect.action == Action::Drops && effect.object.kind == ObjectKind::Schema {
                    there.remove(&effect.object.name);
                }
                let first = effect.search_path.first().filter(|it| effect.object.schema.as_ref() == Some(*it));
                if let Some(first) = first.filter(|it| effect.action == Action::Creates && absent(it, &there)) {
                    let next = effect.search_path.iter().find(|it| !absent(it, &there));
                    goes = next.map(|it| (first.clone(), it.clone())).or(goes);
                }
            }
            let renamed = statement.moves.iter().filter(|it| it.from.kind == ObjectKind::Schema);
            there.extend(renamed.filter_map(|it| it.name.clone()));
            if let Some((from, to)) = goes {
                let script = settled.entry(*node).or_insert_with(|| nodes[*node].script.clone());
                put(&mut script.statements[at], &from, &to);
            }
        }
    }
    settled
}

/// The schema that an effect creates.
fn made(effect: &Effect) -> Option<&Ident> {
    let creates = effect.action == Action::Creates && effect.object.kind == ObjectKind::Schema;
    creates.then_some(&effect.object.name)
}

/// Puts what a statement creates into another schema than the one it was taken to be in, whose absence it minds.
fn put(statement: &mut Statement, from: &Ident, to: &Ident) {
    let put = |it: &mut ObjectName| {
        if it.schema.as_ref() == Some(from) {
            it.schema = Some(to.clone());
        }
    };
    for effect in &mut statement.effects {
        if effect.action == Action::Requires && effect.object == ObjectName::global(ObjectKind::Schema, from.clone()) {
            effect.change(|it| it.action = Action::LooksFor);
        }
        let put = |it: &mut Shared<ObjectName>| {
            let mut name = ObjectName::clone(it);
            put(&mut name);
            *it = name.into();
        };
        put(&mut effect.object);
        effect.change(|it| it.part_of.iter_mut().for_each(put));
    }
    statement.change(|it| it.moves.iter_mut().for_each(|it| put(&mut it.from)));
}
