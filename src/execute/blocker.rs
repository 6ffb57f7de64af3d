use std::convert::Infallible;
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::message::{Message, Stopped};
use super::run::Run;
use crate::db::Session;
use crate::plan::Step;
use crate::sql;

/// A session that keeps a migration from a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// Its backend; `None` for a prepared transaction, which has none.
    pub pid: Option<i32>,
    /// Its role, where ours may see it.
    pub user: Option<String>,
    /// Its `application_name`.
    pub application: Option<String>,
    /// As in `pg_stat_activity`: `active`, `idle in transaction`.
    pub state: Option<String>,
    /// How long its transaction has been open.
    pub age: Option<Duration>,
    /// What it runs or ran last, without the contents of strings, and cut.
    pub query: Option<String>,
    /// The mode in which it holds the lock, such as `AccessShareLock`.
    pub mode: Option<String>,
    /// `false` when it waits for the lock itself, ahead of us.
    pub holds: bool,
    /// The table, index or sequence.
    pub relation: Option<String>,
}

impl Blocker {
    fn from_row(row: &Row) -> Result<Self, tokio_postgres::Error> {
        let query: Option<String> = row.try_get(4)?;
        let age: Option<f64> = row.try_get(5)?;
        Ok(Self {
            pid: Some(row.try_get(0)?).filter(|pid| *pid != 0),
            user: row.try_get(1)?,
            application: row.try_get::<_, Option<String>>(2)?.filter(|name| !name.is_empty()),
            state: row.try_get(3)?,
            age: age.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            query: query.map(|query| shown(&query)).filter(|query| !query.is_empty()),
            mode: row.try_get(6)?,
            holds: row.try_get(7)?,
            relation: row.try_get(8)?,
        })
    }
}

/// A query of somebody else's, short and without what may be secret.
fn shown(query: &str) -> String {
    const LONGEST: usize = 100;
    let text = sql::without_strings(query);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A second connection that sees who blocks the first; made when first needed.
#[derive(Debug, Default)]
pub(super) struct Watch {
    second: Option<Session>,
    /// Who blocked when last looked, of the message that was sent last.
    pub(super) blockers: Vec<Blocker>,
}

impl Watch {
    /// Looks again and again. Whoever blocks is seen only while the other waits: when the wait has timed out, the queue is
    /// gone, and the one at its head may be too.
    async fn keep(&mut self, session: &Session, beginning: &str, every: Duration) -> Infallible {
        loop {
            tokio::time::sleep(every).await;
            match self.look(session, beginning).await {
                Some(blockers) if !blockers.is_empty() => self.blockers = blockers,
                Some(_) => {}
                // A server that gives no second connection (the embedded one, or one that is full) is not asked at once
                // again.
                None => self.second = None,
            }
        }
    }

    async fn look(&mut self, session: &Session, beginning: &str) -> Option<Vec<Blocker>> {
        let second = match self.second.take() {
            Some(second) if !second.is_closed() => second,
            _ => session.connect_another().await.ok()?,
        };
        let second = self.second.insert(second);
        let rows = second.client().query_typed(include_str!("blockers.sql"), &[(&beginning, Type::TEXT)]).await.ok()?;
        rows.iter().map(Blocker::from_row).collect::<Result<_, _>>().ok()
    }
}

impl Run<'_> {
    /// Sends the message of a migration, and watches who blocks it if it takes long.
    pub(super) async fn send_watched(&mut self, step: &Step, message: &Message<'_>) -> Result<(), Stopped> {
        let Run { session, watch, .. } = self;
        watch.blockers.clear();
        // At least two looks in each wait that times out.
        let wait = step.lock_timeout.duration();
        let every =
            if wait.is_zero() { LONGEST_INTERVAL } else { (wait / 3).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL) };
        tokio::select! {
            result = message.send(session) => result,
            never = watch.keep(session, message.mark(), every) => match never {},
        }
    }
}

const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
const LONGEST_INTERVAL: Duration = Duration::from_secs(1);
