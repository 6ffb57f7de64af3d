use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use super::Secret;

/// One address a server may be reached at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Network host or socket directory.
    pub host: Host,
    /// TCP port, or the number in the socket's file name.
    pub port: u16,
    /// The password for this address.
    pub password: Option<Secret>,
}

/// A network host or a Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A host name or address; with `address` given, that is connected to and `name` is only what certificates and
    /// password files are compared with.
    Tcp {
        /// Host name, or an address as text.
        name: String,
        /// Address that spares the look-up.
        address: Option<IpAddr>,
    },
    /// The directory with the server's Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Tcp { name, .. } if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Host::Tcp { name, .. } => write!(f, "{name}:{}", self.port),
            Host::Socket(directory) => write!(f, "{}", directory.join(format!(".s.PGSQL.{}", self.port)).display()),
        }
    }
}
