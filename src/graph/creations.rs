use std::collections::BTreeMap;

use crate::model::ObjectKind;
use crate::sql::{Action, Effect, Script, Statement};

/// What a migration creates by name, counted; what comes along (columns, keys, a serial's sequence) is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Creations {
    /// How many of each kind; of tables only those that are no partitions.
    pub kinds: BTreeMap<ObjectKind, usize>,
    /// How many partitions.
    pub partitions: usize,
}

impl Creations {
    pub(super) fn of(script: &Script) -> Self {
        let mut counts = Self::default();
        for statement in &script.statements {
            for effect in statement.effects.iter().filter(|it| it.action == Action::Creates && is_named(statement, it))
            {
                if effect.object.kind == ObjectKind::Table && effect.part_of.is_some() {
                    counts.partitions += 1;
                } else {
                    *counts.kinds.entry(effect.object.kind).or_default() += 1;
                }
            }
        }
        counts
    }
}

/// Whether the text names the object in order to create it, as opposed to what follows from that.
fn is_named(statement: &Statement, effect: &Effect) -> bool {
    match effect.object.kind {
        ObjectKind::Column | ObjectKind::Constraint | ObjectKind::EnumLabel => false,
        ObjectKind::Sequence | ObjectKind::Type | ObjectKind::Function => effect.part_of.is_none(),
        ObjectKind::Index => {
            effect.object.member.is_none()
                && !statement.effects.iter().any(|it| {
                    it.action == Action::Creates
                        && it.object.kind == ObjectKind::Constraint
                        && it.object.member.as_ref() == Some(&effect.object.name)
                })
        }
        _ => true,
    }
}
