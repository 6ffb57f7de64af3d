use super::Paint;
use super::verify::line;
use crate::catalog::CatalogError;
use crate::db::{DbError, ServerError};
use crate::diagnostic::Diagnostic;
use crate::execute::{ExecuteError, Failure, FailureCause, FailureState, sets_sequences};
use crate::ledger::LedgerError;
use crate::model::{Ident, MigrationId};
use crate::plan::Direction;
use crate::verify::{BEHIND, CheckResult, Fix};

/// Whose privileges an explanation is about.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// The role that statements run as.
    pub role: &'a Ident,
    /// The database.
    pub database: &'a Ident,
    /// The ledger's schema.
    pub ledger: &'a Ident,
}

/// Why a run stopped, one diagnostic for each migration that failed. `applied` migrations of this run are committed.
#[must_use]
pub fn explain(error: &ExecuteError, applied: usize, who: Who<'_>) -> Vec<Diagnostic> {
    let diagnostic = match error {
        ExecuteError::Several(errors) => return errors.iter().flat_map(|it| explain(it, applied, who)).collect(),
        ExecuteError::Migration(failure) => return vec![migration(failure, applied, who)],
        ExecuteError::Between(between) => {
            let state = state(&between.id, between.direction, between.state);
            let mut found = explain(&between.error, applied, who);
            for diagnostic in &mut found {
                diagnostic.notes.insert(0, state.clone());
            }
            return found;
        }
        ExecuteError::Ledger(error) => explain_ledger(error, who),
        ExecuteError::Db(error) => error.to_diagnostic(),
        ExecuteError::NeedsSession { file, span, .. } => Diagnostic::error("M607", error.to_string())
            .label(file, *span, "runs outside a transaction, under a `SET` above it that a pooler would lose")
            .help("name objects with their schema and leave the `SET` out, or connect to the server itself"),
        ExecuteError::Stopped => Diagnostic::error("M606", "stopped as asked, between two migrations")
            .help("run `migrate up` again to go on"),
    };
    vec![diagnostic.note(committed(applied, Direction::Up))]
}

/// Why the catalog could not be read.
#[must_use]
pub fn explain_catalog(error: &CatalogError) -> Diagnostic {
    let CatalogError::Db(error) = error;
    db("M431", "the database's catalog can't be read", error)
}

const DOCTOR: &str =
    "the ledger can't number its rows, as after a restore of single tables: `migrate doctor` says what mends it";

/// Whether the ledger refuses a new row for its number.
fn is_miscounted(error: &ServerError, ledger: &Ident) -> bool {
    let numbered = matches!(error.table.as_deref(), Some("runs" | "history" | "applied"));
    let unnumbered = error.sqlstate == "23502";
    let taken = error.sqlstate == "23505" && error.constraint.as_deref() != Some("applied_pkey");
    error.schema.as_deref() == Some(ledger.as_str()) && numbered && (unnumbered || taken)
}

/// Why the ledger could not be read or written.
#[must_use]
pub fn explain_ledger(error: &LedgerError, who: Who<'_>) -> Diagnostic {
    let (schema, role) = (who.ledger, who.role);
    match error {
        LedgerError::Db(cause) => {
            let diagnostic = db("M420", &format!("the ledger in schema `{schema}` can't be used"), cause);
            match cause {
                DbError::Server(server) if server.sqlstate == "42501" => diagnostic.help(format!(
                    "to read it, let its owner run `GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON ALL TABLES IN \
                     SCHEMA {schema} TO {role}`; to apply migrations, run as its owner"
                )),
                DbError::Server(server) if is_miscounted(server, schema) => diagnostic.help(DOCTOR),
                _ => diagnostic,
            }
        }
        LedgerError::Install { sqlstate, .. } => {
            let diagnostic = Diagnostic::error("M421", error.to_string());
            match sqlstate {
                Some(code) if code == "42501" => diagnostic.note("SQLSTATE 42501").help(format!(
                    "let the database's owner run `GRANT CREATE ON DATABASE {} TO {role}`, or `CREATE SCHEMA {schema} \
                     AUTHORIZATION {role}`",
                    who.database
                )),
                Some(code) => diagnostic.note(format!("SQLSTATE {code}")),
                None => diagnostic,
            }
        }
        LedgerError::TooNew { .. } => Diagnostic::error("M422", error.to_string())
            .help("a newer `migrate` was used on this database: use that version or a later one"),
        LedgerError::Damaged { .. } => Diagnostic::error("M423", error.to_string())
            .help(format!("somebody changed schema `{schema}` by hand: restore the row from a backup")),
        LedgerError::Held(_) => Diagnostic::error("M424", error.to_string())
            .help("wait until it has finished, or raise `[up] lease_wait`; the lease of a dead run frees by itself within a minute"),
        LedgerError::Lost => Diagnostic::error("M425", error.to_string())
            .note("this run stopped; what it had begun was rolled back")
            .help("run `migrate status` to see what the other run has done"),
    }
}

/// Server errors with all the server said; errors of the connection keep their own words and way out.
fn db(code: &'static str, what: &str, error: &DbError) -> Diagnostic {
    match error {
        DbError::Server(server) => facts(Diagnostic::error(code, format!("{what}: {}", server.message)), server),
        other => other.to_diagnostic(),
    }
}

/// What the server said besides its message.
fn facts(mut diagnostic: Diagnostic, error: &ServerError) -> Diagnostic {
    diagnostic = diagnostic.note(format!("SQLSTATE {}", error.sqlstate));
    for (name, text) in [("detail", &error.detail), ("hint", &error.hint), ("context", &error.where_)] {
        if let Some(text) = text {
            diagnostic = diagnostic.note(format!("{name}: {text}"));
        }
    }
    if let Some((_, query)) = &error.internal {
        diagnostic = diagnostic.note(format!("while running: {}", query.trim()));
    }
    diagnostic
}

fn migration(failure: &Failure, applied: usize, who: Who<'_>) -> Diagnostic {
    let id = &failure.id;
    let mut diagnostic = match &failure.cause {
        FailureCause::Server(error) => {
            facts(Diagnostic::error("M601", format!("`{id}` failed: {}", error.message)), error)
        }
        FailureCause::ConnectionLost(cause) => {
            Diagnostic::error("M603", format!("`{id}` failed: the connection was lost: {cause}"))
        }
        FailureCause::Unknown(cause) => Diagnostic::error(
            "M604",
            format!("whether `{id}` was committed is not known: the connection was lost: {cause}"),
        ),
        FailureCause::Undecided(what) => Diagnostic::error("M605", format!("`{id}` can't go on: {what}")),
        FailureCause::Violated(violated) => violation(failure, violated),
        FailureCause::Unchecked(cause) => {
            Diagnostic::error("M609", format!("`{id}` was not committed: its checks could not be run: {cause}"))
        }
        FailureCause::Cancelled => Diagnostic::error("M606", format!("stopped as asked, in `{id}`")),
        FailureCause::LeaseLost => Diagnostic::error("M425", "another run has taken over the lease"),
    };
    if let Some(span) = failure.span {
        diagnostic = diagnostic.label(&failure.source, span, "");
    } else if matches!(failure.cause, FailureCause::Server(_)) {
        diagnostic = diagnostic.note(format!("in {}", failure.source.path));
    }
    if failure.attempts > 1 {
        diagnostic = diagnostic.note(format!("tried {} times", failure.attempts));
    }
    for blocker in &failure.blockers {
        diagnostic = diagnostic.note(super::blocked_by(blocker));
    }
    diagnostic = diagnostic.note(state(id, failure.direction, failure.state));
    diagnostic.notes.extend(failure.leftover.clone());
    diagnostic.note(committed(applied, failure.direction)).help(way_out(failure, who))
}

/// What the database holds of a migration that was not brought to its end.
fn state(id: &MigrationId, direction: Direction, state: FailureState) -> String {
    let again = again(id, direction);
    match state {
        FailureState::RolledBack => match direction {
            Direction::Up => format!("rolled back: nothing of `{id}` is in the database"),
            Direction::Down => format!("rolled back: `{id}` is still applied"),
        },
        FailureState::Partly { done: 0, .. } => format!("no step of `{id}` is committed"),
        FailureState::Partly { done, total } if done == total => {
            format!("all {total} steps of `{id}` are committed, and it does not count as {}", direction.done())
        }
        FailureState::Partly { done: 1, total } => {
            format!("the first of {total} steps of `{id}` is committed; the next `{again}` goes on after it")
        }
        FailureState::Partly { done, total } => {
            format!("the first {done} of {total} steps of `{id}` are committed; the next `{again}` goes on after them")
        }
        FailureState::InDoubt { done: 0, .. } => format!("whether step 1 of `{id}` has finished is not known"),
        FailureState::InDoubt { done: 1, total } => {
            format!("the first of {total} steps of `{id}` is committed; whether the next has finished is not known")
        }
        FailureState::InDoubt { done, total } => format!(
            "the first {done} of {total} steps of `{id}` are committed; whether the next has finished is not known"
        ),
        FailureState::Unknown => "the ledger will tell: `migrate status`".to_owned(),
    }
}

/// Which checks a migration would have violated, with what they found.
fn violation(failure: &Failure, violated: &[CheckResult]) -> Diagnostic {
    const SHOWN: usize = 10;
    let checks: Vec<String> = violated.iter().map(|it| format!("`{}`", it.check)).collect();
    let verb = if checks.len() == 1 { "does" } else { "do" };
    let message = format!("`{}` was not committed: {} {verb} not hold after it", failure.id, checks.join(", "));
    let mut notes = Vec::new();
    for result in violated {
        for finding in &result.findings {
            notes.push(format!("{}: {}", result.check, line(finding, Paint::Plain)));
            if let Fix::Sql { statements, .. } | Fix::Automatic { statements, .. } = &finding.fix {
                // Within the migration they are in its transaction.
                let control = |it: &&str| !matches!(*it, "BEGIN" | "COMMIT");
                let mend: Vec<&str> = statements.iter().map(String::as_str).filter(control).collect();
                notes.push(format!("what would mend it: {}", mend.join("; ")));
            }
        }
        for broken in &result.broken {
            notes.push(format!("{}: {} could not be checked: {}", result.check, broken.object, broken.reason));
            notes.extend(broken.help.clone());
        }
    }
    let mut diagnostic = Diagnostic::error("M608", message);
    let more = notes.len().saturating_sub(SHOWN);
    diagnostic.notes.extend(notes.into_iter().take(SHOWN));
    if more > 0 {
        diagnostic = diagnostic.note(format!("and {more} lines more"));
    }
    if violated.iter().any(|it| it.check == BEHIND) && sets_sequences(&failure.source.text) {
        diagnostic = diagnostic.note(
            "what `setval` has set stays though the migration is rolled back: run `migrate verify --fix-sequences`",
        );
    }
    diagnostic.note(format!("in {}", failure.source.path))
}

fn committed(done: usize, direction: Direction) -> String {
    match (direction, done) {
        (Direction::Up, 0) => "no migration was committed in this run".to_owned(),
        (Direction::Up, 1) => "1 migration of this run is committed and recorded".to_owned(),
        (Direction::Up, count) => format!("{count} migrations of this run are committed and recorded"),
        (Direction::Down, 0) => "no migration was reverted in this run".to_owned(),
        (Direction::Down, 1) => "1 migration was reverted in this run".to_owned(),
        (Direction::Down, count) => format!("{count} migrations were reverted in this run"),
    }
}

fn way_out(failure: &Failure, who: Who<'_>) -> String {
    let again = again(&failure.id, failure.direction);
    match &failure.cause {
        FailureCause::Server(error) if is_miscounted(error, who.ledger) => DOCTOR.to_owned(),
        FailureCause::Server(error) => match error.sqlstate.as_str() {
            "42501" => error
                .help(who.role.as_str())
                .unwrap_or_else(|| format!("grant the role what it lacks, then run `{again}` again")),
            "55P03" => match failure.blockers.iter().find_map(|blocker| blocker.pid) {
                Some(pid) => format!(
                    "wait until the other session has ended, or end it with `SELECT pg_terminate_backend({pid})`, then run \
                     `{again}` again"
                ),
                None => format!(
                    "another session holds the lock: find it with `SELECT * FROM pg_stat_activity`, end it, then run \
                     `{again}` again"
                ),
            },
            "2D000" | "25001" => format!(
                "it commits by itself: put `-- [migrate]` and `-- transaction = \"never\"` at the top of `{}`, then run \
                 `{again}` again",
                failure.source.path
            ),
            "55P04" => format!(
                "a value added to an enum has to be committed first: put `-- [migrate]` and `-- transaction = \"never\"` at \
                 the top of `{}`, then run `{again}` again",
                failure.source.path
            ),
            // Duplicate schema, table, column, object.
            "42P06" | "42P07" | "42701" | "42710" if failure.direction == Direction::Up => format!(
                "what it creates is there already: take that away, or correct `{}`, then run `{again}` again; if all that \
                 it makes is there, `migrate baseline {}` counts it as applied",
                failure.source.path,
                shell_word(failure.id.as_str())
            ),
            // Why, only the message says, and that in the server's language.
            "57014" if error.message.contains("statement timeout") => {
                format!("the statement ran into `statement_timeout`: raise it in the header, then run `{again}` again")
            }
            "57014" if error.message.contains("user request") => {
                format!("somebody has cancelled the statement: run `{again}` again when it is in nobody's way")
            }
            "57014" => format!(
                "the statement was cancelled: raise `statement_timeout` in the header if it ran into that, then run \
                 `{again}` again"
            ),
            _ => format!("correct `{}`, then run `{again}` again", failure.source.path),
        },
        FailureCause::Violated(violated) => {
            let key = violated.iter().flat_map(|it| &it.findings).map(|it| it.key.as_str()).next();
            let accept = key.map_or_else(String::new, |key| {
                format!(", or accept what was found: `[verify] accept = [\"{key}\"]` in `migrate.toml`")
            });
            format!("correct `{}`{accept}; then run `{again}` again", failure.source.path)
        }
        FailureCause::Cancelled => format!("run `{again}` again to go on"),
        FailureCause::ConnectionLost(_) | FailureCause::LeaseLost | FailureCause::Unchecked(_) => {
            format!("run `{again}` again")
        }
        FailureCause::Unknown(_) => {
            format!("when the server is back, run `{again}` again: it goes on from what was committed")
        }
        FailureCause::Undecided(_) => format!(
            "look at the database; run `migrate repair {id} --interrupted finished` if the statement has finished, or with \
             `again` if it is to run again; then run `{again}` again",
            id = shell_word(failure.id.as_str())
        ),
    }
}

/// The command that was running.
fn again(id: &MigrationId, direction: Direction) -> String {
    match direction {
        Direction::Up => "migrate up".to_owned(),
        Direction::Down => format!("migrate down {}", shell_word(id.as_str())),
    }
}

/// A word as a shell takes it for one.
fn shell_word(text: &str) -> String {
    let plain = text.chars().all(|it| it.is_alphanumeric() || "_-.+@%/:".contains(it));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
