use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Commits, LatePolicy, Mode, Plan, ledger_digest};
use crate::ledger::{Applied, Identity};
use crate::model::{Checksum, Ident};

/// The version of plan files this program writes, and the only one it reads.
const FORMAT: u32 = 1;

/// A plan as it was approved: all that its execution depends on, and nothing secret.
///
/// Written by `plan --out` and held by `up --plan` against the plan made then.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    format: u32,
    /// Of everything below.
    hash: String,
    target: FileTarget,
    asked: Asked,
    ledger: FileLedger,
    /// In the order in which they run.
    migrations: Vec<FileStep>,
    /// What the migrations need and don't create, and what the database had of it.
    prerequisites: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTarget {
    database: String,
    database_oid: u32,
    /// As text: JSON's numbers don't hold it everywhere. Absent where the role may not ask for it.
    system_identifier: Option<String>,
    ledger_schema: String,
}

/// What the plan was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `--to`.
    pub to: Option<String>,
    /// What was done about late migrations.
    pub late: LatePolicy,
    /// How the migrations were to be committed.
    pub commits: Commits,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLedger {
    applied: usize,
    digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStep {
    id: String,
    path: String,
    checksum: String,
    /// `transaction`, or the number of pieces it is committed in.
    mode: String,
}

/// Why a file is not a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadablePlan {
    /// It is not JSON, or not of this shape.
    #[error("it is not a plan file: {0}")]
    Shape(String),
    /// Another version of this program wrote it.
    #[error("it has format {0}, this `migrate` reads format {FORMAT}")]
    Format(u64),
    /// Its contents don't have its hash.
    #[error("it was changed after it was written: its hash does not fit")]
    Changed,
}

impl PlanFile {
    /// The plan for this database.
    #[must_use]
    pub fn new(plan: &Plan, asked: Asked, database: &str, identity: &Identity, ledger_schema: &Ident) -> Self {
        let step = |step: &super::Step| FileStep {
            id: step.id.to_string(),
            path: step.source.path.clone(),
            checksum: step.checksum.to_string(),
            mode: match step.mode {
                Mode::Transaction => "transaction".to_owned(),
                Mode::Stepwise { .. } => format!("{} pieces", step.segments.len()),
            },
        };
        let file = Self {
            format: FORMAT,
            hash: String::new(),
            target: FileTarget {
                database: database.to_owned(),
                database_oid: identity.database_oid,
                system_identifier: identity.system_identifier.clone(),
                ledger_schema: ledger_schema.as_str().to_owned(),
            },
            asked,
            ledger: FileLedger { applied: plan.applied, digest: plan.ledger_digest.to_string() },
            migrations: plan.steps.iter().map(step).collect(),
            prerequisites: plan.facts.clone(),
        };
        Self { hash: file.hash_of_the_rest(), ..file }
    }

    /// Reads what [`Self::new`] made, from JSON.
    ///
    /// # Errors
    /// When it is something else, of another version, or was changed by hand.
    pub fn parse(text: &str) -> Result<Self, UnreadablePlan> {
        let shape = |error: serde_json::Error| UnreadablePlan::Shape(error.to_string());
        let document: serde_json::Value = serde_json::from_str(text).map_err(shape)?;
        if let Some(other) = document.get("format").and_then(serde_json::Value::as_u64)
            && other != u64::from(FORMAT)
        {
            return Err(UnreadablePlan::Format(other));
        }
        let file: Self = serde_json::from_value(document).map_err(shape)?;
        if file.hash == file.hash_of_the_rest() { Ok(file) } else { Err(UnreadablePlan::Changed) }
    }

    /// What the plan was asked for.
    #[must_use]
    pub const fn asked(&self) -> &Asked {
        &self.asked
    }

    fn hash_of_the_rest(&self) -> String {
        let rest = Self { hash: String::new(), ..self.clone() };
        // Serialising can only fail for maps whose keys are not strings.
        Checksum::of(&serde_json::to_vec(&rest).unwrap_or_default()).to_string()
    }

    /// In what the plan made now differs from this approved one; nothing when it may run.
    ///
    /// An interrupted run of this very plan may go on: then only what it has not applied yet is compared.
    #[must_use]
    pub fn differences(&self, now: &Self, applied: &[Applied]) -> Vec<String> {
        let mut found = Vec::new();
        self.compare_targets(now, &mut found);
        let done = self.applied_part(applied);
        match done {
            Some(_) => {}
            None => found.push(format!(
                "the ledger: {} migrations were applied when it was approved, {} are now, and not by this plan alone",
                self.ledger.applied, now.ledger.applied
            )),
        }
        self.compare_migrations(now, done.unwrap_or(0), &mut found);
        for (object, is) in &now.prerequisites {
            match self.prerequisites.get(object) {
                Some(was) if was == is => {}
                Some(was) => found.push(format!("{object} was {was} when it was approved, and is {is} now")),
                // What the part already applied has made.
                None if done.is_some_and(|done| done > 0) => {}
                None => found.push(format!("{object} is needed now, and was not when it was approved")),
            }
        }
        found
    }

    fn compare_targets(&self, now: &Self, found: &mut Vec<String>) {
        let (was, is) = (&self.target, &now.target);
        // Whoever made the plan may have been allowed to ask for it, and whoever runs it not.
        let clusters = was.system_identifier.as_ref().zip(is.system_identifier.as_ref());
        let other_cluster = clusters.is_some_and(|(was, is)| was != is);
        if was.database != is.database {
            found.push(format!("it was approved for database `{}`, and this is `{}`", was.database, is.database));
        } else if was.database_oid != is.database_oid || other_cluster {
            found.push(format!("database `{}` is not the one it was approved for, but a copy or another", is.database));
        }
        if was.ledger_schema != is.ledger_schema {
            found.push(format!("the ledger was in schema `{}`, and is in `{}`", was.ledger_schema, is.ledger_schema));
        }
    }

    fn compare_migrations(&self, now: &Self, done: usize, found: &mut Vec<String>) {
        let approved = self.migrations.get(done..).unwrap_or_default();
        for step in &now.migrations {
            match approved.iter().find(|it| it.id == step.id) {
                None => found.push(format!("`{}` would run, and was not approved", step.id)),
                Some(was) if was.checksum != step.checksum => found.push(format!(
                    "`{}` was approved with sha256 {}, and its file has {}",
                    step.id, was.checksum, step.checksum
                )),
                Some(was) if was.mode != step.mode => {
                    found.push(format!("`{}` was to run as {}, and would as {}", step.id, was.mode, step.mode));
                }
                Some(_) => {}
            }
        }
        let gone = approved.iter().filter(|it| !now.migrations.iter().any(|step| step.id == it.id));
        found.extend(gone.map(|it| format!("`{}` was approved, and would not run", it.id)));
        let order = |steps: &[FileStep]| steps.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        if found.is_empty() && order(approved) != order(&now.migrations) {
            found.push("the order of the migrations".to_owned());
        }
    }

    /// How many of its migrations were applied, in order, on top of the ledger it was approved for and nothing else.
    fn applied_part(&self, applied: &[Applied]) -> Option<usize> {
        let (base, since) = applied.split_at_checked(self.ledger.applied)?;
        let own = since.len() <= self.migrations.len()
            && since
                .iter()
                .zip(&self.migrations)
                .all(|(row, step)| row.id.as_str() == step.id && row.checksum.to_string() == step.checksum);
        (own && ledger_digest(base).to_string() == self.ledger.digest).then_some(since.len())
    }
}
