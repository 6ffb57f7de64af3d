use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::name::UnreadableName;
use crate::diagnostic::{Diagnostic, Source, nearest};
use crate::model::{Span, parse_duration};

/// A value with the bytes it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A string of the file and where it stands.
pub(super) type Text<'t> = At<&'t str>;

impl Text<'_> {
    pub(super) fn owned(self) -> At<String> {
        At { value: self.value.to_owned(), span: self.span }
    }
}

/// The document in `text`, or `None` after reporting its syntax errors.
///
/// `text` has the same offsets as the source: it is the source, or a header in its comments with all else blanked.
pub(super) fn document<'t>(text: &'t str, problems: &mut Problems<'_>) -> Option<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    problems.found.extend(errors.iter().map(|error| {
        let span = error.span().map_or_else(Span::default, Span::from);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Diagnostic::error("M110", format!("not TOML: {}", message.trim_end_matches('.')))
            .label(problems.source, span, "")
            .help("see https://toml.io for the format")
    }));
    errors.is_empty().then(|| document.into_inner())
}

/// A value and the key it stands under, or the key of the array it stands in.
#[derive(Clone, Copy)]
pub(super) struct Value<'t> {
    key: &'t str,
    toml: &'t Spanned<DeValue<'t>>,
}

impl<'t> Value<'t> {
    /// Where the value stands.
    pub(super) fn span(self) -> Span {
        self.toml.span().into()
    }

    /// The value itself, to tell apart the types a key may have.
    pub(super) fn toml(self) -> &'t DeValue<'t> {
        self.toml.get_ref()
    }
}

/// The problems found so far in one source, and the ways to read a value that add to them.
pub(super) struct Problems<'p> {
    pub(super) source: &'p Arc<Source>,
    pub(super) found: &'p mut Vec<Diagnostic>,
}

impl Problems<'_> {
    /// Records an error at `span`.
    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.found.push(Diagnostic::error(code, message).label(self.source, span, ""));
    }

    /// Returns what `read` makes of the value, having reported a value it makes nothing of.
    fn typed<'t, T>(
        &mut self,
        value: Value<'t>,
        wanted: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let read = read(value.toml());
        if read.is_none() {
            let problem = Diagnostic::error("M112", format!("`{}` wants {wanted}", value.key));
            let found = format!("found {}", value.toml().type_str());
            self.found.push(problem.label(self.source, value.span(), found));
        }
        read
    }

    /// The value as a string.
    pub(super) fn text<'t>(&mut self, value: Value<'t>) -> Option<Text<'t>> {
        let text = self.typed(value, "a string", DeValue::as_str)?;
        Some(At { value: text, span: value.span() })
    }

    /// The value as an array of strings.
    pub(super) fn texts<'t>(&mut self, value: Value<'t>) -> Vec<Text<'t>> {
        self.items(value, "an array of strings").filter_map(|item| self.text(item)).collect()
    }

    /// The value as one string or an array of strings.
    pub(super) fn text_or_texts<'t>(&mut self, value: Value<'t>) -> Vec<Text<'t>> {
        if value.toml().is_str() { self.text(value).into_iter().collect() } else { self.texts(value) }
    }

    /// The value's items when it is an array.
    pub(super) fn items<'t>(&mut self, value: Value<'t>, wanted: &str) -> impl Iterator<Item = Value<'t>> + use<'t> {
        let array = self.typed(value, wanted, DeValue::as_array);
        array.into_iter().flatten().map(move |toml| Value { key: value.key, toml })
    }

    /// The value as a table to read.
    pub(super) fn table<'t>(&mut self, value: Value<'t>) -> Option<Keys<'t>> {
        let entries = self.typed(value, "a table", DeValue::as_table)?;
        Some(Keys { name: Some(value.key), entries, asked: Vec::new() })
    }

    /// The value as true or false.
    pub(super) fn boolean(&mut self, value: Value<'_>) -> Option<bool> {
        self.typed(value, "true or false", DeValue::as_bool)
    }

    /// The value as a whole number of at least zero.
    pub(super) fn count(&mut self, value: Value<'_>) -> Option<u64> {
        self.typed(value, "a whole number from 0", |value| {
            value.as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
        })
    }

    /// The value as a number from 0 to 1.
    pub(super) fn share(&mut self, value: Value<'_>) -> Option<f64> {
        self.typed(value, "a number from 0 to 1", |value| {
            let number: f64 = match value {
                DeValue::Float(float) => float.as_str().parse().ok()?,
                DeValue::Integer(integer) => integer.as_str().parse().ok()?,
                _ => return None,
            };
            (0.0..=1.0).contains(&number).then_some(number)
        })
    }

    /// The value as one of `words`, which say what each stands for.
    pub(super) fn word<T: Copy>(&mut self, value: Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(value)?;
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let list: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let message = match list.as_slice() {
                [only] => format!("`{}` can only be {only}", value.key),
                list => format!("`{}` is one of {}", value.key, list.join(", ")),
            };
            let mut problem = Diagnostic::error("M114", message).label(self.source, text.span, "");
            if let Some(near) = nearest(text.value, words.iter().map(|(word, _)| *word)) {
                problem = problem.help(format!("did you mean \"{near}\"?"));
            }
            self.found.push(problem);
        }
        found
    }

    /// The value as a duration.
    pub(super) fn duration(&mut self, value: Value<'_>) -> Option<Duration> {
        let text = self.text(value)?;
        parse_duration(text.value).map_err(|error| self.error("M113", error.to_string(), text.span)).ok()
    }

    /// The name that `read` finds in the text.
    pub(super) fn name<T>(
        &mut self,
        text: Text<'_>,
        read: impl FnOnce(&str) -> Result<T, UnreadableName>,
    ) -> Option<T> {
        read(text.value).map_err(|error| self.error("M116", error.to_string(), text.span)).ok()
    }

    /// The value as an array of names, each read by `read`.
    pub(super) fn names<T>(&mut self, value: Value<'_>, read: impl Fn(&str) -> Result<T, UnreadableName>) -> Vec<T> {
        self.texts(value).into_iter().filter_map(|text| self.name(text, &read)).collect()
    }
}

/// One table's keys; every key must be asked for, and what was never asked for is unknown.
pub(super) struct Keys<'t> {
    /// The table's own key; `None` for the document.
    name: Option<&'t str>,
    entries: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Keys<'t> {
    pub(super) const fn of_document(entries: &'t DeTable<'t>) -> Self {
        Self { name: None, entries, asked: Vec::new() }
    }

    /// The value under `key`.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, toml)| Value { key, toml })
    }

    /// The string under `key`.
    pub(super) fn text(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<Text<'t>> {
        self.take(key).and_then(|value| problems.text(value))
    }

    /// The strings under `key`.
    pub(super) fn texts(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Vec<Text<'t>> {
        self.take(key).map(|value| problems.texts(value)).unwrap_or_default()
    }

    /// The table under `key`.
    pub(super) fn table(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<Keys<'t>> {
        self.take(key).and_then(|value| problems.table(value))
    }

    /// The duration under `key`.
    pub(super) fn duration(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<Duration> {
        self.take(key).and_then(|value| problems.duration(value))
    }

    /// What the word under `key` stands for.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        self.take(key).and_then(|value| problems.word(value, words))
    }

    /// The names under `key`, each read by `read`.
    pub(super) fn names<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
        read: impl Fn(&str) -> Result<T, UnreadableName>,
    ) -> Vec<T> {
        self.take(key).map(|value| problems.names(value, read)).unwrap_or_default()
    }

    /// Every entry, for tables whose keys are names; none of them is unknown.
    pub(super) fn all(self) -> impl Iterator<Item = (Text<'t>, Value<'t>)> {
        self.entries.iter().map(|(name, toml)| {
            let key: &str = name.get_ref();
            (At { value: key, span: name.span().into() }, Value { key, toml })
        })
    }

    /// Reports every key that nobody asked for, with the known key it is closest to.
    pub(super) fn finish(mut self, problems: &mut Problems<'_>) {
        self.asked.sort_unstable();
        let place = self.name.map_or_else(String::new, |name| format!(" in `{name}`"));
        for (name, _) in self.entries {
            let key: &str = name.get_ref();
            if self.asked.contains(&key) {
                continue;
            }
            let help = nearest(key, self.asked.iter().copied()).map_or_else(
                || format!("known keys: {}", self.asked.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let problem = Diagnostic::error("M111", format!("unknown key `{key}`{place}"));
            problems.found.push(problem.label(problems.source, name.span().into(), "").help(help));
        }
    }
}
