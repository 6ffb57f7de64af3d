use std::collections::BTreeMap;

use serde::Serialize;

use super::duration::{ago, took};
use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::{JsonDiagnostic, Paint, diagnostics};
use crate::diagnostic::Diagnostic;
use crate::ledger::{Applied, HistoryEntry, Ledger};
use crate::model::MigrationId;
use crate::plan::{Left, Partly, Standing};
use crate::project::Migration;

/// The ledger against the files, ready to be shown.
#[derive(Debug)]
pub struct Status<'a> {
    /// Which database.
    pub target: &'a str,
    /// The files.
    pub migrations: &'a [Migration],
    /// What is applied.
    pub ledger: &'a Ledger,
    /// The comparison.
    pub standing: &'a Standing,
    /// Why `up` would refuse on this standing.
    pub refusals: &'a [Diagnostic],
}

#[derive(Debug, Serialize)]
struct JsonStatus<'a> {
    format: u32,
    target: &'a str,
    current: bool,
    migrations: Vec<JsonMigration<'a>>,
    problems: Vec<JsonDiagnostic<'a>>,
    lease: Option<JsonLease<'a>>,
    /// Where the ledger was written, if that is another database.
    copied_from: Option<JsonIdentity<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonIdentity<'a> {
    database_oid: u32,
    system_identifier: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct JsonMigration<'a> {
    id: &'a str,
    state: &'static str,
    path: Option<&'a str>,
    applied_at: Option<String>,
    applied_by: Option<&'a str>,
    duration_ms: Option<f64>,
}

#[derive(Debug, Serialize)]
struct JsonLease<'a> {
    holder: &'a str,
    since: String,
    expired: bool,
}

impl Status<'_> {
    fn applied(&self) -> BTreeMap<&MigrationId, &Applied> {
        self.ledger.applied.iter().map(|applied| (&applied.id, applied)).collect()
    }

    fn state(&self, index: usize) -> &'static str {
        if self.standing.again.contains(&index) {
            "changed, runs again"
        } else if self.standing.pending.contains(&index) {
            if self.begun(index) { "partly applied" } else { "pending" }
        } else if self.standing.changed.iter().any(|(changed, _)| *changed == index) {
            "changed"
        } else {
            let partly = self.standing.partly.iter().find(|it| it.id == self.migrations[index].id);
            partly.map_or("applied", Partly::state)
        }
    }

    fn begun(&self, index: usize) -> bool {
        self.ledger.intents.iter().any(|intent| intent.migration == self.migrations[index].id)
    }

    /// What is neither applied nor among the files.
    fn lost(&self) -> impl Iterator<Item = &Partly> {
        self.standing.partly.iter().filter(|it| matches!(it.left, Left::Lost(_)))
    }

    /// For a terminal.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let gone = self.standing.unknown.iter().map(|it| &it.id).chain(self.lost().map(|it| &it.id));
        let ids = self.migrations.iter().map(|it| &it.id).chain(gone);
        let width = ids.map(|id| id.as_str().chars().count()).max().unwrap_or(0);
        let applied = self.applied();
        let mut lines: Vec<String> = Vec::new();
        for (index, migration) in self.migrations.iter().enumerate() {
            let state = self.state(index);
            let applied = applied.get(&migration.id);
            let when = applied
                .map(|a| format!("{}  {:>8}  by {}", ago(a.applied_at), took(a.duration), a.applied_by))
                .unwrap_or_default();
            let shown = match state {
                "applied" => paint.good(&format!("{state:<8}")),
                "pending" => paint.careful(&format!("{state:<8}")),
                other => paint.bad(&format!("{other:<8}")),
            };
            lines.push(
                format!("{:<width$}  {shown}  {}", migration.id.as_str(), paint.faint(&when)).trim_end().to_owned(),
            );
        }
        for unknown in &self.standing.unknown {
            let when = format!("{}  by {}", ago(unknown.applied_at), unknown.applied_by);
            lines.push(format!(
                "{:<width$}  {}  {}",
                unknown.id.as_str(),
                paint.bad("applied, not on disk"),
                paint.faint(&when)
            ));
        }
        let lost = self.lost();
        lines.extend(lost.map(|it| format!("{:<width$}  {}", it.id.as_str(), paint.bad(it.state()))));
        let mut parts = vec![format!("{} {}", paint.strong("status of"), self.target)];
        if !lines.is_empty() {
            parts.push(lines.join("\n"));
        }
        if let Some(lease) = &self.ledger.lease {
            let word = if self.ledger.copied_from.is_some() {
                "held a lease in the database this one was copied from, void here, taken"
            } else if lease.expired {
                "has stopped renewing the lease taken"
            } else {
                "is running since"
            };
            parts.push(format!("{} {} {word} {}", paint.careful("note:"), lease.name, ago(lease.since)));
        }
        if !self.refusals.is_empty() {
            parts.push(diagnostics::to_human(self.refusals, paint));
        }
        parts.push(self.summary());
        parts.join("\n\n")
    }

    fn summary(&self) -> String {
        let (pending, problems) = (self.standing.pending.len(), self.refusals.len());
        let applied = self.ledger.applied.len();
        let rest = match (problems, pending) {
            (0, 0) => ": up to date".to_owned(),
            (0, _) => String::new(),
            (problems, _) => format!(", {problems} problem{}: `migrate up` refuses", plural(problems)),
        };
        format!("{applied} applied, {pending} pending{rest}")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let applied = self.applied();
        let mut migrations: Vec<JsonMigration<'_>> = (0..self.migrations.len())
            .map(|index| {
                let migration = &self.migrations[index];
                let applied = applied.get(&migration.id);
                JsonMigration {
                    id: migration.id.as_str(),
                    state: self.state(index),
                    path: Some(&migration.source.path),
                    applied_at: applied.map(|a| a.applied_at.to_string()),
                    applied_by: applied.map(|a| a.applied_by.as_str()),
                    duration_ms: applied.map(|a| a.duration.as_secs_f64() * 1000.0),
                }
            })
            .collect();
        migrations.extend(self.standing.unknown.iter().map(|unknown| JsonMigration {
            id: unknown.id.as_str(),
            state: "applied, not on disk",
            path: None,
            applied_at: Some(unknown.applied_at.to_string()),
            applied_by: Some(&unknown.applied_by),
            duration_ms: Some(unknown.duration.as_secs_f64() * 1000.0),
        }));
        migrations.extend(self.lost().map(|it| JsonMigration {
            id: it.id.as_str(),
            state: it.state(),
            path: None,
            applied_at: None,
            applied_by: None,
            duration_ms: None,
        }));
        to_json(&JsonStatus {
            format: FORMAT,
            target: self.target,
            current: self.standing.is_current(),
            migrations,
            problems: self.refusals.iter().map(JsonDiagnostic::from).collect(),
            lease: self.ledger.lease.as_ref().map(|lease| JsonLease {
                holder: &lease.name,
                since: lease.since.to_string(),
                expired: lease.expired,
            }),
            copied_from: self.ledger.copied_from.as_ref().map(|it| JsonIdentity {
                database_oid: it.database_oid,
                system_identifier: it.system_identifier.as_deref(),
            }),
        })
    }
}

/// The ledger's history, ready to be shown.
#[derive(Debug)]
pub struct History<'a> {
    /// Which database.
    pub target: &'a str,
    /// Oldest first.
    pub entries: &'a [HistoryEntry],
}

#[derive(Debug, Serialize)]
struct JsonHistory<'a> {
    format: u32,
    target: &'a str,
    history: Vec<JsonEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonEntry<'a> {
    at: String,
    event: &'a str,
    id: &'a str,
    checksum: String,
    duration_ms: Option<f64>,
    by: &'a str,
    run: i64,
    tool_version: &'a str,
}

impl History<'_> {
    /// For a terminal.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        if self.entries.is_empty() {
            return format!("nothing was ever applied to {}", self.target);
        }
        let lines = self.entries.iter().map(|entry| {
            let took = entry.duration.map(took).unwrap_or_default();
            let when = paint.faint(&ago(entry.happened_at));
            format!(
                "{when}  run {:<4} {:<10} {}  {took}  by {}",
                entry.run, entry.event, entry.migration, entry.done_by
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        to_json(&JsonHistory {
            format: FORMAT,
            target: self.target,
            history: self
                .entries
                .iter()
                .map(|entry| JsonEntry {
                    at: entry.happened_at.to_string(),
                    event: &entry.event,
                    id: entry.migration.as_str(),
                    checksum: entry.checksum.to_string(),
                    duration_ms: entry.duration.map(|d| d.as_secs_f64() * 1000.0),
                    by: &entry.done_by,
                    run: entry.run,
                    tool_version: &entry.tool_version,
                })
                .collect(),
        })
    }
}
