use std::collections::BTreeSet;

use super::{External, Files, infer};

/// Numbers from a fixed sequence: the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.roll(at + 1));
        }
    }
}

/// A small project in the manner of the example one, without drops: any numbering can be put right.
const SYNC: [(&str, &str); 7] = [
    ("organization", "CREATE TABLE organization (id uuid PRIMARY KEY, name text NOT NULL);"),
    ("auth", "CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT NULL::uuid $$;"),
    (
        "users_extended",
        "CREATE TABLE auth.users_extended (id uuid PRIMARY KEY, org_id uuid NOT NULL REFERENCES organization (id) ON DELETE CASCADE);",
    ),
    ("email", "ALTER TABLE auth.users_extended ADD COLUMN email text; ALTER TABLE auth.users_extended ADD UNIQUE (email);"),
    (
        "sync",
        "CREATE TYPE sync_type AS ENUM ('full', 'delta');
         CREATE TABLE sync_progress (
             id bigserial PRIMARY KEY,
             org_id uuid NOT NULL REFERENCES organization (id),
             type sync_type NOT NULL,
             initiated_by uuid REFERENCES auth.users_extended ON DELETE SET NULL,
             created_at timestamptz NOT NULL
         );
         CREATE TABLE sync_log (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
         CREATE TABLE sync_log_2026 PARTITION OF sync_log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
         CREATE INDEX ON sync_progress (org_id);
         ALTER TABLE sync_progress ENABLE ROW LEVEL SECURITY;
         CREATE POLICY sync_select ON sync_progress FOR SELECT USING (EXISTS (
             SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_progress.org_id));
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created_at := now(); RETURN NEW; END $$;
         CREATE TRIGGER touch BEFORE UPDATE ON sync_progress FOR EACH ROW EXECUTE FUNCTION touch();",
    ),
    ("directory", "CREATE VIEW directory AS SELECT u.email, o.name FROM auth.users_extended u JOIN organization o ON o.id = u.org_id;"),
    ("lookup", "CREATE INDEX users_email ON auth.users_extended (lower(email)); COMMENT ON COLUMN auth.users_extended.email IS 'x';"),
];

#[test]
fn any_numbering_is_put_right_by_what_the_sql_requires() {
    let mut dice = Dice(7);
    for _ in 0..100 {
        let mut parts = SYNC;
        dice.shuffle(&mut parts);
        let named: Vec<(String, &str)> =
            parts.iter().enumerate().map(|(at, (name, text))| (format!("V{}__{name}", at + 1), *text)).collect();
        let list: Vec<(&str, &str)> = named.iter().map(|(id, text)| (id.as_str(), *text)).collect();
        let files = Files::new(&list);
        let (graph, problems) = infer(&files.nodes(), &External::default());
        assert_eq!(problems, [], "{list:?}");
        assert_eq!(graph.prerequisites(&(0..list.len()).collect()), [], "{list:?}");
        let place = |name: &str| graph.order().iter().position(|it| files.names[*it] == name).unwrap();
        for (later, earlier) in [
            ("users_extended", "organization"),
            ("users_extended", "auth"),
            ("email", "users_extended"),
            ("sync", "users_extended"),
            ("sync", "auth"),
            ("directory", "email"),
            ("lookup", "email"),
        ] {
            assert!(place(later) > place(earlier), "{later} after {earlier} in {list:?}");
        }
        for edge in graph.edges() {
            let position = |node: usize| graph.order().iter().position(|it| *it == node).unwrap();
            assert!(position(edge.from) > position(edge.to));
        }
    }
}

#[test]
fn the_gap_before_the_sync_migration_is_named_whole() {
    let (name, text) = SYNC[4];
    let files = Files::new(&[(&format!("V24__{name}"), text)]);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let missing: Vec<String> = graph
        .prerequisites(&BTreeSet::from([0]))
        .iter()
        .map(|it| format!("{} needed in {} places", it.candidates[0], it.places.len()))
        .collect();
    insta::assert_debug_snapshot!(missing, @r#"
    [
        "table public.organization needed in 1 places",
        "table auth.users_extended needed in 2 places",
        "function auth.uid() needed in 1 places",
    ]
    "#);
    insta::assert_debug_snapshot!(graph.creations(0), @"
    Some(
        Creations {
            kinds: {
                Table: 2,
                Index: 1,
                Enum: 1,
                Trigger: 1,
                Policy: 1,
                Function: 1,
            },
            partitions: 1,
        },
    )
    ");
}

#[test]
fn what_is_pending_asks_for_what_is_applied() {
    let named: Vec<(String, &str)> =
        SYNC.iter().enumerate().map(|(at, (name, text))| (format!("V{at}__{name}"), *text)).collect();
    let list: Vec<(&str, &str)> = named.iter().map(|(id, text)| (id.as_str(), *text)).collect();
    let files = Files::new(&list);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let wanted = graph.prerequisites(&BTreeSet::from([5, 6]));
    let shown: Vec<String> =
        wanted.iter().map(|it| format!("{} from {}", it.object, files.names[it.provider.unwrap()])).collect();
    insta::assert_debug_snapshot!(shown, @r#"
    [
        "table auth.users_extended from users_extended",
        "table public.organization from organization",
        "column auth.users_extended.email from email",
        "column auth.users_extended.org_id from users_extended",
        "column public.organization.id from organization",
        "column public.organization.name from organization",
    ]
    "#);
    assert_eq!(graph.dependents(&BTreeSet::from([3])), BTreeSet::from([5, 6]));
    assert!(graph.must_follow(5, 0) && !graph.must_follow(6, 5));
    assert_eq!(graph.reasons_between(6, 0).len(), 2);
}

/// Large enough for work that grows with the square of the number of migrations to be felt.
#[test]
fn two_thousand_migrations_keep_their_order() {
    let texts: Vec<(String, String)> = (0..2_000)
        .map(|it| {
            let before = it / 2;
            let text = if it == 0 {
                "CREATE TABLE t0 (id int PRIMARY KEY);".to_owned()
            } else {
                format!(
                    "CREATE TABLE t{it} (id int PRIMARY KEY, p int REFERENCES t{before} (id));
                     CREATE INDEX ON t{it} (p); INSERT INTO t{before} (id) VALUES ({it});"
                )
            };
            (format!("V{it}__t{it}"), text)
        })
        .collect();
    let list: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let files = Files::new(&list);
    let (graph, problems) = infer(&files.nodes(), &External::default());
    assert_eq!(problems, []);
    assert!(graph.order().iter().copied().eq(0..2_000));
    assert!((1..2_000).all(|it| graph.must_follow(it, it / 2)));
}
