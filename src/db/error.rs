use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::{Origin, ServerError, SslMode, UnreadableUrl};

/// Why there is no usable connection. No variant holds a password or a connection string.
///
/// `address` is one endpoint, such as `db.example.com:5432` or the path of a socket.
#[derive(Debug, Error)]
pub enum DbError {
    /// A connection string or variable can't be used.
    #[error("the connection given by {origin} can't be used: {problem}")]
    UnreadableUrl {
        /// Where it was given.
        origin: Origin,
        /// What is wrong with it.
        problem: UnreadableUrl,
    },
    /// The string is there but empty.
    #[error("{origin} is set but empty")]
    EmptyUrl {
        /// Where it was given.
        origin: Origin,
    },
    /// `env:NAME` names a variable that isn't set.
    #[error("migrate.toml takes the database from `{name}`, which is not set")]
    UnsetVariable {
        /// The variable.
        name: String,
    },
    /// No connection to the address.
    #[error("can't reach {address}: {cause}")]
    Unreachable {
        /// Where to.
        address: String,
        /// What the system said.
        cause: String,
    },
    /// No answer in time.
    #[error("no answer from {address} within {} s", after.as_secs())]
    TimedOut {
        /// Where to.
        address: String,
        /// The limit.
        after: Duration,
    },
    /// The other side ended the conversation before the session began.
    #[error("{address} closed the connection before the session began: {cause}")]
    Dropped {
        /// Where to.
        address: String,
        /// What was seen.
        cause: String,
    },
    /// SQLSTATE 28P01.
    #[error("{address} does not accept the password for role `{user}`")]
    WrongPassword {
        /// Where to.
        address: String,
        /// The role.
        user: String,
    },
    /// The server wants a password and none was found.
    #[error("{address} asks for the password of role `{user}`, and none was given")]
    NoPassword {
        /// Where to.
        address: String,
        /// The role.
        user: String,
    },
    /// SQLSTATE 3D000.
    #[error("{address} has no database `{database}`")]
    UnknownDatabase {
        /// Where to.
        address: String,
        /// The database.
        database: String,
    },
    /// SQLSTATE 28000: no such role, no matching entry in `pg_hba.conf`, or the role can't log in.
    #[error("{address} refuses role `{user}`: {error}")]
    RoleRefused {
        /// Where to.
        address: String,
        /// The role.
        user: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// SQLSTATE 53300.
    #[error("{address} has no connection left: {error}")]
    TooManyConnections {
        /// Where to.
        address: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// SQLSTATE 57P03: starting up, shutting down, or in recovery without accepting queries.
    #[error("{address} does not accept connections now: {error}")]
    NotReady {
        /// Where to.
        address: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// Any other refusal while connecting.
    #[error("{address} refuses the connection: {error}")]
    Refused {
        /// Where to.
        address: String,
        /// The role, for advice on privileges.
        user: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The server has no TLS, and the mode demands it.
    #[error("{address} does not offer TLS, and `sslmode={mode}` demands it")]
    TlsUnavailable {
        /// Where to.
        address: String,
        /// The mode.
        mode: SslMode,
    },
    /// The certificate has no trusted root, is expired, or is otherwise not good.
    #[error("the certificate of {address} is not trusted: {cause}")]
    UntrustedCertificate {
        /// Where to.
        address: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The certificate is for another host.
    #[error("the certificate of {address} is for {presented}")]
    WrongHost {
        /// Where to.
        address: String,
        /// The names in the certificate.
        presented: String,
    },
    /// The handshake broke for another reason.
    #[error("TLS with {address} can't be established: {cause}")]
    TlsBroken {
        /// Where to.
        address: String,
        /// What was seen.
        cause: String,
    },
    /// `verify-ca` or `verify-full` without roots.
    #[error("`sslmode={mode}` needs a root certificate, and `{}` does not exist", path.display())]
    NoRootCertificate {
        /// The mode.
        mode: SslMode,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A certificate or key file can't be used.
    #[error("can't use {what} `{}`: {cause}", path.display())]
    CertificateFile {
        /// `root certificate`, `client certificate` or `client key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The operating system has no certificates.
    #[error("`sslrootcert=system` finds no trusted certificates: {cause}")]
    NoSystemRoots {
        /// What was seen.
        cause: String,
    },
    /// The way the server wants to authenticate, or the channel binding demanded, can't be had.
    #[error("authentication at {address} is not possible: {cause}")]
    Authentication {
        /// Where to.
        address: String,
        /// What the driver said.
        cause: String,
    },
    /// `target_session_attrs` isn't met.
    #[error("{address} is not the kind of server that `target_session_attrs` asks for: it is {found}")]
    WrongServerKind {
        /// Where to.
        address: String,
        /// What it is.
        found: &'static str,
    },
    /// Older than PostgreSQL 14.
    #[error("the server runs PostgreSQL {version}, and migrate needs 14 or later")]
    TooOld {
        /// Its version.
        version: String,
    },
    /// A statement failed.
    #[error("{0}")]
    Server(Box<ServerError>),
    /// The connection went away while it was used.
    #[error("the connection to the database was lost: {cause}")]
    Lost {
        /// What was seen.
        cause: String,
    },
    /// The driver gave up for a reason of its own, such as an answer that can't be read.
    #[error("the answer of the server can't be used: {cause}")]
    Driver {
        /// What it said.
        cause: String,
    },
    /// Another process has the embedded server open.
    #[error("another `migrate`{} is using the embedded database in `{}`", process.map(|id| format!(" (process {id})")).unwrap_or_default(), path.display())]
    EmbeddedInUse {
        /// The data directory.
        path: PathBuf,
        /// Who, if it said so.
        process: Option<u32>,
    },
    /// The embedded server did not start or stop.
    #[error("the embedded PostgreSQL in `{}` does not work: {cause}", path.display())]
    Embedded {
        /// The data directory.
        path: PathBuf,
        /// What was seen.
        cause: String,
    },
    /// Built without the feature `embedded`.
    #[error("no database is given, and this `migrate` was built without the embedded PostgreSQL")]
    NoEmbedded,
    /// The embedded server serves one connection, and can't be told to cancel.
    #[error("the embedded PostgreSQL can't {what}")]
    EmbeddedLimit {
        /// What was asked of it.
        what: &'static str,
    },
}

impl From<tokio_postgres::Error> for DbError {
    /// For errors of an established session; connecting knows more and says more.
    fn from(error: tokio_postgres::Error) -> Self {
        if super::connection_lost(&error) {
            return Self::Lost { cause: cause(&error) };
        }
        match ServerError::from(&error) {
            Some(server) => Self::Server(Box::new(server)),
            None => Self::Driver { cause: cause(&error) },
        }
    }
}

/// The innermost text of an error: the driver's own Display names only the kind.
pub(super) fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match innermost.downcast_ref::<tokio_postgres::error::DbError>() {
        Some(server) => server.message().to_owned(),
        None => innermost.to_string(),
    }
}
