//! 1: a migration needs objects that no migration creates.

use crate::example;
use crate::support::Database;

#[test]
fn the_gap_is_refused_before_anything_runs() {
    let database = Database::new();
    let sandbox = example::without(|file| !file.contains("V0024")).on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 1 migration for cases_missing_prerequisites_the_gap_is_refused_before_a at 127.0.0.1:[port] as postgres (0 applied already)

      V0024__sync  63 statements in one transaction
          line 121 CREATE TABLE takes SHARE ROW EXCLUSIVE on table organization, blocks writes
          line 168 CREATE TABLE takes SHARE ROW EXCLUSIVE on table organization, blocks writes
          line 168 CREATE TABLE takes SHARE ROW EXCLUSIVE on table auth.users_extended, blocks writes
          line 212 CREATE TABLE takes SHARE ROW EXCLUSIVE on table organization, blocks writes
          line 212 CREATE TABLE takes SHARE ROW EXCLUSIVE on table auth.users_extended, blocks writes

    refused: 4 prerequisites are missing; nothing was run

    missing
      table public.organization
          with column id
          migrations/V0024__sync.sql:123, 170, 214
      schema auth
          migrations/V0024__sync.sql:187, 221, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376
      table auth.users_extended
          with columns id, org_id
          migrations/V0024__sync.sql:187, 221, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376
      function auth.uid()
          migrations/V0024__sync.sql:321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376

    blocked behind it
      `V0024__sync`
      which creates 4 enums, 3 tables, 8 partitions, 12 policies, 5 functions, 5 triggers, 15 indexes

    create first, in this order
      1. table public.organization
      2. schema auth  CREATE SCHEMA auth;
      3. table auth.users_extended
      4. function auth.uid()
    --- stderr
    --- exit 5
    ");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--format", "markdown"]), @"
    $ migrate plan --format markdown
    ## Migration plan for cases_missing_prerequisites_the_gap_is_refused_before_a at 127.0.0.1:[port] as postgres

    **refused: 4 prerequisites are missing; nothing was run**

    | missing | notes | needed at |
    |---|---|---|
    | `table public.organization` | with column id | `migrations/V0024__sync.sql:123, 170, 214` |
    | `schema auth` |  | `migrations/V0024__sync.sql:187, 221, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376` |
    | `table auth.users_extended` | with columns id, org_id | `migrations/V0024__sync.sql:187, 221, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376` |
    | `function auth.uid()` |  | `migrations/V0024__sync.sql:321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376` |

    **Blocked behind it:** `V0024__sync`

    That is 4 enums, 3 tables, 8 partitions, 12 policies, 5 functions, 5 triggers, 15 indexes.

    **Create first, in this order:**

    1. `table public.organization`
    2. `schema auth`: `CREATE SCHEMA auth;`
    3. `table auth.users_extended`
    4. `function auth.uid()`

    | migration | runs in | after | locks on what exists |
    |---|---|---|---|
    | `V0024__sync` | one transaction |  | SHARE ROW EXCLUSIVE on `table organization`<br>SHARE ROW EXCLUSIVE on `table auth.users_extended` |
    --- stderr
    --- exit 5
    ");
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("4 prerequisites are missing; nothing was run"), "{refused}");
    assert_eq!(refused.stdout, "");
    let left = database.query("SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')");
    assert_eq!(left, ["0"]);
}

#[test]
fn without_the_organization_migration_the_plan_exits_with_5_and_nothing_is_applied() {
    let database = Database::new();
    let sandbox = example::without(|file| file.contains("V0001")).on(&database);
    let plan = sandbox.migrate(&["plan"]).expect(5);
    insta::assert_snapshot!(plan.stdout[plan.stdout.find("refused").unwrap()..], @"
    refused: a prerequisite is missing; nothing was run

    missing
      table public.organization
          with column id
          migrations/V0003__users_extended.sql:6
          migrations/V0024__sync.sql:123, 170, 214

    blocked behind it
      `V0003__users_extended`, `V0024__sync`
      which create 4 enums, 4 tables, 8 partitions, 12 policies, 5 functions, 5 triggers, 16 indexes

    create first, in this order
      1. table public.organization
    ");
    sandbox.migrate(&["up"]).expect(5);
    assert_eq!(database.query("SELECT to_regnamespace('migrate') IS NULL AND to_regnamespace('auth') IS NULL"), ["t"]);
}

#[test]
fn what_was_made_by_hand_is_accepted_and_said() {
    let database = Database::new();
    database.psql(
        "CREATE TABLE public.organization (id uuid PRIMARY KEY);
         CREATE SCHEMA auth;
         CREATE TABLE auth.users_extended (id uuid PRIMARY KEY, org_id uuid REFERENCES public.organization (id));
         CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'",
    );
    let sandbox = example::without(|file| {
        file.starts_with("checks/") || file.starts_with("migrations/") && !file.contains("V0024")
    })
    .on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 1 migration to cases_missing_prerequisites_what_was_made_by_hand_is_ac at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    note: accepted from the database, though no migration here makes it: table public.organization, table auth.users_extended, function auth.uid()
    applied V0024__sync in [time]
    --- exit 0
    ");
}

#[test]
fn a_view_where_a_table_is_needed_is_named() {
    let database = Database::new();
    database.psql("CREATE VIEW public.organization AS SELECT gen_random_uuid() AS id; CREATE SCHEMA auth; CREATE TABLE auth.user_extended (id int)");
    let sandbox = example::without(|file| !file.contains("V0024")).on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["up"]).expect(5).stderr, @"
    refused: 3 prerequisites are missing; nothing was run

    missing
      table public.organization
          with column id
          `public.organization` is a view
          migrations/V0024__sync.sql:123, 170, 214
      table auth.users_extended
          with columns id, org_id
          did you mean `auth.user_extended`?
          migrations/V0024__sync.sql:187, 221, 321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376
      function auth.uid()
          migrations/V0024__sync.sql:321, 326, 331, 336, 341, 346, 351, 356, 361, 366, 371, 376

    blocked behind it
      `V0024__sync`
      which creates 4 enums, 3 tables, 8 partitions, 12 policies, 5 functions, 5 triggers, 15 indexes

    create first, in this order
      1. table public.organization
      2. table auth.users_extended
      3. function auth.uid()
    ");
}

#[test]
fn in_any_numbering_the_graph_finds_the_order() {
    let database = Database::new();
    let sandbox = example::without(|file| file.starts_with("checks/") || file.starts_with("migrations/")).on(&database);
    let text =
        |name: &str| std::fs::read_to_string(format!("{}/migrations/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    sandbox
        .write("migrations/V1__sync.sql", text("V0024__sync.sql"))
        .write("migrations/V2__users_extended.sql", text("V0003__users_extended.sql"))
        .write("migrations/V3__auth.sql", text("V0002__auth.sql"))
        .write("migrations/V4__organization.sql", text("V0001__organization.sql"));
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database.query("SELECT id FROM migrate.applied ORDER BY position"),
        ["V3__auth", "V4__organization", "V2__users_extended", "V1__sync"]
    );
}

#[test]
fn after_up_the_checks_see_row_security_and_triggers() {
    let (sandbox, database) = example::applied();
    database.psql(
        "ALTER TABLE public.sync_progress DISABLE ROW LEVEL SECURITY;
         ALTER TABLE public.sync_progress DISABLE TRIGGER USER;
         DROP POLICY sync_activity_log_delete ON public.sync_activity_log",
    );
    insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "sync.*"]), @r#"
    $ migrate verify --check sync.*
    violated sync.rls
      table public.sync_progress: row security is off, with 4 policies
          fix: ALTER TABLE "public"."sync_progress" ENABLE ROW LEVEL SECURITY (ACCESS EXCLUSIVE on the table, catalog only)
      public.sync_preview_cache, public.sync_progress, public.sync_activity_log: 11 policies, not 12: public.sync_preview_cache 4, public.sync_progress 4, public.sync_activity_log 3

    violated sync.triggers.progress
      table public.sync_progress: trigger update_sync_progress_elapsed, which calls update_sync_progress_elapsed(), is disabled
          fix: ALTER TABLE "public"."sync_progress" ENABLE TRIGGER "update_sync_progress_elapsed" (SHARE ROW EXCLUSIVE on the table)
      table public.sync_progress: trigger update_sync_progress_timestamp, which calls update_sync_progress_timestamp(), is disabled
          fix: ALTER TABLE "public"."sync_progress" ENABLE TRIGGER "update_sync_progress_timestamp" (SHARE ROW EXCLUSIVE on the table)
      table public.sync_progress: trigger validate_sync_progress_totals, which calls validate_sync_progress_totals(), is disabled
          fix: ALTER TABLE "public"."sync_progress" ENABLE TRIGGER "validate_sync_progress_totals" (SHARE ROW EXCLUSIVE on the table)
      table public.sync_progress: trigger auto_log_sync_activity_on_progress_change, which calls auto_log_sync_activity_on_progress_change(), is disabled
          fix: ALTER TABLE "public"."sync_progress" ENABLE TRIGGER "auto_log_sync_activity_on_progress_change" (SHARE ROW EXCLUSIVE on the table)

    checks: 5 hold, 2 violated
    --- stderr
    --- exit 1
    "#);
}
