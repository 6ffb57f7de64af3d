//! Mermaid, Graphviz and SVG.

use super::{blog, opaque_blog};
use crate::support::Sandbox;

#[test]
fn mermaid_and_dot_show_the_reduction() {
    let sandbox = opaque_blog();
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--format", "mermaid"]), @r#"
    $ migrate graph --format mermaid
    flowchart TD
      accTitle: migrations
      accDescr: 6 migrations, an arrow leads from what runs first to what must run after it
      n0{{"public.user<br>missing table"}}
      n1["users<br>V1"]
      n2["posts<br>V2"]
      n3["comments<br>V3"]
      n4["tags<br>V4"]
      n5["fill<br>V5 · opaque"]
      n6(["report<br>repeatable"])
      n0 --> n4
      n1 -->|"table public.users"| n2
      n2 -->|"table public.posts"| n3
      n3 -->|"opaque"| n5
      n4 -->|"opaque"| n5
      n5 -->|"opaque"| n6
      classDef missing stroke:#dc2626,stroke-width:3px,stroke-dasharray:4 3
      class n0 missing
      classDef opaque stroke:#d97706,stroke-width:3px,stroke-dasharray:8 3
      class n5 opaque
      linkStyle 3,4,5 stroke:#d97706,stroke-dasharray:9 3 2 3
    --- stderr
    --- exit 0
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--format", "dot"]), @r##"
    $ migrate graph --format dot
    digraph migrations {
      graph [rankdir=TB, nodesep=0.25, ranksep=0.5, bgcolor=transparent, tooltip="migrations"];
      node [shape=box, style=filled, fillcolor="#f8fafc", color="#64748b", fontname="sans-serif", fontsize=10];
      edge [color="#64748b", fontname="sans-serif", fontsize=8, fontcolor="#475569", arrowsize=0.7];
      n0 [label="public.user\nmissing table", tooltip="table public.user: not provided by any migration; needed by V4__tags", shape=hexagon, style="filled,dashed", fillcolor="#fee2e2", color="#dc2626"];
      n1 [label="users\nV1", tooltip="V1__users (migrations/V1__users.sql)\ncreates 1 table"];
      n2 [label="posts\nV2", tooltip="V2__posts (migrations/V2__posts.sql)\ncreates 1 table"];
      n3 [label="comments\nV3", tooltip="V3__comments (migrations/V3__comments.sql)\ncreates 1 table"];
      n4 [label="tags\nV4", tooltip="V4__tags (migrations/V4__tags.sql)\ncreates 1 table"];
      n5 [label="fill\nV5 · opaque", tooltip="V5__fill (migrations/V5__fill.sql)\nopaque: EXECUTE of a string that the text doesn't show, at migrations/V5__fill.sql:2:3", fillcolor="#fef3c7", color="#d97706"];
      n6 [label="report\nrepeatable", tooltip="R__report (migrations/R__report.sql)\ncreates 1 view", style="filled,rounded"];
      n0 -> n4 [label="", tooltip="V4__tags needs table public.user"];
      n1 -> n2 [label="table public.users", tooltip="V2__posts after V1__users: it needs table public.users (and 2 more)"];
      n2 -> n3 [label="table public.posts", tooltip="V3__comments after V2__posts: it needs table public.posts (and 2 more)"];
      n3 -> n5 [label="opaque", tooltip="V5__fill after V3__comments: it may touch the same things: one of them can't be analysed", style=dashed, color="#d97706"];
      n4 -> n5 [label="opaque", tooltip="V5__fill after V4__tags: it may touch the same things: one of them can't be analysed", style=dashed, color="#d97706"];
      n5 -> n6 [label="opaque", tooltip="R__report after V5__fill: it may touch the same things: one of them can't be analysed", style=dashed, color="#d97706"];
    }
    --- stderr
    --- exit 0
    "##);
}

#[test]
fn objects_stand_between_those_who_create_and_those_who_use_them() {
    let sandbox = blog();
    sandbox.write("migrations/V5__more.sql", "ALTER TABLE users RENAME TO people;\nALTER TABLE people ADD age int;\n");
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--objects", "--format", "mermaid"]), @r#"
    $ migrate graph --objects --format mermaid
    flowchart TD
      accTitle: migrations
      accDescr: 6 migrations, an arrow leads from what runs first to what must run after it
      n0{{"public.user<br>missing table"}}
      n1["users<br>V1"]
      n2[("public.users<br>table")]
      n3["posts<br>V2"]
      n4[("public.posts<br>table")]
      n5["comments<br>V3"]
      n6[("public.comments<br>table")]
      n7["tags<br>V4"]
      n8[("public.tags<br>table")]
      n9["more<br>V5"]
      n10[("public.people<br>table")]
      n11(["report<br>repeatable"])
      n12[("public.report<br>view")]
      n0 --> n7
      n1 --> n2
      n2 --> n3
      n3 --> n4
      n2 --> n5
      n4 --> n5
      n5 --> n6
      n7 --> n8
      n2 -->|"changes"| n9
      n9 --> n10
      n4 --> n11
      n11 --> n12
      classDef missing stroke:#dc2626,stroke-width:3px,stroke-dasharray:4 3
      class n0 missing
      linkStyle 8 stroke-dasharray:7 3
    --- stderr
    --- exit 0
    "#);
    let document = sandbox.migrate(&["graph", "--objects", "--format", "json"]).expect(0).stdout;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let users = document["objects"].as_array().unwrap().iter().find(|it| it["object"] == "table public.users").unwrap();
    let roles: Vec<(&str, &str)> = users["touched_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it["role"].as_str().unwrap()))
        .collect();
    assert_eq!(
        roles,
        [("V1__users", "creates"), ("V2__posts", "needs"), ("V3__comments", "needs"), ("V5__more", "changes")]
    );
}

#[test]
fn svg_is_a_document_of_its_own() {
    let drawing = opaque_blog().migrate(&["graph", "--format", "svg"]).expect(0).stdout;
    assert!(drawing.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "), "{drawing}");
    assert!(drawing.ends_with("</svg>\n"), "{drawing}");
    for part in [
        "role=\"img\"",
        "prefers-color-scheme:dark",
        "<desc id=\"d\">6 migrations; an arrow leads from what runs first",
        "<g class=\"migration opaque\"",
        "<g class=\"missing\"",
        "<g class=\"repeatable\"",
        "<title>V2__posts after V1__users: it needs table public.users (and 2 more)</title>",
        "<title>V5__fill (migrations/V5__fill.sql)\nopaque: EXECUTE of a string that the text doesn't show, at ",
    ] {
        assert!(drawing.contains(part), "no {part} in {drawing}");
    }
}

#[test]
fn a_drawing_of_thousands_of_boxes_is_refused() {
    let sandbox = Sandbox::new();
    for number in 1..=2_001 {
        sandbox.write(&format!("migrations/V{number}__a.sql"), "SELECT 1;\n");
    }
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--format", "svg"]), @"
    $ migrate graph --format svg
    --- stderr
    error[M004]: a drawing of 2001 boxes serves nobody
     = help: show a part with `--around ID` or `--pending`, or give `--format dot` to a program of your own
    --- exit 2
    ");
}

#[test]
fn what_mermaid_would_not_draw_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n");
    for number in 2..=502 {
        let text = format!("CREATE TABLE t{number} (a int REFERENCES a (id));\n");
        sandbox.write(&format!("migrations/V{number}__b.sql"), text);
    }
    let output = sandbox.migrate(&["graph", "--format", "mermaid"]).expect(0);
    assert!(output.stdout.starts_with("flowchart TD\n"), "{output}");
    insta::assert_snapshot!(output.stderr, @"Mermaid draws no more than 500 arrows and 50,000 characters unless its page allows more; `--around ID` and `--pending` show less, `--format svg` draws it here");
    let around = sandbox.migrate(&["graph", "--format", "mermaid", "--around", "V7"]).expect(0);
    assert_eq!(around.stderr, "");
}
