use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the process was started with, as far as connections care: variables and the operating system's user.
///
/// A snapshot, so that resolving a [`super::Target`] is repeatable and tests bring their own.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    os_user: Option<String>,
}

impl Environment {
    /// The environment of this process. Variables that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables, os_user: whoami::username().ok() }
    }

    /// An environment with exactly these variables and no operating-system user.
    pub fn new<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, os_user: None }
    }

    /// The same with this operating-system user.
    #[must_use]
    pub fn with_os_user(mut self, user: impl Into<String>) -> Self {
        self.os_user = Some(user.into());
        self
    }

    /// The variable's value, which may be empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The variable's value unless it is empty, which libpq treats as not set.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.variable(name).filter(|value| !value.is_empty())
    }

    /// The user the process runs as.
    pub fn os_user(&self) -> Option<&str> {
        self.os_user.as_deref()
    }

    /// The home directory.
    pub fn home(&self) -> Option<PathBuf> {
        self.filled("HOME").or_else(|| self.filled("USERPROFILE")).map(PathBuf::from)
    }
}

/// Shows names only: values hold passwords.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("os_user", &self.os_user)
            .finish()
    }
}
