use tokio_postgres::types::Type;

use super::LedgerError;
use crate::db::Session;
use crate::model::Ident;

/// A column of the ledger that numbers its rows, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Its table, without the schema.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// How it stands.
    pub standing: CounterStanding,
}

/// How a numbering column stands against its rows. A restore of single tables leaves its sequence behind, and one with
/// `pg_restore --table` does not bring an identity back at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CounterStanding {
    /// The next number is free.
    Ahead,
    /// It is not.
    Behind {
        /// The next number.
        next: i64,
        /// The greatest used one.
        greatest: i64,
    },
    /// The column is no identity any more: every new row fails.
    Lost,
    /// The role may not read the sequence.
    Unreadable,
}

const COLUMNS: [(&str, &str); 3] = [("runs", "id"), ("applied", "position"), ("history", "position")];

impl Counter {
    /// Reads all of a ledger that is there.
    ///
    /// # Errors
    /// When the role may not read its tables, or the connection breaks.
    pub async fn read(session: &Session, schema: &Ident) -> Result<Vec<Self>, LedgerError> {
        let mut counters = Vec::new();
        for (table, column) in COLUMNS {
            let standing = standing(session, schema, table, column).await?;
            counters.push(Self { table, column, standing });
        }
        Ok(counters)
    }

    /// What puts it right; harmless where it is.
    #[must_use]
    pub fn remedy(&self, schema: &Ident) -> String {
        let (table, column) = (path(schema, self.table), Ident::exact(self.column).quoted());
        let literal = table.replace('\'', "''");
        let set = format!(
            "SELECT setval(pg_get_serial_sequence('{literal}', '{}'), max({column})) FROM {table}",
            self.column
        );
        match self.standing {
            CounterStanding::Lost => {
                format!("ALTER TABLE {table} ALTER COLUMN {column} ADD GENERATED ALWAYS AS IDENTITY; {set}")
            }
            _ => set,
        }
    }
}

fn path(schema: &Ident, table: &str) -> String {
    format!("{}.{}", schema.quoted(), Ident::exact(table).quoted())
}

async fn standing(
    session: &Session,
    schema: &Ident,
    table: &str,
    column: &str,
) -> Result<CounterStanding, LedgerError> {
    let client = session.client();
    let table = path(schema, table);
    // Null for an identity that is none; the server has quoted the name.
    let sql = "SELECT s.name, pg_catalog.has_sequence_privilege(s.name, 'SELECT') \
               FROM pg_catalog.pg_get_serial_sequence($1, $2) AS s(name)";
    let row = client.query_typed_one(sql, &[(&table, Type::TEXT), (&column, Type::TEXT)]).await?;
    let sequence = match (row.try_get::<_, Option<String>>(0)?, row.try_get::<_, Option<bool>>(1)?) {
        (None, _) => return Ok(CounterStanding::Lost),
        (Some(sequence), Some(true)) => sequence,
        (Some(_), _) => return Ok(CounterStanding::Unreadable),
    };
    let column = Ident::exact(column).quoted();
    let sql = format!(
        "SELECT (SELECT max({column}) FROM {table}), CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM {sequence}"
    );
    let row = client.query_typed_one(&sql, &[]).await?;
    let (greatest, next): (Option<i64>, i64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(match greatest {
        Some(greatest) if greatest >= next => CounterStanding::Behind { next, greatest },
        _ => CounterStanding::Ahead,
    })
}
