use std::sync::Arc;

use super::declared::{Claim, DeclaredCheck, Severity};
use super::{Checks, forms, settings};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Span, StatementTimeout};
use crate::project::document::{Keys, Problems, document};

/// Rows of a `violations` query shown when the check does not say.
const DEFAULT_LIMIT: usize = 20;

/// Reads one TOML source into `checks`.
pub(super) fn read(source: &Arc<Source>, checks: &mut Checks, found: &mut Vec<Diagnostic>) {
    let mut problems = Problems { source, found };
    let Some(entries) = document(&source.text, &mut problems) else { return };
    let mut keys = Keys::of_document(&entries);
    if let Some(value) = keys.take("check") {
        for item in problems.items(value, "an array of tables (`[[check]]`)") {
            let Some(keys) = problems.table(item) else { continue };
            checks.declared.extend(check(keys, item.span(), &mut problems));
        }
    }
    if let Some(table) = keys.table("sequences", &mut problems) {
        settings::sequences(table, &mut checks.sequences, &mut problems);
    }
    if let Some(mut table) = keys.table("verify", &mut problems) {
        checks.accept.extend(super::accepted(&mut table, &mut problems));
        table.finish(&mut problems);
    }
    keys.finish(&mut problems);
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
        problems.error("M125", "a check needs an `id`", span);
    }
    let id = id?;
    if claims.is_empty() && problems.found.len() == before {
        let problem = Diagnostic::error("M125", format!("check `{}` claims nothing", id.value))
            .label(problems.source, id.span, "")
            .help("say what must be true: `tables`, `column`, `unique`, `violations`, …");
        problems.found.push(problem);
    }
    Some(frame.into_check(id.value, problems.source, id.span, claims))
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
    Frame {
        after: keys.text("after", problems).map(|after| after.value.to_owned()),
        message: keys.text("message", problems).map(|message| message.value.to_owned()),
        timeout: keys.duration("timeout", problems).map(StatementTimeout::new),
        severity: keys.word("severity", &severities, problems).unwrap_or_default(),
        limit: keys
            .take("limit")
            .and_then(|value| problems.count(value))
            .map_or(DEFAULT_LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX - 1)),
    }
}
