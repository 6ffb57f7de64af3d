//! `migrate graph` and `migrate plan --explain`.

mod explain;
mod json;
mod list;
mod parts;
mod pictures;

use crate::support::Sandbox;

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
