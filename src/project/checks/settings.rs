use crate::model::{ObjectKind, ObjectName, Span};
use crate::project::document::{Keys, Problems};
use crate::project::name;

/// `[sequences]`: what `verify` does about sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceSettings {
    /// Which are checked.
    pub check: SequenceScope,
    /// The used share of the range, from 0 to 1, at which headroom is a warning.
    pub headroom_warn: f64,
    /// Sequences whose highest used value only a query can tell.
    pub overrides: Vec<SequenceOverride>,
}

impl Default for SequenceSettings {
    fn default() -> Self {
        Self { check: SequenceScope::All, headroom_warn: 0.75, overrides: Vec::new() }
    }
}

/// Which sequences are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SequenceScope {
    /// Every sequence.
    #[default]
    All,
    /// Those that a migration touched, before it commits (`[up] verify = "in-transaction"`), and whatever `--check` names.
    Touched,
    /// None.
    Off,
}

/// `[[sequences.override]]`: for a sequence behind an expression or a text column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceOverride {
    /// The sequence.
    pub name: ObjectName,
    /// A query that returns the highest used value, one row with one number or null.
    pub value_sql: String,
}

/// Reads `[sequences]`.
pub(super) fn sequences(mut keys: Keys<'_>, settings: &mut SequenceSettings, problems: &mut Problems<'_>) {
    let scopes = [("all", SequenceScope::All), ("touched", SequenceScope::Touched), ("off", SequenceScope::Off)];
    if let Some(scope) = keys.word("check", &scopes, problems) {
        settings.check = scope;
    }
    if let Some(share) = keys.take("headroom_warn").and_then(|value| problems.share(value)) {
        settings.headroom_warn = share;
    }
    if let Some(value) = keys.take("override") {
        for item in problems.items(value, "an array of tables") {
            let Some(keys) = problems.table(item) else { continue };
            settings.overrides.extend(sequence_override(keys, item.span(), problems));
        }
    }
    keys.finish(problems);
}

fn sequence_override(mut keys: Keys<'_>, span: Span, problems: &mut Problems<'_>) -> Option<SequenceOverride> {
    let name = keys.text("name", problems);
    let value_sql = keys.text("value_sql", problems);
    keys.finish(problems);
    let (Some(name), Some(value_sql)) = (name, value_sql) else {
        problems.error("M125", "a sequence override needs `name` and `value_sql`", span);
        return None;
    };
    let name = problems.name(name, |text| name::relation(ObjectKind::Sequence, text))?;
    Some(SequenceOverride { name, value_sql: value_sql.value.trim_end_matches([';', ' ', '\n']).to_owned() })
}
