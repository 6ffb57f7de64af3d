//! One database for each test, and reports as text.

use pgmigrate::db::{Environment, Session, Target, TargetInputs};
use pgmigrate::diagnostic::Source;
use pgmigrate::project::checks::{self, Checks, SequenceSettings};
use pgmigrate::verify::{self, CheckResult, Fix, FixOptions, Limits, Report, Request, Severity};

use crate::support;

/// A test's own database.
pub struct Database {
    url: String,
    /// A connection as superuser.
    pub session: Session,
    /// Dropped last; `None` for another view of the same database.
    _base: Option<support::Database>,
}

/// A new, empty database named for the test.
pub async fn database() -> Database {
    let base = support::Database::new();
    let url = base.url();
    Database { session: session(&url).await, url, _base: Some(base) }
}

async fn session(url: &str) -> Session {
    let inputs = TargetInputs {
        flag: Some(url.to_owned()),
        configured: None,
        root: ".".into(),
        environment: Environment::new::<String, String>([]),
    };
    Session::connect(&Target::resolve(&inputs).unwrap()).await.unwrap()
}

impl Database {
    /// Runs statements.
    pub async fn sql(&self, sql: &str) {
        if let Err(error) = self.session.client().batch_execute(sql).await {
            panic!("{sql}: {error:?}");
        }
    }

    /// The one text a query returns.
    pub async fn text(&self, sql: &str) -> String {
        let messages = self.session.client().simple_query(sql).await.unwrap();
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("null").to_owned()),
            _ => None,
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// Another connection.
    pub async fn connect(&self) -> Session {
        session(&self.url).await
    }

    /// A connection as another role, which is created without any right.
    pub async fn as_role(&self, role: &str) -> Self {
        // Roles belong to the whole server, which other tests share.
        for create in [format!("CREATE ROLE {role} LOGIN"), format!("GRANT trusted TO {role}")] {
            self.sql(&format!("DO $$ BEGIN {create}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"))
                .await;
        }
        let url = self.url.replace("postgres://postgres@", &format!("postgres://{role}@"));
        Self { session: session(&url).await, url, _base: None }
    }

    /// Runs the selected built-in checks, those on by default when none is named.
    pub async fn verify(&mut self, select: &[&str]) -> Report {
        self.verify_with("", select, Limits::default()).await
    }

    /// Runs checks together with those that `toml` declares.
    pub async fn verify_with(&mut self, toml: &str, select: &[&str], limits: Limits) -> Report {
        let checks = declared(toml);
        let select: Vec<String> = select.iter().map(|id| (*id).to_owned()).collect();
        let request = Request {
            select: &select,
            applied: &|id| id != "V9999",
            accept: &pgmigrate::project::checks::Accepted::keys(&checks.accept),
            limits,
            ..everything(&checks.sequences)
        };
        verify::run(&mut self.session, &checks.declared, &request).await.unwrap()
    }

    /// Runs only what `toml` declares.
    pub async fn declared(&mut self, toml: &str) -> Report {
        let ids: Vec<String> = declared(toml).declared.iter().map(|check| check.id.clone()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        self.verify_with(toml, &ids, Limits::default()).await
    }
}

/// The checks of one TOML text, which must be without problems.
pub fn declared(toml: &str) -> Checks {
    let (checks, problems) = checks::parse(&[Source::new("checks/test.toml", toml)]);
    assert!(problems.is_empty(), "{problems:#?}");
    checks
}

/// A request for everything that runs by default, nothing accepted.
pub fn everything(settings: &SequenceSettings) -> Request<'_> {
    Request {
        select: &[],
        builtin: Severity::Error,
        ledger_schema: "migrate",
        applied: &|_| true,
        accept: &[],
        sequences: settings,
        limits: Limits::default(),
        progress: &|_| {},
    }
}

/// Fixes with short waits.
pub fn quick() -> FixOptions {
    let lock_timeout = pgmigrate::model::LockTimeout::new(std::time::Duration::from_millis(200));
    FixOptions { lock_timeout, retries: 1, ..FixOptions::default() }
}

/// The checks that found something or broke, one line each with what they found.
pub fn shown(report: &Report) -> String {
    let interesting = |result: &&CheckResult| !result.findings.is_empty() || !result.broken.is_empty();
    let mut lines = vec![format!("{:?}", report.verdict())];
    for result in report.results.iter().filter(interesting) {
        lines.push(format!("{} {:?} {}", result.check, result.verdict, result.severity));
        for finding in &result.findings {
            let mark = match &finding.fix {
                Fix::None => "",
                Fix::Sql { .. } => " [sql]",
                Fix::Automatic { flag, .. } => &format!(" [{flag}]"),
            };
            let mark = if finding.accepted { " [accepted]" } else { mark };
            lines.push(format!("  {} {}: {}{mark}", finding.severity, finding.object, finding.evidence));
        }
        for broken in &result.broken {
            let at = broken.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
            let help = broken.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            lines.push(format!("  broken {}: {}{at}{help}", broken.object, broken.reason));
        }
        lines.extend(result.note.iter().map(|note| format!("  note: {note}")));
    }
    lines.join("\n")
}

/// The table of sequences.
pub fn table(report: &Report) -> String {
    let value = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let line = |row: &verify::SequenceState| {
        let place = format!("{}.{}", row.table.as_deref().unwrap_or("-"), row.column.as_deref().unwrap_or("-"));
        let (max, next) = (value(row.max), value(row.next));
        format!("{place} {} max {max} next {next} gap {} {:?}", row.sequence, row.gap, row.status)
    };
    report.sequences.iter().map(line).collect::<Vec<_>>().join("\n")
}
