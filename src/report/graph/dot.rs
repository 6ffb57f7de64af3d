use super::picture::{Node, NodeKind, Picture};
use crate::graph::ReasonKind;

/// A Graphviz document.
///
/// Escapes: Graphviz documentation, "escString" and "The DOT Language".
pub(super) fn digraph(picture: &Picture) -> String {
    let mut lines = vec![
        "digraph migrations {".to_owned(),
        "  graph [rankdir=TB, nodesep=0.25, ranksep=0.5, bgcolor=transparent, tooltip=\"migrations\"];".to_owned(),
        "  node [shape=box, style=filled, fillcolor=\"#f8fafc\", color=\"#64748b\", fontname=\"sans-serif\", fontsize=10];"
            .to_owned(),
        "  edge [color=\"#64748b\", fontname=\"sans-serif\", fontsize=8, fontcolor=\"#475569\", arrowsize=0.7];".to_owned(),
    ];
    for (at, node) in picture.nodes.iter().enumerate() {
        let name = format!("{}\\n{}", escaped(&node.name), escaped(&node.detail));
        lines.push(format!("  n{at} [label=\"{name}\", tooltip=\"{}\"{}];", escaped(&node.tooltip), look(node)));
    }
    for edge in &picture.edges {
        let style = match edge.kind {
            ReasonKind::Requires => "",
            ReasonKind::Conflict => ", style=dashed",
            ReasonKind::Rows => ", style=dotted",
            ReasonKind::Declared => ", style=bold",
            ReasonKind::Opaque => ", style=dashed, color=\"#d97706\"",
        };
        lines.push(format!(
            "  n{} -> n{} [label=\"{}\", tooltip=\"{}\"{style}];",
            edge.before,
            edge.after,
            escaped(&edge.label),
            escaped(&edge.tooltip)
        ));
    }
    lines.push("}".to_owned());
    lines.join("\n")
}

fn look(node: &Node) -> String {
    let shape = match node.kind {
        NodeKind::Migration => "",
        NodeKind::Repeatable => ", style=\"filled,rounded\"",
        NodeKind::Object => ", shape=cylinder, fillcolor=\"#ecfdf5\"",
        NodeKind::Missing => ", shape=hexagon, style=\"filled,dashed\", fillcolor=\"#fee2e2\", color=\"#dc2626\"",
    };
    let opaque = if node.opaque { ", fillcolor=\"#fef3c7\", color=\"#d97706\"" } else { "" };
    let pending = if node.pending { ", color=\"#2563eb\", penwidth=2" } else { "" };
    format!("{shape}{opaque}{pending}")
}

/// Text for a quoted string.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', " ").replace('\0', "")
}
