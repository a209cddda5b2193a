//! What the ends of attempts mean for their items, places and limiters.

use super::attempt::{Attempt, Backing, Standing};
use super::engine::Engine;
use super::items::Stand;
use super::output::{AfterFailure, Output, RunId, Slot};
use super::retry::{Doubt, Failure};
use super::run::{Run, State, Status};

/// What became of an attempt that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSuccess {
    /// The item is fulfilled.
    Fulfilled,
    /// The first step is done; the second follows in its turn.
    Prepared,
    /// Nobody waits for this attempt any more.
    Ignored,
}

impl Engine {
    /// The attempt succeeded.
    pub fn fulfilled(&mut self, slot: Slot, now: f64) -> AfterSuccess {
        let now = self.advance(now);
        let after = self.succeed(slot, now);
        self.settle(slot, now);
        after
    }

    fn succeed(&mut self, slot: Slot, now: f64) -> AfterSuccess {
        let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, Standing::Live) else {
            return AfterSuccess::Ignored;
        };
        if let Some(gate) = attempt.gate.and_then(|gate| self.gates.get_mut(gate as usize)) {
            gate.succeeded(attempt.epoch);
        }
        run.drop_part(attempt);
        if !run.is_last_step(attempt.step) {
            run.items.set(attempt.item, Stand::Prepared);
            if let State::Ending(_) = run.state {
                // Drained: what was bought is kept, for a retry; but the item does not go on.
                run.conclude(attempt.item, Stand::Cancelled);
                let Attempt { run, item, number: attempts, .. } = *attempt;
                self.outputs.push_back(Output::Cancelled { run, item, attempts });
            } else if run.items.is_forced(attempt.item) {
                run.items.force_on(attempt.item);
            }
            return AfterSuccess::Prepared;
        }
        run.conclude(attempt.item, Stand::Fulfilled);
        run.progress.worked(now);
        AfterSuccess::Fulfilled
    }

    /// The task said that the item is to be passed over after all.
    pub fn skipped(&mut self, slot: Slot, now: f64) {
        let now = self.advance(now);
        if let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, Standing::Live) {
            run.drop_part(attempt);
            run.conclude(attempt.item, Stand::Skipped);
        }
        self.settle(slot, now);
    }

    /// The host's answer to [`Output::Consider`]: the item is to be started when its turn comes.
    pub fn keep(&mut self, id: RunId, item: u32) {
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.considered = Some(item);
            self.make_ready(id);
        }
    }

    /// The host's answer to [`Output::Consider`]: the item has this outcome without being started.
    pub fn pass_over(&mut self, id: RunId, item: u32, outcome: Stand) {
        if let Some(run) = self.runs.get_mut(id as usize)
            && run.items.stand(item) == Stand::Waiting
            && outcome.is_settled()
        {
            run.items.withdraw(item);
            run.conclude(item, outcome);
            self.make_ready(id);
        }
    }

    /// The attempt failed, and its place is free.
    pub fn failed(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        let after = self.judge(slot, failure, now, Standing::Live);
        self.settle(slot, now);
        after
    }

    /// The host's answer to [`Output::TimedOut`](super::output::Output::TimedOut): as [`failed`](Engine::failed), but the
    /// place stays taken until [`settled`](Engine::settled).
    pub fn timed_out(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        self.judge(slot, failure, now, Standing::TimingOut)
    }

    /// An attempt that had been given up has settled: its place is free.
    pub fn settled(&mut self, slot: Slot, now: f64) {
        let now = self.advance(now);
        self.settle(slot, now);
    }

    /// A sign of life of an attempt, and how much of it is done.
    pub fn touched(&mut self, slot: Slot, fraction: Option<f64>, now: f64) {
        let now = self.advance(now);
        if let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, Standing::Live) {
            attempt.touched_at = now;
            if let Some(fraction) = fraction {
                run.progress.part(attempt.item, attempt.fraction, fraction);
                attempt.fraction = fraction;
            }
        }
    }

    /// Decides what a failure of the attempt means for its item, and for all who share its limiter.
    fn judge(&mut self, slot: Slot, failure: &Failure, now: f64, expected: Standing) -> AfterFailure {
        let Some((attempt, run)) = live(&mut self.attempts, &mut self.runs, slot, expected) else {
            return AfterFailure::Ignored;
        };
        let id = attempt.run;
        let limiter = run.config.gate.filter(|_| failure.throttled);
        if let Some(gate) = limiter.and_then(|gate| self.gates.get_mut(gate as usize)) {
            gate.throttled(attempt.epoch);
            gate.cool_after(now, failure.retry_after);
        }
        run.drop_part(attempt);
        if failure.withdrawn && matches!(run.state, State::Ending(_) | State::Finished(_)) {
            run.conclude(attempt.item, Stand::Cancelled);
            self.make_ready(id);
            return AfterFailure::Cancelled;
        }
        let may_repeat = run.may_repeat(attempt.item);
        if let Some(doubt) = attempt.doubt {
            return self.go_on(slot, doubt.unresolved(), None, now);
        }
        let policy = &run.config.retry;
        if run.config.reconciles && failure.doubtful && may_repeat {
            let doubt = policy.doubt(attempt.number, failure);
            return self.go_on(slot, Some(0.0), Some(doubt), now);
        }
        let delay = policy.next_delay(attempt.number, failure);
        self.go_on(slot, delay, None, now)
    }

    /// The server says that it has not done the work of the attempt before. The place of the one that asked is free.
    pub fn not_found(&mut self, slot: Slot, now: f64) -> AfterFailure {
        let now = self.advance(now);
        let after = match live(&mut self.attempts, &mut self.runs, slot, Standing::Live) {
            Some((attempt, run)) => {
                run.drop_part(attempt);
                let delay = attempt.doubt.and_then(|doubt| doubt.delay);
                self.go_on(slot, delay, None, now)
            }
            None => AfterFailure::Ignored,
        };
        self.settle(slot, now);
        after
    }

    /// The item's attempt is over without a result: after `delay` comes the next, or the question what became of it.
    fn go_on(&mut self, slot: Slot, delay: Option<f64>, doubt: Option<Doubt>, now: f64) -> AfterFailure {
        let Some(attempt) = self.attempts.get_mut(slot as usize) else { return AfterFailure::Ignored };
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id as usize) else { return AfterFailure::Ignored };
        let timed_out = attempt.standing == Standing::TimingOut;
        if timed_out {
            attempt.standing = Standing::GivenUp;
            run.live -= 1;
            run.given_up += 1;
        }
        let may_repeat = run.may_repeat(attempt.item);
        let is_limited = doubt.is_none() && attempt.deadline.is_finite();
        let in_time = |delay: &f64| !is_limited || now + delay < attempt.deadline;
        let Some(delay) = delay.filter(|_| may_repeat).filter(in_time) else {
            run.conclude(attempt.item, Stand::Rejected);
            run.progress.worked(now);
            self.make_ready(id);
            return AfterFailure::Rejected;
        };
        let Attempt { item, step, number: attempts, deadline, generation, .. } = *attempt;
        let mut backing = Backing { item, step, attempts, doubt, deadline, given_up: None };
        if timed_out {
            attempt.standing = Standing::GivenUpKeepingPlace;
            backing.given_up = Some((slot, generation));
        } else {
            run.held += 1;
        }
        run.items.set(item, Stand::BackingOff);
        run.back_off(now + delay, backing);
        self.make_ready(id);
        if doubt.is_some() { AfterFailure::Reconciling } else { AfterFailure::Retrying }
    }

    /// Frees the places and the slot of an attempt that has settled.
    fn settle(&mut self, slot: Slot, now: f64) {
        let Some(attempt) = self.attempts.try_remove(slot as usize) else { return };
        self.vacate(&attempt, now);
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        run.note_end(now);
        match attempt.standing {
            Standing::Live | Standing::TimingOut => run.live -= 1,
            Standing::GivenUp => run.given_up -= 1,
            Standing::GivenUpKeepingPlace => {
                run.given_up -= 1;
                run.held += 1;
            }
        }
        if run.lane == Some(slot) {
            run.lane = None;
        }
        self.make_ready(id);
        self.bury(id);
    }

    /// Removes a run that nobody needs, once nothing points to it.
    pub(super) fn bury(&mut self, id: RunId) {
        if let Some(run) = self.runs.get(id as usize)
            && run.state == State::Forgotten
            && run.live + run.given_up == 0
        {
            self.runs.remove(id as usize);
        }
    }

    /// The source failed, and with it the run.
    pub fn source_failed(&mut self, run: RunId) {
        self.close(run);
        self.end(run, Status::Failed);
    }
}

/// The attempt and its run, if the attempt stands as expected.
fn live<'a>(
    attempts: &'a mut slab::Slab<Attempt>,
    runs: &'a mut slab::Slab<Run>,
    slot: Slot,
    expected: Standing,
) -> Option<(&'a mut Attempt, &'a mut Run)> {
    let attempt = attempts.get_mut(slot as usize).filter(|attempt| attempt.standing == expected)?;
    let run = runs.get_mut(attempt.run as usize)?;
    Some((attempt, run))
}
