//! The engine: events go in, decisions come out.

mod continuing;
mod dependencies;
mod ending;
mod fast_path;
pub mod inspecting;
mod nesting;
mod network;
pub mod output;
mod restoring;
pub mod settling;
mod sharing;
mod steering;
mod timer;
mod timers;
mod turns;

use std::collections::VecDeque;

use slab::Slab;

use crate::core::attempt::{Attempt, AttemptState, PendingRetry, Refusals, release_claim};
use crate::core::due::DueQueue;
use crate::core::engine::output::{Output, Overdue};
use crate::core::engine::timer::Timer;
use crate::core::ids::{LimiterId, RunId, Slot};
use crate::core::limiter::{Limiter, LimiterConfig};
use crate::core::progress::{Progress, ServerCounts, WEIGHT};
use crate::core::run::candidate::Candidate;
use crate::core::run::config::{RunConfig, Source};
use crate::core::run::items::ItemState;
use crate::core::run::{Run, State};

/// Decides for any number of runs which attempts start, wait, are retried or are abandoned.
///
/// The host reports each event with its time. Then it calls [`poll`](Engine::poll) until that returns `None`, and
/// executes each output. It calls [`tick`](Engine::tick) at [`wake_at`](Engine::wake_at).
pub struct Engine {
    pub(crate) now: f64,
    pub(crate) runs: Slab<Run>,
    pub(crate) limiters: Slab<Limiter>,
    pub(crate) attempts: Slab<Attempt>,
    pub(crate) timers: DueQueue<Timer>,
    pub(crate) expired: VecDeque<(Slot, u32, Overdue)>,
    is_offline: bool,
    generation: u32,
    pub(crate) ready: VecDeque<RunId>,
    pub(crate) outputs: VecDeque<Output>,
    /// Number of limiters that need permits.
    pub(crate) shared: u32,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine with nothing to do.
    pub const fn new() -> Self {
        Self {
            now: 0.0,
            runs: Slab::new(),
            limiters: Slab::new(),
            attempts: Slab::new(),
            timers: DueQueue::new(),
            expired: VecDeque::new(),
            is_offline: false,
            generation: 0,
            ready: VecDeque::new(),
            outputs: VecDeque::new(),
            shared: 0,
        }
    }

    /// Returns a time that never goes back. A clock that is set back must not stall waits.
    pub(crate) fn advance(&mut self, now: f64) -> f64 {
        self.now = self.now.max(now);
        self.now
    }

    /// Opens a run. A run without items finishes at once.
    pub fn open(&mut self, config: RunConfig, now: f64) -> RunId {
        let now = self.advance(now);
        let mut run = Run::new(config, now);
        run.is_offline = self.is_offline && config.waits_online;
        let run = RunId::new(self.runs.insert(run));
        self.find_parent_place(run);
        self.make_ready(run);
        run
    }

    /// Returns whether the user may add items to the run.
    pub fn accepts(&self, id: RunId) -> bool {
        self.runs.get(id.index()).is_some_and(|run| run.config.source == Source::Open && !run.closed)
    }

    /// Adds `items` items to the run, unless it was closed.
    pub fn push(&mut self, id: RunId, items: u32) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.pulling = false;
            if !run.closed {
                run.items.add(items);
            }
            self.make_ready(id);
        }
    }

    /// Closes the source of a run: no more items follow.
    pub fn close(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.pulling = false;
            run.closed = true;
            self.make_ready(id);
        }
    }

    /// Opens a limiter.
    pub fn open_limiter(&mut self, config: LimiterConfig) -> LimiterId {
        self.add_limiter(config, None)
    }

    /// Starts a cooldown of this duration, also for queued runs.
    pub fn cool_limiter(&mut self, id: LimiterId, milliseconds: f64, now: f64) {
        let now = self.advance(now);
        if let Some(limiter) = self.limiters.get_mut(id.index()) {
            limiter.cool(now + milliseconds);
        }
    }

    /// Returns the limit, the attempts in flight, the waiting runs, and the end of the cooldown.
    pub fn limiter(&self, id: LimiterId) -> Option<(u32, u32, usize, f64)> {
        let limiter = self.limiters.get(id.index())?;
        Some((limiter.limit(), limiter.in_flight, limiter.waiting(), limiter.cool_until()))
    }

    /// Returns the next output; `None` if the engine is idle.
    pub fn poll(&mut self, now: f64) -> Option<Output> {
        let now = self.advance(now);
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if let Some((slot, generation, overdue)) = self.expired.pop_front() {
                if self.time_out(slot, generation) {
                    return Some(Output::TimedOut { slot, overdue });
                }
                continue;
            }
            let Some(&id) = self.ready.front() else {
                return self.next_report();
            };
            if let Some(output) = self.step(id, now) {
                return Some(output);
            }
            self.ready.pop_front();
            if let Some(run) = self.runs.get_mut(id.index()) {
                run.is_ready = false;
            }
        }
    }

    /// Reports the timeout of an attempt, unless it has settled in the meantime.
    fn time_out(&mut self, slot: Slot, generation: u32) -> bool {
        match self.attempts.get_mut(slot.index()) {
            Some(attempt) if attempt.generation == generation && attempt.state == AttemptState::Live => {
                attempt.state = AttemptState::TimingOut;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn make_ready(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && !run.is_ready
        {
            run.is_ready = true;
            self.ready.push_back(id);
        }
    }

    /// Returns the next output of a run, if there is one.
    fn step(&mut self, id: RunId, now: f64) -> Option<Output> {
        let run = self.runs.get_mut(id.index())?;
        let candidate = run.candidate(now);
        // Deadlines apply whatever the item waits for: a place, the limiter, its stagger.
        let expiry = run.next_expiry(now);
        self.wake_run(id, expiry);
        let run = self.runs.get_mut(id.index())?;
        match candidate {
            Candidate::Expire(item) => self.expire(id, item, now),
            Candidate::Requested(_) | Candidate::Again | Candidate::Commit(_) | Candidate::Next(_) => {
                let place = self.admit(id, now)?;
                Some(self.start(id, candidate, place, now))
            }
            Candidate::Check(item) => {
                let may_skip = !run.items.is_requested(item);
                self.clear_inputs(id, item);
                Some(Output::Check { run: id, item, may_skip })
            }
            Candidate::Pull => {
                self.pass_turn(id, now);
                let run = self.runs.get_mut(id.index())?;
                run.pulling = true;
                Some(Output::Pull { run: id })
            }
            Candidate::WaitUntil(at) => {
                self.wake_run(id, at);
                self.pass_turn(id, now);
                None
            }
            Candidate::Idle => {
                self.pass_turn(id, now);
                let run = self.runs.get_mut(id.index())?;
                if !run.is_done() {
                    return None;
                }
                let status = run.final_status();
                run.state = State::Finished(status);
                run.progress.end(now);
                self.leave_queue(id);
                Some(Output::Finished { run: id, status })
            }
        }
    }

    fn start(&mut self, id: RunId, candidate: Candidate, place: Option<LimiterId>, now: f64) -> Output {
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        let epoch = self.take_place(id, place, now);
        let vacant = self.attempts.vacant_entry();
        let slot = Slot::new(vacant.key());
        let mut attempt = Attempt {
            run: id,
            item: 0,
            step: 0,
            number: 1,
            question: None,
            refusals: Refusals::NONE,
            deadline: f64::INFINITY,
            generation,
            state: AttemptState::Live,
            place,
            nested: None,
            epoch: 0,
            touched_at: now,
            is_busy: false,
            fraction: 0.0,
        };
        let mut carry_from = None;
        let mut again = None;
        if let Some(run) = self.runs.get_mut(id.index()) {
            match candidate {
                Candidate::Again => {
                    again = run.take_due(now);
                    if let Some(pending) = again {
                        (attempt.item, attempt.step) = (pending.item, pending.step);
                        (attempt.question, attempt.deadline) = (pending.question, pending.deadline);
                        attempt.refusals = pending.refusals;
                        attempt.number = pending.attempts + u32::from(pending.question.is_none());
                    }
                }
                Candidate::Requested(item) | Candidate::Commit(item) | Candidate::Next(item) => {
                    attempt.item = item;
                    attempt.deadline = now + run.config.total_timeout;
                    attempt.step = run.step_of(item);
                    // A second step or a retry continues an item; all other starts begin one.
                    run.begin(item, candidate);
                }
                _ => {}
            }
            run.items.set(attempt.item, ItemState::Running);
            run.live += 1;
            run.record_start(now);
            if run.is_in_order() && attempt.step == 1 {
                run.committing = Some(slot);
                carry_from = run.items.fulfilled_before(attempt.item);
            }
            attempt.epoch = epoch;
            let config = run.config;
            // The question is asked even after the deadline of the item: the work may have been paid for.
            let until = if attempt.question.is_some() { now + config.total_timeout } else { attempt.deadline };
            let (at, overdue) = if now + config.timeout <= until {
                (now + config.timeout, Overdue::Attempt)
            } else {
                (until, Overdue::Item)
            };
            if at.is_finite() {
                self.timers.push(at, Timer::Timeout { slot, generation, overdue });
            }
            if config.idle_timeout.is_finite() {
                self.timers.push(now + config.idle_timeout, Timer::Idle { slot, generation });
            }
        }
        let Attempt { item, number, step, question, .. } = attempt;
        vacant.insert(attempt);
        if let Some(pending) = again
            && !release_claim(&mut self.attempts, &pending)
            && let Some(run) = self.runs.get_mut(id.index())
        {
            run.reserved -= 1;
        }
        self.sweep_timers();
        Output::Start { run: id, slot, item, attempt: number, reconciles: question.is_some(), step, carry_from }
    }

    /// Rejects an item whose deadline has passed.
    fn expire(&mut self, id: RunId, item: u32, now: f64) -> Option<Output> {
        let run = self.runs.get_mut(id.index())?;
        let pending = run.take_retry_of(item)?;
        if !release_claim(&mut self.attempts, &pending) {
            run.reserved -= 1;
        }
        let PendingRetry { attempts, step, .. } = pending;
        run.conclude(item, ItemState::Rejected);
        run.progress.worked(now);
        Some(Output::Expired { run: id, item, attempts, step })
    }

    /// Lets the run start nothing before this time. A later call may set an earlier time.
    pub fn hold(&mut self, id: RunId, until: f64, now: f64) {
        self.advance(now);
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.not_before = until;
            self.make_ready(id);
        }
    }

    /// Discards a finished run that the host no longer needs.
    pub fn discard(&mut self, id: RunId) {
        self.pass_turn(id, self.now);
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.state = State::Discarded;
            self.discard_dependencies(id);
            self.leave_queue(id);
            self.remove_if_unused(id);
        }
    }

    /// Sets the server's own counts for a run.
    pub fn report(&mut self, run: RunId, counts: ServerCounts, now: f64) {
        let now = self.advance(now);
        if let Some(run) = self.runs.get_mut(run.index()) {
            run.progress.report(counts, now);
        }
    }

    /// Sets the share of an item in the progress of its run; 1 by default.
    pub fn weigh(&mut self, run: RunId, item: u32, weight: Option<f64>) {
        if let Some(run) = self.runs.get_mut(run.index()) {
            run.progress.weigh(item, weight.unwrap_or(WEIGHT));
        }
    }

    /// Returns the progress of a run, with the number of its items if known.
    pub fn progress(&mut self, run: RunId) -> Option<(&mut Progress, Option<u32>)> {
        let run = self.runs.get_mut(run.index())?;
        let known = run.known();
        Some((&mut run.progress, known))
    }

    /// Returns when the next attempt of an item is due, if it waits for one.
    pub fn next_attempt_at(&self, run: RunId, item: u32) -> Option<f64> {
        self.runs.get(run.index())?.next_attempt_at(item)
    }

    /// Returns the state of a run.
    pub fn state(&self, run: RunId) -> Option<State> {
        self.runs.get(run.index()).map(|run| run.state)
    }

    /// Returns the state of an item.
    #[cfg(test)]
    pub(crate) fn item_state(&self, run: RunId, item: u32) -> Option<ItemState> {
        self.runs.get(run.index()).map(|run| run.items.state(item))
    }

    /// Returns the number of unsettled attempts, abandoned ones included.
    pub fn unsettled(&self) -> usize {
        self.attempts.len()
    }

    /// Returns the number of limiters, parent places included.
    pub fn limiters(&self) -> usize {
        self.limiters.len()
    }

    /// Returns the number of runs.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }
}

#[cfg(test)]
mod tests;
