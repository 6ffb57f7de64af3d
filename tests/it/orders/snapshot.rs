use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::ground::Session;

/// The schema and the rows of a database, without what may differ between databases that are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub schema: Vec<String>,
    /// Of tables and sequences, by name; rows are JSON objects in no order.
    rows: BTreeMap<String, Vec<Map<String, Value>>>,
}

/// Columns whose values differ from run to run: times, random keys.
pub type Unstable = BTreeSet<(String, String)>;

impl Snapshot {
    pub fn take(session: &Session) -> Self {
        // Names and definitions are written in full where nothing is on the path.
        session.must("DISCARD ALL");
        session.must("SET search_path = ''");
        let schema = session.must(include_str!("dump.sql")).into_iter().map(|mut it| it.remove(0)).collect();
        let mut rows = BTreeMap::new();
        let stored = session.must(include_str!("contents.sql"));
        // To plan a query of a table evaluates what its indexes call, which looks for tables where the migrations do.
        session.must("SET search_path = public");
        for row in stored.iter().flat_map(|it| contents(session, &it[0], &it[1])) {
            let Ok(Value::Object(columns)) = serde_json::from_str(&row[1]) else {
                panic!("no JSON object: {}", row[1])
            };
            rows.entry(row[0].clone()).or_insert_with(Vec::new).push(columns);
        }
        Self { schema, rows }
    }

    /// The columns that differ although the same was done.
    pub fn unstable(&self, again: &Self) -> Unstable {
        let mut found = Unstable::new();
        for (table, rows) in &self.rows {
            let names: BTreeSet<&String> = rows.iter().flat_map(Map::keys).collect();
            for name in names {
                if column(rows, name) != again.rows.get(table).map(|it| column(it, name)).unwrap_or_default() {
                    found.insert((table.clone(), name.clone()));
                }
            }
        }
        found
    }

    /// The lines that only one of the two has: `-` this one, `+` the other.
    pub fn differences(&self, other: &Self, unstable: &Unstable) -> Vec<String> {
        let (before, after) = (self.lines(unstable), other.lines(unstable));
        let missing =
            before.iter().filter(|(line, count)| after.get(*line) != Some(count)).map(|it| format!("- {}", it.0));
        let new = after.iter().filter(|(line, count)| before.get(*line) != Some(count)).map(|it| format!("+ {}", it.0));
        missing.chain(new).collect()
    }

    fn lines(&self, unstable: &Unstable) -> BTreeMap<String, usize> {
        let mut lines = BTreeMap::new();
        for line in &self.schema {
            *lines.entry(line.clone()).or_default() += 1;
        }
        for (table, rows) in &self.rows {
            for row in rows {
                let mut row = row.clone();
                row.retain(|name, _| !unstable.contains(&(table.clone(), name.clone())));
                *lines.entry(format!("row of {table} {}", Value::Object(row))).or_default() += 1;
            }
        }
        lines
    }
}

/// The rows, or why they can't be read, which is a difference like any other.
fn contents(session: &Session, relation: &str, kind: &str) -> Vec<Vec<String>> {
    session
        .query(&query(relation, kind))
        .unwrap_or_else(|error| vec![vec![relation.to_owned(), serde_json::json!({ "unreadable": error }).to_string()]])
}

fn query(relation: &str, kind: &str) -> String {
    let name = relation.replace('\'', "''");
    if kind == "S" {
        return format!(
            "SELECT '{name}', json_build_object('last', last_value, 'called', is_called)::text FROM {relation}"
        );
    }
    format!("SELECT '{name}', to_jsonb(it)::text FROM ONLY {relation} it")
}

/// The values of one column, in no order.
fn column(rows: &[Map<String, Value>], name: &str) -> BTreeMap<String, usize> {
    let mut values = BTreeMap::new();
    for row in rows {
        *values.entry(row.get(name).map(ToString::to_string).unwrap_or_default()).or_default() += 1;
    }
    values
}
