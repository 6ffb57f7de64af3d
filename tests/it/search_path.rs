//! Names without a schema mean what they mean to the session, in the graph and among the prerequisites.

use crate::support::{Database, Sandbox};

/// The default path begins with `"$user"`.
#[test]
fn a_schema_called_after_the_role_comes_first() {
    let database = Database::new();
    let user = database.query("select current_user").remove(0);
    database.psql(&format!("create schema {user}; create table users (id int primary key);"));
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__posts.sql", "create table posts (id int primary key, author int references users);")
        .write("migrations/V2__title.sql", format!("alter table {user}.posts add column title text;"))
        .write(
            "migrations/V3__other.sql",
            "set search_path to \"$user\", public;\nalter table posts add column body text;\nreset search_path;\n\
             create index posts_body on posts (body);",
        );
    let plan = sandbox.migrate(&["plan"]).expect(0);
    assert!(
        plan.stdout.contains(&format!("no migration here makes it: schema {user}, table {user}.users\n")),
        "{plan}"
    );
    sandbox.migrate(&["up"]).expect(0);
    let made = "select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 order by attname";
    let made = made.replace("$1", &format!("'{user}.posts'"));
    assert_eq!(database.query(&made), ["author", "body", "id", "title"]);
    sandbox.migrate(&["graph", "--pending"]).expect(0);
    let doctor = sandbox.migrate(&["doctor"]).expect(0);
    let names =
        format!("names     without a schema, new ones go to \"{user}\", old ones are found there or in \"public\"\n");
    assert!(doctor.stdout.contains(&names), "{doctor}");
    // Nothing is late: what V2 and V3 change is what V1 has made.
    database.psql("drop schema migrate cascade");
    database.psql(&format!("drop table {user}.posts"));
    sandbox.migrate(&["up", "--to", "V1"]).expect(0);
    sandbox.write("migrations/V0__first.sql", format!("create table if not exists {user}.posts (id int);"));
    let late = sandbox.migrate(&["up"]).expect(5);
    assert!(late.stderr.contains("V0__first"), "{late}");
}

/// `ALTER DATABASE … SET search_path`, of which one schema is made by a migration and one by nobody.
#[test]
fn the_path_set_for_the_database_counts_as_far_as_its_schemas_are_there() {
    let database = Database::new();
    database.psql(
        "do $$ begin execute format('alter database %I set search_path = nowhere, app, public', current_database()); end $$",
    );
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__before.sql", "create table early (id int);")
        .write("migrations/V2__app.sql", "create schema app;\ncreate table late (id int);")
        .write("migrations/V3__use.sql", "alter table public.early add n int;\nalter table app.late add n int;")
        .write(
            "migrations/V4__path.sql",
            "set search_path = public;\nalter table early add m int;\nreset search_path;\nalter table late add m int;",
        );
    let plan = sandbox.migrate(&["plan"]).expect(0);
    assert!(!plan.stdout.contains("accepted"), "{plan}");
    sandbox.migrate(&["up"]).expect(0);
    let columns = "select attrelid::regclass::text || '.' || attname from pg_attribute \
                   where attrelid in ('public.early'::regclass, 'app.late'::regclass) and attnum > 1 order by 1";
    assert_eq!(database.query(columns), ["early.m", "early.n", "late.m", "late.n"]);
    sandbox.migrate(&["up"]).expect(0);
}

/// `"$user"` is the role that is set, where there is a schema of its name.
#[test]
fn a_role_that_is_set_brings_its_schema() {
    let database = Database::new();
    let role = format!("role_{}", database.query("select current_database()").remove(0));
    database.psql(&format!(
        "create role {role}; create schema {role} authorization {role}; create table public.t (id int);
         create table {role}.own (id int); grant create on schema public to {role};
         alter table public.t owner to {role}; alter table {role}.own owner to {role};"
    ));
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__t.sql", format!("set role {role};\ncreate table t (a int);\nalter table own add b int;\n"))
        .write(
            "migrations/V2__local.sql",
            format!("set local session authorization {role};\nalter table t add b int;\nreset session authorization;\nalter table t add c int;\n"),
        )
        .write(
            "migrations/V3__path.sql",
            format!("set role '{role}';\nset search_path = public, \"$user\";\nalter table t add d int;\nalter table own add d int;\nset role none;\n"),
        );
    sandbox.migrate(&["up"]).expect(0);
    let columns = "select (table_schema = 'public')::text || ' ' || column_name from information_schema.columns \
                   where table_name = 't' order by 1";
    assert_eq!(database.query(columns), ["false a", "false b", "true c", "true d", "true id"]);
    // Without such a schema it is as if nothing was set.
    database.psql(&format!("drop schema {role} cascade"));
    sandbox.write("migrations/V4__u.sql", format!("set role {role};\ncreate table u (a int);\n"));
    sandbox.write("migrations/V5__u.sql", "alter table public.u add b int;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V6__own.sql", format!("set role {role};\nalter table nowhere add b int;\n"));
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("table public.nowhere") && !refused.stderr.contains(&role), "{refused}");
    sandbox.write(
        "migrations/V6__own.sql",
        format!("create schema {role};\nset role {role};\nalter table t add e int;\n"),
    );
    sandbox.migrate(&["up"]).expect(0);
    database.psql(&format!("drop owned by {role}; drop role {role}"));
}

#[test]
fn what_is_created_in_pg_temp_is_temporary() {
    let database = Database::new();
    database.psql("create table t (id int); create view v as select 1 as a; create sequence s;");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write(
        "migrations/V1__temporary.sql",
        "set search_path = pg_temp, public;\ncreate table t (a int);\ncreate index t_a on t (a);\ninsert into t (a) values (1);\n\
         create view v as select a from t;\ncreate sequence s;\ncreate table public.u (a int);\nreset search_path;\n\
         create table w (a int);\n",
    );
    sandbox.write(
        "migrations/V2__kept.sql",
        "alter table t add b int;\nalter table w add b int;\nalter table u add b int;\n",
    );
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database.query("select relname from pg_class where relname = 't_a' and relpersistence <> 't'"),
        Vec::<String>::new()
    );
}
