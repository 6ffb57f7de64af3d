use super::future::Future;
use super::key::Key;
use super::replay;
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
    let world = replay::after(nodes, external, &future, order);
    let standing = world.objects.iter().filter(|(key, _)| stands(&world, key));
    let objects = standing.map(|(key, it)| {
        let node = it.node as usize;
        Made { object: key.object(it.kind), node, span: place(&nodes[node], key) }
    });
    let mut made: Vec<Made> = objects.filter(|it| is_named(&it.object)).collect();
    made.sort_by_key(|it| (future.place(it.node), it.span));
    made
}

/// Where a migration creates something, or gives it or its owner this name; its beginning if the text doesn't show it.
pub(super) fn place(node: &Node<'_>, key: &Key) -> Span {
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
    places.next_back().unwrap_or_default()
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
