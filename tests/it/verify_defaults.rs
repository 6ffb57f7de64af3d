//! Lost defaults, and their repair.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pgmigrate::verify::{DefaultFix, DefaultOutcome, FixOptions, Limits, Report, Verdict, fix_defaults};

use crate::verify_support::{Database, database, quick, shown};

const DEFAULTS: &[&str] = &["default.*"];

/// 67 partitions, of which ten lie a level deeper, and a serial column.
const MAPPING: &str = "
    CREATE SCHEMA global;
    CREATE TABLE global.product_mapping_product_store (mapping_code serial NOT NULL, store int NOT NULL)
        PARTITION BY LIST (store);
    DO $$ BEGIN
        FOR store IN 1..56 LOOP
            EXECUTE format('CREATE TABLE global.pmps_%s PARTITION OF global.product_mapping_product_store
                            FOR VALUES IN (%s)', store, store);
        END LOOP;
        CREATE TABLE global.pmps_rest PARTITION OF global.product_mapping_product_store DEFAULT
            PARTITION BY RANGE (store);
        FOR part IN 1..10 LOOP
            EXECUTE format('CREATE TABLE global.pmps_rest_%s PARTITION OF global.pmps_rest
                            FOR VALUES FROM (%s) TO (%s)', part, 100 * part, 100 * part + 100);
        END LOOP;
    END $$;";

const LOSE: &str = "
    ALTER SEQUENCE global.product_mapping_product_store_mapping_code_seq OWNED BY NONE;
    ALTER TABLE global.product_mapping_product_store ALTER mapping_code DROP DEFAULT;";

const DECLARED: &str = r#"
    [[check]]
    id = "mapping.default"
    column = "global.product_mapping_product_store.mapping_code"
    not_null = true
    default = { sequence = "global.product_mapping_product_store_mapping_code_seq" }
    partitions = "same"
    fix = "auto"
"#;

async fn fix(database: &mut Database, report: &Report, options: &FixOptions) -> Vec<DefaultFix> {
    fix_defaults(&mut database.session, report, options).await.unwrap()
}

#[tokio::test]
async fn defaults_lost_from_a_parent_and_all_67_partitions_come_back() {
    let mut db = database().await;
    db.sql(MAPPING).await;
    assert_eq!(db.verify(DEFAULTS).await.verdict(), Verdict::Holds);
    assert_eq!(db.declared(DECLARED).await.verdict(), Verdict::Holds);
    db.sql(LOSE).await;
    let report = db.verify_with(DECLARED, &["default.*", "mapping.*"], Limits::default()).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.missing_but_sequence_exists Violated error
      error global.product_mapping_product_store.mapping_code: NOT NULL without default, and sequence global.product_mapping_product_store_mapping_code_seq is named for it and used by nothing; nor have 67 partitions one [--fix-defaults]
    mapping.default Violated error
      error column global.product_mapping_product_store.mapping_code: has no default, and should have the next value of global.product_mapping_product_store_mapping_code_seq; so it is on 67 of 67 partitions (global.pmps_1, global.pmps_10, global.pmps_11 and 64 more) [--fix-defaults]
    ");
    let planned = fix(&mut db, &report, &FixOptions { dry_run: true, ..quick() }).await;
    assert_eq!(planned.len(), 1, "two checks found it, and it is one column");
    let statements: Vec<&str> = planned[0].steps.iter().map(|step| step.statement.as_str()).collect();
    assert_eq!(statements.len(), 1 + 67 + 1);
    insta::assert_snapshot!([statements[0], statements[1], statements[67], statements[68]].join("\n"), @r#"
    ALTER TABLE ONLY "global"."product_mapping_product_store" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass)
    ALTER TABLE ONLY "global"."pmps_1" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass)
    ALTER TABLE ONLY "global"."pmps_rest_9" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass)
    ALTER SEQUENCE "global"."product_mapping_product_store_mapping_code_seq" OWNED BY "global"."product_mapping_product_store"."mapping_code"
    "#);
    assert_eq!(db.verify(DEFAULTS).await.verdict(), Verdict::Violated, "a dry run changes nothing");

    let fixes = fix(&mut db, &report, &quick()).await;
    assert!(fixes.iter().all(DefaultFix::is_complete), "{fixes:#?}");
    let report = db.verify_with(DECLARED, &["default.*", "mapping.*", "sequence.*"], Limits::default()).await;
    assert_eq!(shown(&report), "Holds");
    db.sql("INSERT INTO global.product_mapping_product_store (store) VALUES (1), (250)").await;
    db.sql("INSERT INTO global.pmps_rest_3 (store) VALUES (301)").await;
}

#[tokio::test]
async fn the_sequence_alone_is_evidence_enough() {
    let mut db = database().await;
    db.sql(&format!("{MAPPING}{LOSE}")).await;
    let report = db.verify(DEFAULTS).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.missing_but_sequence_exists Violated error
      error global.product_mapping_product_store.mapping_code: NOT NULL without default, and sequence global.product_mapping_product_store_mapping_code_seq is named for it and used by nothing; nor have 67 partitions one [--fix-defaults]
    ");
    fix(&mut db, &report, &quick()).await;
    assert_eq!(db.verify(&["default.*", "sequence.*"]).await.verdict(), Verdict::Holds);
}

#[tokio::test]
async fn partitions_that_differ_are_one_finding_for_each_column() {
    let mut db = database().await;
    db.sql(MAPPING).await;
    db.sql(
        "ALTER TABLE ONLY global.pmps_1 ALTER mapping_code DROP DEFAULT;
         ALTER TABLE ONLY global.pmps_2 ALTER mapping_code DROP DEFAULT;
         ALTER TABLE ONLY global.pmps_rest ALTER mapping_code DROP DEFAULT;
         ALTER TABLE ONLY global.pmps_rest_7 ALTER mapping_code DROP DEFAULT;
         -- Another default on purpose: shown, never overwritten.
         CREATE TABLE t (region text NOT NULL DEFAULT 'eu', k int) PARTITION BY LIST (k);
         CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
         ALTER TABLE ONLY t_1 ALTER region SET DEFAULT 'us';
         -- The parent alone lost it.
         CREATE TABLE p (v int NOT NULL DEFAULT 7, k int) PARTITION BY LIST (k);
         CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2);
         ALTER TABLE ONLY p ALTER v DROP DEFAULT;",
    )
    .await;
    let report = db.verify(&["default.partition_drift"]).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.partition_drift Violated error
      warning global.product_mapping_product_store.mapping_code: the parent's default nextval('global.product_mapping_product_store_mapping_code_seq'::regclass) is missing on 4 of 67 partitions: direct inserts go without (global.pmps_1, global.pmps_2, global.pmps_rest and 1 more) [--fix-defaults]
      error public.p.v: the parent has no default and 2 of 2 partitions have one: inserts through the parent fail (public.p_1, public.p_2) [--fix-defaults]
      warning public.t.region: 1 of 1 partitions have another default than the parent's 'eu'::text (public.t_1) [sql]
    ");
    fix(&mut db, &report, &quick()).await;
    let left = db.verify(&["default.partition_drift"]).await;
    assert_eq!(left.findings().map(|(_, finding)| finding.object.as_str()).collect::<Vec<_>>(), ["public.t.region"]);
    db.sql("INSERT INTO p (k) VALUES (2)").await;
}

#[tokio::test]
async fn a_column_without_a_default_is_healthy_when_something_else_fills_it() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE orm (id bigint PRIMARY KEY, \"updatedAt\" timestamp NOT NULL);
         CREATE TABLE keyed (id int PRIMARY KEY);
         CREATE SEQUENCE keyed_id_seq;
         CREATE FUNCTION next_key() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.id := nextval('keyed_id_seq'); RETURN NEW; END $$;
         CREATE TRIGGER fill BEFORE INSERT ON keyed FOR EACH ROW EXECUTE FUNCTION next_key();
         CREATE TABLE identity (id int GENERATED ALWAYS AS IDENTITY);
         CREATE TABLE generated (a int, b int NOT NULL GENERATED ALWAYS AS (a + 1) STORED);",
    )
    .await;
    assert_eq!(shown(&db.verify(DEFAULTS).await), "Holds");
}

#[tokio::test]
async fn a_serial_that_lost_its_default_is_found_by_owner_and_by_a_cut_name() {
    let mut db = database().await;
    let long = "a_table_with_a_name_that_is_long_enough_to_be_cut";
    db.sql(&format!(
        "CREATE TABLE owned (id serial PRIMARY KEY); ALTER TABLE owned ALTER id DROP DEFAULT;
         CREATE TABLE {long} (a_column_with_a_long_name_too serial PRIMARY KEY);
         DO $$ BEGIN EXECUTE 'ALTER SEQUENCE '
             || pg_get_serial_sequence('{long}', 'a_column_with_a_long_name_too') || ' OWNED BY NONE'; END $$;
         ALTER TABLE {long} ALTER a_column_with_a_long_name_too DROP DEFAULT;"
    ))
    .await;
    let report = db.verify(DEFAULTS).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.missing_but_sequence_exists Violated error
      error public.a_table_with_a_name_that_is_long_enough_to_be_cut.a_column_with_a_long_name_too: NOT NULL without default, and sequence public.a_table_with_a_name_that_is_l_a_column_with_a_long_name_too_seq is named for it and used by nothing [--fix-defaults]
      error public.owned.id: NOT NULL without default, and sequence public.owned_id_seq belongs to it [--fix-defaults]
    ");
    fix(&mut db, &report, &quick()).await;
    assert_eq!(shown(&db.verify(&["default.*", "sequence.*"]).await), "Holds");
}

#[tokio::test]
async fn a_sequence_that_lost_its_column_gets_it_back() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE t (id serial); ALTER SEQUENCE t_id_seq OWNED BY NONE;
         CREATE SEQUENCE by_choice; CREATE TABLE u (id int DEFAULT nextval('by_choice'));",
    )
    .await;
    let report = db.verify(&["sequence.ownership"]).await;
    insta::assert_snapshot!(shown(&report), @"
    Holds
    sequence.ownership Violated warning
      warning public.t_id_seq: feeds public.t.id alone, is named for it, and belongs to no column [--fix-defaults]
    ");
    fix(&mut db, &report, &quick()).await;
    assert_eq!(db.text("SELECT pg_get_serial_sequence('t', 'id')").await, "public.t_id_seq");
}

const USER: &str = r#"
    [[check]]
    id = "user.updatedAt"
    column = 'public."User"."updatedAt"'
    not_null = true
    default = { kind = "now" }
"#;

#[tokio::test]
async fn a_declared_default_of_now_is_set_where_it_is_missing() {
    let mut db = database().await;
    db.sql("CREATE TABLE \"User\" (id int, \"updatedAt\" timestamp NOT NULL)").await;
    let report = db.declared(USER).await;
    insta::assert_snapshot!(shown(&report), @r#"
    Violated
    user.updatedAt Violated error
      error column public."User"."updatedAt": has no default, and should have the transaction's time [--fix-defaults]
    "#);
    let fixes = fix(&mut db, &report, &quick()).await;
    assert!(fixes[0].is_complete());
    assert_eq!(fixes[0].steps[0].after.as_deref(), Some("now()"));
    assert_eq!(shown(&db.declared(USER).await), "Holds");
    db.sql("INSERT INTO \"User\" (id) VALUES (1)").await;
}

#[tokio::test]
async fn every_way_to_write_now_is_accepted() {
    let mut db = database().await;
    db.sql("CREATE TABLE \"User\" (id int, \"updatedAt\" timestamp NOT NULL)").await;
    for (written, holds) in [
        ("now()", true),
        ("CURRENT_TIMESTAMP", true),
        ("CURRENT_TIMESTAMP(3)", true),
        ("transaction_timestamp()", true),
        ("now()::timestamp", true),
        ("clock_timestamp()", false),
        ("timezone('utc', now())", false),
        ("'2020-01-01'", false),
    ] {
        db.sql(&format!("ALTER TABLE \"User\" ALTER \"updatedAt\" SET DEFAULT {written}")).await;
        let expected = if holds { Verdict::Holds } else { Verdict::Violated };
        assert_eq!(db.declared(USER).await.verdict(), expected, "{written}");
    }
}

#[tokio::test]
async fn a_locked_partition_is_tried_again_and_hides_no_other() {
    let mut db = database().await;
    db.sql(&format!("{MAPPING}{LOSE}")).await;
    let report = db.verify(DEFAULTS).await;
    let other = db.connect().await;
    other.client().batch_execute("BEGIN; SELECT FROM global.pmps_5").await.unwrap();
    let fixes = fix(&mut db, &report, &quick()).await;
    let refused: Vec<_> = fixes[0].steps.iter().filter(|step| step.outcome != DefaultOutcome::Fixed).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].object.as_str(), refused[0].tries), ("global.pmps_5", 2));
    other.close().await.unwrap();
    let report = db.verify(DEFAULTS).await;
    fix(&mut db, &report, &quick()).await;
    assert_eq!(db.verify(DEFAULTS).await.verdict(), Verdict::Holds);
}

#[tokio::test]
async fn an_identity_that_was_lost_leaves_its_sequence_as_evidence() {
    let mut db = database().await;
    // As a restore of the table alone leaves it, with the sequence restored by itself.
    db.sql("CREATE TABLE t (id int PRIMARY KEY, v int); CREATE SEQUENCE t_id_seq; INSERT INTO t VALUES (7)").await;
    let report = db.verify(&["default.*", "sequence.*"]).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.missing_but_sequence_exists Violated error
      error public.t.id: NOT NULL without default, and sequence public.t_id_seq is named for it and used by nothing [--fix-defaults]
    ");
    let fixes = fix(&mut db, &report, &quick()).await;
    // Ahead of the column before the default draws from it.
    let steps: Vec<&str> = fixes[0].steps.iter().map(|step| step.object.as_str()).collect();
    assert_eq!(steps, ["public.t_id_seq", "public.t", "public.t_id_seq"]);
    assert_eq!(db.verify(&["default.*", "sequence.*"]).await.verdict(), Verdict::Holds);
    db.sql("INSERT INTO t (v) VALUES (1)").await;
    assert_eq!(db.text("SELECT max(id) FROM t").await, "8");
}

/// Nothing but the default keeps a used id out of this table.
#[tokio::test]
async fn a_default_that_is_put_back_hands_out_nothing_that_is_used() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE t (id bigserial, v int); INSERT INTO t (id) SELECT generate_series(1, 1000);
         ALTER TABLE t ALTER id DROP DEFAULT; CREATE INDEX ON t (id);",
    )
    .await;
    let writer = db.connect().await;
    let done = Arc::new(AtomicBool::new(false));
    let inserting = tokio::spawn({
        let done = done.clone();
        async move {
            while !done.load(Ordering::Relaxed) {
                // Refused for the null until the default is there.
                let _ = writer.client().batch_execute("INSERT INTO t (v) VALUES (1)").await;
            }
            writer.close().await.unwrap();
        }
    });
    let report = db.verify(&["default.*", "sequence.*"]).await;
    let planned = fix(&mut db, &report, &FixOptions { dry_run: true, ..quick() }).await;
    let planned: Vec<&str> = planned[0].steps.iter().map(|step| step.statement.as_str()).collect();
    assert!(planned[0].contains("setval") && planned[1].starts_with("ALTER TABLE ONLY"), "{planned:?}");
    let fixes = fix(&mut db, &report, &quick()).await;
    done.store(true, Ordering::Relaxed);
    inserting.await.unwrap();
    assert!(fixes[0].is_complete(), "{fixes:?}");
    db.sql("INSERT INTO t (v) VALUES (1)").await;
    assert_eq!(db.text("SELECT count(*) - count(DISTINCT id) FROM t").await, "0");
    assert_eq!(db.verify(&["default.*", "sequence.*"]).await.verdict(), Verdict::Holds);
}

/// What few partitions have of their own says nothing of their parent.
#[tokio::test]
async fn a_default_of_few_partitions_is_not_proposed_for_all() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE p (k int NOT NULL, v int NOT NULL) PARTITION BY LIST (k);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
         CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3); ALTER TABLE ONLY p2 ALTER v SET DEFAULT 7;",
    )
    .await;
    insta::assert_snapshot!(shown(&db.verify(&["default.partition_drift"]).await), @"
    Holds
    default.partition_drift Violated warning
      warning public.p.v: the parent has no default and 1 of 3 partitions have one (public.p2)
    ");
    db.sql("ALTER TABLE ONLY p1 ALTER v SET DEFAULT 7").await;
    insta::assert_snapshot!(shown(&db.verify(&["default.partition_drift"]).await), @"
    Violated
    default.partition_drift Violated error
      error public.p.v: the parent has no default and 2 of 3 partitions have one: inserts through the parent fail (public.p1, public.p2) [sql]
    ");
}

#[tokio::test]
async fn a_lost_default_is_told_by_what_the_server_would_have_named_and_no_use_of_the_sequence() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE \"größenverzeichnisüberschriftenspalte\" (\"schlüsselnummernüberbezeichnung\" serial);
         ALTER TABLE \"größenverzeichnisüberschriftenspalte\" ALTER \"schlüsselnummernüberbezeichnung\" DROP DEFAULT;
         DO $$ DECLARE s regclass; BEGIN FOR s IN SELECT oid FROM pg_class WHERE relkind = 'S' LOOP
             EXECUTE format('ALTER SEQUENCE %s OWNED BY NONE', s);
         END LOOP; END $$;
         CREATE TABLE nullable (id serial); ALTER TABLE nullable ALTER id DROP DEFAULT, ALTER id DROP NOT NULL;
         CREATE DOMAIN key AS bigint NOT NULL; CREATE TABLE keyed (id key); CREATE SEQUENCE keyed_id_seq;
         -- Used by a rule, by a function, by another table's default.
         CREATE TABLE a (id int NOT NULL); CREATE SEQUENCE a_id_seq;
         CREATE RULE r AS ON INSERT TO keyed DO ALSO SELECT nextval('a_id_seq');
         CREATE TABLE b (id int NOT NULL); CREATE SEQUENCE b_id_seq;
         CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT nextval('b_id_seq'); END;
         CREATE TABLE c (id int NOT NULL); CREATE SEQUENCE c_id_seq; CREATE TABLE d (id int DEFAULT nextval('c_id_seq'::text));",
    )
    .await;
    let checks = &["default.missing_but_sequence_exists", "sequence.ownership"];
    let report = db.verify(checks).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    default.missing_but_sequence_exists Violated error
      error public.größenverzeichnisüberschriftenspalte.schlüsselnummernüberbezeichnung: NOT NULL without default, and sequence public.größenverzeichnisüberschri_schlüsselnummernüberbezeich_seq is named for it and used by nothing [--fix-defaults]
      error public.keyed.id: NOT NULL without default, and sequence public.keyed_id_seq is named for it and used by nothing [--fix-defaults]
      warning public.nullable.id: without default, and sequence public.nullable_id_seq belongs to it: inserts leave it null [--fix-defaults]
    ");
    fix(&mut db, &report, &quick()).await;
    assert_eq!(shown(&db.verify(checks).await), "Holds");
}
