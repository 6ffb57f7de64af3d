use std::collections::BTreeMap;

use super::keyword::{KEYWORDS, Keyword, Support};
use super::{Environment, Origin, UnreadableUrl};

/// The connection parameters somebody gave, by libpq keyword, before defaults.
///
/// No `Debug`: the values hold passwords.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    values: BTreeMap<&'static str, String>,
}

/// Whether the name of an unknown parameter may be shown. It may not where it could be the rest of a password that
/// was not escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Shown,
    Hidden,
}

impl Parameters {
    /// Reads a `postgres://` URL or a `keyword=value` string.
    ///
    /// # Errors
    /// What is wrong, without any text of the string but the names of parameters.
    pub fn parse(text: &str) -> Result<Self, UnreadableUrl> {
        let text = text.trim_ascii();
        if text.contains('\0') {
            return Err(UnreadableUrl::NulByte);
        }
        match text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")) {
            Some(rest) => super::url::parse(rest),
            None if text.starts_with("jdbc:") => Err(UnreadableUrl::Jdbc),
            None if text
                .split_once("://")
                .is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_lowercase())) =>
            {
                Err(UnreadableUrl::OtherScheme)
            }
            None => super::conninfo::parse(text),
        }
    }

    /// Sets a parameter by its name; the last one wins, as in libpq.
    ///
    /// # Errors
    /// When there is no such parameter, or it asks for something that isn't supported.
    pub fn set(&mut self, name: &str, value: String, shown: Name) -> Result<(), UnreadableUrl> {
        let Some(keyword) = Keyword::named(name) else {
            let printable = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return Err(UnreadableUrl::UnknownParameter {
                name: (shown == Name::Shown && printable && !name.is_empty()).then(|| name.to_owned()),
                near: if shown == Name::Shown { Keyword::near(name) } else { None },
            });
        };
        if !keyword.is_harmless(&value) {
            return Err(UnreadableUrl::UnsupportedParameter { name: keyword.name });
        }
        if keyword.support == Support::Full {
            let name = if keyword.name == "keepalives_retries" { "keepalives_count" } else { keyword.name };
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// The parameter's value unless it is missing or empty, which libpq treats alike.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Takes what is missing from libpq's environment variables.
    ///
    /// # Errors
    /// When a variable asks for something that isn't supported.
    pub fn fill_from(&mut self, environment: &Environment) -> Result<(), (Origin, UnreadableUrl)> {
        // A service file stands between the string and the other variables. With a host given it can't change where
        // the connection goes, and a shell that exports PGSERVICE must not block an explicit URL.
        let ignore_service = self.filled("host").is_some() || self.filled("hostaddr").is_some();
        let host_given = ignore_service;
        for keyword in KEYWORDS {
            let Some((variable, value)) =
                keyword.variable.and_then(|name| environment.filled(name).map(|value| (name, value)))
            else {
                continue;
            };
            // libpq would combine a given host with PGHOSTADDR of another machine; nobody means that.
            if self.filled(keyword.name).is_some()
                || (keyword.name == "service" && ignore_service)
                || (keyword.name == "hostaddr" && host_given)
            {
                continue;
            }
            self.set(keyword.name, value.to_owned(), Name::Shown)
                .map_err(|problem| (Origin::Variable(variable.to_owned()), problem))?;
        }
        Ok(())
    }
}
