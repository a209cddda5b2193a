//! Settles attempts: the consequences for their items, places and limiters.

use crate::core::attempt::{Attempt, AttemptState, PendingRetry};
use crate::core::engine::Engine;
use crate::core::engine::output::{AfterFailure, Output};
use crate::core::ids::{RunId, Slot};
use crate::core::retry::classify::Verdict;
use crate::core::retry::failure::Failure;
use crate::core::retry::{Made, PendingQuestion};
use crate::core::run::items::ItemState;
use crate::core::run::{Run, State, Status};

/// The consequence of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSuccess {
    /// The item is fulfilled.
    Fulfilled,
    /// The first step is done; the second follows in its turn.
    Prepared,
    /// The attempt no longer counts.
    Ignored,
}

impl Engine {
    /// Handles a successful attempt.
    pub fn fulfilled(&mut self, slot: Slot, now: f64) -> AfterSuccess {
        let now = self.advance(now);
        let after = self.succeed(slot, now);
        self.settle(slot, now);
        after
    }

    fn succeed(&mut self, slot: Slot, now: f64) -> AfterSuccess {
        let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) else {
            return AfterSuccess::Ignored;
        };
        if let Some(limiter) = attempt.place.and_then(|limiter| self.limiters.get_mut(limiter.index())) {
            limiter.succeeded(attempt.epoch);
        }
        run.drop_part(attempt);
        if !run.is_last_step(attempt.step) {
            run.prepare(attempt.item, attempt.number);
            if let State::Cancelling(_) = run.state {
                // The run drains: the prepared value is kept for a retry, but the commit does not follow.
                run.conclude(attempt.item, ItemState::Cancelled);
                let Attempt { run, item, number: attempts, .. } = *attempt;
                self.outputs.push_back(Output::Cancelled { run, item, attempts });
            } else if run.items.is_requested(attempt.item) {
                run.items.keep_requested(attempt.item);
            }
            return AfterSuccess::Prepared;
        }
        run.conclude(attempt.item, ItemState::Fulfilled);
        run.progress.worked(now);
        AfterSuccess::Fulfilled
    }

    /// Skips the item of an attempt, at the request of its task.
    pub fn skipped(&mut self, slot: Slot, now: f64) {
        let now = self.advance(now);
        if let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) {
            run.drop_part(attempt);
            run.conclude(attempt.item, ItemState::Skipped);
        }
        self.settle(slot, now);
    }

    /// The host's answer to [`Output::Check`](crate::core::engine::output::Output::Check): the item is to be
    /// started when its turn comes.
    pub fn accept(&mut self, id: RunId, item: u32) {
        if let Some(run) = self.runs.get_mut(id.index())
            && item < run.items.count()
            && run.items.state(item) == ItemState::Waiting
        {
            run.items.accept(item);
            self.make_ready(id);
        }
    }

    /// The host's answer to [`Output::Check`](crate::core::engine::output::Output::Check): the item has this
    /// outcome without being started. Returns whether it had none before.
    pub fn decline(&mut self, id: RunId, item: u32, outcome: ItemState) -> bool {
        if let Some(run) = self.runs.get_mut(id.index())
            && item < run.items.count()
            && run.items.state(item) == ItemState::Waiting
            && outcome.is_settled()
        {
            run.items.unqueue(item);
            run.conclude(item, outcome);
            self.make_ready(id);
            return true;
        }
        false
    }

    /// Returns whether the policy allows another attempt after this failure.
    pub fn may_follow(&self, slot: Slot, failure: &Failure) -> bool {
        let attempt = self.attempts.get(slot.index());
        let policy = attempt.and_then(|attempt| self.runs.get(attempt.run.index())).map(|run| &run.config.retry);
        attempt.zip(policy).is_some_and(|(attempt, policy)| {
            let made = Made { attempts: attempt.number, refusals: attempt.refusals.count };
            policy.may_follow(made, failure)
        })
    }

    /// See [`RetryPolicy::unexpected_end`](crate::core::retry::RetryPolicy::unexpected_end).
    pub fn unexpected_end(&self, run: RunId, attempts: u32, failure: &Failure) -> Option<Verdict> {
        self.runs.get(run.index())?.config.retry.unexpected_end(attempts, failure)
    }

    /// Handles a failed attempt, and frees its place.
    pub fn failed(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        let after = self.judge(slot, failure, now, AttemptState::Live);
        self.settle(slot, now);
        after
    }

    /// The host's answer to [`Output::TimedOut`](crate::core::engine::output::Output::TimedOut): as
    /// [`failed`](Engine::failed), but the place stays taken until [`settled`](Engine::settled).
    pub fn timed_out(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        self.judge(slot, failure, now, AttemptState::TimingOut)
    }

    /// Frees the place of an abandoned attempt that has settled.
    pub fn settled(&mut self, slot: Slot, now: f64) {
        let now = self.advance(now);
        self.settle(slot, now);
    }

    /// Records a sign of life of an attempt, and its fraction.
    pub fn touched(&mut self, slot: Slot, fraction: Option<f64>, now: f64) {
        let now = self.advance(now);
        if let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) {
            attempt.touched_at = now;
            if let Some(fraction) = fraction {
                run.progress.part(attempt.item, attempt.fraction, fraction);
                attempt.fraction = fraction;
            }
        }
    }

    /// Says whether an attempt is busy with a callback of its caller. A busy attempt is not silent.
    pub fn set_busy(&mut self, slot: Slot, is_busy: bool, now: f64) {
        let now = self.advance(now);
        if let Some((attempt, _)) = live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) {
            attempt.touched_at = now;
            attempt.is_busy = is_busy;
        }
    }

    /// Ends the time limits of an attempt whose result is there, and is being stored.
    pub fn stop_clock(&mut self, slot: Slot) {
        self.generation = self.generation.wrapping_add(1);
        if let Some((attempt, _)) = live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) {
            attempt.generation = self.generation;
        }
    }

    /// Decides what follows a failure, and cools the limiter if it was a refusal.
    fn judge(&mut self, slot: Slot, failure: &Failure, now: f64, expected: AttemptState) -> AfterFailure {
        let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, expected) else {
            return AfterFailure::Ignored;
        };
        let id = attempt.run;
        let cools = run.cools.filter(|_| failure.throttled);
        if let Some(limiter) = cools.and_then(|limiter| self.limiters.get_mut(limiter.index())) {
            limiter.throttled(attempt.epoch);
            limiter.cool_after(now, failure.retry_after);
        }
        run.drop_part(attempt);
        if failure.is_end_reason && matches!(run.state, State::Cancelling(_) | State::Finished(_)) {
            run.conclude(attempt.item, ItemState::Cancelled);
            self.make_ready(id);
            return AfterFailure::Cancelled;
        }
        let may_repeat = run.may_repeat(attempt.item);
        if let Some(question) = attempt.question {
            return self.follow_up(slot, question.unanswered(), None, now);
        }
        let policy = &run.config.retry;
        let is_cut_off =
            run.is_offline && !failure.throttled && !matches!(failure.verdict, Verdict::Final | Verdict::Unknown);
        if is_cut_off || (cools.is_some() && failure.is_refusal()) {
            attempt.refusals = attempt.refusals.add(attempt.deadline, now);
        }
        let made = Made { attempts: attempt.number, refusals: attempt.refusals.count };
        if let Some(question) = policy.question(made, failure).filter(|_| may_repeat) {
            return self.follow_up(slot, Some(0.0), Some(question), now);
        }
        let delay = policy.next_delay(made, failure);
        self.follow_up(slot, delay, None, now)
    }

    /// Handles the reply that the server has not done the work, and frees the place of the question.
    pub fn not_found(&mut self, slot: Slot, now: f64) -> AfterFailure {
        let now = self.advance(now);
        let after = match live(&mut self.attempts, &mut self.runs, slot, AttemptState::Live) {
            Some((attempt, run)) => {
                run.drop_part(attempt);
                let delay = attempt.question.and_then(|question| question.delay);
                self.follow_up(slot, delay, None, now)
            }
            None => AfterFailure::Ignored,
        };
        self.settle(slot, now);
        after
    }

    /// Schedules the next attempt of an item after `delay`, or the question about the last one.
    fn follow_up(
        &mut self,
        slot: Slot,
        delay: Option<f64>,
        question: Option<PendingQuestion>,
        now: f64,
    ) -> AfterFailure {
        let Some(attempt) = self.attempts.get_mut(slot.index()) else { return AfterFailure::Ignored };
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id.index()) else { return AfterFailure::Ignored };
        let timed_out = attempt.state == AttemptState::TimingOut;
        if timed_out {
            attempt.state = AttemptState::Abandoned;
            run.live -= 1;
            run.abandoned += 1;
        }
        let may_repeat = run.may_repeat(attempt.item);
        let is_limited = question.is_none() && attempt.deadline.is_finite();
        let in_time = |delay: &f64| !is_limited || now + delay < attempt.deadline;
        let Some(delay) = delay.filter(|_| may_repeat).filter(in_time) else {
            run.conclude(attempt.item, ItemState::Rejected);
            run.progress.worked(now);
            self.make_ready(id);
            return AfterFailure::Rejected;
        };
        let Attempt { item, step, number: attempts, refusals, deadline, generation, .. } = *attempt;
        let due_at = now + delay;
        let mut pending = PendingRetry { item, step, attempts, question, refusals, deadline, due_at, abandoned: None };
        if timed_out {
            attempt.state = AttemptState::AbandonedHoldingPlace;
            pending.abandoned = Some((slot, generation));
        } else {
            run.reserved += 1;
        }
        run.items.set(item, ItemState::BackingOff);
        run.back_off(pending);
        self.make_ready(id);
        if question.is_some() { AfterFailure::Reconciling } else { AfterFailure::Retrying }
    }

    /// Frees the place and the slot of a settled attempt.
    fn settle(&mut self, slot: Slot, now: f64) {
        let Some(attempt) = self.attempts.try_remove(slot.index()) else { return };
        self.vacate(&attempt, now);
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id.index()) else { return };
        run.record_end(now);
        match attempt.state {
            AttemptState::Live | AttemptState::TimingOut => run.live -= 1,
            AttemptState::Abandoned => run.abandoned -= 1,
            AttemptState::AbandonedHoldingPlace => {
                run.abandoned -= 1;
                run.reserved += 1;
            }
        }
        if run.committing == Some(slot) {
            run.committing = None;
        }
        self.make_ready(id);
        self.remove_if_unused(id);
    }

    /// Removes a discarded run when no attempt points to it.
    pub(crate) fn remove_if_unused(&mut self, id: RunId) {
        if let Some(run) = self.runs.get(id.index())
            && run.state == State::Discarded
            && run.live + run.abandoned == 0
        {
            self.runs.remove(id.index());
        }
    }

    /// Fails a run because its source failed. Returns whether this ended it.
    pub fn source_failed(&mut self, run: RunId) -> bool {
        self.close(run);
        self.end(run, Status::Failed)
    }
}

/// Returns the attempt and its run, if the attempt has the expected state.
fn live<'a>(
    attempts: &'a mut slab::Slab<Attempt>,
    runs: &'a mut slab::Slab<Run>,
    slot: Slot,
    expected: AttemptState,
) -> Option<(&'a mut Attempt, &'a mut Run)> {
    let attempt = attempts.get_mut(slot.index()).filter(|attempt| attempt.state == expected)?;
    let run = runs.get_mut(attempt.run.index())?;
    Some((attempt, run))
}

#[cfg(test)]
mod tests;
