use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::checks::UnreadableName;
use crate::diagnostic::{Diagnostic, Source, nearest};
use crate::model::{Span, parse_duration};

/// A value with the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// Reads one TOML table key by key; whatever was not asked for by [`TableReader::finish`] is an unknown key.
pub(super) struct TableReader<'a> {
    source: &'a Arc<Source>,
    table: &'a DeTable<'a>,
    /// How messages name the table: `[up]`, or empty for the document itself.
    name: &'static str,
    asked: Vec<&'static str>,
}

/// Parses `text` as TOML and hands the document to `read`; `text` has the same offsets as `source`.
pub(super) fn read_document(
    source: &Arc<Source>,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
    read: impl FnOnce(TableReader<'_>, &mut Vec<Diagnostic>),
) {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        read(TableReader { source, table: document.get_ref(), name: "", asked: Vec::new() }, diagnostics);
        return;
    }
    diagnostics.extend(errors.iter().map(|error| {
        let span = error.span().map_or_else(Span::default, Span::from);
        Diagnostic::error("M110", format!("not TOML: {}", error.message().trim_end_matches('.')))
            .label(source, span, "")
            .help("see https://toml.io for the format")
    }));
}

impl<'a> TableReader<'a> {
    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        diagnostics: &mut Vec<Diagnostic>,
        convert: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<At<T>> {
        let value = self.value(key)?;
        let span = Span::from(value.span());
        let converted = convert(value.get_ref());
        if converted.is_none() {
            let found = value.get_ref().type_str();
            diagnostics.push(Diagnostic::error("M112", format!("`{key}` wants {wanted}")).label(
                self.source,
                span,
                format!("found {found}"),
            ));
        }
        Some(At { value: converted?, span })
    }

    pub(super) fn string(&mut self, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Option<At<String>> {
        self.typed(key, "a string", diagnostics, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn count(&mut self, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Option<At<u32>> {
        self.typed(key, "a whole number from 0", diagnostics, |value| {
            value.as_integer().and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok())
        })
    }

    pub(super) fn strings(&mut self, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Vec<At<String>> {
        let list = self.typed(key, "a list of strings", diagnostics, |value| {
            value
                .as_array()?
                .iter()
                .map(|item| {
                    let text = item.get_ref().as_str()?.to_owned();
                    Some(At { value: text, span: Span::from(item.span()) })
                })
                .collect::<Option<Vec<_>>>()
        });
        list.map(|list| list.value).unwrap_or_default()
    }

    pub(super) fn duration(&mut self, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Option<Duration> {
        let text = self.string(key, diagnostics)?;
        parse_duration(&text.value)
            .map_err(|error| {
                diagnostics.push(Diagnostic::error("M113", error.to_string()).label(self.source, text.span, ""));
            })
            .ok()
    }

    /// Names of objects, each read by `parse`.
    pub(super) fn names<T>(
        &mut self,
        key: &'static str,
        diagnostics: &mut Vec<Diagnostic>,
        parse: impl Fn(&str) -> Result<T, UnreadableName>,
    ) -> Vec<T> {
        let texts = self.strings(key, diagnostics);
        let read = |text: At<String>| {
            parse(&text.value)
                .map_err(|error| {
                    diagnostics.push(Diagnostic::error("M116", error.to_string()).label(self.source, text.span, ""));
                })
                .ok()
        };
        texts.into_iter().filter_map(read).collect()
    }

    /// One of a fixed set of words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        let text = self.string(key, diagnostics)?;
        let found = choices.iter().find(|(word, _)| *word == text.value).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let mut diagnostic = Diagnostic::error("M114", format!("`{key}` is one of {}", words.join(", "))).label(
                self.source,
                text.span,
                "",
            );
            if let Some(near) = nearest(&text.value, choices.iter().map(|(word, _)| *word)) {
                diagnostic = diagnostic.help(format!("did you mean \"{near}\"?"));
            }
            diagnostics.push(diagnostic);
        }
        found
    }

    pub(super) fn table(&mut self, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Option<TableReader<'a>> {
        let table = self.typed(key, "a table", diagnostics, DeValue::as_table)?;
        Some(TableReader { source: self.source, table: table.value, name: key, asked: Vec::new() })
    }

    /// Reports every key nobody asked for, with the known key it is closest to.
    pub(super) fn finish(self, diagnostics: &mut Vec<Diagnostic>) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let place = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
            let mut known = self.asked.clone();
            known.sort_unstable();
            let help = nearest(name, known.iter().copied())
                .map_or_else(|| format!("known keys: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            diagnostics.push(
                Diagnostic::error("M111", format!("unknown key `{name}`{place}"))
                    .label(self.source, Span::from(key.span()), "")
                    .help(help),
            );
        }
    }
}
