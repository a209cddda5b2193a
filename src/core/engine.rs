//! The engine: events go in, decisions come out.

use std::collections::VecDeque;

use slab::Slab;

use super::attempt::{Attempt, Standing, release_claim};
use super::due::DueQueue;
use super::output::{AfterFailure, Output, RunId, Slot};
use super::progress::{Progress, ServerCounts};
use super::retry::Failure;
use super::run::{Backing, Candidate, Run, RunConfig, State, Status};

#[derive(Clone, Copy)]
enum Timer {
    Wake(RunId),
    Timeout { slot: Slot, generation: u32 },
}

/// Decides for any number of runs what may start, wait, be repeated or be given up.
///
/// The host tells it what happens, each time with the time, then at once calls [`poll`](Engine::poll) until it returns
/// `None`, doing what it is told, and calls [`tick`](Engine::tick) at [`wake_at`](Engine::wake_at).
#[derive(Default)]
pub struct Engine {
    now: f64,
    pub(super) runs: Slab<Run>,
    pub(super) attempts: Slab<Attempt>,
    timers: DueQueue<Timer>,
    timeouts: usize,
    expired: VecDeque<(Slot, u32)>,
    generation: u32,
    ready: VecDeque<RunId>,
    pub(super) outputs: VecDeque<Output>,
}

impl Engine {
    /// An engine with nothing to do.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that is set back must not stall what waits.
    fn advance(&mut self, now: f64) -> f64 {
        self.now = self.now.max(now);
        self.now
    }

    /// Opens a run. A run without items finishes at once.
    pub fn open(&mut self, config: RunConfig, now: f64) -> RunId {
        let now = self.advance(now);
        let run = self.runs.insert(Run::new(config, now)) as RunId;
        self.make_ready(run);
        run
    }

    /// The source gave `items` more.
    pub fn push(&mut self, run: RunId, items: u32) {
        if let Some(it) = self.runs.get_mut(run as usize) {
            it.pulling = false;
            if it.state == State::Running {
                it.count += items;
            }
            self.make_ready(run);
        }
    }

    /// The source has no more.
    pub fn close(&mut self, run: RunId) {
        if let Some(it) = self.runs.get_mut(run as usize) {
            it.pulling = false;
            it.closed = true;
            self.make_ready(run);
        }
    }

    /// The source failed, and with it the run.
    pub fn source_failed(&mut self, run: RunId) {
        self.close(run);
        self.end(run, Status::Failed);
    }

    /// Ends the run: nothing new starts, waits are over; what is in flight finishes or is given up, as configured.
    pub fn cancel(&mut self, run: RunId, now: f64) {
        self.advance(now);
        self.end(run, Status::Cancelled);
    }

    /// As [`cancel`](Engine::cancel), because of a failure.
    pub fn stop(&mut self, run: RunId, now: f64) {
        self.advance(now);
        self.end(run, Status::Failed);
    }

    /// The attempt succeeded. Whether its result counts.
    pub fn fulfilled(&mut self, slot: Slot, now: f64) -> bool {
        self.succeeded(slot, now, |progress, now| {
            progress.completed += 1;
            progress.worked(now);
        })
    }

    /// The item is to be passed over; the task was not called.
    pub fn skipped(&mut self, slot: Slot, now: f64) {
        self.not_called(slot, now, |progress| progress.skipped += 1);
    }

    /// The run was ended before the task could be called: the item is cancelled.
    pub fn dropped(&mut self, slot: Slot, now: f64) {
        self.not_called(slot, now, |progress| progress.cancelled += 1);
    }

    fn not_called(&mut self, slot: Slot, now: f64, count: impl FnOnce(&mut Progress)) {
        let Some(attempt) = self.attempts.get(slot as usize) else { return };
        let run = attempt.run;
        self.succeeded(slot, now, |progress, _| count(progress));
        // No call was made, so none is to be kept apart from it.
        if let Some(run) = self.runs.get_mut(run as usize) {
            run.forget_start();
        }
    }

    fn succeeded(&mut self, slot: Slot, now: f64, count: impl FnOnce(&mut Progress, f64)) -> bool {
        let now = self.advance(now);
        match self.attempts.get(slot as usize) {
            Some(attempt) if attempt.standing == Standing::Live => {
                if let Some(run) = self.runs.get_mut(attempt.run as usize) {
                    run.progress.in_progress -= 1;
                    count(&mut run.progress, now);
                }
                self.settle(slot, now);
                true
            }
            _ => {
                self.settle(slot, now);
                false
            }
        }
    }

    /// The attempt failed, and its place is free.
    pub fn failed(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        let after = self.judge(slot, failure, now, Standing::Live);
        self.settle(slot, now);
        after
    }

    /// The host's answer to [`Output::TimedOut`]: as [`failed`](Engine::failed), but the place stays taken until
    /// [`settled`](Engine::settled).
    pub fn timed_out(&mut self, slot: Slot, failure: &Failure, now: f64) -> AfterFailure {
        let now = self.advance(now);
        self.judge(slot, failure, now, Standing::TimingOut)
    }

    /// An attempt that had been given up has settled: its place is free.
    pub fn settled(&mut self, slot: Slot, now: f64) {
        let now = self.advance(now);
        self.settle(slot, now);
    }

    /// Decides what a failure of the attempt means for its item.
    fn judge(&mut self, slot: Slot, failure: &Failure, now: f64, expected: Standing) -> AfterFailure {
        let Some(attempt) = self.attempts.get_mut(slot as usize) else { return AfterFailure::Ignored };
        if attempt.standing != expected {
            return AfterFailure::Ignored;
        }
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id as usize) else { return AfterFailure::Ignored };
        let timed_out = expected == Standing::TimingOut;
        if timed_out {
            attempt.standing = Standing::GivenUp;
            run.live -= 1;
            run.given_up += 1;
        }
        let delay = run.config.retry.next_delay(attempt.number, failure).filter(|_| run.state == State::Running);
        let Some(delay) = delay else {
            run.progress.in_progress -= 1;
            run.progress.failed += 1;
            run.progress.worked(now);
            self.make_ready(id);
            return AfterFailure::Rejected;
        };
        let mut backing = Backing { item: attempt.item, attempts: attempt.number, given_up: None };
        if timed_out {
            attempt.standing = Standing::GivenUpKeepingPlace;
            backing.given_up = Some((slot, attempt.generation));
        } else {
            run.held += 1;
        }
        run.backing_off.push(now + delay, backing);
        self.make_ready(id);
        AfterFailure::Retrying
    }

    /// Frees the place and the slot of an attempt that has settled.
    fn settle(&mut self, slot: Slot, now: f64) {
        let Some(attempt) = self.attempts.try_remove(slot as usize) else { return };
        let id = attempt.run;
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        run.attempt_ended(now);
        if run.config.timeout.is_finite() {
            self.timeouts -= 1;
        }
        match attempt.standing {
            Standing::Live | Standing::TimingOut => run.live -= 1,
            Standing::GivenUp => run.given_up -= 1,
            Standing::GivenUpKeepingPlace => {
                run.given_up -= 1;
                run.held += 1;
            }
        }
        match run.state {
            State::Forgotten if run.given_up == 0 => drop(self.runs.remove(id as usize)),
            State::Finished | State::Forgotten => {}
            _ => self.make_ready(id),
        }
    }

    /// Time has come to `now`.
    pub fn tick(&mut self, now: f64) {
        let now = self.advance(now);
        while let Some(timer) = self.timers.pop_due(now) {
            match timer {
                Timer::Wake(run) => {
                    if let Some(it) = self.runs.get_mut(run as usize)
                        && it.wake_at <= now
                    {
                        it.wake_at = f64::INFINITY;
                        self.make_ready(run);
                    }
                }
                Timer::Timeout { slot, generation } => self.expired.push_back((slot, generation)),
            }
        }
    }

    /// When `tick` is to be called, if nothing happens before. Nothing is to be waited for that no longer matters: a timer
    /// that is set keeps a Node process alive.
    pub fn wake_at(&mut self) -> Option<f64> {
        while let Some((at, &timer)) = self.timers.peek() {
            if self.matters(timer, at) {
                return Some(at);
            }
            self.timers.pop();
        }
        None
    }

    fn matters(&self, timer: Timer, at: f64) -> bool {
        match timer {
            Timer::Wake(run) => self.runs.get(run as usize).is_some_and(|run| run.wake_at == at && !run.is_over()),
            Timer::Timeout { slot, generation } => self
                .attempts
                .get(slot as usize)
                .is_some_and(|attempt| attempt.generation == generation && attempt.standing == Standing::Live),
        }
    }

    /// The next thing to do, until there is none.
    pub fn poll(&mut self, now: f64) -> Option<Output> {
        let now = self.advance(now);
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if let Some((slot, generation)) = self.expired.pop_front() {
                if self.time_out(slot, generation) {
                    return Some(Output::TimedOut { slot });
                }
                continue;
            }
            let &id = self.ready.front()?;
            if let Some(output) = self.step(id, now) {
                return Some(output);
            }
            self.ready.pop_front();
            if let Some(run) = self.runs.get_mut(id as usize) {
                run.is_ready = false;
            }
        }
    }

    /// Its time is over, unless it has settled in the meantime.
    fn time_out(&mut self, slot: Slot, generation: u32) -> bool {
        match self.attempts.get_mut(slot as usize) {
            Some(attempt) if attempt.generation == generation && attempt.standing == Standing::Live => {
                attempt.standing = Standing::TimingOut;
                true
            }
            _ => false,
        }
    }

    pub(super) fn make_ready(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id as usize)
            && !run.is_ready
        {
            run.is_ready = true;
            self.ready.push_back(id);
        }
    }

    /// One step of one run, if there is one to take.
    fn step(&mut self, id: RunId, now: f64) -> Option<Output> {
        let run = self.runs.get_mut(id as usize)?;
        match run.candidate(now) {
            Candidate::Again => {
                let backing = run.backing_off.pop_due(now)?;
                match backing.given_up {
                    Some((slot, _)) if release_claim(&mut self.attempts, slot, &backing) => {}
                    _ => run.held -= 1,
                }
                Some(self.start(id, backing.item, backing.attempts + 1, now))
            }
            Candidate::Next => {
                let item = run.cursor;
                run.cursor += 1;
                run.progress.in_progress += 1;
                Some(self.start(id, item, 1, now))
            }
            Candidate::Pull => {
                run.pulling = true;
                Some(Output::Pull { run: id })
            }
            Candidate::WaitUntil(at) => {
                if at < run.wake_at {
                    run.wake_at = at;
                    self.timers.push(at, Timer::Wake(id));
                }
                None
            }
            Candidate::Idle if run.is_done() => {
                let status = run.final_status();
                run.state = State::Finished;
                run.progress.end(now);
                Some(Output::Finished { run: id, status })
            }
            Candidate::Idle => None,
        }
    }

    fn start(&mut self, id: RunId, item: u32, number: u32, now: f64) -> Output {
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        let attempt = Attempt { run: id, item, number, generation, standing: Standing::Live };
        let slot = self.attempts.insert(attempt) as Slot;
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.live += 1;
            run.note_start(now);
            if run.config.timeout.is_finite() {
                self.timers.push(now + run.config.timeout, Timer::Timeout { slot, generation });
                self.timeouts += 1;
                self.sweep_timers();
            }
        }
        Output::Start { run: id, slot, item, attempt: number }
    }

    /// Most timeouts never come true: those of attempts that have settled are dropped before they pile up.
    fn sweep_timers(&mut self) {
        if self.timers.len() > 64 + 2 * (self.timeouts + self.runs.len()) {
            let attempts = &self.attempts;
            self.timers.retain(|timer| match *timer {
                Timer::Wake(_) => true,
                Timer::Timeout { slot, generation } => {
                    attempts.get(slot as usize).is_some_and(|attempt| attempt.generation == generation)
                }
            });
        }
    }

    /// The host needs the finished run no more.
    pub fn forget(&mut self, run: RunId) {
        match self.runs.get_mut(run as usize) {
            Some(it) if it.given_up > 0 => it.state = State::Forgotten,
            Some(_) => drop(self.runs.remove(run as usize)),
            None => {}
        }
    }

    /// The server's own counts for a run.
    pub fn report(&mut self, run: RunId, counts: ServerCounts, now: f64) {
        let now = self.advance(now);
        if let Some(run) = self.runs.get_mut(run as usize) {
            run.progress.report(counts, now);
        }
    }

    /// A run's progress, with the number of its items once that is known; `None` when nothing more is heard of it.
    pub fn progress(&mut self, run: RunId) -> Option<(&mut Progress, Option<u32>)> {
        let run = self.runs.get_mut(run as usize)?;
        let known = run.known();
        Some((&mut run.progress, known))
    }

    /// How many attempts are unsettled, given up ones included.
    pub fn unsettled(&self) -> usize {
        self.attempts.len()
    }

    /// How many runs are known.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }
}
