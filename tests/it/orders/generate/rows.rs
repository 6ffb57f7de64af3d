//! Data migrations, and statements that run statements.

use super::writer::Writer;

impl Writer<'_> {
    pub fn row_statement(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        let name = self.spell(&table);
        let value = self.value(&column.detail);
        let column = column.part;
        Some(match self.random.u8(..19) {
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
            16 => format!("SELECT {}", self.call()?),
            17 => format!("CALL {}()", self.any(&["procedure"])?.part),
            _ => format!("INSERT INTO {name} ({column}) VALUES ({value}) ON CONFLICT DO NOTHING"),
        })
    }
}
