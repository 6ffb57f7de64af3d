use insta::assert_snapshot;

use super::effects;

/// What a `DO` block with this text does.
pub(super) fn block(text: &str) -> String {
    effects(&format!("DO $x$\n{text}\n$x$;"))
}

#[test]
fn after_a_return_nothing_is_certain() {
    assert_snapshot!(block("BEGIN
  ALTER TABLE a ADD x int;
  IF random() > 0.5 THEN RETURN; END IF;
  ALTER TABLE b ADD x int;
END"), @"
    requires table a @ 3:15
    alters table a @ 3:15
    creates column a.x @ 3:21
    requires later table b @ 5:15
    alters table b @ 5:15
    creates column b.x @ 5:21
    ");
}

#[test]
#[allow(clippy::too_many_lines, reason = "PL/pgSQL has that many statements")]
fn every_statement_of_the_manual_is_read() {
    assert_snapshot!(block(r#"#variable_conflict use_column
<<outer>>
DECLARE
  a integer NOT NULL DEFAULT f1(); b t1.c1%TYPE; c t2%ROWTYPE; d CONSTANT text COLLATE "C" := 'x'; e ALIAS FOR $1;
  cur CURSOR (k int) FOR SELECT * FROM t3 WHERE id = k; r refcursor; arr int[] := '{1}'; rec record;
BEGIN
  a := f2(1); b = (SELECT max(x) FROM t4); c.x := 1; arr[1] := f3(); rec.y[2].z := 1;
  SELECT INTO STRICT a, rec.x count(*), 1 FROM t5;
  SELECT 1 INTO a FROM t6;
  INSERT INTO t7 VALUES (1) RETURNING id INTO STRICT a;
  UPDATE t8 SET x = 1 RETURNING id INTO a, b;
  DELETE FROM t9 RETURNING * INTO rec;
  MERGE INTO t10 USING t11 ON t10.id = t11.id WHEN MATCHED THEN DELETE;
  PERFORM f4(), * FROM t12;
  EXECUTE 'SELECT 1 FROM t13' INTO a USING f5();
  GET DIAGNOSTICS a = ROW_COUNT, b = PG_CONTEXT;
  CALL p1(a, f6());
  IF f7() THEN NULL; ELSIF f8() THEN DELETE FROM t14; ELSE DELETE FROM t15; END IF;
  CASE f9() WHEN 1, f10() THEN DELETE FROM t16; ELSE NULL; END CASE;
  CASE WHEN f11() THEN DELETE FROM t17; END CASE;
  <<l>> LOOP EXIT l WHEN f12(); CONTINUE WHEN f13(); END LOOP l;
  WHILE f14() LOOP DELETE FROM t18; END LOOP;
  FOR i IN REVERSE f15()..f16() BY 2 LOOP DELETE FROM t19; END LOOP;
  FOR rec IN SELECT * FROM t20 LOOP DELETE FROM t21; END LOOP;
  FOR rec IN EXECUTE 'SELECT 1 FROM t22' USING f17() LOOP DELETE FROM t23; END LOOP;
  FOR rec IN cur(k := f18()) LOOP DELETE FROM t24 WHERE CURRENT OF cur; END LOOP;
  FOREACH a SLICE 1 IN ARRAY f19() LOOP DELETE FROM t25; END LOOP;
  OPEN r FOR SELECT * FROM t26; OPEN r NO SCROLL FOR EXECUTE 'SELECT 1 FROM t27' USING f20(); OPEN cur(f21());
  FETCH NEXT FROM r INTO a; MOVE RELATIVE -1 FROM r; CLOSE r;
  RAISE NOTICE 'x %', f22() USING HINT = f23(); RAISE division_by_zero; RAISE SQLSTATE '22012';
  ASSERT f24(), f25();
  BEGIN DELETE FROM t28; EXCEPTION WHEN division_by_zero OR SQLSTATE '22012' THEN GET STACKED DIAGNOSTICS a = MESSAGE_TEXT; DELETE FROM t29; RAISE; END;
  CREATE TEMP TABLE tmp AS SELECT * FROM t30;
  INSERT INTO tmp SELECT * FROM t31;
  DO $y$ BEGIN DELETE FROM t32; END $y$;
  COMMIT; ROLLBACK AND CHAIN;
END outer"#), @"
    requires function f1() @ 5:30
    calls function f1() @ 5:30
    requires table t1 @ 5:38
    requires column t1.c1 @ 5:38
    requires table t2 @ 5:52
    requires table t3 @ 6:40
    reads rows of table t3 @ 6:40
    reads the shape of table t3 @ 6:40
    requires column t3.id @ 6:49
    requires function f2() @ 8:8
    calls function f2() @ 8:8
    requires table t4 @ 8:39
    reads rows of table t4 @ 8:39
    reads the shape of table t4 @ 8:39
    requires column t4.x @ 8:31
    requires function f3() @ 8:64
    calls function f3() @ 8:64
    requires table t5 @ 9:48
    reads rows of table t5 @ 9:48
    reads the shape of table t5 @ 9:48
    requires table t6 @ 10:24
    reads rows of table t6 @ 10:24
    reads the shape of table t6 @ 10:24
    requires table t7 @ 11:15
    reads the shape of table t7 @ 11:15
    writes rows of table t7 @ 11:15
    adds rows to table t7 @ 11:15
    requires column t7.id @ 11:39
    requires table t8 @ 12:10
    reads the shape of table t8 @ 12:10
    writes rows of table t8 @ 12:10
    requires column t8.x @ 12:17
    updates column t8.x @ 12:17
    requires column t8.id @ 12:33
    requires table t9 @ 13:15
    reads the shape of table t9 @ 13:15
    writes rows of table t9 @ 13:15
    deletes rows of table t9 @ 13:15
    requires table t10 @ 14:14
    reads the shape of table t10 @ 14:14
    writes rows of table t10 @ 14:14
    deletes rows of table t10 @ 14:14
    requires table t11 @ 14:24
    reads rows of table t11 @ 14:24
    reads the shape of table t11 @ 14:24
    requires column t10.id @ 14:31
    requires column t11.id @ 14:40
    requires table t12 @ 15:24
    reads rows of table t12 @ 15:24
    reads the shape of table t12 @ 15:24
    requires function f4() @ 15:11
    calls function f4() @ 15:11
    requires table t13 @ 16:26
    reads rows of table t13 @ 16:26
    reads the shape of table t13 @ 16:26
    requires function f5() @ 16:44
    calls function f5() @ 16:44
    requires function p1() @ 18:8
    calls function p1() @ 18:8
    requires function f6() @ 18:14
    calls function f6() @ 18:14
    requires function f7() @ 19:6
    calls function f7() @ 19:6
    requires later function f8() @ 19:28
    calls function f8() @ 19:28
    requires later table t14 @ 19:50
    reads the shape of table t14 @ 19:50
    writes rows of table t14 @ 19:50
    deletes rows of table t14 @ 19:50
    requires later table t15 @ 19:72
    reads the shape of table t15 @ 19:72
    writes rows of table t15 @ 19:72
    deletes rows of table t15 @ 19:72
    requires function f9() @ 20:8
    calls function f9() @ 20:8
    requires later function f10() @ 20:21
    calls function f10() @ 20:21
    requires later table t16 @ 20:44
    reads the shape of table t16 @ 20:44
    writes rows of table t16 @ 20:44
    deletes rows of table t16 @ 20:44
    requires later function f11() @ 21:13
    calls function f11() @ 21:13
    requires later table t17 @ 21:36
    reads the shape of table t17 @ 21:36
    writes rows of table t17 @ 21:36
    deletes rows of table t17 @ 21:36
    requires function f12() @ 22:26
    calls function f12() @ 22:26
    requires function f13() @ 22:47
    calls function f13() @ 22:47
    requires function f14() @ 23:9
    calls function f14() @ 23:9
    requires later table t18 @ 23:32
    reads the shape of table t18 @ 23:32
    writes rows of table t18 @ 23:32
    deletes rows of table t18 @ 23:32
    requires function f15() @ 24:20
    calls function f15() @ 24:20
    requires function f16() @ 24:27
    calls function f16() @ 24:27
    requires later table t19 @ 24:55
    reads the shape of table t19 @ 24:55
    writes rows of table t19 @ 24:55
    deletes rows of table t19 @ 24:55
    requires table t20 @ 25:28
    reads rows of table t20 @ 25:28
    reads the shape of table t20 @ 25:28
    requires later table t21 @ 25:49
    reads the shape of table t21 @ 25:49
    writes rows of table t21 @ 25:49
    deletes rows of table t21 @ 25:49
    requires table t22 @ 26:37
    reads rows of table t22 @ 26:37
    reads the shape of table t22 @ 26:37
    requires function f17() @ 26:48
    calls function f17() @ 26:48
    requires later table t23 @ 26:71
    reads the shape of table t23 @ 26:71
    writes rows of table t23 @ 26:71
    deletes rows of table t23 @ 26:71
    requires function f18() @ 27:23
    calls function f18() @ 27:23
    requires later table t24 @ 27:47
    reads the shape of table t24 @ 27:47
    writes rows of table t24 @ 27:47
    deletes rows of table t24 @ 27:47
    requires function f19() @ 28:30
    calls function f19() @ 28:30
    requires later table t25 @ 28:53
    reads the shape of table t25 @ 28:53
    writes rows of table t25 @ 28:53
    deletes rows of table t25 @ 28:53
    requires table t26 @ 29:28
    reads rows of table t26 @ 29:28
    reads the shape of table t26 @ 29:28
    requires table t27 @ 29:77
    reads rows of table t27 @ 29:77
    reads the shape of table t27 @ 29:77
    requires function f20() @ 29:88
    calls function f20() @ 29:88
    requires function f21() @ 29:104
    calls function f21() @ 29:104
    requires function f22() @ 31:23
    calls function f22() @ 31:23
    requires function f23() @ 31:42
    calls function f23() @ 31:42
    requires function f24() @ 32:10
    calls function f24() @ 32:10
    requires function f25() @ 32:17
    calls function f25() @ 32:17
    requires later table t28 @ 33:21
    reads the shape of table t28 @ 33:21
    writes rows of table t28 @ 33:21
    deletes rows of table t28 @ 33:21
    requires later table t29 @ 33:137
    reads the shape of table t29 @ 33:137
    writes rows of table t29 @ 33:137
    deletes rows of table t29 @ 33:137
    requires table t30 @ 34:42
    reads rows of table t30 @ 34:42
    reads the shape of table t30 @ 34:42
    requires table t31 @ 35:33
    reads rows of table t31 @ 35:33
    reads the shape of table t31 @ 35:33
    requires table t32 @ 36:28
    reads the shape of table t32 @ 36:28
    writes rows of table t32 @ 36:28
    deletes rows of table t32 @ 36:28
    ");
}

#[test]
fn what_a_call_returns_is_read_too() {
    assert_snapshot!(effects("CREATE FUNCTION f(p text) RETURNS SETOF int LANGUAGE plpgsql AS $x$
DECLARE q text := 'SELECT a FROM t';
BEGIN
  RETURN QUERY SELECT id FROM t1; RETURN QUERY EXECUTE q || ' LIMIT 1' USING p; RETURN NEXT f1(); RETURN;
  EXECUTE format('DELETE FROM t2 WHERE a = %L', p);
  CREATE TABLE t3 ();
  ALTER TABLE t4 RENAME TO t5;
END $x$;"), @"
    creates function public.f(text) @ 1:17
    when called requires later table t1 @ 4:31
    when called reads rows of table t1 @ 4:31
    when called reads the shape of table t1 @ 4:31
    when called requires later column t1.id @ 4:23
    when called requires later table t @ 4:56
    when called reads rows of table t @ 4:56
    when called reads the shape of table t @ 4:56
    when called requires later column t.a @ 4:56
    when called requires later function f1() @ 4:93
    when called calls function f1() @ 4:93
    when called requires later table t2 @ 5:11
    when called reads the shape of table t2 @ 5:11
    when called writes rows of table t2 @ 5:11
    when called deletes rows of table t2 @ 5:11
    when called requires later column t2.a @ 5:11
    when called creates table public.t3 @ 6:16
    when called requires later table t4 @ 7:15
    when called alters table t4 @ 7:15
    when called moves table t4 to t5
    ");
}
