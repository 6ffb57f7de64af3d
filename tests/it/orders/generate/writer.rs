use std::collections::BTreeMap;

use crate::orders::ground::Session;

/// One thing in the database: its name in full, a part of it, and what else is to be known.
#[derive(Debug, Clone)]
pub struct Thing {
    pub name: String,
    pub part: String,
    pub detail: String,
}

/// What the database holds, by kind.
pub type Model = BTreeMap<String, Vec<Thing>>;

pub fn read_model(session: &Session) -> Model {
    let mut model = Model::new();
    // Names come in full whatever the path.
    let path = session.must("SHOW search_path").remove(0).remove(0);
    session.must("SET search_path TO ''");
    for mut row in session.must(include_str!("model.sql")) {
        let (detail, part, name) = (row.remove(3), row.remove(2), row.remove(1));
        model.entry(row.remove(0)).or_default().push(Thing { name, part, detail });
    }
    session.must(&format!("SET search_path TO {path}"));
    model
}

/// Writes one statement.
pub struct Writer<'a> {
    pub random: &'a mut fastrand::Rng,
    pub model: &'a Model,
}

impl<'a> Writer<'a> {
    pub fn new(random: &'a mut fastrand::Rng, model: &'a Model) -> Self {
        Self { random, model }
    }

    /// A statement that may work, of a hundred so many about keys; `None` if what it was to be about isn't there.
    pub fn statement(&mut self, keys: u8) -> Option<String> {
        let tables = self.model.get("table").map_or(0, Vec::len);
        if tables < 2 && self.one_in(2) {
            return self.create_table();
        }
        if self.random.u8(..100) < keys {
            return self.key_statement();
        }
        match self.random.u8(..100) {
            0..8 => self.create_table(),
            8..38 => self.table_statement(),
            38..78 => self.object_statement(),
            _ => self.row_statement(),
        }
    }

    pub fn one_in(&mut self, count: u32) -> bool {
        self.random.u32(..count) == 0
    }

    pub fn of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.random.usize(..words.len())]
    }

    /// One of the things of these kinds.
    pub fn any(&mut self, kinds: &[&str]) -> Option<Thing> {
        let all: Vec<&Thing> = kinds.iter().filter_map(|it| self.model.get(*it)).flatten().collect();
        (!all.is_empty()).then(|| all[self.random.usize(..all.len())].clone())
    }

    /// One of the parts of a thing, such as a table's columns.
    pub fn part(&mut self, kind: &str, of: &str) -> Option<Thing> {
        let all: Vec<&Thing> = self.model.get(kind)?.iter().filter(|it| it.name == of).collect();
        (!all.is_empty()).then(|| all[self.random.usize(..all.len())].clone())
    }

    pub fn table(&mut self) -> Option<String> {
        self.any(&["table", "table", "partitioned"]).map(|it| it.name)
    }

    pub fn column(&mut self, table: &str) -> Option<String> {
        self.part("column", table).map(|it| it.part)
    }

    /// A table and a column of it.
    pub fn table_and_column(&mut self) -> Option<(String, Thing)> {
        let table = self.table()?;
        let column = self.part("column", &table)?;
        Some((table, column))
    }

    /// A name as somebody may write it: sometimes without its schema, which works if the path has it.
    pub fn spell(&mut self, name: &str) -> String {
        match name.split_once('.') {
            Some((_, rest)) if !self.one_in(3) => rest.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// A name for something new, with a schema now and then.
    pub fn new_name(&mut self, names: &[&str]) -> String {
        let name = self.of(names).to_owned();
        if self.one_in(6)
            && let Some(schema) = self.any(&["schema"])
        {
            return format!("{}.{name}", schema.name);
        }
        name
    }

    pub fn column_name(&mut self) -> String {
        self.of(&["id", "x", "y", "z", "w", "\"U\"", "a_id"]).to_owned()
    }

    pub fn type_name(&mut self) -> String {
        match self.random.u8(..12) {
            0 | 1 => self.any(&["enum"]).map_or("int".to_owned(), |it| it.name),
            2 => self.any(&["domain"]).map_or("text".to_owned(), |it| it.name),
            3 => self.any(&["composite", "table"]).map_or("text".to_owned(), |it| it.name),
            4 => "text".to_owned(),
            5 => "bigint".to_owned(),
            6 => "boolean".to_owned(),
            7 => "int[]".to_owned(),
            8 => "varchar(20)".to_owned(),
            _ => "int".to_owned(),
        }
    }

    /// A value that may be of this type.
    pub fn value(&mut self, of: &str) -> String {
        let number = self.random.u32(..5);
        match of {
            "boolean" => self.of(&["true", "false"]).to_owned(),
            "integer[]" => format!("'{{{number}}}'"),
            "integer" | "bigint" => number.to_string(),
            _ => match self.part("label", of) {
                Some(label) => label.part,
                None => format!("'{number}'"),
            },
        }
    }
}
