//! Changes of the ledger that are not those of a run: shown, and made under the lease.

use std::sync::atomic::AtomicBool;

use super::apply::Patience;
use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::progress::Progress;
use super::{CommandResult, Stopped, exit};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::execute::{self, ExecuteError, Outcome};
use crate::ledger::{Change, Ledger};
use crate::plan::Amendment;
use crate::report::{AmendOutcome, Amendments};
use crate::verify::LateBound;

/// What is to be done to the ledger, and on which ledger that was decided.
#[derive(Debug)]
pub struct Proposal {
    /// The ledger as it was read.
    pub ledger: Ledger,
    /// In order.
    pub amendments: Vec<Amendment>,
    /// What a person should know though it stops nothing.
    pub notes: Vec<String>,
    /// Why it is not done.
    pub refusals: Vec<Diagnostic>,
    /// Only shown.
    pub dry_run: bool,
}

impl Proposal {
    /// Shows it and, unless it is refused or a dry run, makes the changes. `None` when another run has changed the ledger
    /// meanwhile: it has to be decided again.
    pub async fn carry_out(
        &self,
        context: &Context,
        session: &mut Session,
        output: &Output,
    ) -> Result<Option<u8>, Stopped> {
        if !self.refusals.is_empty() {
            if output.format == Format::Human {
                output.diagnostics(&self.refusals);
            } else {
                output.result(&self.shown(AmendOutcome::Refused, context, output));
            }
            return Ok(Some(exit::REFUSED));
        }
        if self.dry_run {
            output.result(&self.shown(AmendOutcome::DryRun, context, output));
            return Ok(Some(exit::OK));
        }
        if !self.amendments.is_empty() && self.make(context, session, output).await? == Outcome::Overtaken {
            output.say("another run has changed the ledger meanwhile; looking again");
            return Ok(None);
        }
        output.result(&self.shown(AmendOutcome::Changed, context, output));
        Ok(Some(exit::OK))
    }

    async fn make(&self, context: &Context, session: &mut Session, output: &Output) -> Result<Outcome, Stopped> {
        let (stop, holder) = (AtomicBool::new(false), context.holder());
        let late_bound = LateBound::default();
        let options = Patience::default().options(context, &holder, &stop, &late_bound);
        let changes: Vec<Change> = self.amendments.iter().map(|it| it.change.clone()).collect();
        let mut progress = Progress::new(output, &[]);
        let made = execute::amend(session, &self.ledger, &changes, &options, &mut |event| progress.event(&event)).await;
        progress.finish();
        made.map_err(|error| match error {
            ExecuteError::Ledger(error) => context.ledger_error(&error, session),
            other => Stopped::with(exit::CONNECTION, context.explain(&other, 0, session)),
        })
    }

    fn shown(&self, outcome: AmendOutcome, context: &Context, output: &Output) -> String {
        let target = context.target_name();
        let shown = Amendments {
            target: &target,
            amendments: &self.amendments,
            notes: &self.notes,
            refusals: &self.refusals,
            outcome,
        };
        match output.format {
            Format::Json => shown.json(),
            _ => shown.human(output.paint),
        }
    }
}

/// The ledger of the database.
pub async fn read_ledger(context: &Context, session: &Session) -> Result<Ledger, Stopped> {
    Ledger::read(session, &context.project.config.ledger_schema)
        .await
        .map_err(|error| context.ledger_error(&error, session))
}

/// Closes the session whatever came of the command.
pub async fn finish(result: CommandResult, context: &Context, session: Session, output: &Output) -> CommandResult {
    context.close(session, output).await;
    result
}
