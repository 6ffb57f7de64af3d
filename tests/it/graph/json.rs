//! The JSON document.

use std::collections::{BTreeMap, BTreeSet};

use super::opaque_blog;
use crate::example;

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
            "line": 2,
            "column": 3
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
                "line": 2,
                "column": 3
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
                "line": 2,
                "column": 3
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
                "line": 2,
                "column": 3
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
