use super::declared::{
    Claim, ColumnClaim, DeclaredDefault, DeclaredQuery, EnumLabels, FixPolicy, ForeignKeyClaim, GrantClaim,
    PolicyClaim, RlsState, TriggerClaim,
};
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::project::document::{Keys, Problems, Text, Value};
use crate::project::name;

/// Reads every form of claim from a check's keys.
pub(super) fn claims(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let existing = existing(keys, problems);
    if !existing.is_empty() {
        claims.push(Claim::Exist(existing));
    }
    if let Some(value) = keys.take("absent") {
        let absent = problems.names(value, name::object);
        claims.extend((!absent.is_empty()).then_some(Claim::Absent(absent)));
    }
    if let Some(table) = keys.table("enums", problems) {
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
        claims.extend(items.filter_map(|item| grant(item, problems)).map(Claim::Grant));
    }
    claims.extend(keys.take("violations").and_then(|value| violations(value, problems)).map(Claim::Violations));
    claims
}

fn existing(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<ObjectName> {
    let mut objects = Vec::new();
    if let Some(value) = keys.take("schemas") {
        let names = problems.names(value, name::single);
        objects.extend(names.into_iter().map(|name| ObjectName::global(ObjectKind::Schema, name)));
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
    objects.extend(keys.names("functions", problems, name::routine));
    objects
}

fn relations(kind: ObjectKind, value: Value<'_>, problems: &mut Problems<'_>) -> Vec<ObjectName> {
    let texts = problems.text_or_texts(value);
    texts.into_iter().filter_map(|text| problems.name(text, |text| name::relation(kind, text))).collect()
}

fn enum_labels(name: Text<'_>, value: Value<'_>, problems: &mut Problems<'_>) -> Option<Claim> {
    let name = problems.name(name, |text| name::relation(ObjectKind::Enum, text));
    let labels = if value.toml().is_table() {
        let mut keys = problems.table(value)?;
        let count = keys.take("count").and_then(|value| problems.count(value));
        keys.finish(problems);
        EnumLabels::Count(usize::try_from(count?).ok()?)
    } else {
        EnumLabels::Exactly(problems.texts(value).iter().map(|label| label.value.to_owned()).collect())
    };
    Some(Claim::Enum(name?, labels))
}

/// `extensions = ["pgcrypto"]` or `extensions = { pgcrypto = "1.3" }`.
fn extensions(value: Value<'_>, problems: &mut Problems<'_>) -> Vec<Claim> {
    if value.toml().is_array() {
        return problems.names(value, name::single).into_iter().map(|name| Claim::Extension(name, None)).collect();
    }
    let Some(table) = problems.table(value) else { return Vec::new() };
    table
        .all()
        .filter_map(|(name, version)| {
            let version = problems.text(version)?.value.to_owned();
            Some(Claim::Extension(Ident::exact(name.value), Some(version)))
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
        rls: keys.word("rls", &states, problems),
    };
    keys.finish(problems);
    let says = !claim.on.is_empty() && (claim.total.is_some() || claim.rls.is_some());
    if !says && problems.found.len() == before {
        problems.error("M125", "`policies` needs `on`, and `total` or `rls`", value.span());
    }
    says.then_some(claim)
}

fn triggers(value: Value<'_>, problems: &mut Problems<'_>) -> Option<TriggerClaim> {
    let mut keys = problems.table(value)?;
    let before = problems.found.len();
    let functions = keys.take("functions").map(|value| problems.text_or_texts(value)).unwrap_or_default();
    let claim = TriggerClaim {
        on: keys.take("on").map(|value| relations(ObjectKind::Table, value, problems)).unwrap_or_default(),
        functions: functions.into_iter().filter_map(|f| problems.name(f, name::routine)).collect(),
        enabled: keys.take("enabled").and_then(|value| problems.boolean(value)),
    };
    keys.finish(problems);
    let says = !claim.on.is_empty() && !claim.functions.is_empty();
    if !says && problems.found.len() == before {
        problems.error("M125", "`triggers` needs `on` and `functions`", value.span());
    }
    says.then_some(claim)
}

fn column(keys: &mut Keys<'_>, problems: &mut Problems<'_>) -> Option<ColumnClaim> {
    let column = keys.take("column");
    let data_type = keys.take("type").map(|value| (value.span(), problems.text(value)));
    let not_null = keys.take("not_null").map(|value| (value.span(), problems.boolean(value)));
    let default = keys.take("default").map(|value| (value.span(), declared_default(value, problems)));
    let partitions = keys.take("partitions").map(|value| (value.span(), problems.word(value, &[("same", true)])));
    let policies = [("auto", FixPolicy::Automatic), ("sql", FixPolicy::Shown)];
    let fix = keys.take("fix").map(|value| (value.span(), problems.word(value, &policies)));
    let Some(column) = column else {
        let said = [
            data_type.map(|(span, _)| span),
            not_null.map(|(span, _)| span),
            default.as_ref().map(|(span, _)| *span),
            partitions.map(|(span, _)| span),
            fix.map(|(span, _)| span),
        ];
        if let Some(span) = said.into_iter().flatten().min() {
            problems.error("M125", "this is said of a column, and the check names no `column`", span);
        }
        return None;
    };
    let column = problems.text(column).and_then(|text| problems.name(text, name::column))?;
    Some(ColumnClaim {
        column,
        data_type: data_type.and_then(|(_, text)| text).map(|text| text.value.to_owned()),
        not_null: not_null.and_then(|(_, value)| value),
        default: default.and_then(|(_, value)| value),
        partitions_same: partitions.and_then(|(_, value)| value).unwrap_or(false),
        fix: fix.and_then(|(_, value)| value).unwrap_or_default(),
    })
}

fn declared_default(value: Value<'_>, problems: &mut Problems<'_>) -> Option<DeclaredDefault> {
    let mut keys = problems.table(value)?;
    let before = problems.found.len();
    let sequence = keys.text("sequence", problems);
    let kind = keys.word("kind", &[("now", ())], problems);
    let expression = keys.text("expr", problems);
    keys.finish(problems);
    match (sequence, kind, expression) {
        (Some(text), None, None) => {
            let name = problems.name(text, |text| name::relation(ObjectKind::Sequence, text));
            name.map(DeclaredDefault::Sequence)
        }
        (None, Some(()), None) => Some(DeclaredDefault::Now),
        (None, None, Some(text)) => Some(DeclaredDefault::Expression(text.value.to_owned())),
        _ => {
            if problems.found.len() == before {
                problems.error("M125", "`default` needs one of `sequence`, `kind` and `expr`", value.span());
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
        if let Some(span) = lists.into_iter().flatten().map(Value::span).min() {
            problems.error("M125", "this is said of a table, and the check names no `table`", span);
        }
        return Vec::new();
    };
    let table =
        problems.text(table).and_then(|text| problems.name(text, |text| name::relation(ObjectKind::Table, text)));
    let Some(table) = table else { return Vec::new() };
    let [unique, duplicates, foreign_keys] = lists;
    let mut claims = Vec::new();
    for value in unique.map(|value| problems.items(value, "an array of arrays of columns")).into_iter().flatten() {
        claims.push(Claim::Unique(table.clone(), problems.names(value, name::single)));
    }
    for value in duplicates.map(|value| problems.items(value, "an array of arrays of columns")).into_iter().flatten() {
        claims.push(Claim::AllowDuplicates(table.clone(), problems.names(value, name::single)));
    }
    for value in foreign_keys.map(|value| problems.items(value, "an array of tables")).into_iter().flatten() {
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
    let columns = keys.take("columns").map(|value| problems.names(value, name::single)).unwrap_or_default();
    let references = keys.text("references", problems);
    let on_delete = keys.word("on_delete", &actions, problems);
    keys.finish(problems);
    let (false, Some(references)) = (columns.is_empty(), references) else {
        problems.error("M125", "a foreign key needs `columns` and `references`", value.span());
        return None;
    };
    let references = problems.name(references, |text| name::relation(ObjectKind::Table, text))?;
    Some(ForeignKeyClaim { table: table.clone(), columns, references, on_delete: on_delete.map(str::to_owned) })
}

fn grant(value: Value<'_>, problems: &mut Problems<'_>) -> Option<GrantClaim> {
    let mut keys = problems.table(value)?;
    let role = keys.text("role", problems);
    let privileges = keys.take("privilege").map(|value| problems.text_or_texts(value)).unwrap_or_default();
    let on = keys.take("on").map(|value| relations(ObjectKind::Table, value, problems)).unwrap_or_default();
    keys.finish(problems);
    let (Some(role), false, false) = (role, privileges.is_empty(), on.is_empty()) else {
        problems.error("M125", "a grant needs `role`, `privilege` and `on`", value.span());
        return None;
    };
    let role = problems.name(role, name::single)?;
    let privileges = privileges.iter().map(|privilege| privilege.value.to_uppercase()).collect();
    Some(GrantClaim { role, privileges, on })
}

fn violations(value: Value<'_>, problems: &mut Problems<'_>) -> Option<DeclaredQuery> {
    let text = problems.text(value)?;
    let sql = text.value.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
    if sql.trim().is_empty() {
        problems.error("M125", "the query is empty", text.span);
        return None;
    }
    // Verbatim unless the TOML string uses escapes; then only positions within the query can be given.
    let offset =
        problems.source.text.get(text.span.range()).and_then(|raw| raw.find(sql)).map(|at| text.span.start() + at);
    Some(DeclaredQuery { sql: sql.to_owned(), offset })
}
