use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

/// Why a connection could not be made or kept.
#[derive(Debug, Error)]
pub enum DbError {
    /// The server or the network refused.
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
}

/// One connection to one database.
#[derive(Debug)]
pub struct Session {
    client: Client,
    connection: JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// When the server can't be reached or refuses.
    pub async fn connect(config: &Config) -> Result<Self, DbError> {
        let (client, connection) = config.connect(NoTls).await?;
        Ok(Self { client, connection: tokio::spawn(connection) })
    }

    /// The driver's client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The driver's client, for transactions.
    pub const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Closes the connection and waits until it is gone.
    pub async fn close(self) {
        drop(self.client);
        let _ = self.connection.await;
    }
}
