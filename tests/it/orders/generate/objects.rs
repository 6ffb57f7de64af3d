//! Everything that is no table: schemas, types, views, routines, triggers, indexes, policies, comments, grants.

use super::writer::Writer;

impl Writer<'_> {
    pub fn object_statement(&mut self) -> Option<String> {
        match self.random.u8(..40) {
            0 => Some(format!("CREATE SCHEMA {}{}", self.of(&["", "IF NOT EXISTS "]), self.of(&["s1", "s2"]))),
            1 if self.one_in(3) => {
                Some(format!("DROP SCHEMA {}{}", self.of(&["s1", "s2"]), self.of(&["", " CASCADE"])))
            }
            1 if self.one_in(3) => {
                Some(format!("ALTER SCHEMA {} RENAME TO {}", self.of(&["s1", "s2"]), self.of(&["s1", "s2"])))
            }
            1..6 => self.types(),
            6..13 => self.views(),
            13..19 => self.routines(),
            19..24 => self.triggers(),
            24..30 => self.indexes(),
            30..33 => self.policies(),
            33..35 => self.sequences(),
            35..38 => self.comments(),
            _ => self.grants(),
        }
    }

    fn types(&mut self) -> Option<String> {
        let new = self.new_name(&["mood", "kind"]);
        Some(match self.random.u8(..13) {
            0..3 => format!("CREATE TYPE {new} AS ENUM ('p', 'q')"),
            3 | 4 => {
                let name = self.any(&["enum"])?.name;
                let label = self.of(&["r", "s", "t"]);
                let place =
                    self.part("label", &name).filter(|_| self.one_in(3)).map(|it| format!(" BEFORE {}", it.part));
                format!(
                    "ALTER TYPE {name} ADD VALUE {}'{label}'{}",
                    self.of(&["", "IF NOT EXISTS "]),
                    place.unwrap_or_default()
                )
            }
            5 => {
                let label = self.any(&["label"])?;
                format!("ALTER TYPE {} RENAME VALUE {} TO '{}'", label.name, label.part, self.of(&["p", "q", "u"]))
            }
            6 => format!("CREATE DOMAIN {} AS int CHECK (VALUE > -1)", self.new_name(&["dom", "kind"])),
            7 => format!("CREATE TYPE {} AS (m int, n {})", self.new_name(&["pair", "kind"]), self.type_name()),
            8 => format!(
                "ALTER TYPE {} RENAME TO {}",
                self.any(&["enum", "domain", "composite"])?.name,
                self.of(&["mood", "kind", "dom"])
            ),
            9 => {
                format!("DROP TYPE {}{}", self.any(&["enum", "domain", "composite"])?.name, self.of(&["", " CASCADE"]))
            }
            10 => format!("ALTER TYPE {} ADD ATTRIBUTE o int CASCADE", self.any(&["composite"])?.name),
            11 => format!(
                "ALTER DOMAIN {} {}",
                self.any(&["domain"])?.name,
                self.of(&["SET DEFAULT 3", "ADD CHECK (VALUE < 100)", "SET NOT NULL"])
            ),
            _ => format!(
                "ALTER TYPE {} SET SCHEMA {}",
                self.any(&["enum", "composite"])?.name,
                self.any(&["schema"])?.name
            ),
        })
    }

    fn query(&mut self) -> Option<String> {
        let source = self.any(&["table", "table", "view", "matview", "partitioned"])?.name;
        let kind = if self.part("column", &source).is_some() { "column" } else { "output" };
        let column = self.part(kind, &source)?.part;
        let from = self.spell(&source);
        Some(match self.random.u8(..7) {
            0 | 1 => format!("SELECT * FROM {from}"),
            2 => {
                let other = self.table()?;
                let other = self.spell(&other);
                format!("SELECT it.{column}, count(*) AS n FROM {from} it JOIN {other} ON true GROUP BY 1")
            }
            3 => format!("SELECT {column}, {} AS f FROM {from}", self.call()?),
            4 => {
                let label = self.any(&["label"])?;
                format!("SELECT {column}, {}::{} AS e FROM {from}", label.part, label.name)
            }
            _ => format!("SELECT {column} FROM {from} WHERE {column} IS NOT NULL"),
        })
    }

    fn views(&mut self) -> Option<String> {
        let name = self.new_name(&["v", "w", "u"]);
        Some(match self.random.u8(..12) {
            0..4 => format!("CREATE VIEW {name} AS {}", self.query()?),
            4 | 5 => {
                let old = self.any(&["view"])?.name;
                format!("CREATE OR REPLACE VIEW {old} AS {}", self.query()?)
            }
            6 | 7 => format!("CREATE MATERIALIZED VIEW {name} AS {}", self.query()?),
            8 => format!("REFRESH MATERIALIZED VIEW {}", self.any(&["matview"])?.name),
            9 => format!("DROP VIEW {}{}", self.any(&["view"])?.name, self.of(&["", " CASCADE"])),
            10 => format!("DROP MATERIALIZED VIEW {}{}", self.any(&["matview"])?.name, self.of(&["", " CASCADE"])),
            _ => format!("ALTER VIEW {} RENAME TO {}", self.any(&["view"])?.name, self.of(&["v", "w", "u"])),
        })
    }

    fn routines(&mut self) -> Option<String> {
        let name = self.new_name(&["fn", "gn", "hn"]);
        let create = if self.one_in(2) { "CREATE OR REPLACE" } else { "CREATE" };
        let table = self.table();
        let argument = self.of(&["", "int"]);
        Some(match (self.random.u8(..13), table) {
            (0 | 1, Some(table)) => {
                let table = self.spell(&table);
                format!(
                    "{create} FUNCTION {name}({argument}) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM {table}'"
                )
            }
            (2, Some(table)) => {
                let table = self.spell(&table);
                format!(
                    "{create} FUNCTION {name}({argument}) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM {table}; END"
                )
            }
            (3, Some(table)) => format!(
                "{create} FUNCTION {name}({argument}) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {table} DEFAULT VALUES; RETURN 1; END $$"
            ),
            (4, Some(table)) => format!("{create} FUNCTION {name}(it {table}) RETURNS int LANGUAGE sql AS 'SELECT 1'"),
            (5, _) => format!("{create} FUNCTION {name}({argument}) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'"),
            (6, _) => {
                format!("{create} FUNCTION {name}(it {}) RETURNS int LANGUAGE sql AS 'SELECT 1'", self.type_name())
            }
            (7, Some(table)) => {
                format!("{create} PROCEDURE {name}() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM {table}; END $$")
            }
            (8 | 9, _) => {
                let it = self.any(&["function", "trigger function"])?.name;
                format!("DROP FUNCTION {it}{}", self.of(&["", " CASCADE"]))
            }
            (10, _) => {
                let it = self.any(&["function", "trigger function"])?.name;
                format!("ALTER FUNCTION {it} RENAME TO {}", self.of(&["fn", "gn", "hn"]))
            }
            (11, _) => format!(
                "ALTER FUNCTION {} {}",
                self.any(&["function"])?.name,
                self.of(&["STABLE", "SECURITY DEFINER", "IMMUTABLE"])
            ),
            _ => format!("ALTER FUNCTION {} SET SCHEMA {}", self.any(&["function"])?.name, self.any(&["schema"])?.name),
        })
    }

    fn triggers(&mut self) -> Option<String> {
        Some(match self.random.u8(..10) {
            0..3 => {
                let name = self.new_name(&["tf", "tg"]);
                let body = match self.table().filter(|_| self.one_in(2)) {
                    Some(table) => format!("INSERT INTO {table} DEFAULT VALUES;"),
                    None => String::new(),
                };
                format!(
                    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$"
                )
            }
            3..7 => {
                let (table, column) = self.table_and_column()?;
                let function = self.any(&["trigger function"])?.name;
                let event = self.of(&["BEFORE INSERT", "AFTER INSERT OR UPDATE", "AFTER UPDATE OF"]);
                let column = if event.ends_with("OF") { format!(" {}", column.part) } else { String::new() };
                format!(
                    "CREATE TRIGGER {} {event}{column} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
                    self.of(&["t1", "t2"])
                )
            }
            7 => {
                let trigger = self.any(&["trigger"])?;
                format!("DROP TRIGGER {} ON {}", trigger.part, trigger.name)
            }
            8 => {
                let trigger = self.any(&["trigger"])?;
                format!("ALTER TRIGGER {} ON {} RENAME TO {}", trigger.part, trigger.name, self.of(&["t1", "t2"]))
            }
            _ => {
                let trigger = self.any(&["trigger"])?;
                format!("ALTER TABLE {} DISABLE TRIGGER {}", trigger.name, trigger.part)
            }
        })
    }

    fn indexes(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        let (table, column) = (self.spell(&table), column.part);
        Some(match self.random.u8(..12) {
            0..3 => format!("CREATE INDEX {} ON {table} ({column})", self.of(&["i1", "i2", "i3", ""])),
            3 => format!("CREATE INDEX IF NOT EXISTS {} ON {table} ({column})", self.of(&["i1", "i2", "i3"])),
            4 | 5 => format!("CREATE UNIQUE INDEX {} ON {table} ({column})", self.of(&["i1", "i2", ""])),
            6 => {
                let other = self.column_name();
                format!(
                    "CREATE INDEX {} ON {table} (({column} IS NULL)) WHERE {other} IS NOT NULL",
                    self.of(&["i1", "i2"])
                )
            }
            7 => format!("CREATE INDEX ON {table} (({}))", self.call()?),
            8 | 9 => format!("DROP INDEX {}{}", self.of(&["", "IF EXISTS "]), self.any(&["index"])?.name),
            10 => format!("ALTER INDEX {} RENAME TO {}", self.any(&["index"])?.name, self.of(&["i1", "i2", "i3"])),
            _ => format!(
                "CREATE STATISTICS {} ON {column}, {} FROM {table}",
                self.of(&["st1", "st2"]),
                self.column_name()
            ),
        })
    }

    fn policies(&mut self) -> Option<String> {
        let (table, column) = self.table_and_column()?;
        Some(match self.random.u8(..8) {
            0 | 1 => format!("CREATE POLICY {} ON {table} USING ({} IS NOT NULL)", self.of(&["p1", "p2"]), column.part),
            2 => format!(
                "CREATE POLICY {} ON {table} TO app USING (EXISTS (SELECT FROM {}))",
                self.of(&["p1", "p2"]),
                self.table()?
            ),
            3 => {
                let policy = self.any(&["policy"])?;
                format!("DROP POLICY {} ON {}", policy.part, policy.name)
            }
            4 => {
                let policy = self.any(&["policy"])?;
                format!("ALTER POLICY {} ON {} RENAME TO {}", policy.part, policy.name, self.of(&["p1", "p2"]))
            }
            5 | 6 => {
                format!("CREATE RULE r1 AS ON DELETE TO {table} DO ALSO INSERT INTO {} DEFAULT VALUES", self.table()?)
            }
            _ => {
                let rule = self.any(&["rule"])?;
                format!("DROP RULE {} ON {}", rule.part, rule.name)
            }
        })
    }

    fn sequences(&mut self) -> Option<String> {
        let new = self.new_name(&["sq", "sr"]);
        Some(match self.random.u8(..7) {
            0 | 1 => format!("CREATE SEQUENCE {new}"),
            2 => {
                let (table, column) = self.table_and_column()?;
                format!("ALTER SEQUENCE {} OWNED BY {table}.{}", self.any(&["sequence"])?.name, column.part)
            }
            3 => format!("ALTER SEQUENCE {} INCREMENT BY 2", self.any(&["sequence"])?.name),
            4 => format!("DROP SEQUENCE {}{}", self.any(&["sequence"])?.name, self.of(&["", " CASCADE"])),
            5 => format!("ALTER SEQUENCE {} RENAME TO {}", self.any(&["sequence"])?.name, self.of(&["sq", "sr"])),
            _ => format!("SELECT setval('{}', 7)", self.any(&["sequence"])?.name),
        })
    }

    fn comments(&mut self) -> Option<String> {
        let (kind, name) = match self.random.u8(..7) {
            0 => ("TABLE", self.table()?),
            1 => {
                let (table, column) = self.table_and_column()?;
                ("COLUMN", format!("{table}.{}", column.part))
            }
            2 => ("VIEW", self.any(&["view"])?.name),
            3 => ("INDEX", self.any(&["index"])?.name),
            4 => ("TYPE", self.any(&["enum", "composite"])?.name),
            5 => ("FUNCTION", self.any(&["function"])?.name),
            _ => {
                let constraint = self.any(&["constraint"])?;
                ("CONSTRAINT", format!("{} ON {}", constraint.part, constraint.name))
            }
        };
        Some(format!("COMMENT ON {kind} {name} IS '{}'", self.random.u8(..9)))
    }

    fn grants(&mut self) -> Option<String> {
        Some(match self.random.u8(..7) {
            0 => format!(
                "GRANT {} ON {} TO app",
                self.of(&["SELECT", "INSERT, UPDATE"]),
                self.any(&["table", "view"])?.name
            ),
            1 => format!("REVOKE SELECT ON {} FROM app", self.table()?),
            2 => format!("GRANT USAGE ON SCHEMA {} TO app", self.any(&["schema"])?.name),
            3 => format!("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO trusted", self.any(&["schema"])?.name),
            4 => format!(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO app",
                self.any(&["schema"])?.name
            ),
            5 => format!("GRANT EXECUTE ON FUNCTION {} TO app", self.any(&["function"])?.name),
            _ => {
                let (table, column) = self.table_and_column()?;
                format!("GRANT UPDATE ({}) ON {table} TO app", column.part)
            }
        })
    }
}
