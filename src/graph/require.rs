//! Requirements: what has to be there when a statement runs, and where it comes from.

use super::access::Facet;
use super::edge::{Reason, ReasonKind};
use super::key::Key;
use super::need::{Need, Provision};
use super::replay::Replay;
use super::world::effect_candidates;
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{self, Effect};

impl Replay<'_> {
    /// A requirement; a soft one gives order but never a missing prerequisite.
    pub(super) fn requires(&mut self, effect: &Effect, soft: bool) {
        let key = self.resolve(effect);
        if let Some((key, provider)) = key.as_ref().and_then(|key| Some((key, self.world.objects.get(key)?))) {
            // Whoever uses a domain or a composite type minds how it is made; labels of an enum are looked at one by one.
            let made = key.namespace == Namespace::Type && provider.kind != ObjectKind::Enum;
            let (provider, object) = (provider.node, key.object(provider.kind));
            self.share(key, Facet::Existence, effect.span, &object);
            if key.member.is_some() || made {
                self.share(key, Facet::Shape, effect.span, &object);
            }
            if key.namespace == Namespace::Routine {
                self.shares_signature(key, effect.span);
            }
            if !soft && provider != self.node && self.needed.insert(key.clone()) {
                self.need(effect, Some(key), Provision::By(provider));
            }
            return;
        }
        if effect.object.member.is_some() {
            self.requires_member(effect, key, soft);
        } else if let Some(key) = &key {
            let object = key.object(effect.object.kind);
            self.share(key, Facet::Existence, effect.span, &object);
            if !soft {
                self.missing(effect, Some(key));
            }
        } else if !soft {
            self.missing(effect, None);
        }
    }

    /// What a call returns and takes: rows of a table change with the table.
    fn shares_signature(&mut self, routine: &Key, span: Span) {
        let shapes = self.world.uses.get(routine).into_iter().flatten().filter(|(_, facet)| *facet == Facet::Shape);
        for (used, facet) in shapes.cloned().collect::<Vec<_>>() {
            let kind = self.world.objects.get(&used).map_or(ObjectKind::Table, |it| it.kind);
            self.share(&used, facet, span, &used.object(kind));
        }
    }

    /// A member that isn't there: to come, or unknown because not everything about its owner is known.
    pub(super) fn requires_member(&mut self, effect: &Effect, key: Option<Key>, soft: bool) {
        let Some(key) = key else { return };
        let owner = key.owner();
        let Some(kind) = self.world.objects.get(&owner).map(|it| it.kind) else {
            // Its owner is missed already, or comes from outside; a later migration may still add this to it.
            if !soft && self.future.creates(&key) && !self.future.creates(&owner) {
                self.missing(effect, Some(&key));
            }
            return;
        };
        let object = owner.object(kind);
        self.share(&owner, Facet::Shape, effect.span, &object);
        let certain = match effect.object.kind {
            ObjectKind::Column => self.world.knows_columns_of(&owner),
            ObjectKind::EnumLabel => kind == ObjectKind::Enum,
            _ => false,
        };
        if !soft && (certain || self.future.creates(&key)) {
            self.missing(effect, Some(&key));
        }
    }

    /// Something that nobody has provided so far: a later migration, an extension, the environment, or nobody.
    pub(super) fn missing(&mut self, effect: &Effect, key: Option<&Key>) {
        let dropped = key.and_then(|it| self.world.dropped.get(it)).copied();
        let later = key.filter(|_| dropped.is_none()).and_then(|it| self.future.after(it, self.node));
        if let Some((provider, span)) = later {
            let reason = Reason {
                kind: ReasonKind::Requires,
                object: key.map(|it| it.object(effect.object.kind)),
                from_span: Some(effect.span),
                to_span: Some(span),
            };
            self.found.edges.add(self.node, provider, reason);
            self.need(effect, key, Provision::By(provider));
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
        let provision = match dropped {
            Some((node, span)) if node != self.node => Provision::DroppedBy(node, span),
            _ => Provision::Nowhere(self.who_may(effect)),
        };
        self.need(effect, key, provision);
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
            if let Some((provider, span)) = self.future.after(&key, self.node) {
                let reason = Reason {
                    kind: ReasonKind::Requires,
                    object: Some(object),
                    from_span: Some(effect.span),
                    to_span: Some(span),
                };
                self.found.edges.add(self.node, provider, reason);
                return true;
            }
        }
        false
    }

    /// Who might have provided what nothing is seen to provide; extensions that may have come first.
    pub(super) fn who_may(&mut self, effect: &Effect) -> Option<String> {
        if sql::may_be_built_in(&effect.object) {
            return Some("it may be built in".to_owned());
        }
        if matches!(
            effect.object.kind,
            ObjectKind::Function | ObjectKind::Type | ObjectKind::OperatorClass | ObjectKind::Operator
        ) {
            let present: Vec<Key> =
                self.world.extensions.iter().filter(|it| it.name.as_str() != "plpgsql").cloned().collect();
            for key in &present {
                let object = key.object(ObjectKind::Extension);
                self.share(key, Facet::Existence, effect.span, &object);
            }
            if !present.is_empty() {
                let names: Vec<String> = present.iter().map(|it| format!("`{}`", it.name)).collect();
                return Some(format!("it may come from extension {}", names.join(" or ")));
            }
        }
        let (opaque, _) = self.found.opaque.iter().next()?;
        Some(format!("`{}` may create it, which is opaque", self.nodes[*opaque].id))
    }

    pub(super) fn need(&mut self, effect: &Effect, key: Option<&Key>, provision: Provision) {
        // Keys and indexes behind constraints have no names a person knows them by.
        if effect.object.member.is_some() && effect.object.kind == ObjectKind::Index {
            return;
        }
        let mut object = key.map_or_else(|| effect.object.clone(), |it| it.object(effect.object.kind));
        object.arguments.clone_from(&effect.object.arguments);
        let candidates = if key.is_some() {
            Vec::new()
        } else {
            effect_candidates(effect).iter().map(|it| it.object(effect.object.kind)).collect()
        };
        self.found.needs.push(Need { node: self.node, object, candidates, span: effect.span, provision });
    }
}

fn is_public(object: &ObjectName) -> bool {
    object.kind == ObjectKind::Schema && object.name.as_str() == "public"
}
