//! `migrate graph` and `migrate plan --explain`.

use std::collections::{BTreeMap, BTreeSet};

use crate::example;
use crate::support::{Database, Sandbox};

/// A small project with an edge that follows from others, a missing table, and a repeatable migration. Its database
/// can't be reached: what doesn't need one must not ask.
fn blog() -> Sandbox {
    let sandbox = Sandbox::new().env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
    sandbox
        .write("migrations/V1__users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n")
        .write(
            "migrations/V2__posts.sql",
            "CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users (id));\n",
        )
        .write(
            "migrations/V3__comments.sql",
            "CREATE TABLE comments (post bigint REFERENCES posts (id), author bigint REFERENCES users (id));\n",
        )
        .write("migrations/V4__tags.sql", "CREATE TABLE tags (name text);\nINSERT INTO tags SELECT name FROM user;\n")
        .write("migrations/R__report.sql", "CREATE OR REPLACE VIEW report AS SELECT p.id FROM posts p;\n");
    sandbox
}

/// The same with a migration that can't be analysed.
fn opaque_blog() -> Sandbox {
    let sandbox = blog();
    sandbox.write("migrations/V5__fill.sql", "DO $$ BEGIN\n  EXECUTE current_setting('my.statement');\nEND $$;\n");
    sandbox
}

#[test]
fn the_list_says_what_follows_what_and_why_without_a_database() {
    insta::assert_snapshot!(opaque_blog().migrate(&["graph"]), @"
    $ migrate graph
    graph: 6 migrations, in the order in which they run; 20 % of all pairs may run in either order

      V1__users
      V2__posts
          after `V1__users`: needs table public.users (and 2 more)
      V3__comments
          after `V2__posts`: needs table public.posts (and 2 more)
      V4__tags
      V5__fill  opaque
          after `V3__comments`: may touch the same things: one of them can't be analysed
          after `V4__tags`: may touch the same things: one of them can't be analysed
      R__report
          after `V5__fill`: may touch the same things: one of them can't be analysed

    opaque: what these do can't be known from their text, so nothing passes them
      V5__fill: EXECUTE of a string that the text doesn't show
          migrations/V5__fill.sql:1:1

    missing: not provided by any migration
      table public.user
          with column name
          did you mean `public.users`?
          migrations/V4__tags.sql:2
    --- stderr
    --- exit 0
    ");
}

#[test]
fn the_list_of_the_example_project() {
    let sandbox = example::project();
    insta::assert_snapshot!(sandbox.migrate(&["graph"]), @r#"
    $ migrate graph
    graph: 20 migrations, in the order in which they run; 87 % of all pairs may run in either order

      V0001__organization
      V0002__auth
      V0003__users_extended
          after `V0001__organization`: needs table public.organization (and 2 more)
          after `V0002__auth`: needs schema auth
      V0004__user
      V0005__core
      V0006__compatibility_views
          after `V0005__core`: needs table core.suppliers (and 16 more)
      V0007__serve
          after `V0005__core`: needs table core.inventory_items (and 9 more)
      V0008__spp
      V0009__product_mapping
      V0010__product_mapping_partitions
          after `V0009__product_mapping`: needs table global.product_mapping_product_store (and 1 more)
      V0011__marketing_activations
      V0012__qa_photo_reviews
      V0013__tags
      V0014__forum_categories
      V0015__cards
          after `V0004__user`: needs table public."User" (and 2 more)
          after `V0013__tags`: needs table public.tags (and 2 more)
          after `V0014__forum_categories`: needs table public.forum_categories (and 2 more)
      V0016__card_submissions
          after `V0015__cards`: needs table public.cards (and 2 more)
      V0024__sync
          after `V0003__users_extended`: needs table auth.users_extended (and 3 more)
      V0025__qa_reviews_per_day
          after `V0012__qa_photo_reviews`: needs table public.qa_photo_reviews (and 4 more)
      V0026__user_updated_at_default
          after `V0004__user`: needs table public."User" (and 1 more)
      V0027__foreign_key_indexes
          after `V0005__core`: needs table core.inventory_items (and 1 more)
          after `V0016__card_submissions`: needs table public.card_submissions (and 1 more)
    --- stderr
    --- exit 0
    "#);
    let coloured = sandbox.migrate(&["graph", "--color", "always"]).expect(0);
    assert!(coloured.stdout.contains("\u{1b}[1mV0024__sync"), "{coloured}");
}

#[test]
fn json_has_every_edge_with_both_places_of_each_reason() {
    let sandbox = opaque_blog();
    sandbox.write("migrations/V1__users.sql", "CREATE TABLE users (id bigint);\n");
    sandbox.write("migrations/V2__posts.sql", "CREATE VIEW posts AS SELECT id FROM users;\n");
    std::fs::remove_file(sandbox.path().join("migrations/V3__comments.sql")).unwrap();
    std::fs::remove_file(sandbox.path().join("migrations/R__report.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--format", "json"]), @r#"
    $ migrate graph --format json
    {
      "format": 1,
      "migrations": [
        {
          "id": "V1__users",
          "version": "1",
          "name": "users",
          "path": "migrations/V1__users.sql",
          "opaque": false,
          "opaque_because": null,
          "opaque_at": null,
          "pending": null,
          "provides": [
            "table public.users"
          ],
          "requires": []
        },
        {
          "id": "V2__posts",
          "version": "2",
          "name": "posts",
          "path": "migrations/V2__posts.sql",
          "opaque": false,
          "opaque_because": null,
          "opaque_at": null,
          "pending": null,
          "provides": [
            "view public.posts"
          ],
          "requires": [
            "table public.users"
          ]
        },
        {
          "id": "V4__tags",
          "version": "4",
          "name": "tags",
          "path": "migrations/V4__tags.sql",
          "opaque": false,
          "opaque_because": null,
          "opaque_at": null,
          "pending": null,
          "provides": [
            "table public.tags"
          ],
          "requires": [
            "table public.user"
          ]
        },
        {
          "id": "V5__fill",
          "version": "5",
          "name": "fill",
          "path": "migrations/V5__fill.sql",
          "opaque": true,
          "opaque_because": "EXECUTE of a string that the text doesn't show",
          "opaque_at": {
            "path": "migrations/V5__fill.sql",
            "line": 1,
            "column": 1
          },
          "pending": null,
          "provides": [],
          "requires": []
        }
      ],
      "edges": [
        {
          "from": "V2__posts",
          "to": "V1__users",
          "reduced": true,
          "reasons": [
            {
              "kind": "requires",
              "object": "table public.users",
              "from_at": {
                "path": "migrations/V2__posts.sql",
                "line": 1,
                "column": 37
              },
              "to_at": {
                "path": "migrations/V1__users.sql",
                "line": 1,
                "column": 14
              }
            },
            {
              "kind": "requires",
              "object": "column public.users.id",
              "from_at": {
                "path": "migrations/V2__posts.sql",
                "line": 1,
                "column": 29
              },
              "to_at": {
                "path": "migrations/V1__users.sql",
                "line": 1,
                "column": 21
              }
            }
          ]
        },
        {
          "from": "V5__fill",
          "to": "V1__users",
          "reduced": false,
          "reasons": [
            {
              "kind": "opaque",
              "object": null,
              "from_at": {
                "path": "migrations/V5__fill.sql",
                "line": 1,
                "column": 1
              },
              "to_at": null
            }
          ]
        },
        {
          "from": "V5__fill",
          "to": "V2__posts",
          "reduced": true,
          "reasons": [
            {
              "kind": "opaque",
              "object": null,
              "from_at": {
                "path": "migrations/V5__fill.sql",
                "line": 1,
                "column": 1
              },
              "to_at": null
            }
          ]
        },
        {
          "from": "V5__fill",
          "to": "V4__tags",
          "reduced": true,
          "reasons": [
            {
              "kind": "opaque",
              "object": null,
              "from_at": {
                "path": "migrations/V5__fill.sql",
                "line": 1,
                "column": 1
              },
              "to_at": null
            }
          ]
        }
      ],
      "missing": [
        {
          "object": "table public.user",
          "kind": "table",
          "columns": [
            "name"
          ],
          "near": "did you mean `public.users`?",
          "gone": null,
          "sql": null,
          "needed_at": [
            {
              "id": "V4__tags",
              "path": "migrations/V4__tags.sql",
              "line": 2,
              "column": 35
            }
          ]
        }
      ],
      "assumed": [],
      "freedom": {
        "unordered": 2,
        "pairs": 6
      }
    }
    --- stderr
    --- exit 0
    "#);
}

#[test]
fn the_closure_of_the_reduced_edges_is_the_closure_of_all() {
    let document = example::project().migrate(&["graph", "--format", "json"]).expect(0).stdout;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let edges = document["edges"].as_array().unwrap();
    let closure = |only_reduced: bool| {
        let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for edge in edges.iter().filter(|it| !only_reduced || it["reduced"] == true) {
            next.entry(edge["from"].as_str().unwrap()).or_default().insert(edge["to"].as_str().unwrap());
        }
        // In the order in which they run, so that what a migration follows is complete already.
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for migration in document["migrations"].as_array().unwrap() {
            let id = migration["id"].as_str().unwrap();
            let direct = next.remove(id).unwrap_or_default();
            let indirect: Vec<&str> = direct.iter().flat_map(|it| all[it].iter().copied()).collect();
            all.insert(id, direct.into_iter().chain(indirect).collect());
        }
        all
    };
    assert_eq!(closure(true), closure(false));
    let reduced = edges.iter().filter(|it| it["reduced"] == true).count();
    assert!(reduced < edges.len(), "{reduced} of {}", edges.len());
    let ordered: usize = closure(false).values().map(BTreeSet::len).sum();
    let freedom = &document["freedom"];
    assert_eq!(freedom["pairs"].as_u64().unwrap(), freedom["unordered"].as_u64().unwrap() + ordered as u64);
}

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
      n5 [label="fill\nV5 · opaque", tooltip="V5__fill (migrations/V5__fill.sql)\nopaque: EXECUTE of a string that the text doesn't show, at migrations/V5__fill.sql:1:1", fillcolor="#fef3c7", color="#d97706"];
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
fn around_shows_what_is_near() {
    let sandbox = blog();
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--around", "users,1"]), @"
    $ migrate graph --around users,1
    graph: 2 of 5 migrations, in the order in which they run; 50 % of all pairs may run in either order

      V1__users
      V2__posts
          after `V1__users`: needs table public.users (and 2 more)
    --- stderr
    --- exit 0
    ");
    assert_eq!(
        sandbox.migrate(&["graph", "--around", "V1"]).stdout,
        sandbox.migrate(&["graph", "--around", "V1__users,2"]).stdout
    );
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--around", "comment"]), @"
    $ migrate graph --around comment
    --- stderr
    error[M001]: there is no migration `comment`
     = help: did you mean `comments`?
    --- exit 2
    ");
}

#[test]
fn pending_asks_the_ledger() {
    let database = Database::new();
    let sandbox = blog().on(&database);
    sandbox.migrate(&["up", "--to", "2"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--pending"]), @"
    $ migrate graph --pending
    graph: 4 of 5 migrations, in the order in which they run; 50 % of all pairs may run in either order

      V2__posts
      V3__comments  pending
          after `V2__posts`: needs table public.posts (and 2 more)
      V4__tags  pending
      R__report  pending
          after `V2__posts`: needs table public.posts (and 1 more)

    missing: not provided by any migration
      table public.user
          with column name
          did you mean `public.users`?
          migrations/V4__tags.sql:2
    --- stderr
    --- exit 0
    ");
    let drawing = sandbox.migrate(&["graph", "--pending", "--format", "svg"]).expect(0).stdout;
    assert!(
        drawing.contains("<g class=\"migration pending\"") && drawing.contains("<g class=\"migration\""),
        "{drawing}"
    );
    std::fs::remove_file(sandbox.path().join("migrations/V4__tags.sql")).unwrap();
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(sandbox.migrate(&["graph", "--pending"]).expect(0).stdout, "graph: none of 4 is pending\n");
    let unreachable = blog().migrate(&["graph", "--pending"]).expect(4);
    assert!(unreachable.stderr.contains("127.0.0.1"), "{unreachable}");
}

#[test]
fn what_does_not_go_together_is_said() {
    let sandbox = blog();
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--objects"]), @"
    $ migrate graph --objects
    --- stderr
    error[M004]: the list shows no objects
     = help: `--objects` goes with `--format mermaid`, `dot`, `svg` or `json`
    --- exit 2
    ");
    insta::assert_snapshot!(sandbox.migrate(&["graph", "--format", "markdown"]), @"
    $ migrate graph --format markdown
    --- stderr
    error[M004]: this command has no Markdown form
     = help: `plan` and `up` have; leave --format out, or give `json`
    --- exit 2
    ");
    insta::assert_snapshot!(sandbox.migrate(&["status", "--format", "svg"]), @"
    $ migrate status --format svg
    --- stderr
    error[M004]: this command has no SVG form
     = help: only `graph` has
    --- exit 2
    ");
    sandbox.write("migrations/V6__broken.sql", "CREATE TABLE (;\n");
    sandbox.migrate(&["graph"]).expect(3);
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

#[test]
fn a_project_without_migrations_has_an_empty_graph() {
    let sandbox = Sandbox::new();
    sandbox.write("migrate.toml", "").write("migrations/README", "");
    assert_eq!(sandbox.migrate(&["graph"]).expect(0).stdout, "graph: there are no migrations\n");
    for format in ["json", "mermaid", "dot", "svg"] {
        sandbox.migrate(&["graph", "--format", format]).expect(0);
    }
}

#[test]
fn explain_shows_the_chain_with_both_places_whichever_is_named_first() {
    let sandbox = blog();
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "R__report", "V1__users"]), @"
    $ migrate plan --explain R__report V1__users
    `R__report` must run after `V1__users`, by way of 1 between them

    note: `R__report` follows `V2__posts`: it needs table public.posts (and 1 more)
     --> migrations/R__report.sql:1:51
      |
    1 | CREATE OR REPLACE VIEW report AS SELECT p.id FROM posts p;
      |                                         ----      ^^^^^ needs table public.posts
      |                                         |
      |                                         needs column public.posts.id
      |
     ::: migrations/V2__posts.sql:1:14
      |
    1 | CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users (id));
      |              -----  -- provides column public.posts.id
      |              |
      |              provides table public.posts

    note: `V2__posts` follows `V1__users`: it needs table public.users (and 2 more)
     --> migrations/V2__posts.sql:1:69
      |
    1 | CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users (id));
      |                                                                     ^^^^^  -- needs column public.users.id
      |                                                                     |
      |                                                                     needs table public.users, needs a unique key (id) of public.users
      |
     ::: migrations/V1__users.sql:1:14
      |
    1 | CREATE TABLE users (id bigint PRIMARY KEY, name text);
      |              -----  --        ----------- provides a unique key (id) of public.users
      |              |      |
      |              |      provides column public.users.id
      |              provides table public.users
    --- stderr
    --- exit 0
    ");
    assert_eq!(
        sandbox.migrate(&["plan", "--explain", "1", "report"]).stdout,
        sandbox.migrate(&["plan", "--explain", "report", "users"]).stdout
    );
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "2", "1", "--format", "markdown"]), @"
    $ migrate plan --explain 2 1 --format markdown
    **`V2__posts` must run after `V1__users`**

    ```
    note: `V2__posts` follows `V1__users`: it needs table public.users (and 2 more)
     --> migrations/V2__posts.sql:1:69
      |
    1 | CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users (id));
      |                                                                     ^^^^^  -- needs column public.users.id
      |                                                                     |
      |                                                                     needs table public.users, needs a unique key (id) of public.users
      |
     ::: migrations/V1__users.sql:1:14
      |
    1 | CREATE TABLE users (id bigint PRIMARY KEY, name text);
      |              -----  --        ----------- provides a unique key (id) of public.users
      |              |      |
      |              |      provides column public.users.id
      |              provides table public.users
    ```
    --- stderr
    --- exit 0
    ");
    let json = sandbox.migrate(&["plan", "--explain", "R__report", "V1__users", "--format", "json"]).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["later"], &json["earlier"]), (&"R__report".into(), &"V1__users".into()));
    assert_eq!(json["chain"][1]["reasons"][0]["to_at"]["path"], "migrations/V1__users.sql");
    assert_eq!(json["independent"], false);
}

#[test]
fn explain_says_what_independent_migrations_touch() {
    let sandbox = blog();
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "posts", "tags"]), @"
    $ migrate plan --explain posts tags
    `V2__posts` and `V4__tags` are independent: they may run in either order

    V2__posts
      creates table public.posts
      needs table public.users

    V4__tags
      creates table public.tags

    They have nothing in common.
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "V3", "report", "--format", "markdown"]), @"
    $ migrate plan --explain V3 report --format markdown
    **`V3__comments` and `R__report` are independent: they may run in either order**

    | migration | what it touches |
    |---|---|
    | `V3__comments` | creates table public.comments<br>needs table public.users, table public.posts |
    | `R__report` | creates view public.report<br>needs table public.posts |

    What they have in common neither changes in a way that the other minds: table public.posts
    --- stderr
    --- exit 0
    ");
    let json = sandbox.migrate(&["plan", "--explain", "2", "4", "--format", "json"]).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["independent"], true);
    assert_eq!(json["touches"][0]["creates"][0], "table public.posts");
}

#[test]
fn explain_wants_two_migrations() {
    let sandbox = blog();
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "posts", "V2"]), @"
    $ migrate plan --explain posts V2
    --- stderr
    error[M001]: `posts` and `V2` are the same migration
     = help: give two; `migrate graph --around ID` shows all that stands around one
    --- exit 2
    ");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--explain", "posts", "tag"]), @"
    $ migrate plan --explain posts tag
    --- stderr
    error[M001]: there is no migration `tag`
     = help: did you mean `tags`?
    --- exit 2
    ");
    sandbox.migrate(&["plan", "--explain", "posts"]).expect(2);
}
