use std::time::Duration;

use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::DbError;

/// A cancel request opens a connection of its own; a server that does not answer must not hold up the exit.
const LIMIT: Duration = Duration::from_secs(5);

/// The right to cancel what a session is doing, from anywhere and with the same encryption.
#[derive(Clone)]
pub struct CancelToken {
    pub(super) token: tokio_postgres::CancelToken,
    pub(super) tls: Option<MakeRustlsConnect>,
    pub(super) embedded: bool,
}

impl CancelToken {
    /// Asks the server to cancel the statement that is running, if any. The statement's own call then returns
    /// SQLSTATE 57014; whether that happens is up to the server.
    ///
    /// # Errors
    /// When the request can't be delivered within 5 seconds, and always for the embedded server, which reads nothing
    /// while it works.
    pub async fn cancel(&self) -> Result<(), DbError> {
        if self.embedded {
            return Err(DbError::EmbeddedLimit { what: "cancel a running statement" });
        }
        let request = async {
            match &self.tls {
                Some(tls) => self.token.cancel_query(tls.clone()).await,
                None => self.token.cancel_query(NoTls).await,
            }
        };
        match tokio::time::timeout(LIMIT, request).await {
            Ok(result) => result.map_err(|error| DbError::Lost { cause: super::error::cause(&error) }),
            Err(_) => Err(DbError::Lost { cause: "the cancel request was not answered".to_owned() }),
        }
    }
}

impl std::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelToken").field("embedded", &self.embedded).finish_non_exhaustive()
    }
}
