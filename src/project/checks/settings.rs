use super::table::{Keys, Problems, span_of};

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
    /// Those that migrations touched.
    Touched,
    /// None.
    Off,
}

/// `[[sequences.override]]`: for a sequence behind an expression or a text column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceOverride {
    /// The sequence.
    pub name: crate::model::ObjectName,
    /// A query that returns the highest used value, one row with one number or null.
    pub value_sql: String,
}

/// Reads `[sequences]`.
pub(super) fn sequences(mut keys: Keys<'_>, settings: &mut SequenceSettings, problems: &mut Problems<'_>) {
    let scopes = [("all", SequenceScope::All), ("touched", SequenceScope::Touched), ("off", SequenceScope::Off)];
    if let Some(scope) = keys.take("check").and_then(|value| problems.word(value, &scopes)) {
        settings.check = scope;
    }
    if let Some(value) = keys.take("headroom_warn") {
        match problems.number(value) {
            Some(share) if (0.0..=1.0).contains(&share) => settings.headroom_warn = share,
            Some(_) => problems.error("M123", "`headroom_warn` must lie between 0 and 1", span_of(value), ""),
            None => {}
        }
    }
    if let Some(value) = keys.take("override") {
        for item in problems.items(value, "an array of tables") {
            let Some(keys) = problems.table(item) else { continue };
            settings.overrides.extend(sequence_override(keys, span_of(item), problems));
        }
    }
    keys.finish(problems);
}

fn sequence_override(
    mut keys: Keys<'_>,
    span: crate::model::Span,
    problems: &mut Problems<'_>,
) -> Option<SequenceOverride> {
    let name = keys.take("name").and_then(|value| problems.text(value));
    let value_sql = keys.take("value_sql").and_then(|value| problems.text(value));
    keys.finish(problems);
    let (Some(name), Some(value_sql)) = (name, value_sql) else {
        problems.error("M125", "a sequence override needs `name` and `value_sql`", span, "");
        return None;
    };
    let name = problems.named(name, "M126", |text| super::relation(crate::model::ObjectKind::Sequence, text))?;
    Some(SequenceOverride { name, value_sql: value_sql.text.trim_end_matches([';', ' ', '\n']).to_owned() })
}
