use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::blocker::Watch;
use super::error::{ExecuteError, FailureCause, FailureState};
use super::event::Event;
use super::run::Run;
use crate::db::Session;
use crate::ledger::Ledger;
use crate::plan::{ApprovedPlan, Mode, Step};

/// Which steps of a plan may run now.
#[derive(Debug)]
struct Queue<'a> {
    steps: &'a [Step],
    /// For each step, how many it waits for.
    waits_for: Vec<usize>,
    /// For each step, who waits for it.
    held_up: Vec<Vec<usize>>,
    /// Those that wait for none, of each kind.
    together: BTreeSet<usize>,
    alone: BTreeSet<usize>,
}

impl<'a> Queue<'a> {
    fn new(steps: &'a [Step]) -> Self {
        let mut queue = Self {
            steps,
            waits_for: steps.iter().map(|step| step.after.len()).collect(),
            held_up: vec![Vec::new(); steps.len()],
            together: BTreeSet::new(),
            alone: BTreeSet::new(),
        };
        for (index, step) in steps.iter().enumerate() {
            step.after.iter().for_each(|earlier| queue.held_up[*earlier].push(index));
            if step.after.is_empty() {
                queue.add(index);
            }
        }
        queue
    }

    fn add(&mut self, index: usize) {
        let ready = if self.steps[index].mode == Mode::Transaction { &mut self.together } else { &mut self.alone };
        ready.insert(index);
    }

    fn done(&mut self, index: usize) {
        for waiter in std::mem::take(&mut self.held_up[index]) {
            self.waits_for[waiter] -= 1;
            if self.waits_for[waiter] == 0 {
                self.add(waiter);
            }
        }
    }
}

impl Run<'_> {
    /// Applies the plan with as many migrations at a time as there are sessions, each after those it must follow.
    ///
    /// One that can't run in a transaction runs while no other does: `CREATE INDEX CONCURRENTLY` waits for every
    /// transaction that is older than it, and what it would come to should this run end is told by this run's own
    /// session. After a failure nothing new begins; what is running is brought to its end.
    pub(super) async fn apply_side_by_side(
        &mut self,
        helpers: &mut [Session],
        plan: &ApprovedPlan,
        ledger: &Ledger,
    ) -> Result<(), ExecuteError> {
        let mut queue = Queue::new(plan.steps());
        loop {
            if !queue.together.is_empty() {
                let failed = self.apply_together(helpers, plan, ledger, &mut queue).await;
                self.settle(plan, failed, &mut queue).await?;
            } else if let Some(index) = queue.alone.pop_first() {
                self.apply_step(plan, index, ledger).await?;
                queue.done(index);
            } else {
                return self.clean().await;
            }
        }
    }

    /// Runs what needs a transaction until no more of it is ready, or one failed; returns what failed, by its step.
    async fn apply_together(
        &mut self,
        helpers: &mut [Session],
        plan: &ApprovedPlan,
        ledger: &Ledger,
        queue: &mut Queue<'_>,
    ) -> Vec<(usize, ExecuteError)> {
        let emit = &RefCell::new(&mut *self.emit);
        let (options, lease, number, renewed) = (self.options, &self.lease, self.number, &self.renewed);
        let own = std::iter::once(&mut *self.session);
        // The last one is taken first; a helper whose connection broke helps no more.
        let mut idle: Vec<&mut Session> =
            helpers.iter_mut().filter(|session| !session.is_closed()).chain(own).collect();
        let mut running = FuturesUnordered::new();
        let mut failed = Vec::new();
        loop {
            while failed.is_empty()
                && !idle.is_empty()
                && let Some(index) = queue.together.pop_first()
                && let Some(session) = idle.pop()
            {
                running.push(async move {
                    let mut tell = |event: Event<'_>| (emit.borrow_mut())(event);
                    let mut run = Run {
                        session: &mut *session,
                        options,
                        lease: lease.clone(),
                        number,
                        renewed: Rc::clone(renewed),
                        beside: true,
                        watch: Watch::default(),
                        emit: &mut tell,
                    };
                    let result = run.apply_step(plan, index, ledger).await;
                    (index, session, result)
                });
            }
            let Some((index, session, result)) = running.next().await else { return failed };
            idle.push(session);
            match result {
                Ok(()) => queue.done(index),
                Err(error) => failed.push((index, error)),
            }
        }
    }

    /// Finds out what became of steps whose connections broke, now that no other is under way: one whose commit had
    /// happened did not fail.
    async fn settle(
        &mut self,
        plan: &ApprovedPlan,
        mut failed: Vec<(usize, ExecuteError)>,
        queue: &mut Queue<'_>,
    ) -> Result<(), ExecuteError> {
        failed.sort_by_key(|(index, _)| *index);
        let mut errors = Vec::new();
        for (index, mut error) in failed {
            let step = &plan.steps()[index];
            if let ExecuteError::Migration(failure) = &mut error
                && let FailureCause::Unknown(lost) = &failure.cause
            {
                let lost = lost.clone();
                match self.reconnect(step).await {
                    Ok((ledger, _)) => {
                        if let Some(applied) = ledger.find(&step.id).filter(|it| it.checksum == step.checksum) {
                            (self.emit)(Event::Applied { id: &step.id, duration: applied.duration });
                            queue.done(index);
                            continue;
                        }
                        failure.cause = FailureCause::ConnectionLost(lost);
                        failure.state = FailureState::RolledBack;
                    }
                    Err(again) => failure.cause = FailureCause::Unknown(format!("{lost}; connecting again: {again}")),
                }
            }
            errors.push(error);
        }
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(ExecuteError::Several(errors)),
        }
    }
}
