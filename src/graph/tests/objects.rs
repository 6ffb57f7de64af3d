use super::*;

/// What each migration creates, changes and needs.
fn roles(files: &[(&str, &str)]) -> Vec<String> {
    let files = Files::new(files);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let objects = Objects::of(&files.scripts, graph.order());
    let shown = |node: usize| {
        let roles = [Role::Creates, Role::Changes, Role::Needs].into_iter().filter_map(|role| {
            let names: Vec<String> = objects.touched(node, role).map(ToString::to_string).collect();
            (!names.is_empty()).then(|| format!("{} {}", role.as_str(), names.join(", ")))
        });
        format!("{}: {}", files.ids[node], roles.collect::<Vec<_>>().join("; "))
    };
    (0..files.ids.len()).map(shown).collect()
}

#[test]
fn parts_count_as_what_they_belong_to() {
    let files = [
        ("V1__a", "CREATE TABLE t (id bigserial PRIMARY KEY) PARTITION BY RANGE (id); CREATE TYPE e AS ENUM ('x');"),
        ("V2__b", "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (2); ALTER TYPE e ADD VALUE 'y';"),
        ("V3__c", "CREATE INDEX i ON t1 (id); COMMENT ON COLUMN t.id IS 'key';"),
        ("V4__d", "CREATE VIEW v AS SELECT id FROM t; INSERT INTO t DEFAULT VALUES;"),
    ];
    assert_eq!(
        roles(&files),
        [
            "V1__a: creates table public.t, enum public.e",
            "V2__b: changes table public.t, enum public.e",
            "V3__c: changes table public.t",
            "V4__d: creates view public.v; changes table public.t",
        ]
    );
}

#[test]
fn a_new_name_is_a_new_object_and_the_search_path_counts() {
    let files = [
        ("V1__a", "CREATE SCHEMA s; CREATE TABLE t (id int); CREATE TABLE s.u (id int);"),
        ("V2__b", "ALTER TABLE t RENAME TO w; ALTER TABLE w SET SCHEMA s;"),
        ("V3__c", "SET search_path = s, public; CREATE VIEW x AS SELECT id FROM u; SELECT now();"),
        ("V4__d", "DROP TABLE s.w; CREATE TABLE s.w (id int); TABLE elsewhere;"),
    ];
    assert_eq!(
        roles(&files),
        [
            "V1__a: creates schema s, table public.t, table s.u",
            "V2__b: creates table public.w, table s.w; changes table public.t; needs schema s",
            "V3__c: creates view s.x; needs schema s, table s.u",
            "V4__d: creates table s.w; needs schema s",
        ]
    );
}
