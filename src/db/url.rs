//! The URL form: `postgres://user:password@host:port,host2:port2/database?parameter=value`.
//!
//! Follows libpq's `conninfo_uri_parse_options` with one restriction: an `@` that does not end the user name and
//! password must be written `%40`. libpq takes the first `@` (or none after a `/`) and reads the rest of an unescaped
//! password as host, port or database name, which would then be shown in messages.

use super::UnreadableUrl;
use super::parameters::{Name, Parameters};

/// Reads what follows `postgres://`.
pub(super) fn parse(rest: &str) -> Result<Parameters, UnreadableUrl> {
    let mut parameters = Parameters::default();
    let authority_end = rest.find('@').filter(|at| !rest[..*at].contains('/'));
    let rest = match authority_end {
        Some(at) => {
            let (userinfo, rest) = (&rest[..at], &rest[at + 1..]);
            let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
            set(&mut parameters, "user", user)?;
            set(&mut parameters, "password", password)?;
            rest
        }
        None => rest,
    };
    if rest.contains('@') {
        return Err(UnreadableUrl::StrayAt);
    }
    let (address, query) = rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let (hosts, database) = address.split_once('/').unwrap_or((address, ""));
    set_hosts(&mut parameters, hosts)?;
    set(&mut parameters, "dbname", database)?;
    for pair in query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(UnreadableUrl::ParameterWithoutValue)?;
        let (name, value) = (decode(name)?, decode(value)?);
        // What JDBC and several cloud consoles write; libpq accepts it in URLs too.
        if name == "ssl" && value == "true" {
            parameters.set("sslmode", "require".to_owned(), Name::Shown)?;
        } else {
            parameters.set(&name, value, Name::Shown)?;
        }
    }
    Ok(parameters)
}

fn set(parameters: &mut Parameters, name: &str, text: &str) -> Result<(), UnreadableUrl> {
    if text.is_empty() { Ok(()) } else { parameters.set(name, decode(text)?, Name::Shown) }
}

/// `host:port,host:port`, where a host may be an IPv6 address in brackets or a percent-encoded socket directory.
fn set_hosts(parameters: &mut Parameters, text: &str) -> Result<(), UnreadableUrl> {
    if text.is_empty() {
        return Ok(());
    }
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for part in text.split(',') {
        let (host, port) = match part.strip_prefix('[') {
            Some(bracketed) => {
                let (host, after) = bracketed.split_once(']').ok_or(UnreadableUrl::OpenBracket)?;
                let port =
                    if after.is_empty() { "" } else { after.strip_prefix(':').ok_or(UnreadableUrl::AfterBracket)? };
                (host, port)
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        // Never shown: in `postgres://user:password` the password stands where the port is expected.
        if !port.is_empty() && port.parse::<u16>().is_err() {
            return Err(UnreadableUrl::Port);
        }
        hosts.push(decode(host)?);
        ports.push(port);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        parameters.set("host", hosts.join(","), Name::Shown)?;
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.set("port", ports.join(","), Name::Shown)?;
    }
    Ok(())
}

/// Percent-decoding. `+` stays a plus, as in libpq.
fn decode(text: &str) -> Result<String, UnreadableUrl> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        let value = digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match value {
            Some(0) => return Err(UnreadableUrl::NulByte),
            Some(value) => decoded.push(value),
            None => return Err(UnreadableUrl::PercentSign),
        }
    }
    String::from_utf8(decoded).map_err(|_| UnreadableUrl::NotUtf8)
}
