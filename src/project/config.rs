use std::sync::Arc;
use std::time::Duration;

use super::checks::{self, Accepted, Severity};
use super::document::{Keys, Problems, document};
use super::{name, secrets};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Ident, LockTimeout, ObjectKind, ObjectName, StatementTimeout};

/// `migrate.toml`, every key resolved to its value or default.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[database] url`: a connection string or `env:NAME`; absent means the embedded PostgreSQL.
    pub database_url: Option<String>,
    /// `[database] schema`: where the ledger lives.
    pub ledger_schema: Ident,
    /// `[migrations] dir`, relative to the project.
    pub migrations_dir: String,
    /// `[up]`.
    pub up: UpConfig,
    /// `[external] schemas`: with everything in them, provided by the environment.
    pub external_schemas: Vec<Ident>,
    /// `[external] tables`, `types` and `functions`.
    pub external_objects: Vec<ObjectName>,
    /// `[verify] accept`: keys of findings that are known and accepted.
    pub accept: Vec<Accepted>,
    /// `[diff] ignore`: patterns of what comparisons of schemas leave out.
    pub diff_ignore: Vec<String>,
    /// `[verify] builtin`: the built-in checks that run without being named, by the least severity.
    pub builtin: Severity,
}

/// How `up` runs.
#[derive(Debug, Clone, Copy)]
pub struct UpConfig {
    /// PostgreSQL's `lock_timeout` for each statement.
    pub lock_timeout: LockTimeout,
    /// How many times a migration is tried again after a lock timeout.
    pub lock_retries: u32,
    /// PostgreSQL's `statement_timeout` for each statement.
    pub statement_timeout: StatementTimeout,
    /// How long to wait for another run to finish.
    pub lease_wait: Duration,
    /// When the checks run.
    pub verify: VerifyWhen,
    /// Whether a migration older than an applied one is refused even if it is independent.
    pub strict_order: bool,
}

/// When `up` runs the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyWhen {
    /// Those of what a migration touched, and those it names, before it commits; all at the end.
    InTransaction,
    /// At the end, when something was applied; before a migration commits those that it names.
    After,
    /// Not at all.
    Off,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: None,
            ledger_schema: Ident::exact("migrate"),
            migrations_dir: "migrations".to_owned(),
            up: UpConfig::default(),
            external_schemas: Vec::new(),
            external_objects: Vec::new(),
            accept: Vec::new(),
            diff_ignore: Vec::new(),
            builtin: Severity::Error,
        }
    }
}

impl Default for UpConfig {
    fn default() -> Self {
        Self {
            lock_timeout: LockTimeout::new(Duration::from_secs(2)),
            lock_retries: 10,
            statement_timeout: StatementTimeout::new(Duration::ZERO),
            lease_wait: Duration::from_mins(5),
            verify: VerifyWhen::After,
            strict_order: false,
        }
    }
}

impl Config {
    /// Reads `migrate.toml`, reporting every unknown key and every value of the wrong type.
    pub fn parse(source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut config = Self::default();
        let shown = Source::new(source.path.as_str(), secrets::blotted(&source.text));
        let mut problems = Problems { source: &shown, found: diagnostics };
        let Some(entries) = document(&source.text, &mut problems) else { return config };
        let mut keys = Keys::of_document(&entries);
        if let Some(table) = keys.table("database", &mut problems) {
            config.read_database(table, &mut problems);
        }
        if let Some(mut table) = keys.table("migrations", &mut problems) {
            if let Some(dir) = table.text("dir", &mut problems) {
                dir.value.clone_into(&mut config.migrations_dir);
            }
            table.finish(&mut problems);
        }
        if let Some(table) = keys.table("up", &mut problems) {
            config.up = UpConfig::read(table, &mut problems);
        }
        if let Some(table) = keys.table("external", &mut problems) {
            config.read_external(table, &mut problems);
        }
        if let Some(mut table) = keys.table("verify", &mut problems) {
            config.accept = checks::accepted(&mut table, &mut problems);
            let severities = [("errors", Severity::Error), ("warnings", Severity::Warning), ("all", Severity::Info)];
            config.builtin = table.word("builtin", &severities, &mut problems).unwrap_or(config.builtin);
            table.finish(&mut problems);
        }
        if let Some(mut table) = keys.table("diff", &mut problems) {
            config.diff_ignore = table.texts("ignore", &mut problems).iter().map(|it| it.value.to_owned()).collect();
            table.finish(&mut problems);
        }
        keys.finish(&mut problems);
        config
    }

    fn read_database(&mut self, mut table: Keys<'_>, problems: &mut Problems<'_>) {
        self.database_url = table.text("url", problems).map(|url| url.value.to_owned());
        if let Some(schema) = table.text("schema", problems) {
            if schema.value.is_empty() || schema.value.starts_with("pg_") {
                problems.found.push(
                    Diagnostic::error("M115", format!("`{}` can't be the ledger's schema", schema.value))
                        .label(problems.source, schema.span, "")
                        .help("leave the key out to use schema `migrate`"),
                );
            }
            self.ledger_schema = Ident::exact(schema.value);
        }
        table.finish(problems);
    }

    fn read_external(&mut self, mut table: Keys<'_>, problems: &mut Problems<'_>) {
        let relation = |kind| move |text: &str| name::relation(kind, text);
        self.external_schemas = table.names("schemas", problems, name::single);
        self.external_objects = table.names("tables", problems, relation(ObjectKind::Table));
        self.external_objects.extend(table.names("types", problems, relation(ObjectKind::Type)));
        self.external_objects.extend(table.names("functions", problems, name::routine));
        table.finish(problems);
    }
}

impl UpConfig {
    fn read(mut table: Keys<'_>, problems: &mut Problems<'_>) -> Self {
        let default = Self::default();
        let whens =
            [("in-transaction", VerifyWhen::InTransaction), ("after", VerifyWhen::After), ("off", VerifyWhen::Off)];
        let retries = table.take("lock_retries").and_then(|value| problems.count(value));
        let strict = table.take("strict_order").and_then(|value| problems.boolean(value));
        let config = Self {
            lock_timeout: table.duration("lock_timeout", problems).map_or(default.lock_timeout, LockTimeout::new),
            lock_retries: retries.map_or(default.lock_retries, |count| u32::try_from(count).unwrap_or(u32::MAX)),
            statement_timeout: table
                .duration("statement_timeout", problems)
                .map_or(default.statement_timeout, StatementTimeout::new),
            lease_wait: table.duration("lease_wait", problems).unwrap_or(default.lease_wait),
            verify: table.word("verify", &whens, problems).unwrap_or(default.verify),
            strict_order: strict.unwrap_or(default.strict_order),
        };
        table.finish(problems);
        config
    }
}

#[cfg(test)]
mod tests {
    use annotate_snippets::Renderer;

    use super::*;
    use crate::diagnostic::render;

    fn check(text: &str) -> (Config, String) {
        let mut diagnostics = Vec::new();
        let config = Config::parse(&Source::new("migrate.toml", text), &mut diagnostics);
        let rendered: Vec<_> = diagnostics.iter().map(|d| render(d, &Renderer::plain())).collect();
        (config, rendered.join("\n\n"))
    }

    #[test]
    fn every_key_is_optional() {
        let (config, problems) = check("");
        assert_eq!(problems, "");
        assert_eq!(config.ledger_schema.as_str(), "migrate");
        assert_eq!(config.up.lock_timeout.millis(), 2000);
    }

    #[test]
    fn reads_what_is_given() {
        let (config, problems) = check(
            "[database]\nurl = \"env:X\"\n[up]\nlock_timeout = \"500ms\"\nlock_retries = 3\nverify = \"off\"\n\
             [external]\nfunctions = [\"auth.uid()\"]\n[verify]\naccept = [\"a\"]\nbuiltin = \"warnings\"\n\
             [diff]\nignore = [\"grant *\"]\n",
        );
        assert_eq!(problems, "");
        assert_eq!(config.database_url.as_deref(), Some("env:X"));
        assert_eq!(config.up.lock_timeout.millis(), 500);
        assert_eq!(config.up.lock_retries, 3);
        assert_eq!(config.up.verify, VerifyWhen::Off);
        assert_eq!(config.builtin, Severity::Warning);
        assert_eq!(config.diff_ignore, ["grant *"]);
        assert_eq!(config.external_objects[0].to_string(), "function auth.uid()");
    }

    #[test]
    fn reports_all_problems_with_their_places() {
        let (_, problems) =
            check("[up]\nlock_timout = \"2s\"\nlock_retries = \"3\"\nverify = \"aftr\"\nlease_wait = \"2x\"\n[upp]\n");
        insta::assert_snapshot!(problems, @r#"
        error[M112]: `lock_retries` wants a whole number from 0
         --> migrate.toml:3:16
          |
        3 | lock_retries = "3"
          |                ^^^ found string

        error[M113]: `2x` is not a duration such as "500ms", "2s", "5min" or "1h"
         --> migrate.toml:5:14
          |
        5 | lease_wait = "2x"
          |              ^^^^

        error[M114]: `verify` is one of "in-transaction", "after", "off"
         --> migrate.toml:4:10
          |
        4 | verify = "aftr"
          |          ^^^^^^
          |
          = help: did you mean "after"?

        error[M111]: unknown key `lock_timout` in `up`
         --> migrate.toml:2:1
          |
        2 | lock_timout = "2s"
          | ^^^^^^^^^^^
          |
          = help: did you mean `lock_timeout`?

        error[M111]: unknown key `upp`
         --> migrate.toml:6:2
          |
        6 | [upp]
          |  ^^^
          |
          = help: did you mean `up`?
        "#);
    }

    #[test]
    fn what_is_not_toml_says_so_at_the_place() {
        let (_, problems) = check("[up\nlock_timeout = 1\n");
        insta::assert_snapshot!(problems, @"
        error[M110]: not TOML: unclosed table, expected `]`
         --> migrate.toml:1:4
          |
        1 | [up
          |    ^
          |
          = help: see https://toml.io for the format
        ");
    }
}
