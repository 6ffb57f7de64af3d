use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, copy, split};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_postgres::NoTls;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DbError, Endpoint, Host};

/// A cancel request opens a connection of its own; a server that does not answer must not hold up the exit.
const LIMIT: Duration = Duration::from_secs(5);

/// The right to cancel what a session is doing, from anywhere and with the same encryption; also when another connection
/// has taken the place of its first.
#[derive(Clone)]
pub struct CancelToken(Arc<Mutex<Connection>>);

/// What is to be cancelled, and how to reach its server.
#[derive(Clone)]
pub(super) struct Connection {
    pub token: tokio_postgres::CancelToken,
    pub tls: Option<MakeRustlsConnect>,
    /// `None` for the embedded server.
    pub endpoint: Option<Endpoint>,
}

impl CancelToken {
    pub(super) fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    fn connection(&self) -> Connection {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on cancels what `other` does.
    pub(super) fn follow(&self, other: &Self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = other.connection();
    }

    /// Asks the server to cancel the statement that is running, if any. The statement's own call then returns
    /// SQLSTATE 57014; whether that happens is up to the server.
    ///
    /// # Errors
    /// When the request can't be delivered within 5 seconds, and always for the embedded server, which reads nothing
    /// while it works.
    pub async fn cancel(&self) -> Result<(), DbError> {
        let connection = self.connection();
        let Some(endpoint) = &connection.endpoint else {
            return Err(DbError::EmbeddedLimit { what: "cancel a running statement" });
        };
        match tokio::time::timeout(LIMIT, connection.request(endpoint)).await {
            Ok(result) => result.map_err(|error| DbError::Lost { cause: error.to_string() }),
            Err(_) => Err(DbError::Lost { cause: "the cancel request was not answered".to_owned() }),
        }
    }
}

impl Connection {
    async fn request(&self, endpoint: &Endpoint) -> io::Result<()> {
        match &endpoint.host {
            Host::Tcp { address: Some(address), name } => {
                self.through(TcpStream::connect((*address, endpoint.port)).await?, name).await
            }
            Host::Tcp { address: None, name } => {
                self.through(TcpStream::connect((name.as_str(), endpoint.port)).await?, name).await
            }
            #[cfg(unix)]
            Host::Socket(_) => self.through(UnixStream::connect(endpoint.to_string()).await?, "").await,
            #[cfg(not(unix))]
            Host::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Sends the request and waits until the other side closes, as libpq does. The driver alone would close first, and
    /// `PgBouncer` up to 1.18 crashes when it is still passing the request on (`disconnect_client(): bad client state`).
    async fn through<S: AsyncRead + AsyncWrite>(&self, socket: S, host: &str) -> io::Result<()> {
        let (near, far) = tokio::io::duplex(16 * 1024);
        let (mut answers, mut requests) = split(socket);
        let (mut from_driver, mut to_driver) = split(far);
        let (sent, copied, _) = tokio::join!(
            self.send(near, host),
            copy(&mut from_driver, &mut requests),
            // The driver may have gone away by then.
            copy(&mut answers, &mut to_driver),
        );
        copied?;
        sent
    }

    async fn send(&self, stream: DuplexStream, host: &str) -> io::Result<()> {
        let sent = match &self.tls {
            Some(tls) => {
                let connector = MakeTlsConnect::<DuplexStream>::make_tls_connect(&mut tls.clone(), host);
                let Ok(connector) = connector;
                self.token.cancel_query_raw(stream, connector).await
            }
            None => self.token.cancel_query_raw(stream, NoTls).await,
        };
        sent.map_err(|error| io::Error::other(super::error::cause(&error)))
    }
}

impl std::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelToken").finish_non_exhaustive()
    }
}
