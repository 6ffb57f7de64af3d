//! From a described server to an open connection: hosts in order, encrypted or not as `sslmode` says.

use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;

use rustls::CertificateError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::notice::Notices;
use super::{
    ChannelBinding, DbError, Endpoint, Host, ServerError, ServerInfo, ServerTarget, SessionAttrs, SslMode, tls,
};

/// An open connection with the task that drives it.
pub(super) struct Opened {
    pub client: Client,
    pub task: JoinHandle<()>,
    pub notices: Notices,
    pub info: ServerInfo,
    pub tls: Option<MakeRustlsConnect>,
    /// The address that answered; `None` for the embedded server.
    pub endpoint: Option<Endpoint>,
}

/// Connects to the first host that answers and is of the kind wanted.
///
/// Like libpq, goes on to the next host when one can't be reached, is full or not ready, or is of the wrong kind, and
/// stops at one that refuses the login.
pub(super) async fn open(target: &ServerTarget) -> Result<Opened, DbError> {
    let connector = match target.ssl.mode {
        SslMode::Disable => None,
        _ => Some(tls::connector(&target.ssl)?),
    };
    let kinds: &[SessionAttrs] = match target.session_attrs {
        SessionAttrs::PreferStandby => &[SessionAttrs::Standby, SessionAttrs::Any],
        ref one => std::slice::from_ref(one),
    };
    let mut last = None;
    for kind in kinds {
        for endpoint in &target.endpoints {
            match open_endpoint(target, endpoint, connector.as_ref()).await {
                Ok(opened) => match mismatch(*kind, &opened.info) {
                    None => return Ok(opened),
                    Some(found) => {
                        last = Some(DbError::WrongServerKind { address: endpoint.to_string(), found });
                    }
                },
                Err(error) if goes_on(&error) => last = Some(error),
                Err(error) => return Err(error),
            }
        }
    }
    Err(last.unwrap_or_else(|| DbError::Driver { cause: "no host to connect to".to_owned() }))
}

const fn goes_on(error: &DbError) -> bool {
    matches!(
        error,
        DbError::Unreachable { .. }
            | DbError::TimedOut { .. }
            | DbError::Dropped { .. }
            | DbError::NotReady { .. }
            | DbError::TooManyConnections { .. }
    )
}

const fn mismatch(wanted: SessionAttrs, info: &ServerInfo) -> Option<&'static str> {
    match wanted {
        SessionAttrs::ReadWrite if info.read_only => Some("read-only"),
        SessionAttrs::ReadOnly if !info.read_only => Some("read-write"),
        SessionAttrs::Primary if info.in_recovery => Some("a standby"),
        SessionAttrs::Standby if !info.in_recovery => Some("a primary"),
        _ => None,
    }
}

/// Whether one attempt at an address is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Plain,
    /// Encrypted if the server can, else plain on the same connection.
    Offered,
    Encrypted,
}

async fn open_endpoint(
    target: &ServerTarget,
    endpoint: &Endpoint,
    tls: Option<&MakeRustlsConnect>,
) -> Result<Opened, DbError> {
    let attempts: &[Attempt] = match (&endpoint.host, target.ssl.mode) {
        (Host::Socket(_), _) | (_, SslMode::Disable) => &[Attempt::Plain],
        (_, SslMode::Allow) => &[Attempt::Plain, Attempt::Encrypted],
        (_, SslMode::Prefer) => &[Attempt::Offered, Attempt::Plain],
        (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => &[Attempt::Encrypted],
    };
    let mut last = None;
    for address in addresses(target, endpoint).await? {
        match open_address(target, &address, attempts, tls).await {
            Err(error) if goes_on(&error) => last = Some(error),
            result => return result,
        }
    }
    Err(last.unwrap_or_else(|| DbError::Unreachable {
        address: endpoint.to_string(),
        cause: "the host name has no address".to_owned(),
    }))
}

/// The endpoint once for each address of its host name, so that each has the whole time limit: with one for all, an
/// IPv6 address that leads nowhere would use it up before the IPv4 one is tried.
async fn addresses(target: &ServerTarget, endpoint: &Endpoint) -> Result<Vec<Endpoint>, DbError> {
    let Host::Tcp { name, address: None } = &endpoint.host else { return Ok(vec![endpoint.clone()]) };
    let found = within_limit(target, endpoint, async {
        tokio::net::lookup_host((name.as_str(), endpoint.port))
            .await
            .map_err(|error| DbError::Unreachable { address: endpoint.to_string(), cause: error.to_string() })
    });
    let at = |address: SocketAddr| Endpoint {
        host: Host::Tcp { name: name.clone(), address: Some(address.ip()) },
        ..endpoint.clone()
    };
    Ok(found.await?.map(at).collect())
}

async fn open_address(
    target: &ServerTarget,
    endpoint: &Endpoint,
    attempts: &[Attempt],
    tls: Option<&MakeRustlsConnect>,
) -> Result<Opened, DbError> {
    let mut first = None;
    for attempt in attempts {
        match within_limit(target, endpoint, connect_once(target, endpoint, *attempt, tls)).await {
            Ok(opened) => return Ok(opened),
            // Only what encryption can change is worth the other way: a broken handshake, or pg_hba.conf refusing.
            Err(error) if encryption_matters(&error) => first = first.or(Some(error)),
            Err(error) => return Err(first.unwrap_or(error)),
        }
    }
    Err(first.unwrap_or_else(|| DbError::Driver { cause: "no attempt was made".to_owned() }))
}

const fn encryption_matters(error: &DbError) -> bool {
    matches!(
        error,
        DbError::TlsBroken { .. }
            | DbError::TlsUnavailable { .. }
            | DbError::UntrustedCertificate { .. }
            | DbError::WrongHost { .. }
            | DbError::RoleRefused { .. }
    )
}

async fn within_limit<T>(
    target: &ServerTarget,
    endpoint: &Endpoint,
    work: impl Future<Output = Result<T, DbError>>,
) -> Result<T, DbError> {
    match target.connect_timeout {
        None => work.await,
        Some(after) => match tokio::time::timeout(after, work).await {
            Ok(result) => result,
            Err(_) => Err(DbError::TimedOut { address: endpoint.to_string(), after }),
        },
    }
}

async fn connect_once(
    target: &ServerTarget,
    endpoint: &Endpoint,
    attempt: Attempt,
    tls: Option<&MakeRustlsConnect>,
) -> Result<Opened, DbError> {
    let config = config(target, endpoint, attempt);
    let notices = Notices::default();
    let refused = |error| explain(error, target, endpoint);
    let tls = tls.filter(|_| attempt != Attempt::Plain);
    let (client, task) = if let Some(tls) = tls {
        let (client, connection) = config.connect(tls.clone()).await.map_err(refused)?;
        (client, drive(connection, notices.clone()))
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(refused)?;
        (client, drive(connection, notices.clone()))
    };
    let info = ServerInfo::read(&client, false).await?;
    Ok(Opened { client, task, notices, info, tls: tls.cloned(), endpoint: Some(endpoint.clone()) })
}

fn config(target: &ServerTarget, endpoint: &Endpoint, attempt: Attempt) -> Config {
    let mut config = Config::new();
    config.user(&target.user).dbname(&target.database).application_name(&target.application_name).port(endpoint.port);
    match &endpoint.host {
        Host::Tcp { name, address } => {
            config.host(name);
            address.map(|address| config.hostaddr(address));
        }
        Host::Socket(directory) => {
            config.host(directory.to_string_lossy());
        }
    }
    if let Some(password) = &endpoint.password {
        config.password(password.reveal());
    }
    if let Some(options) = &target.options {
        config.options(options);
    }
    if let Some(limit) = target.connect_timeout {
        config.connect_timeout(limit);
    }
    config.ssl_mode(match attempt {
        Attempt::Plain => tokio_postgres::config::SslMode::Disable,
        Attempt::Offered => tokio_postgres::config::SslMode::Prefer,
        Attempt::Encrypted => tokio_postgres::config::SslMode::Require,
    });
    if target.ssl.direct {
        config.ssl_negotiation(tokio_postgres::config::SslNegotiation::Direct);
    }
    config.channel_binding(match target.channel_binding {
        ChannelBinding::Disable => tokio_postgres::config::ChannelBinding::Disable,
        ChannelBinding::Prefer => tokio_postgres::config::ChannelBinding::Prefer,
        ChannelBinding::Require => tokio_postgres::config::ChannelBinding::Require,
    });
    let keepalive = target.keepalive;
    config.keepalives(!keepalive.off);
    keepalive.idle.map(|idle| config.keepalives_idle(idle));
    keepalive.interval.map(|interval| config.keepalives_interval(interval));
    keepalive.count.map(|count| config.keepalives_retries(count));
    keepalive.user_timeout.map(|limit| config.tcp_user_timeout(limit));
    config
}

/// Drives the connection until the client is dropped or the connection is lost, keeping the server's notices.
pub(super) fn drive<S, T>(mut connection: Connection<S, T>, notices: Notices) -> JoinHandle<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        // An error here also reaches whoever waits for an answer, so it is not kept.
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                notices.add(&notice);
            }
        }
    })
}

/// What a failed attempt means, in facts.
#[allow(clippy::needless_pass_by_value, reason = "used as a closure's whole body in map_err")]
fn explain(error: tokio_postgres::Error, target: &ServerTarget, endpoint: &Endpoint) -> DbError {
    let address = endpoint.to_string();
    let user = target.user.clone();
    if let Some(error) = ServerError::from(&error).map(Box::new) {
        return match error.sqlstate.as_str() {
            "28P01" => DbError::WrongPassword { address, user },
            "28000" => DbError::RoleRefused { address, user, error },
            "3D000" => DbError::UnknownDatabase { address, database: target.database.clone() },
            "53300" => DbError::TooManyConnections { address, error },
            "57P03" => DbError::NotReady { address, error },
            _ => DbError::Refused { address, user, error },
        };
    }
    let cause = super::error::cause(&error);
    // The driver has no accessor for the kind of an error; its first words are all there is. The tests of
    // `tests/it/connections.rs` fail should they change.
    match error.to_string().as_str() {
        _ if cause == "password missing" => DbError::NoPassword { address, user },
        "error performing TLS handshake" if cause == "server does not support TLS" => {
            DbError::TlsUnavailable { address, mode: target.ssl.mode }
        }
        "error performing TLS handshake" => explain_tls(&error, address, cause),
        "authentication error" => DbError::Authentication { address, cause },
        "error connecting to server" if is_timeout(&error) => match target.connect_timeout {
            Some(after) => DbError::TimedOut { address, after },
            None => DbError::Unreachable { address, cause },
        },
        "error connecting to server" => DbError::Unreachable { address, cause },
        _ => DbError::Dropped { address, cause },
    }
}

fn is_timeout(error: &tokio_postgres::Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|source| source.kind() == io::ErrorKind::TimedOut)
}

fn explain_tls(error: &tokio_postgres::Error, address: String, cause: String) -> DbError {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let tls = io.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = tls else {
        return DbError::TlsBroken { address, cause };
    };
    let text = match certificate {
        CertificateError::NotValidForNameContext { presented, .. } => {
            return DbError::WrongHost { address, presented: names(presented) };
        }
        CertificateError::NotValidForName => {
            return DbError::WrongHost { address, presented: "another host".to_owned() };
        }
        CertificateError::UnknownIssuer => "it is signed by an authority that is not trusted here".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        other => other.to_string(),
    };
    DbError::UntrustedCertificate { address, cause: text }
}

/// The certificate's names, which rustls writes as `DnsName("localhost")`.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| {
        let name = name.strip_prefix("DnsName(").or_else(|| name.strip_prefix("IpAddress(")).unwrap_or(name);
        name.trim_end_matches(')').trim_matches('"').to_owned()
    };
    let names: Vec<String> = presented.iter().map(plain).collect();
    if names.is_empty() { "no host name at all".to_owned() } else { names.join(", ") }
}
