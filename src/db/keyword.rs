use crate::diagnostic::nearest;

/// One connection parameter of libpq.
///
/// Source: PostgreSQL 18, "Database Connection Control Functions" (`libpq-connect.html#LIBPQ-PARAMKEYWORDS`) and
/// "Environment Variables" (`libpq-envars.html`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keyword {
    pub name: &'static str,
    pub variable: Option<&'static str>,
    pub support: Support,
}

/// What is done with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Support {
    /// It has its libpq meaning.
    Full,
    /// It changes nothing that matters here, or only compression and tracing.
    Ignored,
    /// Leaving it out would change what the user asked for, so it is refused unless it has this harmless value.
    Refused { harmless: Option<&'static str> },
}

const fn full(name: &'static str, variable: Option<&'static str>) -> Keyword {
    Keyword { name, variable, support: Support::Full }
}

const fn ignored(name: &'static str) -> Keyword {
    Keyword { name, variable: None, support: Support::Ignored }
}

const fn refused(name: &'static str, variable: Option<&'static str>, harmless: Option<&'static str>) -> Keyword {
    Keyword { name, variable, support: Support::Refused { harmless } }
}

/// Every parameter libpq 18 knows, and `keepalives_retries`, tokio-postgres' name for `keepalives_count`.
pub(super) const KEYWORDS: &[Keyword] = &[
    full("host", Some("PGHOST")),
    full("hostaddr", Some("PGHOSTADDR")),
    full("port", Some("PGPORT")),
    full("dbname", Some("PGDATABASE")),
    full("user", Some("PGUSER")),
    full("password", Some("PGPASSWORD")),
    full("passfile", Some("PGPASSFILE")),
    full("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    full("options", Some("PGOPTIONS")),
    full("application_name", Some("PGAPPNAME")),
    full("fallback_application_name", None),
    full("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    full("load_balance_hosts", Some("PGLOADBALANCEHOSTS")),
    full("channel_binding", Some("PGCHANNELBINDING")),
    full("sslmode", Some("PGSSLMODE")),
    full("sslnegotiation", Some("PGSSLNEGOTIATION")),
    full("sslrootcert", Some("PGSSLROOTCERT")),
    full("sslcert", Some("PGSSLCERT")),
    full("sslkey", Some("PGSSLKEY")),
    full("sslsni", Some("PGSSLSNI")),
    full("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION")),
    full("keepalives", None),
    full("keepalives_idle", None),
    full("keepalives_interval", None),
    full("keepalives_count", None),
    full("keepalives_retries", None),
    full("tcp_user_timeout", None),
    // The driver always talks UTF-8.
    refused("client_encoding", None, Some("utf8")),
    refused("service", Some("PGSERVICE"), None),
    refused("servicefile", None, None),
    refused("replication", None, Some("false")),
    refused("require_auth", Some("PGREQUIREAUTH"), None),
    refused("requirepeer", Some("PGREQUIREPEER"), None),
    refused("gssencmode", Some("PGGSSENCMODE"), Some("disable")),
    refused("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), Some("tlsv1.3")),
    refused("sslcertmode", Some("PGSSLCERTMODE"), Some("allow")),
    refused("sslcrl", Some("PGSSLCRL"), None),
    refused("sslcrldir", Some("PGSSLCRLDIR"), None),
    refused("sslpassword", None, None),
    refused("sslkeylogfile", None, None),
    refused("scram_client_key", None, None),
    refused("scram_server_key", None, None),
    refused("oauth_issuer", None, None),
    refused("oauth_client_id", None, None),
    refused("oauth_client_secret", None, None),
    refused("oauth_scope", None, None),
    ignored("sslcompression"),
    ignored("krbsrvname"),
    ignored("gsslib"),
    ignored("gssdelegation"),
    ignored("min_protocol_version"),
    ignored("max_protocol_version"),
];

impl Keyword {
    /// The keyword of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYWORDS.iter().find(|keyword| keyword.name == name)
    }

    /// The supported keyword that was probably meant by `name`.
    pub fn near(name: &str) -> Option<&'static str> {
        nearest(name, KEYWORDS.iter().filter(|keyword| keyword.support == Support::Full).map(|keyword| keyword.name))
    }

    /// Whether this value can be left out without changing what was asked for.
    pub fn is_harmless(&self, value: &str) -> bool {
        match self.support {
            Support::Full | Support::Ignored => true,
            Support::Refused { harmless } => {
                let value = value.to_ascii_lowercase();
                value.is_empty()
                    || Some(value.as_str()) == harmless
                    || matches!(
                        (self.name, value.as_str()),
                        ("client_encoding", "utf-8" | "auto" | "unicode") | ("gssencmode", "prefer")
                    )
            }
        }
    }
}
