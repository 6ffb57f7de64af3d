//! Parts of the graph, and what doesn't go together.

use super::blog;
use crate::support::Database;

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
    assert_eq!(sandbox.migrate(&["graph", "--pending"]).expect(0).stdout, "graph: nothing pending\n");
    for (format, empty) in [("mermaid", "flowchart TD\n"), ("dot", "digraph migrations {\n"), ("svg", "<svg ")] {
        let picture = sandbox.migrate(&["graph", "--pending", "--format", format]).expect(0);
        assert!(picture.stdout.starts_with(empty) && picture.stderr == "nothing pending\n", "{picture}");
    }
    sandbox.write("migrations/V7__late.sql", "SELECT 1;\n");
    let elsewhere = sandbox.migrate(&["graph", "--pending", "--around", "V1", "--color", "never"]).expect(0);
    assert_eq!(elsewhere.stdout, "graph: nothing pending is that near\n");
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
     = help: it has `mermaid`, for a block in a Markdown document, `dot`, `svg` and `json`
    --- exit 2
    ");
    let status = sandbox.migrate(&["status", "--format", "markdown"]).expect(2);
    assert!(status.stderr.contains("`plan`, `up`, `diff` and `verify` have"), "{status}");
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
