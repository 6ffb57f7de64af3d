use super::picture::{Arrow, Node, NodeKind, Picture};
use super::{dot, mermaid, svg};
use crate::graph::ReasonKind;

const NASTY: &str = "a<b>&\"c\"|d;\\e#f`g`\n{h}[i](j)end\u{1}%% k--> é漢字";

/// Names that mean something to each of the languages.
fn nasty() -> Picture {
    let node = |kind, opaque, pending| Node {
        kind,
        opaque,
        pending,
        name: NASTY.to_owned(),
        detail: NASTY.to_owned(),
        tooltip: NASTY.to_owned(),
    };
    let arrow = |before, after, kind| Arrow { before, after, kind, label: NASTY.to_owned(), tooltip: NASTY.to_owned() };
    Picture {
        nodes: vec![
            node(NodeKind::Missing, false, false),
            node(NodeKind::Migration, true, false),
            node(NodeKind::Object, false, false),
            node(NodeKind::Repeatable, false, true),
        ],
        edges: vec![
            arrow(0, 1, ReasonKind::Requires),
            arrow(1, 2, ReasonKind::Conflict),
            arrow(2, 3, ReasonKind::Rows),
            arrow(0, 2, ReasonKind::Declared),
            arrow(0, 3, ReasonKind::Opaque),
        ],
        description: "names that mean something".to_owned(),
        loose: "free",
    }
}

#[test]
fn mermaid_escapes_whatever_is_not_plain() {
    insta::assert_snapshot!(mermaid::flowchart(&nasty()), @r#"
    flowchart TD
      accTitle: migrations
      accDescr: names that mean something
      n0{{"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字<br>a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"}}
      n1["a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字<br>a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"]
      n2[("a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字<br>a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字")]
      n3(["a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字<br>a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"])
      n0 -->|"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"| n1
      n1 -->|"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"| n2
      n2 -->|"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"| n3
      n0 -->|"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"| n2
      n0 -->|"a#60;b#62;#38;#34;c#34;#124;d#59;#92;e#35;f#96;g#96; #123;h#125;#91;i#93;(j)end#1;#37;#37; k--#62; é漢字"| n3
      classDef missing stroke:#dc2626,stroke-width:3px,stroke-dasharray:4 3
      class n0 missing
      classDef opaque stroke:#d97706,stroke-width:3px,stroke-dasharray:8 3
      class n1 opaque
      classDef pending stroke:#2563eb,stroke-width:3px
      class n3 pending
      linkStyle 1 stroke-dasharray:7 3
      linkStyle 2 stroke-dasharray:2 3
      linkStyle 3 stroke-width:3px
      linkStyle 4 stroke:#d97706,stroke-dasharray:9 3 2 3
    "#);
}

#[test]
fn dot_escapes_quotes_and_backslashes() {
    let text = dot::digraph(&nasty());
    insta::assert_snapshot!(text.lines().nth(4).unwrap(), @r##"  n0 [label="a<b>&\"c\"|d;\\e#f`g`\n{h}[i](j)end%% k--> é漢字\na<b>&\"c\"|d;\\e#f`g`\n{h}[i](j)end%% k--> é漢字", tooltip="a<b>&\"c\"|d;\\e#f`g`\n{h}[i](j)end%% k--> é漢字", shape=hexagon, style="filled,dashed", fillcolor="#fee2e2", color="#dc2626"];"##);
    let unescaped = text.replace("\\\\", "").replace("\\\"", "");
    assert!(unescaped.lines().all(|line| line.matches('"').count() % 2 == 0), "{text}");
}

#[test]
fn svg_escapes_markup_and_drops_what_xml_cannot_hold() {
    let text = svg::drawing(&nasty());
    assert!(text.contains("a&lt;b&gt;&amp;&quot;c&quot;|d;\\e#f`g`\n{h}[i](j)end\u{fffd}"), "{text}");
    assert!(!text.contains("<b>") && !text.contains('\u{1}'), "{text}");
    assert_eq!(text.matches("<g ").count(), text.matches("</g>").count());
}

#[test]
fn names_are_cut_and_whole_in_the_tooltip() {
    let mut picture = nasty();
    picture.nodes[1].name = "x".repeat(100);
    picture.nodes[1].tooltip = "y".repeat(100);
    let text = svg::drawing(&picture);
    assert!(text.contains(&format!(">{}…</text>", "x".repeat(25))), "{text}");
    assert!(text.contains(&format!("<title>{}</title>", "y".repeat(100))), "{text}");
}

#[test]
fn an_empty_picture_is_a_document_all_the_same() {
    let empty = Picture::default();
    assert!(svg::drawing(&empty).ends_with("</svg>"));
    assert!(dot::digraph(&empty).ends_with('}'));
    assert!(mermaid::flowchart(&empty).starts_with("flowchart TD\n"));
}
