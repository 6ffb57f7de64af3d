use tokio_postgres::{Client, SimpleQueryMessage};

use super::DbError;

/// The oldest supported version, as `server_version_num` writes it.
const OLDEST: u32 = 140_000;

/// What a session knows about its server. Read once, when the session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
pub struct ServerInfo {
    /// `server_version_num`, such as 170005.
    pub version_num: u32,
    /// `server_version`, such as `17.5 (Debian 17.5-1)`.
    pub version: String,
    /// The role that statements run as.
    pub user: String,
    /// The database.
    pub database: String,
    /// A standby.
    pub in_recovery: bool,
    /// The role is a superuser.
    pub is_superuser: bool,
    /// Transactions can't write by default, as on a standby or with `default_transaction_read_only`.
    pub read_only: bool,
    /// The backend's process id. Behind a transaction pooler the next transaction may have another.
    pub backend_pid: u32,
    /// A pooler such as PgBouncer answers in the server's name.
    pub pooled: bool,
    /// The server is the embedded one.
    pub embedded: bool,
    /// The setting `search_path`.
    pub search_path: String,
    /// Those schemas of it that are there, `"$user"` by its name.
    pub schemas: Vec<String>,
    /// The role may create in the first of them.
    pub may_create: bool,
}

impl ServerInfo {
    /// The major version, such as 17.
    #[must_use]
    pub const fn major(&self) -> u32 {
        self.version_num / 10_000
    }

    /// Asks the server, in one round trip.
    pub(super) async fn read(client: &Client, embedded: bool) -> Result<Self, DbError> {
        let answer = client.simple_query(include_str!("server_info.sql")).await?;
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let text = |column: usize| {
            row.and_then(|row| row.try_get(column).ok().flatten())
                .ok_or_else(|| DbError::Driver { cause: "the server does not describe itself".to_owned() })
        };
        let number =
            |column: usize| text(column)?.parse::<u32>().map_err(|error| DbError::Driver { cause: error.to_string() });
        let backend_pid = number(6)?;
        let info = Self {
            version_num: number(0)?,
            version: text(1)?.to_owned(),
            user: text(2)?.to_owned(),
            database: text(3)?.to_owned(),
            in_recovery: text(4)? == "t",
            is_superuser: text(5)? == "on",
            backend_pid,
            pooled: !embedded && super::pooler::is_pooled(&client.cancel_token(), backend_pid).await,
            read_only: text(7)? == "on",
            embedded,
            search_path: text(8)?.to_owned(),
            schemas: text(9)?.split('\x1f').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            may_create: text(10)? == "t",
        };
        if info.version_num < OLDEST { Err(DbError::TooOld { version: info.version }) } else { Ok(info) }
    }
}
