//! Rows that go or change with those they refer to, through foreign keys with actions.

use super::access::Facet;
use super::definition::Behaviour;
use super::edge::{Reason, ReasonKind};
use super::key::{Key, Set};
use super::replay::{Replay, is_routine};
use super::world::{World, effect_candidates};
use crate::model::{Ident, ObjectKind, Span};
use crate::sql::{Action, Effect, Statement};

/// Some columns of a table, written as a key over them is named; `None` if they may be any.
pub(super) type Columns = Option<Ident>;

/// A list this long may have been cut.
const MAX_NAME_BYTES: usize = 63;

/// A foreign key's action on the table it refers to.
#[derive(Debug, PartialEq)]
pub(super) struct Referrer {
    action: Action,
    /// The key it refers to.
    key: Columns,
    table: Key,
    /// The columns that refer to it.
    columns: Columns,
}

/// What happens to rows of a table.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    Deleted,
    /// Removed by `TRUNCATE`, with `CASCADE` or without.
    Truncated(bool),
    Updated(Columns),
}

impl<'a> Replay<'a> {
    /// Remembers the foreign keys that a statement makes, and what it makes that changes with every row updated.
    pub(super) fn remember_actions(&mut self, effects: &[Effect]) {
        for effect in effects {
            let other = effect.part_of.as_deref().and_then(|it| self.resolve_name(it, &effect.search_path));
            let (Some(key), Some(other)) = (self.resolve(effect), other) else { continue };
            if effect.action == Action::Refers {
                self.world.foreign_keys.get_or_default(key.owner()).insert((other, columns(&key)));
            } else if effect.action.is_of_foreign_key() {
                let referrer = Referrer {
                    action: effect.action,
                    key: columns(&key),
                    table: other.owner(),
                    columns: columns(&other),
                };
                self.world.referrers.get_or_default(key.owner()).insert(referrer);
            } else if effect.action == Action::Updates {
                self.world.generated.get_or_default(other).insert(columns(&key));
            }
        }
    }

    /// A foreign key looks for rows that others refer to.
    pub(super) fn reads_keys(&mut self, effect: &Effect) {
        if let Some(key) = self.resolve(effect) {
            self.share(&key, Facet::Keys, effect.span, &key.object(ObjectKind::Table));
        }
    }

    fn changes_keys(&mut self, table: &Key, span: Span) {
        for it in self.world.kin(table).into_iter().chain([table.clone()]) {
            self.exclude(&it, Facet::Keys, span, &it.object(ObjectKind::Table), false);
        }
    }

    /// Rows are added.
    pub(super) fn inserts(&mut self, effect: &Effect) {
        if let Some(table) = self.resolve(effect) {
            self.changes_keys(&table, effect.span);
        }
    }

    /// Columns of rows that are there change.
    pub(super) fn updates(&mut self, effect: &Effect, by: &'a Statement) {
        let Some(key) = self.resolve(effect) else { return };
        let certain = self.world.objects.contains_key(&key) && self.world.knows_columns_of(&key.owner());
        let column = columns(&key).filter(|_| certain);
        let table = key.owner();
        if self.world.keys(&table).iter().any(|it| self.reaches(&table, &column, &columns(it))) || column.is_none() {
            self.changes_keys(&table, effect.span);
        }
        self.takes_along(&table, &Change::Updated(column), effect.span, by);
    }

    /// Rows go: some, or all.
    pub(super) fn removes_rows(&mut self, effect: &Effect, cascade: bool, by: &'a Statement) {
        let Some(table) = self.resolve(effect) else { return };
        self.changes_keys(&table, effect.span);
        let change = if effect.action == Action::Truncates { Change::Truncated(cascade) } else { Change::Deleted };
        self.takes_along(&table, &change, effect.span, by);
    }

    /// Something is done to rows that the text doesn't show.
    pub(super) fn may_take_along(&mut self, table: &Key, span: Span, by: &'a Statement) {
        self.changes_keys(table, span);
        for change in [Change::Deleted, Change::Updated(None)] {
            self.takes_along(table, &change, span, by);
        }
    }

    fn takes_along(&mut self, table: &Key, change: &Change, span: Span, by: &'a Statement) {
        let all = self.world.kin(table).into_iter().chain([table.clone()]);
        let mut open: Vec<(Key, Change)> = all.map(|it| (it, change.clone())).collect();
        let mut seen = open.clone();
        while let Some((next, change)) = open.pop() {
            if matches!(change, Change::Truncated(_)) {
                // It is refused while anything else refers to the table.
                for key in self.world.keys(&next) {
                    self.exclude(&key, Facet::Existence, span, &key.object(ObjectKind::Index), false);
                }
            }
            self.stays_behind_drops(&next, &change, span);
            for (follower, change) in self.following(&next, &change) {
                let kin = self.world.kin(&follower);
                for it in kin.into_iter().chain([follower]).map(|it| (it, change.clone())) {
                    let is_table = self.world.objects.get(&it.0).is_some_and(|it| it.kind == ObjectKind::Table);
                    if is_table && !seen.contains(&it) {
                        for facet in [Facet::Rows, Facet::Keys] {
                            self.exclude(&it.0, facet, span, &it.0.object(ObjectKind::Table), false);
                        }
                        if self.called.insert(it.0.clone()) {
                            self.set_off(&it.0, span, false, by);
                        }
                        seen.push(it.clone());
                        open.push(it);
                    }
                }
            }
        }
    }

    /// Rows may only be free to go or change because a foreign key has been dropped, or may have been.
    fn stays_behind_drops(&mut self, table: &Key, change: &Change, span: Span) {
        let bound = |(key, columns): &(Key, Columns)| {
            let key = self.world.current(key);
            let (node, at) = self.accesses.disturber(&key, Facet::Existence)?;
            let concerned = !matches!(change, Change::Updated(it) if !self.reaches(table, it, columns));
            concerned.then_some((key, node, at))
        };
        let foreign_keys = self.world.foreign_keys.get(table).into_iter().flatten();
        for (key, node, at) in foreign_keys.filter_map(bound).collect::<Vec<_>>() {
            let reason = Reason {
                kind: ReasonKind::Conflict,
                object: Some(key.object(ObjectKind::Constraint).into()),
                from_span: Some(span),
                to_span: Some(at),
            };
            self.found.edges.add(self.node, node, reason);
        }
    }

    /// What a change of rows of a table does to those that refer to them.
    fn following(&self, table: &Key, change: &Change) -> Vec<(Key, Change)> {
        if let Change::Truncated(cascade) = change {
            let keys = if *cascade { self.world.keys(table) } else { Vec::new() };
            let referring: Set<Key> =
                keys.iter().filter_map(|it| self.world.shaken.get(it)).flatten().cloned().collect();
            return referring.iter().map(|it| (self.world.current(it), change.clone())).collect();
        }
        let follows = |it: &Referrer| match (change, it.action) {
            (Change::Deleted, Action::CascadesDelete) => Some(Change::Deleted),
            (Change::Deleted, Action::ClearsOnDelete) => Some(Change::Updated(it.columns.clone())),
            (Change::Updated(columns), Action::CascadesUpdate) if self.reaches(table, columns, &it.key) => {
                Some(Change::Updated(it.columns.clone()))
            }
            _ => None,
        };
        let referrers = self.world.referrers.get(table).into_iter().flatten();
        referrers.filter_map(|it| Some((self.world.current(&it.table), follows(it)?))).collect()
    }

    /// Whether an update of these columns may change a key of the table: itself, through a generated column, or
    /// through a trigger.
    fn reaches(&self, table: &Key, updated: &Columns, key: &Columns) -> bool {
        let (Some(updated), Some(key)) = (updated, key.as_ref().and_then(|it| self.world.key_columns(table, it)))
        else {
            return true;
        };
        let kin: Vec<Key> = self.world.kin(table).into_iter().chain([table.clone()]).collect();
        let Some(key) = self.world.names_of(&kin, &key) else { return true };
        overlap(&key, updated)
            || kin.iter().any(|it| {
                let mut generated = self.world.generated.get(it).into_iter().flatten();
                generated.any(|it| it.as_ref().is_none_or(|it| overlap(&key, it))) || self.triggers_change(it, &key)
            })
    }

    /// Whether a trigger of the table may change one of these columns of the row it is for.
    fn triggers_change(&self, table: &Key, key: &[&str]) -> bool {
        let triggers =
            self.world.members(table).iter().any(|it| matches!(it.as_member(), Some((ObjectKind::Trigger, _))));
        let functions = self.world.behaviours.get(table).into_iter().flat_map(Behaviour::references);
        triggers
            && functions.filter(|it| is_routine(&it.object)).any(|it| {
                let known = effect_candidates(it).iter().map(|it| self.world.current(it)).find_map(|it| {
                    self.world.objects.contains_key(&it).then(|| self.world.behaviours.get(&it)).flatten()
                });
                known.is_none_or(|it| {
                    let changed = || it.bodies().flat_map(|it| &it.changes);
                    changed().any(|it| {
                        let column = columns(&table.member(ObjectKind::Column, it.clone()));
                        it.as_str() == "*" || column.is_none_or(|it| overlap(key, &it))
                    })
                })
            })
    }
}

impl World<'_> {
    /// All names that the columns in a list have or had in these tables, which are kin; `None` if not all are known.
    fn names_of(&self, tables: &[Key], list: &Ident) -> Option<Vec<&'static str>> {
        let mut names: Vec<&str> = split(list).collect();
        let renamed = || tables.iter().filter_map(|it| self.renamed_columns.get(it)).flatten();
        let mut known = 0;
        while known < names.len() {
            known = names.len();
            for (from, to) in renamed() {
                let (from, to) = (from.as_ref()?, to.as_ref()?);
                if overlap(&names, from) || overlap(&names, to) {
                    let more: Vec<&str> = split(from).chain(split(to)).filter(|it| !names.contains(it)).collect();
                    names.extend(more);
                }
            }
        }
        Some(names)
    }

    /// Whether columns of this unique key have or had other names.
    pub(super) fn renames_reach(&self, key: &Key) -> bool {
        let renamed = self.renamed_columns.get(&key.owner()).into_iter().flatten();
        let names = columns(key);
        renamed.into_iter().any(|(_, to)| match (&names, to) {
            (Some(names), Some(to)) => overlap(&split(names).collect::<Vec<_>>(), to),
            _ => true,
        })
    }

    /// Whether this unique key of a table has columns that had other names when another was made over them: then
    /// that one does as well.
    pub(super) fn has_namesake(&self, key: &Key) -> bool {
        if !matches!(key.as_member(), Some((ObjectKind::Index, _))) || !self.renames_reach(key) {
            return false;
        }
        let table = key.owner();
        let list = columns(key);
        let names = list.as_ref().and_then(|it| self.names_of(std::slice::from_ref(&table), it));
        let (Some(list), Some(names)) = (list, names) else { return true };
        let same = |it: Ident| split(&it).count() == split(&list).count() && split(&it).all(|it| names.contains(&it));
        self.keys(&table).iter().any(|it| it != key && columns(it).is_none_or(same))
    }

    /// The columns of a key of the table, by its name.
    fn key_columns(&self, table: &Key, key: &Ident) -> Columns {
        if key.as_str() != "(primary key)" {
            return Some(key.clone());
        }
        let index = |it: &Key| Some(self.current(self.objects.get(it)?.part_of.as_ref()?));
        let behind = index(&table.member(ObjectKind::Index, key.clone()))?;
        let mut same =
            self.keys(table).into_iter().filter(|it| it.last_name() != key && index(it).as_ref() == Some(&behind));
        let only = same.next()?;
        if same.next().is_some() { None } else { columns(&only) }
    }
}

/// The columns that a key or column stands for, unless the name is too long to hold them.
pub(super) fn columns(key: &Key) -> Columns {
    let (kind, name) = key.as_member()?;
    let list = if kind == ObjectKind::Index { name.clone() } else { Ident::exact(&format!("({name})")) };
    Some(list).filter(|it| it.as_str().len() < MAX_NAME_BYTES)
}

/// The columns in a list; a quoted name with a comma in it is split, but everywhere alike.
fn split(list: &Ident) -> impl Iterator<Item = &'static str> {
    list.as_str().trim_start_matches('(').trim_end_matches(')').split(", ")
}

/// Whether a list has one of these columns.
fn overlap(columns: &[&str], list: &Ident) -> bool {
    split(list).any(|it| columns.contains(&it))
}
