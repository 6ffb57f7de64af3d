use std::collections::{BTreeMap, BTreeSet};

use super::majors::same;
use super::{Entry, Kind, Snapshot};
use crate::model::glob;

/// One step of the way to an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What the entry is.
    pub kind: Kind,
    /// Its name; see [`Entry::name`].
    pub name: String,
}

/// How two snapshots differ in one entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The first alone has it: its text form, with what belongs to it.
    OnlyA(String),
    /// The second alone has it.
    OnlyB(String),
    /// Both have it, with these definitions.
    Differs {
        /// In the first.
        a: String,
        /// In the second.
        b: String,
    },
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The way to it, the object first, without the partitions on it.
    pub path: Vec<Step>,
    /// What it is.
    pub change: Change,
    /// The partitions of the object where this is so, by name; empty if it is so of the object itself.
    pub partitions: Vec<String>,
    /// How many partitions have the same difference because they are as their parent.
    pub following: usize,
}

/// Everything in which two snapshots differ, by object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The findings.
    pub differences: Vec<Difference>,
    /// How many were left out because a pattern names them.
    pub ignored: usize,
}

impl Comparison {
    /// Compares two snapshots but for what the patterns name.
    ///
    /// A pattern (`*` stands for any run of characters, `?` for one) names an object, or something that belongs to one, by
    /// its path (`public.cards`, `public.cards.name`) or by its kind and path (`table public.cards`, `grant *`), and with
    /// it all that belongs to it.
    #[must_use]
    pub fn of(a: &Snapshot, b: &Snapshot, ignore: &[String]) -> Self {
        let mut walk = Walk { majors: (a.major, b.major), path: Vec::new(), above: Vec::new(), found: Vec::new() };
        walk.below(&a.entries, &b.entries);
        let count = walk.found.len();
        let kept: Vec<Difference> = walk.found.into_iter().filter(|it| !it.is_named_by(ignore)).collect();
        Self { ignored: count - kept.len(), differences: merged(kept) }
    }

    /// Whether nothing differs.
    #[must_use]
    pub const fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Difference {
    fn is_named_by(&self, patterns: &[String]) -> bool {
        (1..=self.path.len()).any(|length| {
            let prefix = &self.path[..length];
            let (path, kind) = (dotted(prefix), prefix[length - 1].kind.word());
            let full = format!("{kind} {path}");
            patterns.iter().any(|pattern| glob::matches(pattern, &path) || glob::matches(pattern, &full))
        })
    }

    /// What differs: the last step's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.path.last().map_or(Kind::Schema, |step| step.kind)
    }

    /// The path in one word, such as `public.cards.name`.
    #[must_use]
    pub fn dotted(&self) -> String {
        dotted(&self.path)
    }

    /// The steps below the object in words, such as `column name comment`; empty for the object itself.
    #[must_use]
    pub fn member(&self) -> String {
        let step = |step: &Step| match step.name.as_str() {
            "" => step.kind.word().to_owned(),
            name => format!("{} {name}", step.kind.word()),
        };
        self.path.iter().skip(1).map(step).collect::<Vec<_>>().join(", ")
    }
}

/// Partitions are named with their schema already.
fn dotted(path: &[Step]) -> String {
    let from = path.iter().rposition(|step| step.kind == Kind::Partition && !step.name.is_empty()).unwrap_or(0);
    let names = path[from..].iter().map(|step| step.name.as_str()).filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(".")
}

struct Walk<'s> {
    majors: (u32, u32),
    path: Vec<Step>,
    /// The table and partitions on the path, in both.
    above: Vec<(&'s Entry, &'s Entry)>,
    found: Vec<Difference>,
}

type Pair<'s> = (Option<&'s Entry>, Option<&'s Entry>);

impl<'s> Walk<'s> {
    fn below(&mut self, a: &'s [Entry], b: &'s [Entry]) {
        for (a, b) in paired(a, b) {
            self.pair(a, b);
        }
        for kind in [Kind::Column, Kind::Label] {
            self.order(kind, a, b);
        }
    }

    fn pair(&mut self, a: Option<&'s Entry>, b: Option<&'s Entry>) {
        let Some(any) = a.or(b) else { return };
        self.path.push(Step::new(any.kind, any.name.clone()));
        match (a, b) {
            (Some(a), Some(b)) => {
                self.definitions(a, b);
                self.above.push((a, b));
                match a.kind {
                    Kind::Partition => self.partition(a, b),
                    _ => self.below(&a.entries, &b.entries),
                }
                self.above.pop();
            }
            (Some(a), None) => self.found(Change::OnlyA(a.to_text())),
            (None, Some(b)) => self.found(Change::OnlyB(b.to_text())),
            (None, None) => {}
        }
        self.path.pop();
    }

    fn definitions(&mut self, a: &Entry, b: &Entry) {
        if !same(a.kind, (&a.definition, self.majors.0), (&b.definition, self.majors.1)) {
            self.found(Change::Differs { a: a.definition.clone(), b: b.definition.clone() });
        }
    }

    /// What belongs to a partition. A column that isn't told of is as in the parent.
    fn partition(&mut self, a: &'s Entry, b: &'s Entry) {
        self.grants(a, b);
        for (own_a, own_b) in paired(&a.entries, &b.entries) {
            if own_a.or(own_b).is_some_and(is_about_grants) {
                continue;
            }
            let Some(any) = own_a.or(own_b).filter(|it| it.kind == Kind::Column) else {
                self.pair(own_a, own_b);
                continue;
            };
            let name = any.name.as_str();
            let inherited = |first: bool| {
                let entries = self.above.iter().rev().map(move |(a, b)| if first { *a } else { *b });
                entries.filter_map(|entry| own_column(entry, name)).find(|column| !column.definition.is_empty())
            };
            // Where one side doesn't have the column at all, the table has told so.
            let (Some(whole_a), Some(whole_b)) = (inherited(true), inherited(false)) else { continue };
            self.path.push(Step::new(Kind::Column, name.to_owned()));
            self.definitions(whole_a, whole_b);
            let entries = |own: Option<&'s Entry>| own.map_or(&[][..], |it| &it.entries);
            self.below(entries(own_a), entries(own_b));
            self.path.pop();
        }
    }

    /// The grants of a partition, whether its own or its parent's.
    fn grants(&mut self, a: &'s Entry, b: &'s Entry) {
        if follows_in_grants(a) && follows_in_grants(b) {
            return;
        }
        let whole = |first: bool| {
            let mut entries = self.above.iter().rev().map(|(a, b)| if first { *a } else { *b });
            let entry = entries.find(|entry| !follows_in_grants(entry));
            let entries = entry.map_or(&[][..], |entry| &entry.entries).iter();
            entries.filter(|it| matches!(it.kind, Kind::Grant | Kind::Revoke))
        };
        for (a, b) in paired(whole(true), whole(false)) {
            self.pair(a, b);
        }
    }

    /// Tells when both have the same entries of this kind in another order, those left out that only one has.
    fn order(&mut self, kind: Kind, a: &[Entry], b: &[Entry]) {
        let Some(order) = kind.order() else { return };
        let names = |entries: &'_ [Entry]| -> Vec<String> {
            entries.iter().filter(|it| it.kind == kind).map(|it| it.name.clone()).collect()
        };
        let (mut a, mut b) = (names(a), names(b));
        let common: BTreeSet<String> = a.iter().filter(|name| b.contains(name)).cloned().collect();
        a.retain(|name| common.contains(name));
        b.retain(|name| common.contains(name));
        if a != b {
            self.path.push(Step::new(order, String::new()));
            self.found(Change::Differs { a: a.join(", "), b: b.join(", ") });
            self.path.pop();
        }
    }

    fn found(&mut self, change: Change) {
        let following = match (&self.path[..], self.above.last()) {
            ([.., holder, member], Some((a, b)))
                if member.kind.is_inherited() && matches!(holder.kind, Kind::Table | Kind::Partition) =>
            {
                following(a, b, member)
            }
            _ => 0,
        };
        self.found.push(Difference { path: self.path.clone(), change, partitions: Vec::new(), following });
    }
}

/// How many partitions both have, at all levels, that have this from above.
fn following(a: &Entry, b: &Entry, member: &Step) -> usize {
    let has_own = |entry: &Entry| match member.kind {
        Kind::Column => own_column(entry, &member.name).is_some_and(|column| !column.definition.is_empty()),
        Kind::Grant | Kind::Revoke => !follows_in_grants(entry),
        _ => false,
    };
    let partitions = paired(&a.entries, &b.entries).into_iter().filter_map(|(a, b)| a.zip(b));
    let partitions = partitions.filter(|(a, b)| a.kind == Kind::Partition && !has_own(a) && !has_own(b));
    partitions.map(|(a, b)| 1 + following(a, b, member)).sum()
}

const fn is_about_grants(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Grants | Kind::Grant | Kind::Revoke)
}

fn follows_in_grants(entry: &Entry) -> bool {
    entry.entries.iter().any(|it| it.kind == Kind::Grants)
}

fn own_column<'s>(entry: &'s Entry, name: &str) -> Option<&'s Entry> {
    entry.entries.iter().find(|it| it.kind == Kind::Column && it.name == name)
}

/// The entries of both, those of the same kind and name together.
fn paired<'s>(a: impl IntoIterator<Item = &'s Entry>, b: impl IntoIterator<Item = &'s Entry>) -> Vec<Pair<'s>> {
    let mut pairs: BTreeMap<(Kind, &str), Pair<'s>> = BTreeMap::new();
    for entry in a {
        pairs.entry((entry.kind, &entry.name)).or_default().0 = Some(entry);
    }
    for entry in b {
        pairs.entry((entry.kind, &entry.name)).or_default().1 = Some(entry);
    }
    pairs.into_values().collect()
}

/// Makes one finding of the same difference in several partitions of a table.
fn merged(found: Vec<Difference>) -> Vec<Difference> {
    let mut kept: Vec<Difference> = Vec::new();
    let mut places: BTreeMap<(Vec<Step>, Change), usize> = BTreeMap::new();
    for difference in found {
        let Some(last) = difference.path.iter().rposition(|step| step.kind == Kind::Partition) else {
            kept.push(difference);
            continue;
        };
        let Difference { path, change, following, .. } = difference;
        let name = path[last].name.clone();
        let mut without = vec![path[0].clone()];
        without.extend_from_slice(&path[last + 1..]);
        // Partitions that only one has differ in their bounds, and are one finding all the same.
        let (key, text) = match change {
            Change::OnlyA(text) if last + 1 == path.len() => (Change::OnlyA(String::new()), text),
            Change::OnlyB(text) if last + 1 == path.len() => (Change::OnlyB(String::new()), text),
            Change::Differs { .. } if last + 1 == path.len() => {
                let path = vec![path[0].clone(), path[last].clone()];
                kept.push(Difference { path, change, partitions: Vec::new(), following: 0 });
                continue;
            }
            change => (change, String::new()),
        };
        if last + 1 == path.len() {
            without.push(Step::new(Kind::Partition, String::new()));
        }
        let place = *places.entry((without.clone(), key.clone())).or_insert(kept.len());
        if place == kept.len() {
            kept.push(Difference { path: without, change: key, partitions: Vec::new(), following: 0 });
        }
        let merged = &mut kept[place];
        merged.partitions.push(name);
        merged.following += following;
        if let (Change::OnlyA(all) | Change::OnlyB(all), false) = (&mut merged.change, text.is_empty()) {
            all.push_str(&text);
        }
    }
    kept
}
