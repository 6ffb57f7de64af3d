use std::fmt;
use std::path::{Path, PathBuf};

use super::parameters::Parameters;
use super::{DbError, Environment, UnreadableUrl};

/// libpq's `sslmode`: whether to encrypt, and how much of the server's identity to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Plain first; encrypted if the server refuses that.
    Allow,
    /// Encrypted first; plain if that does not work.
    Prefer,
    /// Encrypted; the certificate chain is checked only when a root certificate file is there.
    Require,
    /// Encrypted, and the certificate must come from a trusted root.
    VerifyCa,
    /// As `VerifyCa`, and the certificate must be for this host.
    VerifyFull,
}

impl SslMode {
    fn parse(text: &str) -> Result<Self, UnreadableUrl> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => {
                return Err(UnreadableUrl::Value {
                    name: "sslmode",
                    expected: "`disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`",
                });
            }
        })
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        })
    }
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCertificates {
    /// None: the certificate is not checked.
    Unchecked,
    /// Those in this PEM file.
    File(PathBuf),
    /// Those the operating system trusts.
    System,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssl {
    /// Whether, and what is checked.
    pub mode: SslMode,
    /// Whom to trust.
    pub roots: RootCertificates,
    /// Certificate and key that identify the client, both PEM files.
    pub client: Option<(PathBuf, PathBuf)>,
    /// Start TLS at once, without asking first (PostgreSQL 17 and later).
    pub direct: bool,
    /// Tell the server the host name in the TLS handshake.
    pub server_name: bool,
    /// Refuse TLS 1.2.
    pub only_tls13: bool,
}

impl Ssl {
    /// No encryption: a Unix socket.
    pub const DISABLED: Self = Self {
        mode: SslMode::Disable,
        roots: RootCertificates::Unchecked,
        client: None,
        direct: false,
        server_name: false,
        only_tls13: false,
    };

    /// Reads the ssl parameters with libpq's defaults, looking into `~/.postgresql` as libpq does.
    ///
    /// Two deliberate differences: `sslmode=require` with an explicit `sslrootcert` that does not exist is an error
    /// (libpq silently skips the check), and `prefer` and `allow` never check certificates (a failed check would only
    /// make them fall back to plain text).
    pub(super) fn resolve(parameters: &Parameters, environment: &Environment) -> Result<Self, SslProblem> {
        let root = parameters.filled("sslrootcert");
        let mode = match parameters.filled("sslmode") {
            Some(text) => SslMode::parse(text)?,
            None if root == Some("system") => SslMode::VerifyFull,
            None => SslMode::Prefer,
        };
        if root == Some("system") && !matches!(mode, SslMode::VerifyFull | SslMode::Disable) {
            return Err(UnreadableUrl::WeakModeForSystemRoots.into());
        }
        let direct = match parameters.filled("sslnegotiation") {
            None | Some("postgres") => false,
            Some("direct") if mode < SslMode::Require => return Err(UnreadableUrl::WeakModeForDirect.into()),
            Some("direct") => true,
            Some(_) => {
                return Err(UnreadableUrl::Value { name: "sslnegotiation", expected: "`postgres` or `direct`" }.into());
            }
        };
        let only_tls13 = match parameters.filled("ssl_min_protocol_version").map(str::to_ascii_lowercase).as_deref() {
            Some("tlsv1.3") => true,
            None | Some("tlsv1" | "tlsv1.1" | "tlsv1.2") => false,
            Some(_) => {
                return Err(UnreadableUrl::Value {
                    name: "ssl_min_protocol_version",
                    expected: "`TLSv1.2` or `TLSv1.3`",
                }
                .into());
            }
        };
        let folder = environment.home().map(|home| home.join(".postgresql"));
        Ok(Self {
            mode,
            roots: roots(mode, root, folder.as_deref())?,
            client: client(parameters, folder.as_deref()),
            direct,
            server_name: parameters.filled("sslsni") != Some("0"),
            only_tls13,
        })
    }
}

/// Either the string is wrong or a file is missing.
pub(super) enum SslProblem {
    Unreadable(UnreadableUrl),
    Db(Box<DbError>),
}

impl From<UnreadableUrl> for SslProblem {
    fn from(problem: UnreadableUrl) -> Self {
        Self::Unreadable(problem)
    }
}

fn roots(mode: SslMode, given: Option<&str>, folder: Option<&Path>) -> Result<RootCertificates, SslProblem> {
    if mode < SslMode::Require {
        return Ok(RootCertificates::Unchecked);
    }
    if given == Some("system") {
        return Ok(RootCertificates::System);
    }
    let default = folder.map(|folder| folder.join("root.crt"));
    let path = given.map(PathBuf::from).or_else(|| default.clone());
    match path {
        Some(path) if path.exists() => Ok(RootCertificates::File(path)),
        None | Some(_) if mode == SslMode::Require && given.is_none() => Ok(RootCertificates::Unchecked),
        path => {
            let path = path.unwrap_or_else(|| PathBuf::from("~/.postgresql/root.crt"));
            Err(SslProblem::Db(Box::new(DbError::NoRootCertificate { mode, path })))
        }
    }
}

/// The client's certificate if one was named, or libpq's default if it is there. A named file that is missing is
/// reported when it is read.
fn client(parameters: &Parameters, folder: Option<&Path>) -> Option<(PathBuf, PathBuf)> {
    let in_folder = |name: &str| folder.map(|folder| folder.join(name));
    let certificate = match parameters.filled("sslcert") {
        Some(path) => PathBuf::from(path),
        None => in_folder("postgresql.crt").filter(|path| path.exists())?,
    };
    let key = match parameters.filled("sslkey") {
        Some(path) => PathBuf::from(path),
        None => in_folder("postgresql.key")?,
    };
    Some((certificate, key))
}
