use super::access::Facet;
use super::future::Future;
use super::key::Key;
use super::replay::{self, Replay};
use super::world::{World, candidates, effect_candidates};
use super::{External, Node};
use crate::model::{ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect, Move};

/// Something that is there after migrations have run, because one of them made it and none took it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Under the name it has in the end.
    pub object: ObjectName,
    /// Which migration has made it, or given it its name.
    pub node: usize,
    /// Where.
    pub span: Span,
}

/// What is there after these migrations have run in this order, as far as their text tells: in the order in which it
/// came. What lives for a session only, and what has no name of its own, is left out.
#[must_use]
pub fn made(nodes: &[Node<'_>], external: &External, order: &[usize]) -> Vec<Made> {
    let mut future = Future::of(nodes);
    future.reorder(order);
    let Replay { world, accesses, .. } = replay::replayed(nodes, external, &future, order);
    let standing = world.objects.iter().filter(|(key, _)| stands(&world, key));
    let objects = standing.map(|(key, it)| {
        let node = it.node as usize;
        // What a routine makes the text shows where it is called.
        let called = || accesses.last(key, Facet::Existence).filter(|(last, _)| *last == node).map(|(_, at)| at);
        let span = place(&nodes[node], key).or_else(called).unwrap_or_default();
        Made { object: key.object(it.kind), node, span }
    });
    let mut made: Vec<Made> = objects.filter(|it| is_named(&it.object)).collect();
    made.sort_by_key(|it| (future.place(it.node), it.span));
    made
}

/// Where a migration's statements create something, or give it or its owner this name, if they show it.
pub(super) fn place(node: &Node<'_>, key: &Key) -> Option<Span> {
    let is_made = |it: &&Effect| it.action == Action::Creates && effect_candidates(it).contains(key);
    let mut places = node.script.statements.iter().filter_map(|statement| {
        let path = statement.effects.first().map(|it| &*it.search_path).unwrap_or_default();
        let owner = key.owner();
        let is_moved = |it: &&Move| {
            let mut moved = candidates(&it.from, path).into_iter().map(|from| from.moved(it));
            moved.any(|it| it == *key || it == owner)
        };
        let made = statement.effects.iter().find(is_made).map(|it| it.span);
        made.or_else(|| Some(statement.moves.iter().find(is_moved)?.span))
    });
    places.next_back()
}

/// Whether all that its definition refers to is there: an index goes with its column (documentation of `ALTER TABLE`,
/// `DROP COLUMN`).
fn stands(world: &World<'_>, key: &Key) -> bool {
    let mut uses = world.uses.of(key);
    uses.all(|(used, _)| !world.dropped.contains_key(used) || world.objects.contains_key(&world.current(used)))
}

/// Whether a catalog has it under this name.
fn is_named(object: &ObjectName) -> bool {
    let nameless = matches!(object.kind, ObjectKind::Cast | ObjectKind::Transform)
        || object.member.is_some() && object.kind == ObjectKind::Index
        || object.member.as_ref().is_some_and(|member| member.as_str() == "*");
    let temporary = object.schema.as_ref().is_some_and(|schema| schema.as_str().starts_with("pg_temp"));
    !nameless && !temporary
}
