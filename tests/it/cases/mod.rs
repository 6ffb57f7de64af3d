//! The five incidents of the README: each breaks a database exactly so, and shows the tool refusing, finding, fixing.

mod missing_prerequisites;

use crate::example;

/// 2: after a restore the default is gone from a parent and all its 67 partitions.
pub mod lost_defaults {
    use super::*;

    pub const BREAK: &str = "ALTER TABLE global.product_mapping_product_store ALTER mapping_code DROP DEFAULT;
                             ALTER SEQUENCE global.product_mapping_product_store_mapping_code_seq OWNED BY NONE";

    const INSERT: &str =
        "INSERT INTO global.product_mapping_product_store (country_code, store_id, store_sku, product_id)
                          VALUES ('DE', 1, 'x', 1)";

    #[test]
    fn are_found_by_their_sequence_and_put_back_parent_first() {
        let (sandbox, database) = example::applied();
        database.psql(BREAK);
        let partitions = "SELECT count(*) FROM pg_attrdef JOIN pg_class c ON c.oid = adrelid
                          WHERE c.oid IN (SELECT relid FROM pg_partition_tree('global.product_mapping_product_store'))
                            AND pg_get_expr(adbin, adrelid) LIKE 'nextval(%'";
        assert_eq!(database.query(partitions), ["0"]);
        insta::assert_snapshot!(sandbox.migrate(&["verify"]), @"
        $ migrate verify
        violated default.missing_but_sequence_exists: no column has lost the default its sequence is there for
          global.product_mapping_product_store.mapping_code: NOT NULL without default, and sequence global.product_mapping_product_store_mapping_code_seq is named for it and used by nothing; nor have 67 partitions one
          fix: `migrate verify --fix-defaults` (ACCESS EXCLUSIVE on one table at a time, catalog only)

        violated mapping.default
          column global.product_mapping_product_store.mapping_code: has no default, and should have the next value of global.product_mapping_product_store_mapping_code_seq; so it is on 67 of 67 partitions (global.product_mapping_product_store_at, global.product_mapping_product_store_be, global.product_mapping_product_store_ch and 64 more)
          fix: `migrate verify --fix-defaults` (ACCESS EXCLUSIVE on one table at a time, catalog only)

        checks: 29 hold, 2 violated
        --- stderr
        --- exit 1
        ");
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-defaults", "--dry-run"]).expect(1).stdout.lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
        ALTER TABLE ONLY "global"."product_mapping_product_store" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass);
        ALTER TABLE ONLY "global"."product_mapping_product_store_at" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass);
        ALTER TABLE ONLY "global"."product_mapping_product_store_be" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass);
        "#);
        assert_eq!(database.query(partitions), ["0"], "a dry run changes nothing");
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-defaults"]), @r#"
        $ migrate verify --fix-defaults
        fixed global.product_mapping_product_store.mapping_code: ALTER TABLE ONLY "global"."product_mapping_product_store" ALTER COLUMN "mapping_code" SET DEFAULT pg_catalog.nextval('"global"."product_mapping_product_store_mapping_code_seq"'::pg_catalog.regclass) (and 68 more steps)

        checks: 31 hold
        --- stderr
        --- exit 0
        "#);
        assert_eq!(database.query(partitions), ["68"]);
        assert_eq!(database.query(&format!("{INSERT} RETURNING mapping_code")), ["1"]);
    }
}

/// 3: a unique constraint that contradicts the business rule.
pub mod contradicting_constraint {
    use super::*;

    pub const BREAK: &str = "CREATE UNIQUE INDEX one_review_for_each_drop ON public.qa_photo_reviews (drop_number)";

    #[test]
    fn is_found_whatever_it_is_called_and_so_are_the_rows_it_lost() {
        let (sandbox, database) = example::applied();
        database.psql(BREAK);
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "qa.*"]), @"
        $ migrate verify --check qa.*
        violated qa.unique
          table public.qa_photo_reviews: unique index public.one_review_for_each_drop on (drop_number) forbids rows that agree on (drop_number)
              fix: DROP INDEX CONCURRENTLY public.one_review_for_each_drop (SHARE UPDATE EXCLUSIVE on the table)

        checks: 1 hold, 1 violated
        --- stderr
        --- exit 1
        ");
        database.psql("DROP INDEX one_review_for_each_drop; ALTER TABLE public.qa_photo_reviews DROP CONSTRAINT qa_photo_reviews_drop_number_review_date_key");
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "qa.*"]), @r#"
        $ migrate verify --check qa.*
        violated qa.unique
          table public.qa_photo_reviews: no unique index on (drop_number, review_date) that holds for every row at once
              fix: CREATE UNIQUE INDEX CONCURRENTLY ON "public"."qa_photo_reviews" ("drop_number", "review_date") (SHARE UPDATE EXCLUSIVE on the table; fails on duplicates)

        checks: 1 hold, 1 violated
        --- stderr
        --- exit 1
        "#);
    }

    #[test]
    fn lost_rows_are_listed_up_to_ten_as_a_warning() {
        let (sandbox, database) = example::applied();
        database.psql(
            "INSERT INTO public.marketing_activations (drop_number, campaign, activated_at)
             SELECT 'DR' || n, 'spring', now() - interval '1 day' + interval '1 second' * n FROM generate_series(1, 12) n",
        );
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "qa.*"]), @"
        $ migrate verify --check qa.*
        warning qa.unreviewed
          drop_number = DR1, campaign = spring, activated_at = [timestamp]
          drop_number = DR2, campaign = spring, activated_at = [timestamp]
          drop_number = DR3, campaign = spring, activated_at = [timestamp]
          drop_number = DR4, campaign = spring, activated_at = [timestamp]
          drop_number = DR5, campaign = spring, activated_at = [timestamp]
          drop_number = DR6, campaign = spring, activated_at = [timestamp]
          drop_number = DR7, campaign = spring, activated_at = [timestamp]
          drop_number = DR8, campaign = spring, activated_at = [timestamp]
          drop_number = DR9, campaign = spring, activated_at = [timestamp]
          drop_number = DR10, campaign = spring, activated_at = [timestamp]
          more than 10 rows

        checks: 1 hold, 1 with warnings
        --- stderr
        --- exit 0
        ");
    }
}

/// 4: a column that is NOT NULL and lost its default.
pub mod not_null_without_default {
    use super::*;

    pub const BREAK: &str = "ALTER TABLE public.\"User\" ALTER \"updatedAt\" DROP DEFAULT";

    #[test]
    fn is_found_by_its_declaration_and_set() {
        let (sandbox, database) = example::applied();
        database.psql(BREAK);
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "user.*"]), @r#"
        $ migrate verify --check user.*
        violated user.updatedAt
          column public."User"."updatedAt": has no default, and should have the transaction's time
          fix: `migrate verify --fix-defaults` (ACCESS EXCLUSIVE on one table at a time, catalog only)

        checks: 1 hold, 1 violated
        --- stderr
        --- exit 1
        "#);
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--check", "user.*", "--fix-defaults"]), @r#"
        $ migrate verify --check user.* --fix-defaults
        fixed public."User"."updatedAt": ALTER TABLE ONLY "public"."User" ALTER COLUMN "updatedAt" SET DEFAULT pg_catalog.now()

        checks: 2 hold
        --- stderr
        --- exit 0
        "#);
    }

    #[test]
    fn any_way_to_write_now_is_the_same_default() {
        let (sandbox, database) = example::applied();
        for default in ["CURRENT_TIMESTAMP", "transaction_timestamp()", "now()::timestamp(3)"] {
            database.psql(&format!("ALTER TABLE public.\"User\" ALTER \"updatedAt\" SET DEFAULT {default}"));
            sandbox.migrate(&["verify", "--check", "user.*"]).expect(0);
        }
        database.psql("ALTER TABLE public.\"User\" ALTER \"updatedAt\" SET DEFAULT '2020-01-01'");
        sandbox.migrate(&["verify", "--check", "user.*"]).expect(1);
    }
}

/// 5: sequences behind their data after a restore.
pub mod sequences_behind {
    use super::*;

    /// The incident's figures: greatest id 42, 35, 89, 3 and 7 over sequences at 1, 1, 1, 1 and 5.
    pub const BREAK: &str = "
        INSERT INTO public.cards (id, title) VALUES (42, 'restored');
        INSERT INTO public.card_submissions (id, title) OVERRIDING SYSTEM VALUE VALUES (35, 'restored');
        INSERT INTO public.tags (id, name) VALUES (89, 'restored');
        INSERT INTO public.card_modifications (id, card_id) VALUES (7, 42);
        SELECT setval('public.cards_id_seq', 1), setval('public.card_submissions_id_seq', 1),
               setval('public.tags_id_seq', 1), setval('public.forum_categories_id_seq', 1),
               setval('public.card_modifications_id_seq', 5)";

    #[test]
    fn are_shown_with_their_gap_and_repaired_never_backwards() {
        let (sandbox, database) = example::applied();
        database.psql(BREAK);
        insta::assert_snapshot!(sandbox.migrate(&["verify"]), @"
        $ migrate verify
        5 sequences behind the data
          column                        sequence                          max  next  gap  used
          public.card_modifications.id  public.card_modifications_id_seq    7     6    2   0 %
          public.card_submissions.id    public.card_submissions_id_seq     35     2   34   0 %
          public.cards.id               public.cards_id_seq                42     2   41   0 %
          public.forum_categories.id    public.forum_categories_id_seq      3     2    2   0 %
          public.tags.id                public.tags_id_seq                 89     2   88   0 %

        violated sequence.behind: every sequence is ahead of its column
          fix: `migrate verify --fix-sequences` (SHARE ROW EXCLUSIVE on the sequence, or ACCESS EXCLUSIVE for some milliseconds: inserts that draw from it wait)

        checks: 30 hold, 1 violated
        --- stderr
        --- exit 1
        ");
        insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-sequences"]), @"
        $ migrate verify --fix-sequences
        fixed public.card_modifications_id_seq, next value 8
        fixed public.card_submissions_id_seq, next value 36
        fixed public.cards_id_seq, next value 43
        fixed public.forum_categories_id_seq, next value 4
        fixed public.tags_id_seq, next value 90

        checks: 31 hold
        --- stderr
        --- exit 0
        ");
        assert_eq!(database.query("INSERT INTO public.tags (name) VALUES ('new') RETURNING id"), ["90"]);
        database.psql("SELECT setval('public.tags_id_seq', 500)");
        sandbox.migrate(&["verify", "--fix-sequences"]).expect(0);
        assert_eq!(database.query("SELECT last_value FROM public.tags_id_seq"), ["500"]);
    }
}
