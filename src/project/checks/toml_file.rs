use std::sync::Arc;

use toml::de::DeTable;

use super::declared::{Claim, DeclaredCheck, Severity};
use super::table::{Keys, Problems, span_of};
use super::{Checks, forms, settings};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Span, StatementTimeout, parse_duration};

/// Rows of a `violations` query shown when the check does not say.
const DEFAULT_LIMIT: usize = 20;

/// Reads one TOML source into `checks`.
pub(super) fn read(source: &Arc<Source>, checks: &mut Checks, found: &mut Vec<Diagnostic>) {
    let mut problems = Problems { source, found };
    let Some(document) = document(&source.text, &mut problems) else { return };
    let mut keys = Keys::new(&document);
    if let Some(value) = keys.take("check") {
        for item in problems.items(value, "an array of tables (`[[check]]`)") {
            let Some(keys) = problems.table(item) else { continue };
            checks.declared.extend(check(keys, span_of(item), &mut problems));
        }
    }
    if let Some(table) = keys.take("sequences").and_then(|value| problems.table(value)) {
        settings::sequences(table, &mut checks.sequences, &mut problems);
    }
    if let Some(mut table) = keys.take("verify").and_then(|value| problems.table(value)) {
        let accepted = table.take("accept").map(|value| problems.texts(value)).unwrap_or_default();
        checks.accept.extend(accepted.iter().map(|key| key.text.to_owned()));
        table.finish(&mut problems);
    }
    keys.finish(&mut problems);
}

/// The document, or `None` after reporting its syntax errors.
pub(super) fn document<'t>(text: &'t str, problems: &mut Problems<'_>) -> Option<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().map_or_else(Span::default, Span::from);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        problems.error("M121", message, span, "");
    }
    errors.is_empty().then(|| document.into_inner())
}

fn check(mut keys: Keys<'_>, span: Span, problems: &mut Problems<'_>) -> Option<DeclaredCheck> {
    let before = problems.found.len();
    let id = keys.take("id");
    let missing = id.is_none();
    let id = id.and_then(|value| problems.text(value));
    let frame = frame(&mut keys, problems);
    let claims = forms::claims(&mut keys, problems);
    keys.finish(problems);
    if missing {
        problems.error("M125", "a check needs an `id`", span, "");
    }
    let id = id?;
    if claims.is_empty() && problems.found.len() == before {
        let problem = Diagnostic::error("M125", format!("check `{}` claims nothing", id.text))
            .label(problems.source, id.span, "")
            .help("say what must be true: `tables`, `column`, `unique`, `violations`, …");
        problems.found.push(problem);
    }
    Some(frame.into_check(id.text, problems.source, id.span, claims))
}

/// What every check may say whatever it claims.
pub(super) struct Frame {
    after: Option<String>,
    severity: Severity,
    limit: usize,
    timeout: Option<StatementTimeout>,
    message: Option<String>,
}

impl Frame {
    /// The check with this id and these claims.
    pub(super) fn into_check(self, id: &str, source: &Arc<Source>, span: Span, claims: Vec<Claim>) -> DeclaredCheck {
        let Self { after, severity, limit, timeout, message } = self;
        DeclaredCheck {
            id: id.to_owned(),
            source: Arc::clone(source),
            span,
            after,
            severity,
            limit,
            timeout,
            message,
            claims,
        }
    }
}

/// Reads `after`, `severity`, `limit`, `timeout` and `message`.
pub(super) fn frame(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Frame {
    let severities = [("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];
    let mut text = |key, problems: &mut Problems<'_>| keys.take(key).and_then(|value| problems.text(value));
    let after = text("after", problems);
    let message = text("message", problems);
    let timeout = text("timeout", problems);
    Frame {
        after: after.map(|after| after.text.to_owned()),
        message: message.map(|message| message.text.to_owned()),
        timeout: timeout.and_then(|t| problems.named(t, "M127", parse_duration)).map(StatementTimeout::new),
        severity: keys.take("severity").and_then(|value| problems.word(value, &severities)).unwrap_or_default(),
        limit: keys
            .take("limit")
            .and_then(|value| problems.count(value))
            .map_or(DEFAULT_LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX - 1)),
    }
}
