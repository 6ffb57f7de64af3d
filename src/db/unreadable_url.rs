use thiserror::Error;

/// What is wrong with a connection string.
///
/// Holds no text of the string except names of parameters and values of parameters that can't be secret, because any
/// other part may be a password that was not escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableUrl {
    /// Not a URL and not pairs.
    #[error("it is neither a `postgres://` URL nor `keyword=value` pairs")]
    NotPairs,
    /// A URL of something else.
    #[error("its scheme is neither `postgres://` nor `postgresql://`")]
    OtherScheme,
    /// A JDBC URL.
    #[error("it is a JDBC URL; drop `jdbc:` and write user and password before the host")]
    Jdbc,
    /// A quoted value that isn't closed.
    #[error("a quoted value is not closed")]
    OpenQuote,
    /// A percent sign that escapes nothing.
    #[error("a `%` is not followed by two hexadecimal digits (a percent sign itself is `%25`)")]
    PercentSign,
    /// Text that isn't UTF-8 once decoded.
    #[error("a percent-encoded part is not UTF-8")]
    NotUtf8,
    /// A zero byte.
    #[error("it contains a zero byte")]
    NulByte,
    /// An `@` in a place where it may be the end of an unescaped password.
    #[error(
        "it has an `@` that does not stand before the host (in a user name or password write `@` as `%40`, `/` as `%2F`)"
    )]
    StrayAt,
    /// A port out of range, or no number.
    #[error("a port is not a number from 1 to 65535")]
    Port,
    /// `[::1` without `]`.
    #[error("an IPv6 address lacks its `]`")]
    OpenBracket,
    /// `[::1]x`.
    #[error("after the `]` of an IPv6 address only `:port` can follow")]
    AfterBracket,
    /// `?name` without `=`.
    #[error("a parameter after `?` has no `=`")]
    ParameterWithoutValue,
    /// A parameter libpq doesn't have.
    #[error("{}", match name { Some(name) => format!("it has an unknown parameter `{name}`"), None => "it has an unknown parameter".to_owned() })]
    UnknownParameter {
        /// Its name, unless it may be part of a password.
        name: Option<String>,
        /// The known name that is closest.
        near: Option<&'static str>,
    },
    /// A parameter of libpq that changes the connection in a way this driver has no means for.
    #[error("the parameter `{name}` is not supported")]
    UnsupportedParameter {
        /// Its name.
        name: &'static str,
    },
    /// A value the parameter can't have.
    #[error("`{name}` must be {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What it can be.
        expected: &'static str,
    },
    /// Lists of hosts, addresses and ports of different lengths.
    #[error("it has {hosts} hosts but {others} {what}")]
    Counts {
        /// Number of hosts.
        hosts: usize,
        /// Number of the others.
        others: usize,
        /// What the others are.
        what: &'static str,
    },
    /// `sslrootcert=system` with a mode that would not use it fully.
    #[error("`sslrootcert=system` needs `sslmode=verify-full`, or no `sslmode` at all")]
    WeakModeForSystemRoots,
    /// Direct TLS with a mode that may fall back to plain text.
    #[error("`sslnegotiation=direct` needs `sslmode=require` or stricter")]
    WeakModeForDirect,
    /// No user name anywhere.
    #[error("it names no user, and the operating system's user is unknown")]
    NoUser,
}
