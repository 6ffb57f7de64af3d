//! Rows that refer to each other: foreign keys with actions, and what changes the rows that they hold together.

use super::writer::{Thing, Writer};

impl Writer<'_> {
    pub fn key_statement(&mut self) -> Option<String> {
        match self.random.u8(..32) {
            0..3 => Some(self.referring_table()),
            3..8 => self.foreign_key(),
            8 | 9 => self.unique_key(),
            10 => self.generated_column(),
            11 | 12 => self.changing_trigger(),
            13 | 14 => self.writable_view(),
            15..19 => self.insert_several(),
            19..24 => self.update_numbers(),
            24 | 25 => self.upsert(),
            26 => self.merge(),
            27 => self.delete_through(),
            28 => {
                let (one, other) = (self.table()?, self.table()?);
                let only = format!("TRUNCATE {one}{}", self.of(&[" RESTART IDENTITY CASCADE", " CASCADE"]));
                Some(if self.one_in(2) { only } else { format!("TRUNCATE {one}, {other}") })
            }
            _ => self.through_view(),
        }
    }

    /// What a project about keys begins with: tables, then their rows.
    pub fn opening(&mut self, number: usize) -> Option<String> {
        if number < 3 { Some(self.referring_table()) } else { self.insert_several() }
    }

    /// A column of the table that holds numbers.
    fn number(&mut self, table: &str) -> Option<String> {
        let columns = self.model.get("column")?.iter();
        let all: Vec<&Thing> = columns.filter(|it| it.name == table && it.detail == "integer").collect();
        (!all.is_empty()).then(|| all[self.random.usize(..all.len())].part.clone())
    }

    fn actions(&mut self) -> String {
        let update = self.of(&[
            "",
            "",
            " ON UPDATE CASCADE",
            " ON UPDATE CASCADE",
            " ON UPDATE SET NULL",
            " ON UPDATE SET DEFAULT",
        ]);
        let delete = self.of(&[
            "",
            " ON DELETE CASCADE",
            " ON DELETE CASCADE",
            " ON DELETE SET NULL",
            " ON DELETE SET DEFAULT",
            " ON DELETE RESTRICT",
        ]);
        let deferred = if self.one_in(6) { " DEFERRABLE INITIALLY DEFERRED" } else { "" };
        format!("{update}{delete}{deferred}")
    }

    fn referring_table(&mut self) -> String {
        let name = self.new_name(&["a", "b", "c", "d", "e", "f"]);
        let own = self.of(&[
            "id int PRIMARY KEY, x int, y int DEFAULT 1",
            "id int, x int, n text, PRIMARY KEY (id, x)",
            "id int PRIMARY KEY, x int UNIQUE, UNIQUE (id, x)",
            "id serial PRIMARY KEY, x int, z int UNIQUE",
        ]);
        let actions = self.actions();
        let reference = match (self.random.u8(..4), self.any(&["key"])) {
            (0, _) if !own.contains("(id, x)") => format!(", up int DEFAULT 1 REFERENCES {name}{actions}"),
            (_, Some(key)) if key.detail == "1" => {
                let other = self.spell(&key.name);
                let column = if self.one_in(2) { format!(" ({})", key.part) } else { String::new() };
                format!(", a_id int{} REFERENCES {other}{column}{actions}", self.of(&["", " DEFAULT 1"]))
            }
            (_, Some(key)) if key.detail == "2" => {
                let other = self.spell(&key.name);
                format!(", r int, s int DEFAULT 1, FOREIGN KEY (r, s) REFERENCES {other} ({}){actions}", key.part)
            }
            _ => String::new(),
        };
        format!("CREATE TABLE {name} ({own}{reference})")
    }

    fn foreign_key(&mut self) -> Option<String> {
        let key = self.any(&["key"])?;
        let table = if self.one_in(5) { key.name.clone() } else { self.table()? };
        let (name, other, actions) = (self.spell(&table), self.spell(&key.name), self.actions());
        if key.detail == "1" && self.one_in(3) {
            let column = self.of(&["a_id", "r", "up"]);
            return Some(format!(
                "ALTER TABLE {name} ADD COLUMN {column} int REFERENCES {other} ({}){actions}",
                key.part
            ));
        }
        let columns = match key.detail.as_str() {
            "1" => self.number(&table)?,
            "2" => format!("{}, {}", self.number(&table)?, self.number(&table)?),
            _ => return None,
        };
        let named = self.of(&["", "CONSTRAINT k1 ", "CONSTRAINT k2 "]);
        Some(format!(
            "ALTER TABLE {name} ADD {named}FOREIGN KEY ({columns}) REFERENCES {other} ({}){actions}",
            key.part
        ))
    }

    fn unique_key(&mut self) -> Option<String> {
        let table = self.table()?;
        let (one, other) = (self.number(&table)?, self.number(&table)?);
        let columns = if one == other || self.one_in(2) { one } else { format!("{one}, {other}") };
        Some(format!("ALTER TABLE {} ADD UNIQUE ({columns})", self.spell(&table)))
    }

    fn generated_column(&mut self) -> Option<String> {
        let table = self.table()?;
        let column = self.number(&table)?;
        let unique = self.of(&["", " UNIQUE"]);
        let new = self.of(&["g", "h"]);
        Some(format!("ALTER TABLE {table} ADD COLUMN {new} int GENERATED ALWAYS AS ({column} + 1) STORED{unique}"))
    }

    /// A trigger that changes the row it is for, or others; the function comes with it.
    fn changing_trigger(&mut self) -> Option<String> {
        let table = self.table()?;
        let (column, other) = (self.number(&table)?, self.number(&table)?);
        let function = self.of(&["cf", "cg"]);
        let body = match self.random.u8(..5) {
            0 | 1 => format!("NEW.{column} := coalesce(NEW.{other}, 0) + 1;"),
            2 => format!("NEW.{column} = NEW.{other};"),
            3 => format!("SELECT coalesce(max({other}), 0) + 1 INTO NEW.{column} FROM {table};"),
            _ => {
                let third = self.table()?;
                let number = self.number(&third)?;
                format!("UPDATE {third} SET {number} = {number} + 1;")
            }
        };
        let event = self.of(&["INSERT", "UPDATE", "INSERT OR UPDATE"]);
        Some(format!(
            "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$; CREATE TRIGGER {} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
            self.of(&["t1", "t2", "t3"])
        ))
    }

    fn writable_view(&mut self) -> Option<String> {
        let source = self.any(&["table", "table", "view"])?.name;
        let name = self.new_name(&["v", "w"]);
        let check = self.of(&["", "", " WITH CHECK OPTION"]);
        let from = self.spell(&source);
        Some(match self.number(&source).filter(|_| self.one_in(2)) {
            Some(column) => {
                format!("CREATE VIEW {name} AS SELECT {column} AS n FROM {from} WHERE {column} < 100{check}")
            }
            None => format!("CREATE VIEW {name} AS SELECT * FROM {from}"),
        })
    }

    /// What is written through views, and what may be, takes any column of theirs.
    fn through_view(&mut self) -> Option<String> {
        let view = self.any(&["view"])?.name;
        let output = self.part("output", &view)?;
        let (column, value) = (output.part.clone(), self.value(&output.detail));
        let name = self.spell(&view);
        Some(match self.random.u8(..4) {
            0 => format!("INSERT INTO {name} ({column}) VALUES ({value})"),
            1 => format!("UPDATE {name} SET {column} = {value}"),
            2 => format!("UPDATE {name} SET {column} = {column} + 3"),
            _ => format!("DELETE FROM {name} WHERE {column} = {value}"),
        })
    }

    fn insert_several(&mut self) -> Option<String> {
        let table = self.table()?;
        let mut columns = vec![self.number(&table)?];
        for _ in 0..2 {
            let more = self.number(&table)?;
            if !columns.contains(&more) {
                columns.push(more);
            }
        }
        let first = self.random.u8(1..4);
        let values: Vec<&str> = columns.iter().map(|_| "n").collect();
        Some(format!(
            "INSERT INTO {} ({}) SELECT {} FROM generate_series({first}, {}) n{}",
            self.spell(&table),
            columns.join(", "),
            values.join(", "),
            first + self.random.u8(..3),
            self.of(&["", " ON CONFLICT DO NOTHING"])
        ))
    }

    fn update_numbers(&mut self) -> Option<String> {
        let key = self.any(&["key", "reference"])?;
        let table = if self.one_in(3) { self.table()? } else { key.name.clone() };
        let column = self.number(&table)?;
        let column = if table == key.name && !key.part.contains(',') && self.one_in(2) { key.part } else { column };
        let name = self.spell(&table);
        let other = self.number(&table)?;
        Some(match self.random.u8(..6) {
            0..3 => format!("UPDATE {name} SET {column} = {column} + {}", self.of(&["10", "100"])),
            3 => format!("UPDATE {name} SET {column} = {other} WHERE {other} < 3"),
            4 => format!("UPDATE {name} SET ({column}, {other}) = (7, 8) WHERE {column} = 1"),
            _ => format!("UPDATE {name} SET {column} = DEFAULT WHERE {column} = 2"),
        })
    }

    fn upsert(&mut self) -> Option<String> {
        let key = self.any(&["key"])?;
        let (name, column, number) = (self.spell(&key.name), self.number(&key.name)?, self.random.u8(1..4));
        let values = if key.part.contains(',') { format!("{number}, {number}") } else { number.to_string() };
        let target = format!("INSERT INTO {name} ({}) VALUES ({values}) ON CONFLICT", key.part);
        let other = self.number(&key.name)?;
        Some(match self.random.u8(..4) {
            0 => format!("{target} DO NOTHING"),
            1 => format!("{target} ({}) DO NOTHING", key.part),
            2 => format!("{target} ({}) DO UPDATE SET {column} = {name}.{other} + 10", key.part),
            _ => format!("{target} ({}) DO UPDATE SET {column} = EXCLUDED.{other}", key.part),
        })
    }

    fn merge(&mut self) -> Option<String> {
        let (table, source) = (self.table()?, self.table()?);
        let (key, other, new) = (self.number(&table)?, self.number(&source)?, self.number(&table)?);
        let matched = match self.random.u8(..3) {
            0 => "DELETE".to_owned(),
            1 => format!("UPDATE SET {new} = s.{other} + 5"),
            _ => "DO NOTHING".to_owned(),
        };
        let not = match self.random.u8(..2) {
            0 => format!("INSERT ({key}) VALUES (s.{other})"),
            _ => "DO NOTHING".to_owned(),
        };
        Some(format!(
            "MERGE INTO {table} it USING {source} s ON it.{key} = s.{other} WHEN MATCHED THEN {matched} WHEN NOT MATCHED THEN {not}"
        ))
    }

    fn delete_through(&mut self) -> Option<String> {
        let key = self.any(&["key", "reference"])?;
        let column = self.number(&key.name)?;
        let (table, number) = (self.spell(&key.name), self.random.u8(1..4));
        let gone = format!("DELETE FROM {table} WHERE {column} >= {number}");
        Some(match self.table().filter(|_| self.one_in(3)) {
            Some(other) => {
                let into = self.number(&other)?;
                format!(
                    "WITH gone AS ({gone} RETURNING {column}) INSERT INTO {other} ({into}) SELECT {column} FROM gone"
                )
            }
            None => gone,
        })
    }
}
