//! Requirements: what has to be there when a statement runs, and where it comes from.

use super::access::{Facet, short};
use super::edge::{Reason, ReasonKind};
use super::key::Key;
use super::made;
use super::need::{Assumption, Cause, Need, Provision};
use super::replay::Replay;
use super::world::{Object, effect_candidates};
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{self, Action, Effect};

impl Replay<'_> {
    /// A requirement; a soft one gives order but never a missing prerequisite.
    pub(super) fn requires(&mut self, effect: &Effect, soft: bool) {
        if let Some(other) = self.does_as_well(effect) {
            return self.requires(&other, soft);
        }
        let key = self.resolve(effect);
        self.passes_over(effect, key.as_ref());
        let there = key.as_ref().filter(|it| self.world.objects.contains_key(it));
        let soft = soft || there.is_some_and(|it| self.world.has_namesake(it));
        let share = if soft { Self::share_softly } else { Self::share };
        if let Some((key, provider)) = key.as_ref().and_then(|key| Some((key, self.world.objects.get(key)?))) {
            // Whoever uses a domain or a composite type minds how it is made; labels of an enum are looked at one by one.
            let made = key.namespace() == Namespace::Type && provider.kind != ObjectKind::Enum;
            let (provider, object) = (provider.node as usize, key.object(provider.kind));
            share(self, key, Facet::Existence, effect.span, &object);
            let row_type = effect.object.kind == ObjectKind::Type && key.namespace() == Namespace::Relation;
            if key.member.is_some() || row_type || made {
                self.share(key, Facet::Shape, effect.span, &object);
            }
            if key.namespace() == Namespace::Routine {
                self.shares_signature(key, effect.span);
            }
            if !soft && provider != self.node && self.needed.insert(key.clone()) {
                self.needs(effect, key, provider);
            }
            return;
        }
        if effect.object.member.is_some() {
            self.requires_member(effect, key, soft);
        } else if let Some(key) = &key {
            let object = key.object(effect.object.kind);
            share(self, key, Facet::Existence, effect.span, &object);
            if !soft {
                self.missing(effect, Some(key));
            }
        } else if !soft {
            self.missing(effect, None);
        }
    }

    /// `ON CONFLICT … WHERE` goes by partial indexes and by those over all rows (18, plancat.c, `infer_arbiter_indexes`): the
    /// second, if it is there or the first isn't and won't be.
    fn does_as_well(&mut self, effect: &Effect) -> Option<Effect> {
        let other = effect.part_of.clone()?;
        let other = Effect { object: other, ..effect.clone() }.with(|it| it.part_of = None);
        let (partial, full) = (self.resolve(effect)?, self.resolve(&other)?);
        let [full_is_there, partial_is_there] = [&full, &partial].map(|it| self.world.objects.contains_key(it));
        if full_is_there && partial_is_there {
            self.share_softly(&partial, Facet::Existence, effect.span, &partial);
        }
        let comes = self.future.after(&partial, self.node).is_some() && !self.world.is_open_ended(&partial.owner());
        (full_is_there || !partial_is_there && !comes).then_some(other)
    }

    pub(super) fn reads_shape(&mut self, effect: &Effect) {
        if effect.object.kind == ObjectKind::Schema {
            self.exclude(&Key::of(&effect.object), Facet::Content, effect.span, &effect.object, false);
        } else if effect.object.kind == ObjectKind::Index && effect.object.member.is_some() {
            let Some(table) = self.resolve(effect).map(|it| it.owner()) else { return };
            self.exclude(&table, Facet::Content, effect.span, &table.object(ObjectKind::Table), false);
            for sequence in self.world.owned_sequences(&table) {
                self.share(&sequence, Facet::Shape, effect.span, &sequence.object(ObjectKind::Sequence));
            }
        } else if let Some(key) = self.resolve(effect) {
            let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
            self.share(&key, Facet::Shape, effect.span, &key.object(kind));
            for (used, facet) in self.world.types_of(&key) {
                let kind = self.world.objects.get(&used).map_or(ObjectKind::Type, |it| it.kind);
                self.share(&used, facet, effect.span, &used.object(kind));
            }
        }
    }

    /// A name found further along the path: nothing of that name may be in the schemas before, at any time it is used.
    fn passes_over(&mut self, effect: &Effect, found: Option<&Key>) {
        if effect.object.schema.is_some() || effect.search_path.len() < 2 {
            return;
        }
        let before =
            effect_candidates(effect).into_iter().take_while(|it| found.is_some_and(|found| it.schema != found.schema));
        for key in before.collect::<Vec<_>>() {
            if let Some(key) = self.future.known(&key) {
                self.share_softly(&key, Facet::Existence, effect.span, &key.object(effect.object.kind));
            }
        }
    }

    /// What a call returns and takes: rows of a table change with the table.
    fn shares_signature(&mut self, routine: &Key, span: Span) {
        let shapes = self.world.uses.of(routine).filter(|(it, facet)| *facet == Facet::Shape || it.member.is_some());
        for (used, _) in shapes.cloned().collect::<Vec<_>>() {
            let kind = self.world.objects.get(&used).map_or(ObjectKind::Table, |it| it.kind);
            self.share(&used, Facet::Shape, span, &used.object(kind));
        }
    }

    /// A member that isn't there: to come, gone, or unknown because not everything about its owner is known.
    pub(super) fn requires_member(&mut self, effect: &Effect, key: Option<Key>, soft: bool) {
        let Some(key) = key else { return };
        let owner = key.owner();
        if let Some(function) = self.field(effect, &key) {
            return self.requires(&function, soft || !self.world.knows_columns_of(&owner));
        }
        let Some((kind, provider)) = self.world.objects.get(&owner).map(|it| (it.kind, it.node as usize)) else {
            // Its owner is missed already, or comes from outside; a later migration may still add this to it.
            match (soft, self.future.creates(&key), self.future.creates(&owner)) {
                (true, ..) | (_, _, true) => {}
                (false, true, false) => self.missing(effect, Some(&key)),
                (false, false, false) => self.outside(effect, &owner, None),
            }
            return;
        };
        if effect.action == Action::RequiresLater && effect.object.kind == ObjectKind::Index {
            // It does without a key.
            return;
        }
        let object = owner.object(kind);
        self.share(&owner, Facet::Shape, effect.span, &object);
        // One statement may name a key before it makes it.
        if soft || self.future.creates_in(&key, self.node) {
            return;
        }
        if effect.object.kind == ObjectKind::Index && self.world.renames_reach(&key) {
            // It may be there under the names that its columns had before.
            self.share_softly(&key, Facet::Existence, effect.span, &key.object(ObjectKind::Index));
            return self.outside(effect, &owner, Some(provider));
        }
        let certain = match effect.object.kind {
            ObjectKind::Column => self.world.knows_columns_of(&owner),
            ObjectKind::EnumLabel => kind == ObjectKind::Enum,
            ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy => {
                provider != self.node && self.world.knows_members_of(&owner)
            }
            _ => false,
        };
        // What a table has from elsewhere may have this name; then the order stays as it is.
        let open_ended = self.world.is_open_ended(&owner);
        if certain || !open_ended && self.future.after(&key, self.node).is_some() {
            self.missing(effect, Some(&key));
        } else {
            self.outside(effect, &owner, Some(provider));
        }
    }

    /// The function that `alias.name` means where no migration makes such a column, if one makes such a function
    /// (documentation of PostgreSQL 18, 36.5.3 "SQL Functions on Composite Types").
    fn field(&self, effect: &Effect, column: &Key) -> Option<Effect> {
        let (_, name) = column.as_member().filter(|(kind, _)| *kind == ObjectKind::Column)?;
        let text = self.nodes[self.node].source.text.get(effect.span.range())?;
        if self.future.creates(column) || !text.contains('.') {
            return None;
        }
        let function = ObjectName::global(ObjectKind::Function, name.clone());
        self.resolve_name(&function, &effect.search_path)?;
        Some(Effect { object: function.into(), ..effect.clone() })
    }

    /// A member of which only the live catalog can tell whether it is there.
    fn outside(&mut self, effect: &Effect, owner: &Key, provider: Option<usize>) {
        if self.external.has(&effect.object) {
            return;
        }
        let mut changed_by = self.world.givers(owner);
        changed_by.extend(provider);
        let key = provider.map(|_| owner.same_as(&Key::of(&effect.object)));
        self.misses(effect, key.as_ref(), Cause::Outside(changed_by.into_iter().map(short).collect()));
    }

    /// Something that nobody has provided so far: a later migration, an extension, the environment, or nobody.
    pub(super) fn missing(&mut self, effect: &Effect, key: Option<&Key>) {
        let dropped = key.and_then(|it| self.world.dropped.get(it)).copied();
        let later = key.filter(|_| dropped.is_none()).and_then(|it| Some((it, self.future.after(it, self.node)?)));
        if let Some((key, provider)) = later {
            let reason = Reason {
                kind: ReasonKind::Requires,
                object: Some(key.object(effect.object.kind).into()),
                from_span: Some(effect.span),
                to_span: Some(made::place(&self.nodes[provider], key).unwrap_or_default()),
            };
            self.found.edges.add(self.node, provider, reason);
            self.needs(effect, key, provider);
            return;
        }
        if self.extension_brings(effect) || self.external.has(&effect.object) || is_public(&effect.object) {
            return;
        }
        if effect.object.kind == ObjectKind::Operator {
            // The lists don't hold the operators of extensions; those that are there come first.
            self.who_may(effect);
            return;
        }
        let dropped_by = dropped.filter(|(node, _)| *node != self.node);
        let assumed = match dropped_by {
            Some((node, _)) => self.may_create(effect, Some(node)),
            None => self.table_that_may(effect, key).or_else(|| self.who_may(effect)),
        };
        let dropped_by = dropped_by.map(|(node, span)| (short(node), span));
        self.misses(effect, key, Cause::Nowhere { dropped_by, assumed });
    }

    /// Whether an extension of the project is known to bring the object; if so, it comes first.
    pub(super) fn extension_brings(&mut self, effect: &Effect) -> bool {
        for extension in sql::extensions_providing(&effect.object) {
            let object = ObjectName::global(ObjectKind::Extension, Ident::exact(extension));
            let key = Key::of(&object);
            if self.world.objects.contains_key(&key) {
                self.share(&key, Facet::Existence, effect.span, &object);
                // An update may bring more, and `SET SCHEMA` moves all.
                self.share(&key, Facet::Shape, effect.span, &object);
                return true;
            }
            if let Some(provider) = self.future.after(&key, self.node) {
                let reason = Reason {
                    kind: ReasonKind::Requires,
                    object: Some(object.into()),
                    from_span: Some(effect.span),
                    to_span: Some(made::place(&self.nodes[provider], &key).unwrap_or_default()),
                };
                self.found.edges.add(self.node, provider, reason);
                return true;
            }
        }
        false
    }

    /// The extension that is there and brings what an effect needs, if no migration provides it.
    pub(super) fn extension_behind(&self, effect: &Effect) -> Option<Key> {
        if self.world.extensions.is_empty() || effect.object.member.is_some() {
            return None;
        }
        let provided = self.resolve(effect).is_some_and(|it| self.world.objects.contains_key(&it));
        let names = if provided { Vec::new() } else { sql::extensions_providing(&effect.object) };
        let keys = names.into_iter().map(|it| Key::of(&ObjectName::global(ObjectKind::Extension, Ident::exact(it))));
        keys.into_iter().find(|it| self.world.objects.contains_key(it))
    }

    /// The table with which an index, sequence or statistics may have come under a name that PostgreSQL chose, in a way
    /// that the text doesn't show (`LIKE … INCLUDING ALL`, or the usual name was taken); it comes first, as it is here.
    fn table_that_may(&mut self, effect: &Effect, key: Option<&Key>) -> Option<Assumption> {
        if effect.object.member.is_some() || !is_chosen(effect.object.kind, &effect.object.name) {
            return None;
        }
        let candidates = key.map_or_else(|| effect_candidates(effect), |it| vec![it.clone()]);
        let table = candidates.iter().find_map(|it| self.world.may_be_named_after(&it.as_relation()))?;
        let object = table.object(ObjectKind::Table);
        self.share_softly(&table, Facet::Existence, effect.span, &object);
        self.share(&table, Facet::Shape, effect.span, &object);
        if effect.object.kind != ObjectKind::Sequence {
            self.exclude(&table, Facet::Content, effect.span, &object, false);
        }
        Some(Assumption::Project(format!("it may come with table `{}`", table.name)))
    }

    /// Something is made under a name that is taken: then PostgreSQL has chosen it, and takes the first of `t_a_idx1`,
    /// `t_a_idx2`, … that is free (18, indexcmds.c, `ChooseRelationName`).
    pub(super) fn is_numbered(&mut self, key: &Key, span: Span) {
        let taken = self.world.objects.get(key).filter(|it| it.kind != ObjectKind::Sequence);
        let taken = taken.filter(|it| is_chosen(it.kind, &key.name));
        let Some(Object { kind, part_of: Some(table), .. }) = taken.cloned() else { return };
        self.exclude(&table, Facet::Content, span, &table.object(ObjectKind::Table), false);
        let chosen = key.name.as_str().trim_end_matches(|it: char| it.is_ascii_digit());
        for number in 1..MAX_NUMBER {
            let next = key.with(|it| it.name = Ident::exact(&format!("{chosen}{number}")));
            if self.world.objects.contains_key(&next) || self.future.creates(&next) {
                self.share_softly(&next, Facet::Existence, span, &next.object(kind));
            }
        }
    }

    /// Who might have provided what nothing is seen to provide; extensions that may have come first.
    pub(super) fn who_may(&mut self, effect: &Effect) -> Option<Assumption> {
        if let Some(reason) = sql::may_be_built_in(&effect.object) {
            return Some(Assumption::Server(reason));
        }
        if may_come_from_an_extension(effect.object.kind) {
            let present: Vec<Key> =
                self.world.extensions.iter().filter(|it| it.name.as_str() != "plpgsql").cloned().collect();
            for key in &present {
                let object = key.object(ObjectKind::Extension);
                self.share(key, Facet::Existence, effect.span, &object);
            }
            if !present.is_empty() {
                let names: Vec<String> = present.iter().map(|it| format!("`{}`", it.name)).collect();
                return Some(Assumption::Project(format!("it may come from extension {}", names.join(" or "))));
            }
        }
        self.may_create(effect, None)
    }

    /// Another migration provides it.
    fn needs(&mut self, effect: &Effect, key: &Key, provider: usize) {
        if !is_key_by_columns(&effect.object) {
            self.need(effect, Some(key), Provision::By(short(provider)));
        }
    }

    /// No migration provides it.
    fn misses(&mut self, effect: &Effect, key: Option<&Key>, cause: Cause) {
        if !is_key_by_columns(&effect.object) || !matches!(cause, Cause::Nowhere { dropped_by: Some(_), .. }) {
            let search_path = Some(&effect.search_path).filter(|_| key.is_none());
            self.need(effect, key, Provision::not(search_path, cause));
        }
    }

    fn need(&mut self, effect: &Effect, key: Option<&Key>, provision: Provision) {
        let mut object = key.map_or_else(|| ObjectName::clone(&effect.object), |it| it.object(effect.object.kind));
        object.arguments.clone_from(&effect.object.arguments);
        let need = Need { node: short(self.node), object: object.into(), span: effect.span, provision };
        self.found.needs.push(need);
    }
}

/// Nobody has as many things of one name beside each other.
const MAX_NUMBER: u32 = 10;

/// Whether PostgreSQL may have chosen this name for something that has none in the text.
fn is_chosen(kind: ObjectKind, name: &Ident) -> bool {
    let name = name.as_str().trim_end_matches(|it: char| it.is_ascii_digit());
    let endings = match kind {
        ObjectKind::Index => ["_idx", "_key", "_pkey", "_excl"].as_slice(),
        ObjectKind::Sequence => &["_seq"],
        ObjectKind::Statistics => &["_stat"],
        _ => &[],
    };
    endings.iter().any(|it| name.ends_with(it))
}

const fn may_come_from_an_extension(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Function
            | ObjectKind::Type
            | ObjectKind::Operator
            | ObjectKind::OperatorClass
            | ObjectKind::AccessMethod
            | ObjectKind::Language
            | ObjectKind::ForeignDataWrapper
            | ObjectKind::TextSearchConfiguration
            | ObjectKind::TextSearchDictionary
            | ObjectKind::TextSearchParser
            | ObjectKind::TextSearchTemplate
    )
}

/// A key that an earlier migration provided goes by its columns, which may have been renamed since.
fn is_key_by_columns(object: &ObjectName) -> bool {
    object.member.is_some() && object.kind == ObjectKind::Index
}

fn is_public(object: &ObjectName) -> bool {
    object.kind == ObjectKind::Schema && object.name.as_str() == "public"
}
