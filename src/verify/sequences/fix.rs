use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::decide::{Definition, Standing, Target, decide};
use super::discover::Sequence;
use super::table_locks::{locking_tables, table_locks};
use super::{SequenceState, state, together};
use crate::db::{Session, is_passing, pause_after};
use crate::verify::failure::Failure;
use crate::verify::finding::{Fix, Repair, Report};
use crate::verify::fix_options::FixOptions;
use crate::verify::reader::{Helper, Reader, Snapshot};
use crate::verify::{Limits, VerifyError};

/// The most values drawn to move a sequence that may not be set: 1,000,000 take 0.27 s.
const MOST_DRAWN: u64 = 5_000_000;

/// How long one statement of a fix may run: others wait for the sequence meanwhile.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a transaction that holds other sequences or a table may wait for one more: far less than `deadlock_timeout`, so
/// that no writer is ever chosen to end a deadlock with it.
pub(super) const PATIENCE: Duration = Duration::from_millis(50);

/// How a sequence was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// `setval` under a lock that makes `nextval` of others wait, in one transaction.
    Locked,
    /// By drawing the values in between: needs no ownership and no lock, and can't go backwards.
    Drawn,
}

/// What became of one sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SequenceOutcome {
    /// A dry run: nothing was done.
    Planned,
    /// Moved; by [`confirm_sequences`](super::confirm_sequences), the server confirmed afterwards that it is ahead.
    Fixed,
    /// It was ahead when it was read again: others have moved it.
    AlreadyAhead,
    /// Moved, and behind again when it was read afterwards: something writes explicit ids.
    StillBehind,
    /// Not moved.
    Refused {
        /// Why.
        reason: String,
        /// The way out.
        help: Option<String>,
    },
}

/// What was done about one sequence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SequenceFix {
    /// The sequence.
    pub sequence: String,
    /// How; `None` when it was refused before anything ran.
    pub method: Option<Method>,
    /// What was run; in a dry run what does the same by itself, one sequence at a time.
    pub statements: Vec<String>,
    /// How often it was tried for want of a lock.
    pub tries: u32,
    /// What became of it.
    pub outcome: SequenceOutcome,
    /// What the server said afterwards, one row for each column; see [`confirm_sequences`](super::confirm_sequences).
    pub after: Vec<SequenceState>,
}

/// A sequence to move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind<'r> {
    pub(super) sequence: &'r Sequence,
    /// What moves it, as far as the report knew.
    pub(super) statements: &'r [String],
}

/// What is left to move, by whoever is free.
struct Queue<'q, 'r> {
    batches: RefCell<std::vec::IntoIter<Vec<(usize, Behind<'r>)>>>,
    fixes: RefCell<Vec<(usize, SequenceFix)>>,
    role: String,
    options: &'q FixOptions,
}

/// Moves every sequence that `report` found behind, on two connections where there are many. Where each takes a moment, some
/// dozens share a transaction; one that can't be had at once gets one of its own. Whether they are ahead then, a new report
/// tells: [`confirm_sequences`](super::confirm_sequences).
///
/// A sequence never moves backwards: its state is read again under the lock.
///
/// # Errors
/// When a connection is lost. What the server refuses for one sequence is that sequence's outcome.
pub async fn fix_sequences(
    session: &mut Session,
    report: &Report,
    options: &FixOptions,
) -> Result<Vec<SequenceFix>, VerifyError> {
    let client = session.client();
    let behind: Vec<Behind<'_>> = report
        .findings()
        .filter(|(_, finding)| !finding.accepted)
        .filter_map(|(_, finding)| {
            let Fix::Automatic { repair, statements, .. } = &finding.fix else { return None };
            let Repair::Sequence(sequence) = repair.as_ref() else { return None };
            Some(Behind { sequence, statements })
        })
        .collect();
    if behind.is_empty() {
        return Ok(Vec::new());
    }
    let limits = Limits::default();
    let reader = Reader::open(client, Snapshot::Each, limits).await?;
    let (lock_budget, role) = (reader.lock_budget / 2, reader.role.clone());
    reader.close().await?;
    let items = behind
        .iter()
        .enumerate()
        .map(|(index, it)| ((index, *it), state::weight_of(it.sequence), !together::may_share(it.sequence, options)));
    let batches = state::batches(items, lock_budget);
    let helper = if batches.len() > 1 && !options.dry_run { Helper::of(session, limits) } else { None };
    let queue = Queue { batches: RefCell::new(batches.into_iter()), fixes: RefCell::default(), role, options };
    let (first, second) = tokio::join!(queue.work(client), queue.help(helper));
    first.and(second)?;
    let mut fixes = queue.fixes.into_inner();
    fixes.sort_by_key(|(index, _)| *index);
    Ok(fixes.into_iter().map(|(_, fix)| fix).collect())
}

impl<'r> Queue<'_, 'r> {
    fn next(&self) -> Option<Vec<(usize, Behind<'r>)>> {
        self.batches.borrow_mut().next()
    }

    async fn work(&self, client: &Client) -> Result<(), VerifyError> {
        while let Some(batch) = self.next() {
            let (indexes, batch): (Vec<usize>, Vec<Behind<'_>>) = batch.into_iter().unzip();
            let shared = if batch.len() > 1 { together::fix(client, &batch, self.options).await? } else { None };
            if let Some(shared) = shared {
                self.fixes.borrow_mut().extend(indexes.into_iter().zip(shared));
                continue;
            }
            for (index, it) in indexes.into_iter().zip(batch) {
                let fix = fix(client, &self.role, it, self.options).await?;
                self.fixes.borrow_mut().push((index, fix));
            }
        }
        Ok(())
    }

    /// Works on a second connection, where one is to be had.
    async fn help(&self, helper: Option<Helper<'_>>) -> Result<(), VerifyError> {
        let Some(mut helper) = helper else { return Ok(()) };
        if let Some(second) = helper.connect().await {
            self.work(second.client()).await?;
        }
        helper.disconnect().await;
        Ok(())
    }
}

/// What moves `sequence` to `target`, as a person may run it: it stays harmless when run late.
pub(super) fn statements(sequence: &Sequence, target: Target) -> Vec<String> {
    if sequence.rights.own {
        vec!["BEGIN".to_owned(), hold(sequence, &sequence.definition), set(sequence, target), "COMMIT".to_owned()]
    } else {
        vec![draw(sequence, target.steps)]
    }
}

/// Takes SHARE ROW EXCLUSIVE on the sequence and changes nothing. `LOCK TABLE` refuses sequences. It also writes a
/// new file for the relation, so a `setval` after it rolls back with the transaction and values that other sessions
/// have cached are thrown away (`ALTER SEQUENCE`, PostgreSQL 10 and later).
pub(super) fn hold(sequence: &Sequence, definition: &Definition) -> String {
    format!("ALTER SEQUENCE {} INCREMENT BY {}", sequence.name.quoted(), definition.increment)
}

pub(super) fn set(sequence: &Sequence, target: Target) -> String {
    let name = sequence.name.quoted();
    let ahead = if sequence.definition.increment > 0 { "<=" } else { ">=" };
    format!(
        "SELECT pg_catalog.setval({literal}::pg_catalog.regclass, {value}, {called}) FROM {name} \
         WHERE last_value {ahead} {value}",
        literal = literal(&name),
        value = target.value,
        called = target.is_called,
    )
}

fn draw(sequence: &Sequence, steps: u64) -> String {
    format!(
        "SELECT pg_catalog.count(pg_catalog.nextval({}::pg_catalog.regclass)) FROM pg_catalog.generate_series(1, {steps})",
        literal(&sequence.name.quoted())
    )
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) async fn fix(
    client: &Client,
    role: &str,
    Behind { sequence, statements }: Behind<'_>,
    options: &FixOptions,
) -> Result<SequenceFix, VerifyError> {
    let mut fix = SequenceFix {
        sequence: sequence.name.path(),
        method: None,
        statements: locking_tables(sequence, statements, options),
        tries: 0,
        outcome: SequenceOutcome::Planned,
        after: Vec::new(),
    };
    if !sequence.rights.own && !sequence.rights.call {
        let reason = "the role neither owns the sequence nor may draw from it".to_owned();
        let help = format!("run as its owner, or GRANT USAGE ON SEQUENCE {} TO {role}", fix.sequence);
        fix.outcome = SequenceOutcome::Refused { reason, help: Some(help) };
        return Ok(fix);
    }
    fix.method = Some(if sequence.rights.own { Method::Locked } else { Method::Drawn });
    if options.dry_run {
        return Ok(fix);
    }
    loop {
        fix.tries += 1;
        let tried = if sequence.rights.own {
            locked(client, sequence, options, &mut fix.statements).await
        } else {
            drawn(client, sequence, options, &mut fix.statements).await
        };
        let error = match tried {
            Ok(outcome) => {
                fix.outcome = outcome;
                return Ok(fix);
            }
            Err(error) => error,
        };
        if client.is_closed() {
            return Err(error.into());
        }
        client.batch_execute("ROLLBACK").await?;
        if fix.tries > options.retries || !is_passing(&error) {
            fix.outcome = refused(&error, fix.tries);
            return Ok(fix);
        }
        tokio::time::sleep(pause_after(fix.tries)).await;
    }
}

fn refused(error: &tokio_postgres::Error, tries: u32) -> SequenceOutcome {
    let failure = Failure::of(error);
    if failure.is(&SqlState::LOCK_NOT_AVAILABLE) {
        return SequenceOutcome::Refused {
            reason: format!("no lock in {tries} tries"),
            help: Some(
                "an open transaction has used the sequence or locks its table: wait for it, or raise `[up] lock_timeout`"
                    .to_owned(),
            ),
        };
    }
    let denied = failure
        .is(&SqlState::INSUFFICIENT_PRIVILEGE)
        .then(|| "run as the owner of the table and the sequence".to_owned());
    SequenceOutcome::Refused { reason: failure.message, help: denied.or(failure.hint) }
}

pub(super) fn begin(sequence: &Sequence, options: &FixOptions) -> String {
    let (patience, longest) = (options.lock_timeout.duration().min(PATIENCE), options.lock_timeout.millis());
    // A writer that holds one of several tables, or has drawn a value before it inserts, must not wait for us in a circle.
    let hurry = format!("; SET LOCAL lock_timeout = {}", patience.as_millis());
    let tables =
        table_locks(sequence, options).into_iter().fold(String::new(), |sql, lock| sql + "; " + &lock + &hurry);
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL search_path = ''; SET LOCAL row_security = off; \
         SET LOCAL lock_timeout = {longest}; SET LOCAL statement_timeout = {}; \
         SET LOCAL idle_in_transaction_session_timeout = '60s'{tables}",
        STATEMENT_TIMEOUT.as_millis(),
    )
}

/// One try by lock, read again, set. Read and set without the lock lost 37,163 inserts to duplicate keys where three
/// writers ran for four seconds; one statement that does both lost 481; this loses none.
async fn locked(
    client: &Client,
    sequence: &Sequence,
    options: &FixOptions,
    statements: &mut Vec<String>,
) -> Result<SequenceOutcome, tokio_postgres::Error> {
    client.batch_execute(&begin(sequence, options)).await?;
    let Some(definition) = definition(client, sequence).await? else {
        client.batch_execute("ROLLBACK").await?;
        return Ok(SequenceOutcome::Refused { reason: "the sequence is gone".to_owned(), help: None });
    };
    client.batch_execute(&hold(sequence, &definition)).await?;
    let current = Sequence { definition, ..sequence.clone() };
    match standing(client, &current).await? {
        Some(Standing::Behind(target)) => {
            let set = set(&current, target);
            client.batch_execute(&format!("{set}; COMMIT")).await?;
            let moved = ["BEGIN".to_owned(), hold(&current, &definition), set, "COMMIT".to_owned()];
            *statements = locking_tables(&current, &moved, options);
            Ok(SequenceOutcome::Fixed)
        }
        other => {
            client.batch_execute("ROLLBACK").await?;
            Ok(other.map_or_else(unread, unmoved))
        }
    }
}

/// One try by drawing values.
async fn drawn(
    client: &Client,
    sequence: &Sequence,
    options: &FixOptions,
    statements: &mut Vec<String>,
) -> Result<SequenceOutcome, tokio_postgres::Error> {
    client.batch_execute(&begin(sequence, options)).await?;
    match standing(client, sequence).await? {
        Some(Standing::Behind(target)) if target.steps > MOST_DRAWN => {
            client.batch_execute("ROLLBACK").await?;
            let reason = format!("{} values lie in between, too many to draw one by one", target.steps);
            Ok(SequenceOutcome::Refused { reason, help: Some("run as the sequence's owner".to_owned()) })
        }
        Some(Standing::Behind(target)) => {
            let draw = draw(sequence, target.steps);
            client.batch_execute(&format!("{draw}; COMMIT")).await?;
            *statements = locking_tables(sequence, &[draw], options);
            Ok(SequenceOutcome::Fixed)
        }
        other => {
            client.batch_execute("ROLLBACK").await?;
            Ok(other.map_or_else(unread, unmoved))
        }
    }
}

fn unread() -> SequenceOutcome {
    SequenceOutcome::Refused { reason: "its state could not be read".to_owned(), help: Some("verify again".to_owned()) }
}

pub(super) fn unmoved(standing: Standing) -> SequenceOutcome {
    let end = |whose: &str| SequenceOutcome::Refused {
        reason: format!("its data now reaches the end of the range of {whose}"),
        help: None,
    };
    match standing {
        Standing::Exhausted => end("the sequence"),
        Standing::Overflow => end("the column's type"),
        Standing::InSync | Standing::Behind(_) => SequenceOutcome::AlreadyAhead,
    }
}

/// The definition as it is now: somebody may have altered it since the report.
async fn definition(client: &Client, sequence: &Sequence) -> Result<Option<Definition>, tokio_postgres::Error> {
    let sql = "SELECT seqincrement, seqmin, seqmax, seqcycle FROM pg_catalog.pg_sequence \
               WHERE seqrelid = $1 AND seqrelid = pg_catalog.to_regclass($2)";
    let name = sequence.name.quoted();
    let row = client.query_typed_opt(sql, &[(&sequence.oid, Type::OID), (&name, Type::TEXT)]).await?;
    row.as_ref().map(Definition::read).transpose()
}

/// `None` if the server gives no state of it.
async fn standing(client: &Client, sequence: &Sequence) -> Result<Option<Standing>, tokio_postgres::Error> {
    let row = client.query_typed_one(&format!("VALUES {}", state::state_sql(sequence, 0)), &[]).await?;
    let state = state::parse_row(&row)?.map(|(_, state)| state);
    Ok(state.map(|it| decide(&sequence.definition, it.reading, it.extreme, sequence.column_range())))
}
