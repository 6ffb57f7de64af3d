//! All other objects: what creates, changes and names them.

use insta::assert_snapshot;

use super::effects;

#[test]
fn views_need_columns_where_the_owner_is_certain() {
    assert_snapshot!(effects("CREATE VIEW v AS SELECT a, lower(b) FROM s.t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.x = t.y);"), @r#"
    requires table s.t @ 1:42
    requires column s.t.a @ 1:25
    requires column s.t.b @ 1:34
    requires table s.u @ 1:74
    requires column s.u.x @ 1:84
    requires column s.t.y @ 1:90
    creates view public.v @ 1:13
    creates column public.v."*" @ 1:13
    "#);
}

#[test]
fn ctes_aliases_and_subqueries_are_no_tables() {
    assert_snapshot!(effects("CREATE VIEW v AS WITH c AS (SELECT x FROM t), d AS (SELECT * FROM c) SELECT q.x, q.* FROM d q JOIN (SELECT y FROM u) z ON true;"), @r#"
    requires table t @ 1:43
    requires column t.x @ 1:36
    requires table u @ 1:115
    requires column u.y @ 1:108
    creates view public.v @ 1:13
    creates column public.v."*" @ 1:13
    "#);
}

#[test]
fn enums_and_their_labels() {
    assert_snapshot!(effects("CREATE TYPE s.e AS ENUM ('a', 'b'); ALTER TYPE s.e ADD VALUE 'c' AFTER 'b'; SELECT 'a'::s.e;"), @"
    requires schema s @ 1:13
    creates enum s.e @ 1:13
    creates enum label 'a' of s.e @ 1:26
    creates enum label 'b' of s.e @ 1:31
    requires type s.e @ 1:48
    alters type s.e @ 1:48
    requires enum label 'b' of s.e @ 1:72
    creates enum label 'c' of s.e @ 1:62
    requires enum label 'a' of s.e @ 1:84
    requires type s.e @ 1:89
    ");
}

#[test]
fn triggers_and_policies() {
    assert_snapshot!(effects("CREATE TRIGGER g BEFORE UPDATE OF a ON s.t FOR EACH ROW WHEN (NEW.b > 1) EXECUTE FUNCTION s.f();\nCREATE POLICY p ON s.t FOR SELECT TO reader USING (EXISTS (SELECT 1 FROM auth.users u WHERE u.id = auth.uid() AND u.org = t.org));\nALTER TABLE s.t ENABLE ROW LEVEL SECURITY;"), @"
    requires table s.t @ 1:40
    alters table s.t @ 1:40
    requires column s.t.a @ 1:35
    requires column s.t.b @ 1:63
    requires function s.f() @ 1:91
    creates trigger g on s.t @ 1:16
    requires table s.t @ 2:20
    alters table s.t @ 2:20
    creates policy p on s.t @ 2:15
    requires role reader @ 2:38
    requires table auth.users @ 2:74
    requires column auth.users.id @ 2:93
    requires function auth.uid() @ 2:100
    requires column auth.users.org @ 2:115
    requires column s.t.org @ 2:123
    requires table s.t @ 3:13
    alters table s.t @ 3:13
    ");
}

#[test]
fn search_path_decides_where_things_go_and_are_looked_up() {
    assert_snapshot!(effects("SET search_path TO app, public;\nCREATE TABLE t (id int REFERENCES u);\nSELECT set_config('search_path', '', false);\nCREATE TABLE s.w ();"), @r#"
    requires schema app @ 2:14
    creates table app.t @ 2:14
    creates column app.t.id @ 2:17
    creates constraint t_id_fkey on app.t @ 2:24
    requires table u @ 2:35
    requires index "(primary key)" on u @ 2:35
    refers to index "(primary key)" on u @ 2:35
    requires schema s @ 4:14
    creates table s.w @ 4:14
    "#);
}

#[test]
fn grants_comments_owners_and_drops() {
    assert_snapshot!(effects("GRANT SELECT ON t, s.u TO bob, public;\nGRANT USAGE ON SCHEMA s TO bob;\nGRANT ALL ON ALL TABLES IN SCHEMA s TO bob;\nCOMMENT ON COLUMN s.t.c IS 'x';\nALTER TABLE t OWNER TO bob;\nDROP FUNCTION IF EXISTS f(int, text) CASCADE;\nDROP TABLE a, s.b;\nALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO bob;"), @"
    requires role bob @ 1:27
    requires table t @ 1:17
    annotates table t @ 1:17
    requires table s.u @ 1:20
    annotates table s.u @ 1:20
    requires role bob @ 2:28
    requires schema s @ 2:23
    annotates schema s @ 2:23
    requires role bob @ 3:40
    requires schema s @ 3:35
    reads the shape of schema s @ 3:35
    requires table s.t @ 4:19
    requires column s.t.c @ 4:19
    annotates column s.t.c @ 4:19
    requires table t @ 5:13
    alters table t @ 5:13
    requires role bob @ 5:24
    annotates table t @ 5:13
    requires later function f(int, text) @ 6:25
    drops function f(int, text) @ 6:25
    requires table a @ 7:12
    drops table a @ 7:12
    requires table s.b @ 7:15
    drops table s.b @ 7:15
    requires schema s @ 8:36
    reads the shape of schema s @ 8:36
    requires role bob @ 8:64
    ");
}

#[test]
fn sequences_and_ownership() {
    assert_snapshot!(effects("CREATE SEQUENCE s.q; ALTER SEQUENCE s.q OWNED BY s.t.c; ALTER SEQUENCE s.q RENAME TO r;"), @"
    requires schema s @ 1:17
    creates sequence s.q @ 1:17
    requires sequence s.q @ 1:37
    alters sequence s.q (of s.t) @ 1:37
    requires table s.t @ 1:50
    requires column s.t.c @ 1:50
    requires sequence s.q @ 1:72
    alters sequence s.q @ 1:72
    moves sequence s.q to r
    ");
}

#[test]
fn extensions_servers_and_roles() {
    assert_snapshot!(effects("CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA ext;\nCREATE ROLE bob IN ROLE staff;\nCREATE SERVER f FOREIGN DATA WRAPPER postgres_fdw;\nCREATE USER MAPPING FOR bob SERVER f;\nCREATE FOREIGN TABLE ft (a int) SERVER f;"), @"
    requires schema ext @ 1:53
    creates extension pgcrypto @ 1:32
    requires role staff @ 2:25
    creates role bob @ 2:13
    requires foreign-data wrapper postgres_fdw @ 3:38
    creates foreign server f @ 3:15
    requires role bob @ 4:25
    requires foreign server f @ 4:36
    creates user mapping bob on f @ 4:1
    creates foreign table public.ft @ 5:22
    creates column public.ft.a @ 5:26
    requires foreign server f @ 5:40
    ");
}

#[test]
fn what_no_rule_reads_is_opaque() {
    assert_snapshot!(effects("CREATE CAST (a AS b) WITHOUT FUNCTION; CALL p(1); DO LANGUAGE plpython3u $$ x $$;"), @r#"
    requires type a @ 1:14
    requires type b @ 1:19
    creates cast "(a AS b)" @ 1:1
    opaque: a cast takes part in expressions that don't name it
    requires function p() @ 1:45
    calls function p() @ 1:45
    opaque: the block is not in PL/pgSQL
    "#);
}

#[test]
fn domains_and_composites() {
    assert_snapshot!(effects("CREATE DOMAIN d AS s.e CHECK (s.valid(VALUE)); CREATE TYPE c AS (a int, b d);"), @"
    requires type s.e @ 1:20
    requires function s.valid() @ 1:31
    creates constraint d_check on public.d @ 1:24
    creates domain public.d @ 1:15
    creates type public.c @ 1:60
    requires type d @ 1:75
    ");
}
