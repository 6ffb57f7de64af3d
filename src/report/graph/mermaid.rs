use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::picture::{NodeKind, Picture};
use crate::graph::ReasonKind;

/// More labels than this make Mermaid's drawings unreadable.
const MOST_LABELS: usize = 60;

/// A Mermaid flowchart.
///
/// Strokes only, no fills, so that it reads on light and dark pages. Syntax: Mermaid 11 documentation, "Flowcharts".
pub(super) fn flowchart(picture: &Picture) -> String {
    let mut lines = vec![
        "flowchart TD".to_owned(),
        "  accTitle: migrations".to_owned(),
        format!("  accDescr: {}", picture.description.replace(';', ",")),
    ];
    let mut classes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (at, node) in picture.nodes.iter().enumerate() {
        let text = format!("{}<br>{}", escaped(&node.name), escaped(&node.detail));
        lines.push(match node.kind {
            NodeKind::Migration => format!("  n{at}[\"{text}\"]"),
            NodeKind::Repeatable => format!("  n{at}([\"{text}\"])"),
            NodeKind::Object => format!("  n{at}[(\"{text}\")]"),
            NodeKind::Missing => format!("  n{at}{{{{\"{text}\"}}}}"),
        });
        let marks = [(node.kind == NodeKind::Missing, "missing"), (node.opaque, "opaque"), (node.pending, "pending")];
        for (_, class) in marks.iter().filter(|(holds, _)| *holds) {
            classes.entry(class).or_default().push(format!("n{at}"));
        }
    }
    let mut strokes: BTreeMap<ReasonKind, Vec<String>> = BTreeMap::new();
    for (at, edge) in picture.edges.iter().enumerate() {
        let label = match edge.label.as_str() {
            "" => String::new(),
            _ if picture.edges.len() > MOST_LABELS => String::new(),
            text => format!("|\"{}\"|", escaped(text)),
        };
        lines.push(format!("  n{} -->{label} n{}", edge.before, edge.after));
        strokes.entry(edge.kind).or_default().push(at.to_string());
    }
    for (class, nodes) in classes {
        let style = match class {
            "missing" => "stroke:#dc2626,stroke-width:3px,stroke-dasharray:4 3",
            "opaque" => "stroke:#d97706,stroke-width:3px,stroke-dasharray:8 3",
            _ => "stroke:#2563eb,stroke-width:3px",
        };
        lines.push(format!("  classDef {class} {style}"));
        lines.push(format!("  class {} {class}", nodes.join(",")));
    }
    for (kind, edges) in strokes {
        if let Some(style) = stroke(kind) {
            lines.push(format!("  linkStyle {} {style}", edges.join(",")));
        }
    }
    lines.join("\n")
}

/// Whether Mermaid draws the flowchart where its limits are not raised, as on GitHub.
///
/// Mermaid 11, `config.schema.yaml`: `maxEdges` 500, `maxTextSize` 50,000; a document can't raise them itself.
#[must_use]
pub fn fits(flowchart: &str) -> bool {
    flowchart.chars().count() <= 50_000 && flowchart.matches(" -->").count() <= 500
}

const fn stroke(kind: ReasonKind) -> Option<&'static str> {
    match kind {
        ReasonKind::Requires => None,
        ReasonKind::Conflict => Some("stroke-dasharray:7 3"),
        ReasonKind::Rows => Some("stroke-dasharray:2 3"),
        ReasonKind::Declared => Some("stroke-width:3px"),
        ReasonKind::Opaque => Some("stroke:#d97706,stroke-dasharray:9 3 2 3"),
    }
}

/// Text for a quoted label: whatever is not plain goes as a numeric entity, which Mermaid writes `#35;`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            _ if character.is_alphanumeric() || " _-.,:()'·…/".contains(character) => out.push(character),
            // Writing to a string can't fail.
            _ => drop(write!(out, "#{};", u32::from(character))),
        }
    }
    out
}
