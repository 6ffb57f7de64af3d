use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::project::Project;
use super::snapshot::Snapshot;
use crate::support::PrivateServer;

/// A connection that is used from ordinary code.
pub struct Session {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Session {
    fn open(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        });
        Self { runtime, client }
    }

    /// The rows of all statements, as text; or the server's error.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        let messages = answer.map_err(|error| match error.as_db_error() {
            Some(it) => format!("{}: {}", it.code().code(), it.message()),
            None => error.to_string(),
        })?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|it| row.get(it).unwrap_or_default().to_owned()).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// The same where an error is the test's own.
    pub fn must(&self, sql: &str) -> Vec<Vec<String>> {
        self.query(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }
}

/// How a database becomes empty again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// By dropping what schemas hold: quick, enough for projects that create nothing else.
    Schemas,
    /// By a new database, and roles that came with the last one go. For a test that has the server for itself.
    Database,
}

/// A database of its own to try orders in, one after the other.
pub struct Ground {
    renewal: Renewal,
    name: String,
    admin: Session,
    session: Option<Session>,
}

const EMPTY: &str = "
DO $$ DECLARE it text; BEGIN
    FOR it IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', it);
    END LOOP;
    FOR it IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', it); END LOOP;
END $$;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC";

/// Roles that the test server has from the start.
const OWN_ROLES: &str = "'postgres', 'trusted', 'app', 'ssl_only', 'plain_only', 'cert_user', 'full'";

impl Ground {
    /// A database of this name on the shared server.
    pub fn new(name: &str, renewal: Renewal) -> Self {
        let admin = Session::open(&url("postgres"));
        let mut ground = Self { renewal, name: name.to_owned(), admin, session: None };
        ground.recreate();
        ground
    }

    fn recreate(&mut self) {
        self.session = None;
        let name = &self.name;
        self.admin.must(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        if self.renewal == Renewal::Database {
            let new = format!("rolname !~ '^pg_' AND rolname NOT IN ({OWN_ROLES})");
            for role in self.admin.must(&format!("SELECT quote_ident(rolname) FROM pg_roles WHERE {new}")) {
                self.admin.must(&format!("DROP ROLE {}", role[0]));
            }
        }
        self.admin.must(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.session = Some(Session::open(&url(name)));
    }

    pub fn session(&self) -> &Session {
        self.session.as_ref().unwrap()
    }

    /// Makes the database empty.
    pub fn renew(&mut self) {
        match self.renewal {
            Renewal::Database => self.recreate(),
            Renewal::Schemas => {
                self.session().must("ROLLBACK");
                self.session().must("DISCARD ALL");
                self.session().must(EMPTY);
            }
        }
    }

    /// Applies these migrations to the empty database; on failure says which of them failed and how.
    pub fn apply(&mut self, project: &Project, order: &[usize]) -> Result<(), (usize, String)> {
        self.renew();
        order.iter().try_for_each(|node| self.apply_next(project, *node).map_err(|error| (*node, error)))
    }

    /// Applies one more migration.
    pub fn apply_next(&self, project: &Project, node: usize) -> Result<(), String> {
        let session = self.session();
        session.must("DISCARD ALL");
        for message in project.messages(node) {
            if let Err(error) = session.query(&message) {
                // Outside a transaction there is only a warning.
                session.must("ROLLBACK");
                return Err(error);
            }
        }
        Ok(())
    }

    /// What is in the database now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(self.session())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.session = None;
        let _ = self.admin.query(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// A statement that runs for a minute waits for something that never comes.
fn url(database: &str) -> String {
    let settings = "&options=-c%20statement_timeout%3D60s%20-c%20client_min_messages%3Dwarning";
    format!("{}{settings}", PrivateServer::shared().url(database))
}
