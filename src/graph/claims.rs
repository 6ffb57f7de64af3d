//! Names that migrations are the first to take.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::Node;
use super::key::{Key, Set};
use super::replay::is_routine;
use super::world::{candidates, effect_candidates};
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect, Statement};

/// Something that a migration creates under a name that none before it can have freed: it must not be there when they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What is created.
    pub object: ObjectName,
    /// Which migration does.
    pub node: usize,
    /// Where its name stands.
    pub span: Span,
    /// Something before may take an index or a sequence of this name along, which the text doesn't name.
    pub loose: bool,
}

/// What these migrations claim, run in this order.
///
/// A claim is certain: the text names the object, creates it whatever is there, and nothing before has dropped, renamed or
/// made it. They end where the text stops telling all that happens, or takes away more than it names.
#[must_use]
pub fn claims(nodes: &[Node<'_>], order: &[usize]) -> Vec<Claim> {
    let mut walk =
        Walk { claims: Vec::new(), touched: Set::default(), loose: false, removes: what_routines_remove(nodes) };
    for index in order {
        let node = &nodes[*index];
        walk.touched.extend(node.provides.iter().map(Key::of));
        for statement in &node.script.statements {
            if walk.statement(*index, node, statement).is_break() {
                return walk.claims;
            }
        }
    }
    walk.claims
}

/// For each routine of the project, by its last name, whether a call may remove something.
fn what_routines_remove(nodes: &[Node<'_>]) -> BTreeMap<Ident, bool> {
    let mut removes = BTreeMap::new();
    for statement in nodes.iter().flat_map(|it| &it.script.statements) {
        let Some(body) = statement.body.as_deref() else { continue };
        let removing = |it: &Effect| matches!(it.action, Action::Drops | Action::MayChange | Action::Calls);
        let does = body.opaque.is_some() || !body.moves.is_empty() || body.effects.iter().any(removing);
        for routine in statement.effects.iter().filter(|it| it.action == Action::Creates && is_routine(&it.object)) {
            *removes.entry(routine.object.name.clone()).or_default() |= does;
        }
    }
    removes
}

struct Walk {
    claims: Vec<Claim>,
    /// Names that were made, freed or changed on the way: what is there under them by now is no longer what was.
    touched: Set<Key>,
    /// Whether something went that may have taken parts of a table along: its indexes, constraints and sequences.
    loose: bool,
    removes: BTreeMap<Ident, bool>,
}

impl Walk {
    fn statement(&mut self, index: usize, node: &Node<'_>, statement: &Statement) -> ControlFlow<()> {
        if statement.opaque.is_some() {
            return ControlFlow::Break(());
        }
        let path = statement.effects.first().map(|it| &*it.search_path).unwrap_or_default();
        for it in &statement.moves {
            if it.from.kind == ObjectKind::Schema {
                return ControlFlow::Break(());
            }
            // What is on a table goes where it goes.
            self.loose |= it.schema.is_some();
            for from in candidates(&it.from, path) {
                for key in [from.moved(it), from] {
                    self.touched.extend(index_behind(&key));
                    self.touched.insert(key);
                }
            }
        }
        for effect in &statement.effects {
            match (effect.action, effect.object.kind) {
                (Action::Creates, _) => self.creates(index, node, statement, effect),
                (Action::Drops, kind) => {
                    // A view is dropped as whatever relation it may be.
                    let is_view = statement.tag.ends_with("VIEW");
                    if statement.cascade || takes_more(kind) && !is_view {
                        return ControlFlow::Break(());
                    }
                    self.loose |= is_loosening(kind) || is_view;
                    self.touched.extend(effect_candidates(effect));
                }
                // The script of an update may remove members of the extension.
                (Action::MayChange, ObjectKind::Schema) | (Action::Alters, ObjectKind::Extension) => {
                    return ControlFlow::Break(());
                }
                (Action::MayChange, _) => self.touched.extend(effect_candidates(effect)),
                (Action::Calls, _) if self.removes.get(&effect.object.name).copied().unwrap_or(true) => {
                    return ControlFlow::Break(());
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn creates(&mut self, index: usize, node: &Node<'_>, statement: &Statement, effect: &Effect) {
        let keys = effect_candidates(effect);
        if let [key] = keys.as_slice()
            && self.is_untouched(key)
            // A block may catch that it is there.
            && statement.tag != "DO"
            && !is_temporary(statement, effect)
            && !effect.unless_exists
            && !effect.conditional
            && (!self.loose || !is_part(effect.object.kind))
            && is_claimed(effect.object.kind)
            && !makes_room(key)
            && names(&node.source.text[effect.span.range()], key)
            && !replaces(node.source.text.get(statement.span.start()..effect.span.start()).unwrap_or_default())
        {
            // A key and the index behind it are one to whoever reads.
            let said = self.claims.last().is_some_and(|it| (it.node, it.span) == (index, effect.span));
            if !said {
                let object = key.object(effect.object.kind);
                self.claims.push(Claim { object, node: index, span: effect.span, loose: self.loose });
            }
        }
        self.touched.extend(keys);
    }

    fn is_untouched(&self, key: &Key) -> bool {
        let mut names = [key.clone(), key.owner()].into_iter().chain(index_behind(key));
        !names.any(|it| self.touched.contains(&it))
    }
}

/// The index that may be behind a constraint: one is renamed with the other (18, tablecmds.c, `rename_constraint_internal`,
/// `RenameRelationInternal`).
fn index_behind(key: &Key) -> Option<Key> {
    let (_, name) = key.as_member().filter(|(kind, _)| *kind == ObjectKind::Constraint)?;
    Some(key.owner().with(|it| it.name = name.clone()))
}

/// Whether it is on a temporary table, of which a statement tells nothing.
fn is_temporary(statement: &Statement, effect: &Effect) -> bool {
    let is_whole = |whole: &ObjectName| statement.effects.iter().any(|it| *it.object == *whole);
    effect.object.kind == ObjectKind::Index && !effect.part_of.as_deref().is_some_and(is_whole)
}

/// Whether dropping such an object takes others along that the text does not name: partitions, sequences, members of an
/// extension.
const fn takes_more(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Schema
            | ObjectKind::Extension
            | ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::Database
            | ObjectKind::Role
    )
}

/// Whether dropping such an object may take parts of a table along: the index of a key, those of partitions with their
/// parent's. The sequence of an identity goes under the name that it most likely has.
const fn is_loosening(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Index | ObjectKind::Sequence)
}

/// What may go with a column or a table.
const fn is_part(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Index | ObjectKind::Constraint | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Sequence
    )
}

/// Whether only one of the name can be there, whatever its arguments.
const fn is_claimed(kind: ObjectKind) -> bool {
    is_part(kind)
        || matches!(
            kind,
            ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::ForeignTable
                | ObjectKind::Schema
                | ObjectKind::Enum
                | ObjectKind::Domain
                | ObjectKind::Type
                | ObjectKind::Extension
                | ObjectKind::Role
                | ObjectKind::Column
                | ObjectKind::EnumLabel
        )
}

/// Whether an array type of this name makes room for it (18, `pg_type.c`, `moveArrayTypeName`).
fn makes_room(key: &Key) -> bool {
    key.member.is_none() && key.namespace() == Namespace::Type && key.name.as_str().starts_with('_')
}

/// Whether the text, which shows where something is created, says its name: otherwise PostgreSQL chooses one that is free.
fn names(text: &str, key: &Key) -> bool {
    let name = key.last_name().as_str();
    let constraint = text.get(..10).filter(|it| it.eq_ignore_ascii_case("constraint")).map(|_| text[10..].trim_start());
    let Some(text) = constraint else { return ends_with(text, name) };
    let end = match text.strip_prefix('"') {
        Some(quoted) => quoted.find('"').map(|at| at + 2),
        None => text.find(char::is_whitespace),
    };
    end.is_some_and(|end| ends_with(&text[..end], name))
}

fn ends_with(text: &str, name: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'']);
    let Some(at) = text.len().checked_sub(name.len()).filter(|at| text.is_char_boundary(*at)) else { return false };
    text[at..].eq_ignore_ascii_case(name) && text[..at].chars().next_back().is_none_or(|it| ".\"'".contains(it))
}

/// Whether a statement that begins so is one to `CREATE OR REPLACE`.
fn replaces(beginning: &str) -> bool {
    beginning.to_ascii_lowercase().contains("replace")
}
