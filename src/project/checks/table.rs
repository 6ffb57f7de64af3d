use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Source, nearest};
use crate::model::Span;

/// A value with its place.
pub(super) type Value<'t> = &'t Spanned<DeValue<'t>>;

/// A string and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

/// The problems found so far in one source.
pub(super) struct Problems<'p> {
    pub(super) source: &'p Arc<Source>,
    pub(super) found: &'p mut Vec<Diagnostic>,
}

impl Problems<'_> {
    /// Records an error at `span`.
    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span, label: &str) {
        self.found.push(Diagnostic::error(code, message).label(self.source, span, label));
    }

    fn wrong_type(&mut self, value: Value<'_>, wanted: &str) {
        let message = format!("expected {wanted}, found {}", value.get_ref().type_str());
        self.error("M123", message, span_of(value), "");
    }

    /// The value as a string.
    pub(super) fn text<'t>(&mut self, value: Value<'t>) -> Option<Text<'t>> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, "a string");
        }
        Some(Text { text: text?, span: span_of(value) })
    }

    /// The value as an array of strings.
    pub(super) fn texts<'t>(&mut self, value: Value<'t>) -> Vec<Text<'t>> {
        self.items(value, "an array of strings").iter().filter_map(|item| self.text(item)).collect()
    }

    /// The value as one string or an array of strings.
    pub(super) fn text_or_texts<'t>(&mut self, value: Value<'t>) -> Vec<Text<'t>> {
        if value.get_ref().is_str() { self.text(value).into_iter().collect() } else { self.texts(value) }
    }

    /// The value's items when it is an array.
    pub(super) fn items<'t>(&mut self, value: Value<'t>, wanted: &str) -> &'t [Spanned<DeValue<'t>>] {
        let array = value.get_ref().as_array();
        if array.is_none() {
            self.wrong_type(value, wanted);
        }
        array.map_or(&[], |array| &array[..])
    }

    /// The value as true or false.
    pub(super) fn boolean(&mut self, value: Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(value, "true or false");
        }
        boolean
    }

    /// The value as a whole number of at least zero.
    pub(super) fn count(&mut self, value: Value<'_>) -> Option<u64> {
        let number = value.get_ref().as_integer();
        let count = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        if count.is_none() {
            self.wrong_type(value, "a whole number of at least 0");
        }
        count
    }

    /// The value as a number.
    pub(super) fn number(&mut self, value: Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong_type(value, "a number");
        }
        number
    }

    /// The value as a table to read.
    pub(super) fn table<'t>(&mut self, value: Value<'t>) -> Option<Keys<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, "a table");
        }
        Some(Keys::new(table?))
    }

    /// The value as one of `words`, which say what each stands for.
    pub(super) fn word<T: Copy>(&mut self, value: Value<'_>, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(value)?;
        let found = words.iter().find(|(word, _)| *word == text.text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let list = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            self.error("M123", format!("`{}` is none of {list}", text.text), text.span, "");
        }
        found
    }

    /// What `read` makes of the string, its error reported at the string.
    pub(super) fn named<T, E: ToString>(
        &mut self,
        text: Text<'_>,
        code: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match read(text.text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(code, error.to_string(), text.span, "");
                None
            }
        }
    }
}

/// One table's keys; every key must be asked for, and what was never asked for is unknown.
pub(super) struct Keys<'t> {
    entries: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Keys<'t> {
    pub(super) const fn new(entries: &'t DeTable<'t>) -> Self {
        Self { entries, asked: Vec::new() }
    }

    /// The value under `key`.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Every entry, for tables whose keys are names; none of them is unknown.
    pub(super) fn all(self) -> impl Iterator<Item = (Text<'t>, Value<'t>)> {
        self.entries.iter().map(|(name, value)| (Text { text: name.get_ref(), span: name.span().into() }, value))
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for (name, _) in self.entries {
            let key: &str = name.get_ref();
            if self.asked.contains(&key) {
                continue;
            }
            let mut problem = Diagnostic::error("M122", format!("unknown key `{key}`")).label(
                problems.source,
                name.span().into(),
                "",
            );
            let mut known = self.asked.clone();
            known.sort_unstable();
            problem = match nearest(key, known.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.note(format!("known keys: {}", known.join(", "))),
            };
            problems.found.push(problem);
        }
    }
}

/// Where a value stands.
pub(super) fn span_of(value: Value<'_>) -> Span {
    value.span().into()
}
