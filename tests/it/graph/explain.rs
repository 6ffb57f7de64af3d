//! `migrate plan --explain`.

use super::blog;

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
