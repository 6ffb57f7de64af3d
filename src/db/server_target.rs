use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::parameters::{Name, Parameters};
use super::pgpass::PasswordFile;
use super::ssl::SslProblem;
use super::{DbError, Endpoint, Environment, Host, Origin, Secret, Ssl, UnreadableUrl};
use crate::diagnostic::Diagnostic;

/// An unreachable host must not look like a hang in a pipeline; libpq itself would wait for the kernel, minutes.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The directories where servers put their sockets: Debian's and PostgreSQL's own default.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A PostgreSQL server to connect to, completely described: every default is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerTarget {
    /// Where the description came from.
    pub origin: Origin,
    /// Addresses, tried in this order. Never empty.
    pub endpoints: Vec<Endpoint>,
    /// Role to connect as.
    pub user: String,
    /// Database to connect to.
    pub database: String,
    /// Name shown in `pg_stat_activity`.
    pub application_name: String,
    /// Command-line options for the server, as in `options=-c search_path=x`.
    pub options: Option<String>,
    /// Limit for reaching one address, including name look-up, TLS and authentication. `None` waits for ever.
    pub connect_timeout: Option<Duration>,
    /// Encryption on network addresses. Unix sockets are never encrypted.
    pub ssl: Ssl,
    /// Whether the password exchange is bound to the TLS connection.
    pub channel_binding: ChannelBinding,
    /// Which kind of server is wanted.
    pub session_attrs: SessionAttrs,
    /// TCP keep-alive.
    pub keepalive: Keepalive,
    /// What was odd but not wrong, such as an unprotected password file.
    pub warnings: Vec<Diagnostic>,
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Not used.
    Disable,
    /// Used where the server offers it.
    Prefer,
    /// The connection fails without it.
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAttrs {
    /// Any server.
    Any,
    /// Sessions can write by default.
    ReadWrite,
    /// Sessions can't write by default.
    ReadOnly,
    /// Not in recovery.
    Primary,
    /// In recovery.
    Standby,
    /// A standby if one of the hosts is, else any.
    PreferStandby,
}

/// TCP keep-alive; `None` leaves the system's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keepalive {
    /// Switched off altogether.
    pub off: bool,
    /// Idle time before the first probe.
    pub idle: Option<Duration>,
    /// Time between probes.
    pub interval: Option<Duration>,
    /// Lost probes that end the connection.
    pub count: Option<u32>,
    /// Limit for unacknowledged data.
    pub user_timeout: Option<Duration>,
}

impl ServerTarget {
    /// Reads a connection string and fills in what is missing from libpq's variables and defaults.
    ///
    /// # Errors
    /// When the string or a variable can't be used, or a certificate file that is needed is missing.
    pub fn parse(text: &str, origin: Origin, environment: &Environment) -> Result<Self, DbError> {
        match Parameters::parse(text) {
            Ok(parameters) => Self::resolve(parameters, origin, environment),
            Err(problem) => Err(DbError::UnreadableUrl { origin, problem }),
        }
    }

    /// The server described by libpq's variables alone.
    ///
    /// # Errors
    /// When a variable can't be used, or a certificate file that is needed is missing.
    pub fn from_variables(environment: &Environment) -> Result<Self, DbError> {
        Self::resolve(Parameters::default(), Origin::LibpqVariables, environment)
    }

    fn resolve(mut parameters: Parameters, origin: Origin, environment: &Environment) -> Result<Self, DbError> {
        // libpq's fallback_application_name comes after PGAPPNAME, so it is taken before the variables are.
        let fallback = parameters.filled("fallback_application_name").unwrap_or("migrate").to_owned();
        parameters.fill_from(environment).map_err(|(origin, problem)| DbError::UnreadableUrl { origin, problem })?;
        let unreadable = |problem| DbError::UnreadableUrl { origin: origin.clone(), problem };
        if parameters.filled("application_name").is_none() {
            parameters.set("application_name", fallback, Name::Shown).map_err(unreadable)?;
        }
        let endpoints = endpoints(&parameters).map_err(unreadable)?;
        // As in libpq, `PGSSLMODE=verify-full` in the environment must not keep anybody from a socket.
        let ssl = if endpoints.iter().all(|endpoint| matches!(endpoint.host, Host::Socket(_))) {
            Ssl::DISABLED
        } else {
            Ssl::resolve(&parameters, environment).map_err(|problem| match problem {
                SslProblem::Unreadable(problem) => unreadable(problem),
                SslProblem::Db(error) => *error,
            })?
        };
        let mut target = Self::build(&parameters, endpoints, ssl, environment).map_err(unreadable)?;
        target.origin = origin;
        let lookup_needed = parameters.filled("password").is_none();
        if lookup_needed {
            let (file, warning) = PasswordFile::read(&parameters, environment);
            target.warnings.extend(warning);
            let (database, user) = (target.database.clone(), target.user.clone());
            for endpoint in &mut target.endpoints {
                endpoint.password = file.password(&pgpass_host(&endpoint.host), endpoint.port, &database, &user);
            }
        }
        Ok(target)
    }

    fn build(
        parameters: &Parameters,
        endpoints: Vec<Endpoint>,
        ssl: Ssl,
        environment: &Environment,
    ) -> Result<Self, UnreadableUrl> {
        let user = parameters.filled("user").or_else(|| environment.os_user()).ok_or(UnreadableUrl::NoUser)?;
        let text = |name| parameters.filled(name);
        Ok(Self {
            origin: Origin::LibpqVariables,
            endpoints,
            database: text("dbname").unwrap_or(user).to_owned(),
            user: user.to_owned(),
            application_name: text("application_name").unwrap_or_default().to_owned(),
            options: text("options").map(str::to_owned),
            connect_timeout: match text("connect_timeout") {
                None => Some(DEFAULT_CONNECT_TIMEOUT),
                Some(_) => seconds(parameters, "connect_timeout")?,
            },
            ssl,
            channel_binding: match text("channel_binding") {
                None | Some("prefer") => ChannelBinding::Prefer,
                Some("disable") => ChannelBinding::Disable,
                Some("require") => ChannelBinding::Require,
                Some(_) => return Err(value("channel_binding", "`disable`, `prefer` or `require`")),
            },
            session_attrs: match text("target_session_attrs") {
                None | Some("any") => SessionAttrs::Any,
                Some("read-write") => SessionAttrs::ReadWrite,
                Some("read-only") => SessionAttrs::ReadOnly,
                Some("primary") => SessionAttrs::Primary,
                Some("standby") => SessionAttrs::Standby,
                Some("prefer-standby") => SessionAttrs::PreferStandby,
                Some(_) => {
                    return Err(value(
                        "target_session_attrs",
                        "`any`, `read-write`, `read-only`, `primary`, `standby` or `prefer-standby`",
                    ));
                }
            },
            keepalive: Keepalive {
                off: text("keepalives") == Some("0"),
                idle: seconds(parameters, "keepalives_idle")?,
                interval: seconds(parameters, "keepalives_interval")?,
                count: match text("keepalives_count") {
                    None => None,
                    Some(count) => Some(count.parse().map_err(|_| value("keepalives_count", "a whole number"))?),
                },
                user_timeout: match text("tcp_user_timeout") {
                    None => None,
                    Some(limit) => {
                        let limit = limit.parse().map_err(|_| value("tcp_user_timeout", "whole milliseconds"))?;
                        Some(Duration::from_millis(limit)).filter(|limit| !limit.is_zero())
                    }
                },
            },
            warnings: Vec::new(),
        })
    }
}

const fn value(name: &'static str, expected: &'static str) -> UnreadableUrl {
    UnreadableUrl::Value { name, expected }
}

/// Whole seconds; zero and below mean "no limit" or "the system's default".
fn seconds(parameters: &Parameters, name: &'static str) -> Result<Option<Duration>, UnreadableUrl> {
    let Some(text) = parameters.filled(name) else { return Ok(None) };
    let seconds: i32 = text.trim().parse().map_err(|_| value(name, "whole seconds"))?;
    Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

fn endpoints(parameters: &Parameters) -> Result<Vec<Endpoint>, UnreadableUrl> {
    let password = parameters.filled("password").map(Secret::new);
    let list = |name| parameters.filled(name).map(|text| text.split(',').collect::<Vec<_>>()).unwrap_or_default();
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let hosts = names.len().max(addresses.len()).max(1);
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(UnreadableUrl::Counts { hosts: names.len(), others: addresses.len(), what: "addresses" });
    }
    if ports.len() > 1 && ports.len() != hosts {
        return Err(UnreadableUrl::Counts { hosts, others: ports.len(), what: "ports" });
    }
    let endpoint = |index: usize| {
        let address = match addresses.get(index).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(text.parse::<IpAddr>().map_err(|_| value("hostaddr", "an IP address"))?),
        };
        let port = match ports.get(index).or_else(|| ports.first().filter(|_| ports.len() == 1)) {
            None | Some(&"") => 5432,
            Some(text) => text.trim().parse().ok().filter(|port| *port > 0).ok_or(UnreadableUrl::Port)?,
        };
        let name = names.get(index).copied().filter(|text| !text.is_empty());
        Ok(Endpoint { host: host(name, address), port, password: password.clone() })
    };
    let mut endpoints = (0..hosts).map(endpoint).collect::<Result<Vec<_>, _>>()?;
    match parameters.filled("load_balance_hosts") {
        None | Some("disable") => {}
        // No random source here: the process id spreads clients as well as chance does.
        Some("random") => endpoints.rotate_left(std::process::id() as usize % hosts),
        Some(_) => return Err(value("load_balance_hosts", "`disable` or `random`")),
    }
    Ok(endpoints)
}

fn host(name: Option<&str>, address: Option<IpAddr>) -> Host {
    match (name, address) {
        (Some(name), None) if name.starts_with('/') && cfg!(unix) => Host::Socket(PathBuf::from(name)),
        (Some(name), address) => Host::Tcp { name: name.to_owned(), address },
        (None, Some(address)) => Host::Tcp { name: address.to_string(), address: Some(address) },
        (None, None) => default_host(),
    }
}

/// The first directory with a server's socket in it, or localhost where there is none.
fn default_host() -> Host {
    let has_socket = |directory: &str| {
        std::fs::read_dir(directory).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.starts_with(".s.PGSQL.") && !name.ends_with(".lock")
            })
        })
    };
    match SOCKET_DIRECTORIES.iter().find(|directory| cfg!(unix) && has_socket(directory)) {
        Some(directory) => Host::Socket(PathBuf::from(directory)),
        None => Host::Tcp { name: "localhost".to_owned(), address: None },
    }
}

/// Password files say `localhost` for the default sockets.
fn pgpass_host(host: &Host) -> String {
    match host {
        Host::Tcp { name, .. } => name.clone(),
        Host::Socket(directory) if SOCKET_DIRECTORIES.iter().any(|default| Path::new(default) == directory) => {
            "localhost".to_owned()
        }
        Host::Socket(directory) => directory.display().to_string(),
    }
}

impl fmt::Display for ServerTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: Vec<String> = self.endpoints.iter().map(ToString::to_string).collect();
        write!(f, "{} at {} as {}", self.database, endpoints.join(" or "), self.user)
    }
}
