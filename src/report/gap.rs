use std::collections::BTreeMap;

use super::Paint;
use crate::graph::Creations;
use crate::plan::{BlockedWork, Gap, MissingObject};

/// From this many missing objects on they are grouped by schema, and only the first of each group are named.
const MANY: usize = 30;
/// How many of a group are named.
const OF_GROUP: usize = 10;
/// How many files that need an object are named, and how many lines of each.
const FILES: usize = 5;
const LINES: usize = 20;
/// How many blocked migrations are named.
const BLOCKED: usize = 10;

/// The gap report for a terminal.
pub(super) fn human(gap: &Gap, paint: Paint) -> String {
    let mut lines = vec![paint.bad(&headline(gap)), String::new(), paint.strong("missing")];
    if gap.missing.len() < MANY {
        for object in &gap.missing {
            lines.push(format!("  {}", paint.strong(&object.title())));
            lines.extend(facts(object).into_iter().map(|fact| format!("      {fact}")));
            lines.extend(places(object).into_iter().map(|place| format!("      {}", paint.faint(&place))));
        }
    } else {
        for group in groups(gap) {
            lines.push(format!("  {}", paint.strong(&group.title)));
            for object in group.shown() {
                let first = places(object).swap_remove(0);
                let parts = std::iter::once(paint.faint(&first)).chain(facts(object));
                lines.push(format!("      {}  {}", object.title(), parts.collect::<Vec<_>>().join("; ")));
            }
            lines.extend(group.rest().map(|rest| format!("      {rest}")));
        }
    }
    lines.extend([String::new(), paint.strong("blocked behind it"), format!("  {}", migrations(&gap.blocked))]);
    if !gap.blocked.creates.is_empty() {
        lines.push(format!(
            "  {} {}",
            if gap.blocked.migrations.len() == 1 { "which creates" } else { "which create" },
            counted(&gap.blocked.creates)
        ));
    }
    lines.extend([String::new(), paint.strong("create first, in this order")]);
    lines.extend(steps(gap).into_iter().map(|(step, sql)| {
        let sql = sql.map(|sql| format!("  {}", paint.faint(&sql))).unwrap_or_default();
        format!("  {step}{sql}")
    }));
    lines.join("\n")
}

/// The gap report for a ticket or a pull request.
pub(super) fn markdown(gap: &Gap) -> String {
    let mut lines = vec![format!("**{}**", headline(gap)), String::new()];
    let header = ["| missing | notes | needed at |".to_owned(), "|---|---|---|".to_owned()];
    let row = |object: &MissingObject| {
        let places = places(object).iter().map(|place| code(place)).collect::<Vec<_>>().join("<br>");
        format!("| {} | {} | {places} |", code(&object.title()), escaped(&facts(object).join("; ")))
    };
    if gap.missing.len() < MANY {
        lines.extend(header);
        lines.extend(gap.missing.iter().map(row));
    } else {
        for group in groups(gap) {
            lines.extend([format!("**{}**", escaped(&group.title)), String::new()]);
            lines.extend(header.clone());
            lines.extend(group.shown().iter().map(|object| row(object)));
            lines.extend([String::new()]);
            lines.extend(group.rest().into_iter().flat_map(|rest| [rest, String::new()]));
        }
        lines.pop();
    }
    lines.extend([String::new(), format!("**Blocked behind it:** {}", migrations(&gap.blocked))]);
    if !gap.blocked.creates.is_empty() {
        lines.push(format!("\nThat is {}.", counted(&gap.blocked.creates)));
    }
    lines.extend([String::new(), "**Create first, in this order:**".to_owned(), String::new()]);
    lines.extend(steps(gap).into_iter().map(|(step, sql)| {
        let (number, name) = step.split_once(' ').unwrap_or(("", &step));
        let sql = sql.map(|sql| format!(": {}", code(&sql))).unwrap_or_default();
        if number.ends_with('.') { format!("{number} {}{sql}", code(name)) } else { format!("\n{step}") }
    }));
    lines.join("\n")
}

/// Inline code in a table's cell.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn headline(gap: &Gap) -> String {
    match gap.missing.len() {
        1 => "refused: a prerequisite is missing; nothing was run".to_owned(),
        count => format!("refused: {count} prerequisites are missing; nothing was run"),
    }
}

/// What is missing in one schema, or outside all.
struct Group<'a> {
    title: String,
    objects: Vec<&'a MissingObject>,
}

impl Group<'_> {
    fn shown(&self) -> &[&MissingObject] {
        &self.objects[..OF_GROUP.min(self.objects.len())]
    }

    fn rest(&self) -> Option<String> {
        let more = self.objects.len().checked_sub(OF_GROUP).filter(|more| *more > 0)?;
        Some(format!("and {more} more; `--format json` lists them all"))
    }
}

/// The missing objects by schema, in the order in which the first of each is to be created.
fn groups(gap: &Gap) -> Vec<Group<'_>> {
    let mut groups: Vec<(Option<&str>, Vec<&MissingObject>)> = Vec::new();
    for missing in &gap.missing {
        let schema = missing.object.schema.as_ref().map(crate::model::Ident::as_str);
        match groups.iter_mut().find(|(of, _)| *of == schema) {
            Some((_, objects)) => objects.push(missing),
            None => groups.push((schema, vec![missing])),
        }
    }
    let titled = |(schema, objects): (Option<&str>, Vec<_>)| {
        let mut kinds = BTreeMap::new();
        for object in &objects {
            let object: &&MissingObject = object;
            *kinds.entry(object.object.kind.to_string()).or_default() += 1;
        }
        let place = schema.map_or_else(|| "outside schemas".to_owned(), |schema| format!("in schema {schema}"));
        Group { title: format!("{place}: {}", counted(&kinds)), objects }
    };
    groups.into_iter().map(titled).collect()
}

/// The numbered list of what to create, each with its statement where there is only one.
fn steps(gap: &Gap) -> Vec<(String, Option<String>)> {
    let step = |(at, object): (usize, &MissingObject)| (format!("{}. {}", at + 1, object.title()), object.sql.clone());
    let shown = if gap.missing.len() < MANY { gap.missing.len() } else { OF_GROUP };
    let mut steps: Vec<_> = gap.missing.iter().take(shown).enumerate().map(step).collect();
    let more = gap.missing.len() - shown;
    if more > 0 {
        steps.push((format!("and {more} more, in the order of `missing` in `--format json`"), None));
    }
    steps
}

pub(super) fn facts(object: &MissingObject) -> Vec<String> {
    let columns: Vec<_> = object.columns.iter().map(ToString::to_string).collect();
    let columns = (!columns.is_empty()).then(|| format!("with column{} {}", plural(columns.len()), columns.join(", ")));
    columns.into_iter().chain(object.facts().into_iter().map(str::to_owned)).collect()
}

/// The places that need the object, one text for each file: `migrations/V0024__sync.sql:123, 170, 214`.
pub(super) fn places(object: &MissingObject) -> Vec<String> {
    let mut files: Vec<(&str, Vec<usize>)> = Vec::new();
    for (_, place) in &object.needed_at {
        match files.iter_mut().find(|(path, _)| *path == place.path) {
            Some((_, lines)) => lines.push(place.line),
            None => files.push((&place.path, vec![place.line])),
        }
    }
    let hidden = files.split_off(FILES.min(files.len()));
    let shown = |(path, mut lines): (&str, Vec<usize>)| {
        lines.sort_unstable();
        lines.dedup();
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{path}:{}{more}", lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    };
    let mut places: Vec<String> = files.into_iter().map(shown).collect();
    if !hidden.is_empty() {
        places.push(format!("and in {} more file{}", hidden.len(), plural(hidden.len())));
    }
    places
}

fn migrations(blocked: &BlockedWork) -> String {
    let more = blocked.migrations.len().saturating_sub(BLOCKED);
    let named = blocked.migrations.iter().take(BLOCKED).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more migrations") } else { named }
}

/// What a migration creates, in words.
pub(super) fn creations(of: &Creations) -> String {
    let mut kinds: BTreeMap<String, usize> = of.kinds.iter().map(|(kind, count)| (kind.to_string(), *count)).collect();
    if of.partitions > 0 {
        kinds.insert("partition".to_owned(), of.partitions);
    }
    counted(&kinds)
}

/// `2 tables, 1 index`, the telling kinds first.
fn counted(counts: &BTreeMap<String, usize>) -> String {
    const ORDER: [&str; 8] = ["enum", "table", "partition", "view", "policy", "function", "trigger", "index"];
    let mut kinds: Vec<_> = counts.iter().collect();
    kinds.sort_by_key(|(kind, _)| (ORDER.iter().position(|it| it == kind).unwrap_or(ORDER.len()), *kind));
    kinds
        .into_iter()
        .map(|(kind, count)| format!("{count} {}", pluralised(kind, *count)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn pluralised(kind: &str, count: usize) -> String {
    match (count, kind) {
        (1, _) => kind.to_owned(),
        (_, "index") => "indexes".to_owned(),
        (_, kind) if kind.ends_with("cy") => format!("{}ies", &kind[..kind.len() - 1]),
        (_, kind) if kind.ends_with('s') || kind.ends_with("class") => format!("{kind}es"),
        (_, kind) => format!("{kind}s"),
    }
}

pub(super) const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_plurals() {
        let words = ["table", "policy", "index", "operator class", "enum"].map(|kind| pluralised(kind, 2));
        assert_eq!(words, ["tables", "policies", "indexes", "operator classes", "enums"]);
        assert_eq!(pluralised("policy", 1), "policy");
    }
}
