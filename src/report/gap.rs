use std::collections::BTreeMap;

use super::Paint;
use crate::graph::Creations;
use crate::plan::{BlockedWork, Gap, MissingObject};

/// The gap report for a terminal.
pub(super) fn human(gap: &Gap, paint: Paint) -> String {
    let mut lines = vec![paint.bad(&headline(gap)), String::new(), paint.strong("missing")];
    for object in &gap.missing {
        lines.push(format!("  {}", paint.strong(&object.object.to_string())));
        lines.extend(facts(object).into_iter().map(|fact| format!("      {fact}")));
        lines.extend(places(object).into_iter().map(|place| format!("      {}", paint.faint(&place))));
    }
    lines.extend([String::new(), paint.strong("blocked behind it"), format!("  {}", migrations(&gap.blocked))]);
    if !gap.blocked.creates.is_empty() {
        lines.push(format!(
            "  {} {}",
            if gap.blocked.migrations.len() == 1 { "which creates" } else { "which create" },
            creates(&gap.blocked.creates)
        ));
    }
    lines.extend([String::new(), paint.strong("create first, in this order")]);
    lines.extend(gap.missing.iter().enumerate().map(|(at, object)| format!("  {}. {}", at + 1, object.object)));
    lines.join("\n")
}

/// The gap report for a ticket.
pub(super) fn markdown(gap: &Gap) -> String {
    let mut lines = vec![
        format!("**{}**", headline(gap)),
        String::new(),
        "| missing | notes | needed at |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    for object in &gap.missing {
        let places = places(object).iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join("<br>");
        lines.push(format!("| `{}` | {} | {places} |", object.object, facts(object).join("; ").replace('|', "\\|")));
    }
    lines.extend([String::new(), format!("**Blocked behind it:** {}", migrations(&gap.blocked))]);
    if !gap.blocked.creates.is_empty() {
        lines.push(format!("\nThat is {}.", creates(&gap.blocked.creates)));
    }
    lines.extend([String::new(), "**Create first, in this order:**".to_owned(), String::new()]);
    lines.extend(gap.missing.iter().enumerate().map(|(at, object)| format!("{}. `{}`", at + 1, object.object)));
    lines.join("\n")
}

fn headline(gap: &Gap) -> String {
    match gap.missing.len() {
        1 => "refused: a prerequisite is missing; nothing was run".to_owned(),
        count => format!("refused: {count} prerequisites are missing; nothing was run"),
    }
}

pub(super) fn facts(object: &MissingObject) -> Vec<String> {
    let mut facts = Vec::new();
    if !object.columns.is_empty() {
        let columns: Vec<_> = object.columns.iter().map(ToString::to_string).collect();
        facts.push(format!("with column{} {}", plural(columns.len()), columns.join(", ")));
    }
    facts.extend(object.near.clone());
    facts.extend(object.gone.clone());
    facts
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
    let shown = |(path, mut lines): (&str, Vec<usize>)| {
        lines.sort_unstable();
        lines.dedup();
        format!("{path}:{}", lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    };
    files.into_iter().map(shown).collect()
}

fn migrations(blocked: &BlockedWork) -> String {
    blocked.migrations.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// What a migration creates, in words.
pub(super) fn creations(of: &Creations) -> String {
    let mut kinds: BTreeMap<String, usize> = of.kinds.iter().map(|(kind, count)| (kind.to_string(), *count)).collect();
    if of.partitions > 0 {
        kinds.insert("partition".to_owned(), of.partitions);
    }
    creates(&kinds)
}

fn creates(kinds: &BTreeMap<String, usize>) -> String {
    const ORDER: [&str; 8] = ["enum", "table", "partition", "view", "policy", "function", "trigger", "index"];
    let mut kinds: Vec<_> = kinds.iter().collect();
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
