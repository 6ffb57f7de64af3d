//! Built-in names and strings that may mean something of the project: which, the text doesn't tell.

use super::access::Facet;
use super::edge::{Reason, ReasonKind};
use super::key::Key;
use super::replay::Replay;
use crate::model::{Fingerprint, Ident, ObjectKind, ObjectName, Span};
use crate::sql;

impl Replay<'_> {
    /// Built-in names that a migration has given a second meaning: which is meant the text doesn't tell.
    pub(super) fn mentions(&mut self, node: usize) {
        self.mentioned.clear();
        for (key, span) in self.future.overloading(&self.nodes[node].script.mentions) {
            self.mentioned.push(key.clone());
            if let Some(kind) = self.world.objects.get(&key).map(|it| it.kind) {
                self.share(&key, Facet::Existence, span, &key.object(kind));
                if let Some(first) = self.nodes[node].script.statements.first()
                    && self.called.insert(key.clone())
                {
                    self.set_off(&key, span, false, first);
                }
            }
        }
        for (name, span) in &self.nodes[node].script.mentions {
            for extension in sql::extensions_overloading(name) {
                let object = ObjectName::global(ObjectKind::Extension, Ident::exact(extension));
                let key = Key::of(&object);
                if self.world.objects.contains_key(&key) {
                    self.share_softly(&key, Facet::Existence, *span, &object);
                }
            }
        }
    }

    /// Strings that may be labels which other migrations add or rename: the text doesn't tell the type.
    pub(super) fn labels(&mut self, literals: &[Fingerprint]) {
        for (to, span, object) in self.future.changed_labels_among(literals) {
            let key = Key::of(&object);
            // Its type may go by another name now.
            let there = |it: &Key| it.last_name() == key.last_name() && self.world.objects.contains_key(it);
            let Some(key) = [key.clone(), self.world.current(&key)].into_iter().find(there) else { continue };
            if self.future.is_before(to, self.node) {
                let object = Some(object.clone().into());
                let reason = Reason { kind: ReasonKind::Conflict, object, from_span: None, to_span: Some(span) };
                self.found.edges.add(self.node, to, reason);
            }
            self.accesses.note(&self.use_of(&key, Facet::Existence, Span::default(), &object));
        }
    }
}
