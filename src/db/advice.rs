use super::{DbError, Origin, UnreadableUrl};
use crate::diagnostic::Diagnostic;

impl DbError {
    /// The stable code: M40x what was given, M41x reaching and authenticating, M42x TLS, M43x password files,
    /// M44x the server, M45x the embedded server.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnreadableUrl { .. } => "M401",
            Self::EmptyUrl { .. } => "M402",
            Self::UnsetVariable { .. } => "M403",
            Self::Unreachable { .. } => "M410",
            Self::TimedOut { .. } => "M411",
            Self::Dropped { .. } => "M412",
            Self::WrongPassword { .. } => "M413",
            Self::NoPassword { .. } => "M414",
            Self::UnknownDatabase { .. } => "M415",
            Self::RoleRefused { .. } => "M416",
            Self::TooManyConnections { .. } => "M417",
            Self::NotReady { .. } => "M418",
            Self::Refused { .. } => "M419",
            Self::TlsUnavailable { .. } => "M420",
            Self::UntrustedCertificate { .. } => "M421",
            Self::WrongHost { .. } => "M422",
            Self::TlsBroken { .. } => "M423",
            Self::NoRootCertificate { .. } => "M424",
            Self::CertificateFile { .. } => "M425",
            Self::NoSystemRoots { .. } => "M426",
            Self::Authentication { .. } => "M427",
            Self::WrongServerKind { .. } => "M440",
            Self::TooOld { .. } => "M441",
            Self::Server(_) => "M442",
            Self::Lost { .. } => "M443",
            Self::Driver { .. } => "M444",
            Self::EmbeddedInUse { .. } => "M450",
            Self::Embedded { .. } => "M451",
            Self::NoEmbedded => "M452",
            Self::EmbeddedLimit { .. } => "M453",
        }
    }

    /// The error for people, with one way out.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code(), self.to_string());
        if let Some(error) = match self {
            Self::RoleRefused { error, .. }
            | Self::TooManyConnections { error, .. }
            | Self::NotReady { error, .. }
            | Self::Refused { error, .. }
            | Self::Server(error) => Some(error),
            _ => None,
        } {
            diagnostic.notes.extend(error.detail.iter().map(|detail| format!("the server adds: {detail}")));
        }
        diagnostic.help = self.help();
        diagnostic
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnreadableUrl { problem, .. } => return url_help(problem),
            Self::EmptyUrl { origin } => match origin {
                Origin::Variable(name) => format!(
                    "give `{name}` a value such as `postgres://user@host:5432/database` (in a pipeline, look whether the secret is available to this job), or unset it"
                ),
                _ => "write a connection such as `postgres://user@host:5432/database`".to_owned(),
            },
            Self::UnsetVariable { name } => format!("set `{name}`, or give --database-url"),
            Self::Unreachable { address, .. } => {
                if address.starts_with('/') {
                    "start the server, or name the directory with its socket: `host=/var/run/postgresql`".to_owned()
                } else {
                    "check host and port, and that the server is up and reachable from here".to_owned()
                }
            }
            Self::TimedOut { .. } => {
                "check host, port and firewall; a slow server needs a longer `connect_timeout=SECONDS`".to_owned()
            }
            Self::Dropped { .. } => "look into the server's log; the port may belong to something else".to_owned(),
            Self::WrongPassword { .. } => {
                "correct the password in the URL, `PGPASSWORD` or `~/.pgpass`; in a URL, special characters must be percent-encoded".to_owned()
            }
            Self::NoPassword { .. } => "put it into the URL, `PGPASSWORD` or `~/.pgpass`".to_owned(),
            Self::UnknownDatabase { database, .. } => {
                format!("create it with `createdb {database}`, or correct the name in the URL")
            }
            Self::RoleRefused { error, user, .. } => return role_help(&error.message, user),
            Self::TooManyConnections { .. } => {
                "try again when others have disconnected, or raise `max_connections` or the role's CONNECTION LIMIT".to_owned()
            }
            Self::NotReady { .. } => "try again when the server has finished starting".to_owned(),
            Self::Refused { error, user, .. } => {
                return pooler_help(&error.message).map(str::to_owned).or_else(|| error.help(user));
            }
            Self::TlsUnavailable { .. } => {
                "turn on `ssl` on the server, or give `sslmode=disable` if the network itself is trusted".to_owned()
            }
            Self::UntrustedCertificate { .. } => {
                "give the certificate of the authority that signed it: `sslrootcert=FILE`, or `sslrootcert=system` for public ones".to_owned()
            }
            Self::WrongHost { .. } => {
                "connect by a name that the certificate has, or give `sslmode=verify-ca` to check only who signed it".to_owned()
            }
            Self::TlsBroken { .. } => "look into the server's log; it must offer TLS 1.2 or 1.3".to_owned(),
            Self::NoRootCertificate { .. } => {
                "give the file with `sslrootcert=FILE`, trust the system's certificates with `sslrootcert=system`, or give `sslmode=require` to encrypt without checking".to_owned()
            }
            Self::CertificateFile { what, .. } => {
                format!("the {what} must be a readable, unencrypted PEM file, and a key must belong to its user only (`chmod 0600`)")
            }
            Self::NoSystemRoots { .. } => "install the package `ca-certificates`, or give `sslrootcert=FILE`".to_owned(),
            Self::Authentication { cause, .. } if cause.contains("channel binding") => {
                "connect with TLS and a SCRAM password, or give `channel_binding=prefer`".to_owned()
            }
            Self::Authentication { .. } => "let the role log in with `scram-sha-256` in pg_hba.conf".to_owned(),
            Self::WrongServerKind { .. } => "name a host of the kind you want, or several hosts".to_owned(),
            Self::TooOld { .. } => "upgrade the server".to_owned(),
            Self::Server(error) => {
                return pooler_help(&error.message).map(str::to_owned).or_else(|| error.hint.clone());
            }
            Self::Lost { cause } => {
                pooler_help(cause).unwrap_or("run the command again; it finds out what was committed").to_owned()
            }
            Self::Driver { .. } => return None,
            Self::EmbeddedInUse { .. } => "wait until it has finished; the embedded server serves one at a time".to_owned(),
            Self::Embedded { .. } => {
                "give --database-url to use another server; `.migrate/pg` and the cache directory must be writable (`XDG_CACHE_HOME` moves the cache)".to_owned()
            }
            Self::NoEmbedded => "give --database-url, or set `DATABASE_URL`".to_owned(),
            Self::EmbeddedLimit { .. } => "give --database-url to use a server".to_owned(),
        })
    }
}

/// The way out of an error that `PgBouncer` raises, or that a pooler causes, by its text: most have SQLSTATE 08P01.
fn pooler_help(message: &str) -> Option<&'static str> {
    let has = |part: &str| message.contains(part);
    Some(if has("unsupported startup parameter") {
        "a pooler such as PgBouncer refuses it: leave it out, or list it in `ignore_startup_parameters`"
    } else if has("no such database") {
        "a pooler such as PgBouncer does not know it: list it under `[databases]` of its configuration"
    } else if has("no such user") {
        "a pooler such as PgBouncer does not know the role: list it in its `auth_file`, or set `auth_query`"
    } else if has("query_wait_timeout") {
        "the pooler had no connection to the server free in time: raise its `default_pool_size`, or connect to the server \
         itself"
    } else if has("server_login_retry") || has("pgbouncer cannot connect to server") {
        "the pooler can't reach the server or log in to it: look into its log"
    } else if has("prepared statement") && (has("does not exist") || has("already exists")) {
        "a pooler has swapped the session: update it (PgBouncer 1.21 and later keep prepared statements apart), or connect \
         to the server itself"
    } else {
        return None;
    })
}

fn role_help(message: &str, user: &str) -> Option<String> {
    Some(if message.contains("pg_hba.conf") {
        let encrypted = if message.contains("no encryption") { "with `sslmode=require`, or " } else { "" };
        format!("connect {encrypted}from an address that pg_hba.conf allows for role `{user}`")
    } else if message.contains("client certificate") {
        "give the client's certificate and key: `sslcert=FILE` and `sslkey=FILE`".to_owned()
    } else if message.contains("does not exist") {
        format!("create the role with `createuser {user}`, or correct the name in the URL")
    } else if message.contains("not permitted to log in") {
        format!(
            "let it log in with `ALTER ROLE {} LOGIN`, or connect as another role",
            super::server_error::quoted(user)
        )
    } else {
        return None;
    })
}

fn url_help(problem: &UnreadableUrl) -> Option<String> {
    Some(match problem {
        UnreadableUrl::UnknownParameter { near: Some(near), .. } => format!("did you mean `{near}`?"),
        UnreadableUrl::UnknownParameter { .. } => {
            "use the parameters that libpq knows, such as `sslmode` and `connect_timeout`".to_owned()
        }
        UnreadableUrl::UnsupportedParameter { name: "service" | "servicefile" } => {
            "write host, database and user into the URL instead of a service name".to_owned()
        }
        UnreadableUrl::UnsupportedParameter { .. } => "leave it out".to_owned(),
        UnreadableUrl::NoUser => "name one: `postgres://user@host/database`, or set `PGUSER`".to_owned(),
        UnreadableUrl::NotPairs | UnreadableUrl::OtherScheme | UnreadableUrl::Jdbc | UnreadableUrl::Port => {
            "write `postgres://user:password@host:5432/database`, with special characters percent-encoded".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pooler_says_has_a_way_out() {
        for (message, expected) in [
            ("unsupported startup parameter: options", "ignore_startup_parameters"),
            ("no such database: shop", "[databases]"),
            ("no such user: app", "auth_file"),
            ("query_wait_timeout", "default_pool_size"),
            ("server login has been failing, try again later (server_login_retry)", "its log"),
            ("prepared statement \"s0\" does not exist", "1.21"),
        ] {
            let help = pooler_help(message).unwrap_or_default();
            assert!(help.contains(expected), "{message}: {help}");
        }
        assert_eq!(pooler_help("relation \"a\" does not exist"), None);
    }
}
