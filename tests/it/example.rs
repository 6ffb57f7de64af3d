//! The example project at the repository's top level, copied into a sandbox.

use std::path::Path;

use crate::support::{Database, Sandbox};

/// A sandbox with the example project, without the files for which `leave_out` holds.
pub fn without(leave_out: impl Fn(&str) -> bool) -> Sandbox {
    let sandbox = Sandbox::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for directory in ["migrations", "checks"] {
        for entry in std::fs::read_dir(root.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{directory}/{}", path.file_name().unwrap().to_string_lossy());
            if !leave_out(&name) {
                sandbox.write(&name, std::fs::read(&path).unwrap());
            }
        }
    }
    sandbox.write("migrate.toml", std::fs::read(root.join("migrate.toml")).unwrap());
    sandbox
}

/// A sandbox with the whole example project.
pub fn project() -> Sandbox {
    without(|_| false)
}

/// The example project, applied to a database of its own.
pub fn applied() -> (Sandbox, Database) {
    let database = Database::new();
    let sandbox = project().on(&database);
    sandbox.migrate(&["up"]).expect(0);
    (sandbox, database)
}

#[test]
fn applies_to_the_embedded_server_and_again_has_nothing_to_do() {
    let sandbox = project();
    let first = sandbox.migrate(&["up"]).expect(0);
    assert!(first.stdout.starts_with("applied 20 migrations to embedded PostgreSQL 17.5"), "{first}");
    assert!(first.stderr.starts_with("using embedded PostgreSQL 17.5 in .migrate/pg"), "{first}");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    nothing to do: all 20 migrations are applied to embedded PostgreSQL 17.5 in .migrate/pg
    --- stderr
    using embedded PostgreSQL 17.5 in .migrate/pg; give --database-url or DATABASE_URL for another
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["status", "--quiet"]).expect(0).stdout.lines().last().unwrap(), @"20 applied, 0 pending: up to date");
}

#[test]
fn applies_to_a_server_and_shows_each_migration_and_the_checks() {
    let database = Database::new();
    let sandbox = project().on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 20 migrations to example_applies_to_a_server_and_shows_each_migration_an at 127.0.0.1:[port] as postgres in [time]
    checks: 31 hold
    --- stderr
    applied V0001__organization in [time]
    applied V0002__auth in [time]
    applied V0003__users_extended in [time]
    applied V0004__user in [time]
    applied V0005__core in [time]
    applied V0006__compatibility_views in [time]
    applied V0007__serve in [time]
    applied V0008__spp in [time]
    applied V0009__product_mapping in [time]
    applied V0010__product_mapping_partitions in [time]
    applied V0011__marketing_activations in [time]
    applied V0012__qa_photo_reviews in [time]
    applied V0013__tags in [time]
    applied V0014__forum_categories in [time]
    applied V0015__cards in [time]
    applied V0016__card_submissions in [time]
    applied V0024__sync in [time]
    applied V0025__qa_reviews_per_day in [time]
    applied V0026__user_updated_at_default in [time]
    applied V0027__foreign_key_indexes in [time]
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    nothing to do: all 20 migrations are applied to example_applies_to_a_server_and_shows_each_migration_an at 127.0.0.1:[port] as postgres
    --- stderr
    --- exit 0
    ");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["20"]);
    assert_eq!(database.query("SELECT count(*) FROM migrate.history WHERE event = 'applied'"), ["20"]);
    assert_eq!(database.query("SELECT outcome FROM migrate.runs"), ["succeeded"]);
    assert_eq!(database.query("SELECT holder IS NULL FROM migrate.lease"), ["t"]);
}

#[test]
fn the_plan_gives_the_order_with_reasons_modes_and_locks() {
    let database = Database::new();
    let sandbox = project().on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @r#"
    $ migrate plan
    plan: 20 migrations for example_the_plan_gives_the_order_with_reasons_modes_and at 127.0.0.1:[port] as postgres (0 applied already)

      V0001__organization  1 statement in one transaction

      V0002__auth  3 statements in one transaction

      V0003__users_extended  2 statements in one transaction
          after `V0001__organization`: needs table public.organization (and 2 more)
          after `V0002__auth`: needs schema auth

      V0004__user  1 statement in one transaction

      V0005__core  3 statements in one transaction

      V0006__compatibility_views  4 statements in one transaction
          after `V0005__core`: needs table core.suppliers (and 16 more)

      V0007__serve  2 statements in one transaction
          after `V0005__core`: needs table core.inventory_items (and 9 more)

      V0008__spp  3 statements in one transaction

      V0009__product_mapping  5 statements in one transaction

      V0010__product_mapping_partitions  67 statements in one transaction
          after `V0009__product_mapping`: needs table global.product_mapping_product_store (and 1 more)

      V0011__marketing_activations  3 statements in one transaction

      V0012__qa_photo_reviews  1 statement in one transaction

      V0013__tags  2 statements in one transaction

      V0014__forum_categories  2 statements in one transaction

      V0015__cards  7 statements in one transaction
          after `V0004__user`: needs table public."User" (and 2 more)
          after `V0013__tags`: needs table public.tags (and 2 more)
          after `V0014__forum_categories`: needs table public.forum_categories (and 2 more)

      V0016__card_submissions  1 statement in one transaction
          after `V0015__cards`: needs table public.cards (and 2 more)

      V0024__sync  63 statements in one transaction
          after `V0003__users_extended`: needs table auth.users_extended (and 3 more)

      V0025__qa_reviews_per_day  1 statement in one transaction
          after `V0012__qa_photo_reviews`: needs table public.qa_photo_reviews (and 4 more)

      V0026__user_updated_at_default  1 statement in one transaction
          after `V0004__user`: needs table public."User" (and 1 more)

      V0027__foreign_key_indexes  2 statements in 2 steps, each committed: CREATE INDEX CONCURRENTLY can't run in a transaction
          after `V0005__core`: needs table core.inventory_items (and 1 more)
          after `V0016__card_submissions`: needs table public.card_submissions (and 1 more)

    plan hash b9b4d1c959ad23c8
    --- stderr
    --- exit 0
    "#);
    assert_eq!(database.query("SELECT to_regnamespace('migrate') IS NULL"), ["t"], "a plan changes nothing");
    let dry_run = sandbox.migrate(&["up", "--dry-run"]).expect(0);
    assert_eq!(dry_run.stdout, sandbox.migrate(&["plan"]).stdout);
}

#[test]
fn the_example_declares_no_dependency_everything_is_inferred() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for entry in std::fs::read_dir(directory).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("[migrate]"), "{text}");
    }
}
