use super::declared::{
    Claim, ColumnClaim, DeclaredDefault, DeclaredQuery, EnumLabels, FixPolicy, ForeignKeyClaim, GrantClaim,
    PolicyClaim, RlsState, TriggerClaim,
};
use super::name;
use super::table::{Keys, Problems, Text, Value, span_of};
use crate::model::{Ident, ObjectKind, ObjectName};

/// The code of a name that can't be read.
const BAD_NAME: &str = "M126";

/// Reads every form of claim from a check's keys.
pub(super) fn claims(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let existing = existing(keys, problems);
    if !existing.is_empty() {
        claims.push(Claim::Exist(existing));
    }
    if let Some(value) = keys.take("absent") {
        let absent: Vec<_> = problems.texts(value).iter().filter_map(|text| kind_and_name(*text, problems)).collect();
        claims.extend((!absent.is_empty()).then_some(Claim::Absent(absent)));
    }
    if let Some(table) = keys.take("enums").and_then(|value| problems.table(value)) {
        claims.extend(table.all().filter_map(|(name, value)| enum_labels(name, value, problems)));
    }
    if let Some(value) = keys.take("extensions") {
        claims.extend(extensions(value, problems));
    }
    if let Some(table) = keys.take("policies") {
        claims.extend(policies(table, problems).map(Claim::Policies));
    }
    if let Some(table) = keys.take("triggers") {
        claims.extend(triggers(table, problems).map(Claim::Triggers));
    }
    claims.extend(column(keys, problems).map(Claim::Column));
    claims.extend(table_claims(keys, problems));
    if let Some(value) = keys.take("grants") {
        let items = problems.items(value, "an array of tables");
        claims.extend(items.iter().filter_map(|item| grant(item, problems)).map(Claim::Grant));
    }
    claims.extend(keys.take("violations").and_then(|value| violations(value, problems)).map(Claim::Violations));
    claims
}

fn existing(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<ObjectName> {
    let mut objects = Vec::new();
    if let Some(value) = keys.take("schemas") {
        let names = problems.texts(value);
        let names = names.into_iter().filter_map(|text| problems.named(text, BAD_NAME, name::single));
        objects.extend(names.map(|name| ObjectName::global(ObjectKind::Schema, name)));
    }
    for (key, kind) in [
        ("tables", ObjectKind::Table),
        ("views", ObjectKind::View),
        ("materialized_views", ObjectKind::MaterializedView),
        ("sequences", ObjectKind::Sequence),
        ("indexes", ObjectKind::Index),
        ("types", ObjectKind::Type),
    ] {
        if let Some(value) = keys.take(key) {
            objects.extend(relations(kind, value, problems));
        }
    }
    if let Some(value) = keys.take("functions") {
        let texts = problems.texts(value);
        objects.extend(texts.into_iter().filter_map(|text| problems.named(text, BAD_NAME, name::routine)));
    }
    objects
}

fn relations(kind: ObjectKind, value: Value<'_>, problems: &mut Problems<'_>) -> Vec<ObjectName> {
    let texts = problems.text_or_texts(value);
    texts.into_iter().filter_map(|text| problems.named(text, BAD_NAME, |text| name::relation(kind, text))).collect()
}

fn idents(value: Value<'_>, problems: &mut Problems<'_>) -> Vec<Ident> {
    problems.texts(value).into_iter().filter_map(|text| problems.named(text, BAD_NAME, name::single)).collect()
}

/// `table public.old`, `function auth.uid()`, `schema legacy`.
fn kind_and_name(text: Text<'_>, problems: &mut Problems<'_>) -> Option<ObjectName> {
    problems.named(text, BAD_NAME, name::object)
}

fn enum_labels(name: Text<'_>, value: Value<'_>, problems: &mut Problems<'_>) -> Option<Claim> {
    let name = problems.named(name, BAD_NAME, |text| name::relation(ObjectKind::Enum, text));
    let labels = if value.get_ref().is_table() {
        let mut keys = problems.table(value)?;
        let count = keys.take("count").and_then(|value| problems.count(value));
        keys.finish(problems);
        EnumLabels::Count(usize::try_from(count?).ok()?)
    } else {
        EnumLabels::Exactly(problems.texts(value).iter().map(|label| label.text.to_owned()).collect())
    };
    Some(Claim::Enum(name?, labels))
}

/// `extensions = ["pgcrypto"]` or `extensions = { pgcrypto = "1.3" }`.
fn extensions(value: Value<'_>, problems: &mut Problems<'_>) -> Vec<Claim> {
    if value.get_ref().is_array() {
        return idents(value, problems).into_iter().map(|name| Claim::Extension(name, None)).collect();
    }
    let Some(table) = problems.table(value) else { return Vec::new() };
    table
        .all()
        .filter_map(|(name, version)| {
            let version = problems.text(version)?.text.to_owned();
            Some(Claim::Extension(Ident::exact(name.text), Some(version)))
        })
        .collect()
}

fn policies(value: Value<'_>, problems: &mut Problems<'_>) -> Option<PolicyClaim> {
    let mut keys = problems.table(value)?;
    let before = problems.found.len();
    let states = [("enabled", RlsState::Enabled), ("forced", RlsState::Forced)];
    let claim = PolicyClaim {
        on: keys.take("on").map(|value| relations(ObjectKind::Table, value, problems)).unwrap_or_default(),
        total: keys.take("total").and_then(|value| problems.count(value)),
        rls: keys.take("rls").and_then(|value| problems.word(value, &states)),
    };
    keys.finish(problems);
    let says = !claim.on.is_empty() && (claim.total.is_some() || claim.rls.is_some());
    if !says && problems.found.len() == before {
        problems.error("M125", "`policies` needs `on`, and `total` or `rls`", span_of(value), "");
    }
    says.then_some(claim)
}

fn triggers(value: Value<'_>, problems: &mut Problems<'_>) -> Option<TriggerClaim> {
    let mut keys = problems.table(value)?;
    let before = problems.found.len();
    let functions = keys.take("functions").map(|value| problems.text_or_texts(value)).unwrap_or_default();
    let claim = TriggerClaim {
        on: keys.take("on").map(|value| relations(ObjectKind::Table, value, problems)).unwrap_or_default(),
        functions: functions.into_iter().filter_map(|f| problems.named(f, BAD_NAME, name::routine)).collect(),
        enabled: keys.take("enabled").and_then(|value| problems.boolean(value)),
    };
    keys.finish(problems);
    let says = !claim.on.is_empty() && !claim.functions.is_empty();
    if !says && problems.found.len() == before {
        problems.error("M125", "`triggers` needs `on` and `functions`", span_of(value), "");
    }
    says.then_some(claim)
}

fn column(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Option<ColumnClaim> {
    let column = keys.take("column");
    let data_type = keys.take("type").map(|value| (span_of(value), problems.text(value)));
    let not_null = keys.take("not_null").map(|value| (span_of(value), problems.boolean(value)));
    let default = keys.take("default").map(|value| (span_of(value), declared_default(value, problems)));
    let partitions = keys.take("partitions").map(|value| (span_of(value), problems.word(value, &[("same", true)])));
    let policies = [("auto", FixPolicy::Automatic), ("sql", FixPolicy::Shown)];
    let fix = keys.take("fix").map(|value| (span_of(value), problems.word(value, &policies)));
    let Some(column) = column else {
        let said = [
            data_type.map(|(span, _)| span),
            not_null.map(|(span, _)| span),
            default.as_ref().map(|(span, _)| *span),
            partitions.map(|(span, _)| span),
            fix.map(|(span, _)| span),
        ];
        if let Some(span) = said.into_iter().flatten().min() {
            problems.error("M125", "this is said of a column, and the check names no `column`", span, "");
        }
        return None;
    };
    let column = problems.text(column).and_then(|text| problems.named(text, BAD_NAME, name::column))?;
    Some(ColumnClaim {
        column,
        data_type: data_type.and_then(|(_, text)| text).map(|text| text.text.to_owned()),
        not_null: not_null.and_then(|(_, value)| value),
        default: default.and_then(|(_, value)| value),
        partitions_same: partitions.and_then(|(_, value)| value).unwrap_or(false),
        fix: fix.and_then(|(_, value)| value).unwrap_or_default(),
    })
}

fn declared_default(value: Value<'_>, problems: &mut Problems<'_>) -> Option<DeclaredDefault> {
    let mut keys = problems.table(value)?;
    let before = problems.found.len();
    let sequence = keys.take("sequence").and_then(|value| problems.text(value));
    let kind = keys.take("kind").and_then(|value| problems.word(value, &[("now", ())]));
    let expression = keys.take("expr").and_then(|value| problems.text(value));
    keys.finish(problems);
    match (sequence, kind, expression) {
        (Some(text), None, None) => {
            let name = problems.named(text, BAD_NAME, |text| name::relation(ObjectKind::Sequence, text));
            name.map(DeclaredDefault::Sequence)
        }
        (None, Some(()), None) => Some(DeclaredDefault::Now),
        (None, None, Some(text)) => Some(DeclaredDefault::Expression(text.text.to_owned())),
        _ => {
            if problems.found.len() == before {
                problems.error("M125", "`default` needs one of `sequence`, `kind` and `expr`", span_of(value), "");
            }
            None
        }
    }
}

/// `unique`, `allow_duplicates` and `foreign_keys` of one `table`.
fn table_claims(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<Claim> {
    let table = keys.take("table");
    let lists = [keys.take("unique"), keys.take("allow_duplicates"), keys.take("foreign_keys")];
    let Some(table) = table else {
        if let Some(span) = lists.into_iter().flatten().map(span_of).min() {
            problems.error("M125", "this is said of a table, and the check names no `table`", span, "");
        }
        return Vec::new();
    };
    let table = problems
        .text(table)
        .and_then(|text| problems.named(text, BAD_NAME, |text| name::relation(ObjectKind::Table, text)));
    let Some(table) = table else { return Vec::new() };
    let [unique, duplicates, foreign_keys] = lists;
    let mut claims = Vec::new();
    for value in unique.map_or(&[][..], |value| problems.items(value, "an array of arrays of columns")) {
        claims.push(Claim::Unique(table.clone(), idents(value, problems)));
    }
    for value in duplicates.map_or(&[][..], |value| problems.items(value, "an array of arrays of columns")) {
        claims.push(Claim::AllowDuplicates(table.clone(), idents(value, problems)));
    }
    for value in foreign_keys.map_or(&[][..], |value| problems.items(value, "an array of tables")) {
        claims.extend(foreign_key(&table, value, problems).map(Claim::ForeignKey));
    }
    if claims.is_empty() {
        // A table on its own claims that it exists.
        claims.push(Claim::Exist(vec![table]));
    }
    claims
}

fn foreign_key(table: &ObjectName, value: Value<'_>, problems: &mut Problems<'_>) -> Option<ForeignKeyClaim> {
    let actions = ["cascade", "set null", "set default", "restrict", "no action"].map(|action| (action, action));
    let mut keys = problems.table(value)?;
    let columns = keys.take("columns").map(|value| idents(value, problems)).unwrap_or_default();
    let references = keys.take("references").and_then(|value| problems.text(value));
    let on_delete = keys.take("on_delete").and_then(|value| problems.word(value, &actions));
    keys.finish(problems);
    let (false, Some(references)) = (columns.is_empty(), references) else {
        problems.error("M125", "a foreign key needs `columns` and `references`", span_of(value), "");
        return None;
    };
    let references = problems.named(references, BAD_NAME, |text| name::relation(ObjectKind::Table, text))?;
    Some(ForeignKeyClaim { table: table.clone(), columns, references, on_delete: on_delete.map(str::to_owned) })
}

fn grant(value: Value<'_>, problems: &mut Problems<'_>) -> Option<GrantClaim> {
    let mut keys = problems.table(value)?;
    let role = keys.take("role").and_then(|value| problems.text(value));
    let privileges = keys.take("privilege").map(|value| problems.text_or_texts(value)).unwrap_or_default();
    let on = keys.take("on").map(|value| relations(ObjectKind::Table, value, problems)).unwrap_or_default();
    keys.finish(problems);
    let (Some(role), false, false) = (role, privileges.is_empty(), on.is_empty()) else {
        problems.error("M125", "a grant needs `role`, `privilege` and `on`", span_of(value), "");
        return None;
    };
    let role = problems.named(role, BAD_NAME, name::single)?;
    let privileges = privileges.iter().map(|privilege| privilege.text.to_uppercase()).collect();
    Some(GrantClaim { role, privileges, on })
}

fn violations(value: Value<'_>, problems: &mut Problems<'_>) -> Option<DeclaredQuery> {
    let text = problems.text(value)?;
    let sql = text.text.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
    if sql.trim().is_empty() {
        problems.error("M125", "the query is empty", text.span, "");
        return None;
    }
    // Verbatim unless the TOML string uses escapes; then only positions within the query can be given.
    let offset =
        problems.source.text.get(text.span.range()).and_then(|raw| raw.find(sql)).map(|at| text.span.start + at);
    Some(DeclaredQuery { sql: sql.to_owned(), offset })
}
