//! Data migrations, and statements that run statements.

use super::writer::Writer;

impl Writer<'_> {
    pub fn row_statement(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        let name = self.spell(&table);
        let value = self.value(&column.detail);
        let column = column.part;
        Some(match self.random.u8(..22) {
            0..4 => format!("INSERT INTO {name} ({column}) VALUES ({value})"),
            4 => format!("INSERT INTO {name} VALUES ({value})"),
            5 => format!("INSERT INTO {name} DEFAULT VALUES"),
            6 | 7 => {
                let (source, other) = self.table_and_column()?;
                let source = self.spell(&source);
                format!("INSERT INTO {name} ({column}) SELECT {} FROM {source}", other.part)
            }
            8 | 9 => format!("UPDATE {name} SET {column} = {value}"),
            10 => {
                let (source, other) = self.table_and_column()?;
                format!(
                    "UPDATE {name} AS it SET {column} = o.{} FROM {source} o WHERE o.{} IS NOT NULL",
                    other.part, other.part
                )
            }
            11 => format!("DELETE FROM {name} WHERE {column} = {value}"),
            12 => format!("TRUNCATE {name}{}", self.of(&["", " CASCADE"])),
            13 => {
                let (other, _) = self.table_and_column()?;
                format!(
                    "DO $$ BEGIN IF EXISTS (SELECT FROM {name}) THEN INSERT INTO {other} DEFAULT VALUES; END IF; END $$"
                )
            }
            14 => {
                let inner = self.table_statement()?.replace('\'', "''");
                format!("DO $$ BEGIN EXECUTE '{inner}'; END $$")
            }
            15 => {
                let inner = self.object_statement().filter(|it| !it.contains("$$"))?;
                format!("DO $$ BEGIN {inner}; EXCEPTION WHEN duplicate_object OR duplicate_table THEN NULL; END $$")
            }
            16..18 => self.asking()?,
            18 => self.dynamic()?,
            19 => format!("SELECT {}", self.call()?),
            20 => format!("CALL {}()", self.any(&["procedure"])?.part),
            _ => format!("INSERT INTO {name} ({column}) VALUES ({value}) ON CONFLICT DO NOTHING"),
        })
    }

    /// A block that asks the catalog whether something is there before it does anything.
    fn asking(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        let (schema, name) = table.split_once('.').unwrap_or(("public", &table));
        let name = name.trim_matches('"');
        let other = self.of(&["a", "b", "c", "d"]);
        let new = self.column_name();
        let bare = new.trim_matches('"').to_owned();
        let not = self.of(&["", "NOT "]);
        let (question, action) = match self.random.u8(..8) {
            0 => (format!("to_regclass('{table}') IS {not}NULL"), self.table_statement()?),
            1 => {
                let action = format!("CREATE TABLE {other} (id int)");
                (format!("to_regclass('{other}') IS NULL"), action)
            }
            2 => (
                format!("{not}EXISTS (SELECT FROM pg_class WHERE relname = '{other}')"),
                format!("INSERT INTO {table} ({}) VALUES ({})", column.part, self.value(&column.detail)),
            ),
            3 => (
                format!(
                    "NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = '{name}' AND column_name = '{bare}')"
                ),
                format!("ALTER TABLE {table} ADD COLUMN {new} int"),
            ),
            4 => (
                format!(
                    "{not}EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = '{schema}' AND table_name = '{name}')"
                ),
                self.object_statement().filter(|it| !it.contains("$$"))?,
            ),
            5 => (
                format!("NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = '{}')", self.of(&["mood", "kind"])),
                format!("CREATE TYPE {} AS ENUM ('p', 'q')", self.of(&["mood", "kind"])),
            ),
            6 => (
                format!("EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'k1' AND conrelid = '{table}'::regclass)"),
                format!("ALTER TABLE {table} DROP CONSTRAINT k1"),
            ),
            _ => (
                "NOT EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'i1')".to_owned(),
                format!("CREATE INDEX i1 ON {table} ({})", column.part),
            ),
        };
        Some(format!("DO $$ BEGIN IF {question} THEN {action}; END IF; END $$"))
    }

    /// A block that makes its statements of names: in variables, in arrays, in what it reads from the catalog.
    fn dynamic(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        let (schema, name) = table.split_once('.').unwrap_or(("public", &table));
        let (name, part) = (name.trim_matches('"'), column.part.trim_matches('"'));
        let (new, other) = (self.column_name(), self.table()?);
        let new = new.trim_matches('"');
        Some(match self.random.u8(..6) {
            0 => format!(
                "DO $$ DECLARE t text := '{name}'; BEGIN EXECUTE format('ALTER TABLE {schema}.%I ADD COLUMN %I int', t, '{new}'); END $$"
            ),
            1 => format!(
                "DO $$ DECLARE it text; BEGIN FOREACH it IN ARRAY ARRAY['{table}', '{other}'] LOOP EXECUTE 'ALTER TABLE ' || it || ' ADD COLUMN {} int'; END LOOP; END $$",
                self.of(&["x", "y", "z"])
            ),
            2 => format!(
                "DO $$ DECLARE it text; BEGIN FOREACH it IN ARRAY ARRAY['{part}', '{new}'] LOOP EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON {table} (%I)', 'i_' || it, it); END LOOP; END $$"
            ),
            3 => format!(
                "DO $$ DECLARE r record; BEGIN FOR r IN SELECT unnest(ARRAY['{table}', '{other}']) AS t LOOP EXECUTE format('DELETE FROM %s', r.t); END LOOP; END $$"
            ),
            4 => format!(
                "DO $$ DECLARE n text; BEGIN SELECT conname INTO n FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f' LIMIT 1; IF n IS NOT NULL THEN EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', n); END IF; END $$"
            ),
            _ => format!(
                "DO $$ BEGIN EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', '{table}', '{part}', 'said'); END $$"
            ),
        })
    }
}
