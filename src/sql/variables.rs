use std::collections::{BTreeMap, BTreeSet};

use squawk_syntax::SyntaxNode;

use super::value::{self, Environment, Type, Values};
use crate::model::Ident;

/// What is known of PL/pgSQL variables at one point. Of what is not listed nothing is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    /// By dotted name: a field of a record is `r.f`.
    values: BTreeMap<Vec<Ident>, Values>,
    arrays: BTreeMap<Vec<Ident>, Vec<Values>>,
    types: BTreeMap<Ident, Type>,
    records: BTreeSet<Ident>,
    /// Variables that go by several names.
    aliased: BTreeSet<Ident>,
    current_schema: Option<Ident>,
}

impl Variables {
    pub fn new(current_schema: Option<Ident>) -> Self {
        Self { current_schema, ..Self::default() }
    }

    /// A new variable, of the type that a node names.
    pub fn declare(&mut self, name: Ident, type_node: Option<&SyntaxNode>) {
        self.forget(&name);
        let text = type_node.map(|it| it.text().to_string().trim().to_ascii_lowercase());
        let text = text.unwrap_or_default();
        if text == "record" || text.ends_with("%rowtype") {
            self.records.insert(name);
        } else {
            self.records.remove(&name);
            self.types.insert(name, type_node.map_or(Type::Other, Type::of));
        }
    }

    /// The variable of a loop over numbers.
    pub fn declare_number(&mut self, name: Ident) {
        self.records.remove(&name);
        self.types.insert(name, Type::Plain);
    }

    pub fn undeclare(&mut self, names: impl Iterator<Item = Ident>) {
        for name in names {
            self.forget(&name);
            self.types.remove(&name);
            self.records.remove(&name);
        }
    }

    pub fn is_record(&self, name: &Ident) -> bool {
        self.records.contains(name)
    }

    /// Makes one name mean what the other does: an assignment to either changes both.
    pub fn alias(&mut self, name: Ident, of: Vec<Ident>) {
        for it in of.into_iter().chain([name]) {
            self.forget(&it);
            self.types.remove(&it);
            self.aliased.insert(it);
        }
    }

    pub fn set(&mut self, name: &[Ident], values: &Values) {
        let Some((first, rest)) = name.split_first() else { return };
        if rest.is_empty() || !self.is_record(first) {
            // With a block's label in front it is the variable itself.
            for it in name {
                self.forget(it);
            }
        }
        let tracked = rest.is_empty() && self.types.contains_key(first) || self.is_record(first) && rest.len() == 1;
        if tracked && !self.aliased.contains(first) {
            let of = self.types.get(first).copied().filter(|_| rest.is_empty()).unwrap_or(Type::Text);
            self.values.insert(name.to_vec(), value::coerce(values, of));
        }
    }

    pub fn set_array(&mut self, name: &[Ident], elements: Option<Vec<Values>>) {
        if let ([single], Some(elements)) = (name, elements)
            && self.types.contains_key(single)
            && !self.aliased.contains(single)
        {
            self.arrays.insert(name.to_vec(), elements);
        }
    }

    pub fn forget(&mut self, name: &Ident) {
        self.values.retain(|it, _| it.first() != Some(name));
        self.arrays.retain(|it, _| it.first() != Some(name));
    }

    pub fn forget_all(&mut self, names: &BTreeSet<Ident>) {
        for it in names {
            self.forget(it);
        }
    }

    /// Keeps what holds here or there.
    pub fn join(&mut self, other: &Self) {
        self.values.retain(|name, _| other.values.contains_key(name));
        for (name, values) in &mut self.values {
            values.extend(other.values.get(name).into_iter().flatten().cloned());
        }
        self.arrays.retain(|name, elements| other.arrays.get(name) == Some(elements));
        self.records.retain(|it| other.records.contains(it));
        self.aliased.extend(other.aliased.iter().cloned());
        if self.current_schema != other.current_schema {
            self.current_schema = None;
        }
    }

    pub fn set_current_schema(&mut self, schema: Option<Ident>) {
        self.current_schema = schema;
    }
}

impl Environment for Variables {
    fn variable(&self, name: &[Ident]) -> Values {
        if let Some(values) = self.values.get(name) {
            return values.clone();
        }
        match name {
            [single] if self.types.get(single) == Some(&Type::Plain) => value::one(value::PLAIN),
            _ => value::anything(),
        }
    }

    fn array(&self, name: &[Ident]) -> Option<Vec<Values>> {
        self.arrays.get(name).cloned()
    }

    fn current_schema(&self) -> Option<Ident> {
        self.current_schema.clone()
    }
}
