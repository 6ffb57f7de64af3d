//! `up --jobs N`: migrations that don't follow from each other run side by side, and all else is as without.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Database, Sandbox, behind_cutter};

/// Tables whose creations meet, unknown to the migrations: `create table meets_1_2` ends only while somebody else is in
/// `create table meets_2_1`.
const MEETING_PLACE: &str = r"
    create function meet() returns event_trigger language plpgsql as $$
    declare
        pair text[] := (select regexp_match(object_identity, 'meets_(\d)_(\d)') from pg_event_trigger_ddl_commands() limit 1);
    begin
        if pair is null then
            return;
        end if;
        perform pg_advisory_xact_lock(pair[1]::int);
        for i in 1..1000 loop
            if exists (select from pg_locks where locktype = 'advisory' and objid = pair[2]::oid and granted
                       and database = (select oid from pg_database where datname = current_database())) then
                perform pg_sleep(0.5);
                return;
            end if;
            perform pg_sleep(0.02);
        end loop;
        raise exception 'nobody came';
    end $$;
    create event trigger meet on ddl_command_end when tag in ('CREATE TABLE') execute function meet();";

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

fn applied(text: &str) -> Vec<String> {
    let applied = json(text)["applied"].as_array().unwrap().clone();
    applied.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn independent_migrations_run_at_the_same_time_and_dependent_ones_do_not() {
    let database = Database::new();
    database.psql(MEETING_PLACE);
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__left.sql", "create table meets_1_2 (id int primary key);")
        .write("migrations/V2__right.sql", "create table meets_2_1 (id int primary key);")
        .write("migrations/V3__on_left.sql", "create table meets_3_4 (id int references meets_1_2);")
        .write("migrations/V4__on_right.sql", "create table meets_4_3 (id int references meets_2_1);")
        .write("migrations/V5__index.sql", "create index concurrently the_index on meets_3_4 (id);")
        .write("migrations/V6__last.sql", "create table last as select a.id from meets_3_4 a, meets_4_3 b;");
    let output = sandbox.migrate(&["up", "--jobs", "2", "--format", "json"]).expect(0);
    assert_eq!(
        applied(&output.stdout),
        ["V1__left", "V2__right", "V3__on_left", "V4__on_right", "V5__index", "V6__last"]
    );
    let positions = database.query("select id from migrate.applied order by position");
    let place: BTreeMap<&str, usize> = positions.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    for (later, earlier) in [
        ("V3__on_left", "V1__left"),
        ("V4__on_right", "V2__right"),
        ("V5__index", "V3__on_left"),
        ("V6__last", "V4__on_right"),
    ] {
        assert!(place[later] > place[earlier], "{positions:?}");
    }
    assert_eq!(positions.len(), 6);
    assert_eq!(
        database.query("select indisvalid::text from pg_index where indexrelid = 'the_index'::regclass"),
        ["true"]
    );
}

#[test]
fn the_report_and_the_ledger_are_those_of_a_run_one_by_one() {
    let (serial, parallel) = (Database::new(), Database::new());
    let sandbox = Sandbox::new();
    for chain in 0..6 {
        for link in 0..5 {
            let parent = if link == 0 { String::new() } else { format!(" references t_{chain}_{} (id)", link - 1) };
            sandbox.write(
                &format!("migrations/V{}__t_{chain}_{link}.sql", 100 + link * 10 + chain),
                format!(
                    "create table t_{chain}_{link} (id int primary key{parent}); create index on t_{chain}_{link} (id);"
                ),
            );
        }
    }
    let sandbox = sandbox.on(&serial);
    let one = applied(&sandbox.migrate(&["up", "--format", "json"]).expect(0).stdout);
    let sandbox = sandbox.on(&parallel);
    let many = applied(&sandbox.migrate(&["up", "--jobs", "4", "--format", "json"]).expect(0).stdout);
    assert_eq!(one.len(), 30);
    assert_eq!(one, many);
    let ledger = "select id, version, name, checksum, normalised_checksum, run_id from migrate.applied order by id";
    assert_eq!(serial.query(ledger), parallel.query(ledger));
    let history = "select event, migration, checksum, run_id from migrate.history order by migration";
    assert_eq!(serial.query(history), parallel.query(history));
    let output = sandbox.migrate(&["up", "--jobs", "4"]).expect(0);
    assert!(output.stdout.contains("nothing to do"), "{}", output.stdout);
}

#[test]
fn every_failure_is_reported_and_nothing_new_begins() {
    let database = Database::new();
    database.psql(MEETING_PLACE);
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__left.sql", "create table meets_1_2 (id int); select 1 / 0;")
        .write("migrations/V2__right.sql", "create table meets_2_1 (id int); select 'x'::text::int;")
        .write("migrations/V3__third.sql", "create table third (id int);");
    let output = sandbox.migrate(&["up", "--jobs", "2", "--format", "json"]).expect(6);
    let document = json(&output.stdout);
    assert!(
        document["error"]["message"].as_str().unwrap().contains("`V1__left` failed: division by zero"),
        "{document}"
    );
    let further = document["further_errors"].as_array().unwrap();
    assert_eq!(further.len(), 1);
    assert!(further[0]["message"].as_str().unwrap().contains("`V2__right` failed: invalid input syntax"), "{document}");
    assert_eq!(database.query("select count(*)::text from migrate.applied"), ["0"]);
    assert_eq!(database.query("select count(*)::text from pg_class where relname ~ '^(meets|third)'"), ["0"]);
    let output = sandbox.migrate(&["up", "--jobs", "2"]).expect(6);
    assert!(
        output.stderr.contains("division by zero") && output.stderr.contains("invalid input syntax"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_connection_that_breaks_beside_another_is_told_apart_from_a_commit() {
    let database = Database::new();
    database.psql(MEETING_PLACE);
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__stays.sql", "create table meets_1_2 (id int); select pg_sleep(1);").write(
        "migrations/V2__goes.sql",
        "create table meets_2_1 (id int); select pg_terminate_backend(pg_backend_pid());",
    );
    let output = sandbox.migrate(&["up", "--jobs", "2"]).expect(6);
    assert!(output.stderr.contains("`V2__goes` failed: the connection was lost"), "{}", output.stderr);
    assert!(output.stderr.contains("rolled back: nothing of `V2__goes` is in the database"), "{}", output.stderr);
    assert_eq!(database.query("select id from migrate.applied"), ["V1__stays"]);
    assert_eq!(database.query("select coalesce(holder, 'free') from migrate.lease"), ["free"]);
}

/// The two meet, so that both are under way when one connection is cut; `V1` runs on the run's first one.
#[test]
fn a_commit_whose_answer_was_lost_beside_another_is_found_in_the_ledger() {
    let (left, right) = ("create table meets_1_2", "create table meets_2_1");
    for (cut, pause) in [(left, 0), (right, 0), (left, 2), (right, 2)] {
        let database = Database::new();
        database.psql(MEETING_PLACE);
        let sandbox = behind_cutter(&database, cut);
        for (id, table) in [("V1__left", "meets_1_2"), ("V2__right", "meets_2_1")] {
            let lasts = if cut.ends_with(table) { pause } else { 0 };
            let sql = format!("create table {table} (id int primary key);\nselect pg_sleep({lasts});\n");
            sandbox.write(&format!("migrations/{id}.sql"), sql);
        }
        sandbox
            .write("migrations/V3__after.sql", "create table after as select l.id from meets_1_2 l, meets_2_1 r;")
            .write("migrations/V4__beside.sql", "create table beside (id int);")
            .write("migrations/V5__index.sql", "create index concurrently after_id on after (id);");
        let output = sandbox.migrate(&["up", "--jobs", "2", "--format", "json"]).expect(0);
        assert_eq!(
            applied(&output.stdout),
            ["V1__left", "V2__right", "V3__after", "V4__beside", "V5__index"],
            "{cut}, {pause} s: {output}"
        );
        assert_eq!(database.query("select count(*), count(distinct migration) from migrate.history"), ["5|5"]);
        assert_eq!(database.query("select coalesce(holder, 'free') from migrate.lease"), ["free"]);
        assert_eq!(database.query("select outcome from migrate.runs"), ["succeeded"]);
    }
}

/// A `COPY` that a trigger fails before its data costs the connection; `V1` runs on the run's first one, whose backend
/// the lease notes.
#[test]
fn a_run_whose_first_connection_is_replaced_keeps_its_lease() {
    let database = Database::new();
    database.psql(
        "create table noted (id int);
         create table held ();
         create sequence tries;
         create function wait() returns trigger language plpgsql as $$
         begin
             if nextval('tries') <= 4 then
                 raise exception 'not yet, noted: %', (select backend_pid = pg_backend_pid() from migrate.lease)
                     using errcode = 'lock_not_available';
             end if;
             lock table held in access exclusive mode;
             return null;
         end $$;
         create trigger wait before insert on noted execute function wait();",
    );
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write(
            "migrations/V1__copy.sql",
            "-- [migrate]\n-- lock_timeout = \"20s\"\ncopy noted from stdin;\n1\n2\n\\.\n",
        )
        .write("migrations/V2__beside.sql", "create table beside (id int);");
    let blocker = database.hold("lock table held in access exclusive mode");
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
    let run = command.args(["up", "--jobs", "2"]).stderr(Stdio::piped()).spawn().unwrap();
    database.wait_until("exists (select from pg_stat_activity where query like '%noted%' and pid <> pg_backend_pid())");
    let mut polls = 0;
    while database.query("select last_value > 4 from tries") == ["f"] || polls == 0 {
        let other = sandbox.migrate(&["up", "--lease-wait", "0s"]).expect(4);
        assert!(other.stderr.contains("error[M424]: another run holds the lease: "), "{other}");
        polls += 1;
    }
    let other = sandbox.migrate(&["up", "--lease-wait", "2s"]).expect(4);
    assert!(other.stderr.contains("error[M424]: another run holds the lease: "), "{other}");
    drop(blocker);
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.matches("V1__copy: not yet, noted: t").count() == 4, "{stderr}");
    assert_eq!(database.query("select id from noted order by id"), ["1", "2"]);
}

/// Waiting for its lock does not cost it.
#[test]
fn a_copy_that_gets_no_lock_keeps_its_connection() {
    let database = Database::new();
    database.psql("create table noted (id int)");
    let sandbox = Sandbox::new().on(&database);
    let header = "-- [migrate]\n-- lock_timeout = \"200ms\"\n";
    sandbox.write("migrations/V1__copy.sql", format!("{header}copy noted from stdin;\n1\n\\.\n"));
    let blocker = database.hold("lock table noted in access exclusive mode");
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
    let run = command.args(["up", "--max-lock-wait", "30s"]).stderr(Stdio::piped()).spawn().unwrap();
    database.wait_until("to_regclass('migrate.lease') is not null");
    database.wait_until("exists (select from migrate.lease where backend_pid is not null)");
    let noted = "select backend_pid from migrate.lease";
    let first = database.query(noted);
    let waits = "pid <> pg_backend_pid() and query like '%INSERT INTO noted%' and wait_event_type = 'Lock'";
    database.wait_until(&format!("exists (select from pg_stat_activity where {waits})"));
    // It is tried again.
    database.wait_until(&format!("not exists (select from pg_stat_activity where {waits})"));
    database.wait_until(&format!("exists (select from pg_stat_activity where {waits})"));
    assert_eq!(database.query(noted), first);
    drop(blocker);
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stderr.contains("V1__copy: canceling statement due to lock timeout"),
        "{stderr}"
    );
    assert_eq!(database.query("select id from noted"), ["1"]);
}

#[test]
fn the_embedded_server_says_that_it_has_one_connection() {
    let sandbox = Sandbox::new();
    sandbox
        .write("migrations/V1__a.sql", "create table a (id int);")
        .write("migrations/V2__b.sql", "create table b (id int);");
    let output = sandbox.migrate(&["up", "--jobs", "2"]).expect(4);
    assert!(output.stderr.contains("connection 2 of 2 for `--jobs`; nothing was applied"), "{}", output.stderr);
    sandbox.migrate(&["up", "--jobs", "1"]).expect(0);
    sandbox.migrate(&["up", "--jobs", "0"]).expect(2);
}
