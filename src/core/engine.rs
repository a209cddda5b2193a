//! The engine: events go in, decisions come out.

use std::collections::VecDeque;

use slab::Slab;

use super::attempt::{Attempt, Backing, Standing, release_claim};
use super::config::RunConfig;
use super::due::DueQueue;
use super::gate::{Gate, GateConfig};
use super::items::Stand;
use super::output::{GateId, Output, Overdue, RunId, Slot};
use super::progress::{Progress, ServerCounts};
use super::run::{Candidate, Run, State};
use super::timers::Timer;

/// Decides for any number of runs what may start, wait, be repeated or be given up.
///
/// The host tells it what happens, each time with the time, then at once calls [`poll`](Engine::poll) until it returns
/// `None`, doing what it is told, and calls [`tick`](Engine::tick) at [`wake_at`](Engine::wake_at).
pub struct Engine {
    pub(super) now: f64,
    pub(super) runs: Slab<Run>,
    pub(super) gates: Slab<Gate>,
    pub(super) attempts: Slab<Attempt>,
    pub(super) timers: DueQueue<Timer>,
    pub(super) expired: VecDeque<(Slot, u32, Overdue)>,
    generation: u32,
    pub(super) ready: VecDeque<RunId>,
    pub(super) outputs: VecDeque<Output>,
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
            gates: Slab::new(),
            attempts: Slab::new(),
            timers: DueQueue::new(),
            expired: VecDeque::new(),
            generation: 0,
            ready: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// A clock that is set back must not stall what waits.
    pub(super) fn advance(&mut self, now: f64) -> f64 {
        self.now = self.now.max(now);
        self.now
    }

    /// Opens a run. A run without items finishes at once.
    pub fn open(&mut self, config: RunConfig, now: f64) -> RunId {
        let now = self.advance(now);
        let run = self.runs.insert(Run::new(config, now)) as RunId;
        self.find_place_around(run);
        self.make_ready(run);
        run
    }

    /// There are so many items more.
    pub fn push(&mut self, id: RunId, items: u32) {
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.pulling = false;
            if !run.is_over() {
                run.items.add(items);
            }
            self.make_ready(id);
        }
    }

    /// There will be no more items.
    pub fn close(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.pulling = false;
            run.closed = true;
            self.make_ready(id);
        }
    }

    /// Opens a limiter.
    pub fn open_gate(&mut self, config: GateConfig) -> GateId {
        self.add_gate(config, None)
    }

    /// Changes a limiter's limit. Attempts in flight stay.
    pub fn set_gate_limit(&mut self, id: GateId, limit: u32, now: f64) {
        let now = self.advance(now);
        if let Some(gate) = self.gates.get_mut(id as usize) {
            gate.set_limit(limit);
            self.serve(id, now);
        }
    }

    /// Holds all starts of a limiter back for so long, also of those that are queued.
    pub fn cool_gate(&mut self, id: GateId, milliseconds: f64, now: f64) {
        let now = self.advance(now);
        if let Some(gate) = self.gates.get_mut(id as usize) {
            gate.cool(now + milliseconds);
        }
    }

    /// A limiter's limit, its attempts in flight, the runs that wait for it, and until when it holds starts back.
    pub fn gate(&self, id: GateId) -> Option<(u32, u32, usize, f64)> {
        let gate = self.gates.get(id as usize)?;
        Some((gate.limit(), gate.in_flight, gate.waiting(), gate.cool_until()))
    }

    /// The next thing to do, until there is none.
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
        let candidate = run.candidate(now);
        // Whatever else it waits for: a place, the limiter, its stagger.
        let expiry = run.next_expiry(now);
        self.wake_run(id, expiry);
        match candidate {
            Candidate::Expire(item) => self.expire(id, item, now),
            Candidate::Forced(_) | Candidate::Again | Candidate::Commit(_) | Candidate::Next(_) => {
                let place = self.admit(id, now)?;
                Some(self.start(id, candidate, place, now))
            }
            Candidate::Consider(item) => Some(Output::Consider { run: id, item }),
            Candidate::Pull => {
                self.pass_turn(id, now);
                let run = self.runs.get_mut(id as usize)?;
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
                let run = self.runs.get_mut(id as usize)?;
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

    fn start(&mut self, id: RunId, candidate: Candidate, place: Option<GateId>, now: f64) -> Output {
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        let epoch = self.take_place(id, place, now);
        let vacant = self.attempts.vacant_entry();
        let slot = vacant.key() as Slot;
        let mut attempt = Attempt {
            run: id,
            item: 0,
            step: 0,
            number: 1,
            doubt: None,
            deadline: f64::INFINITY,
            generation,
            standing: Standing::Live,
            gate: place,
            inside: None,
            epoch: 0,
            touched_at: now,
            fraction: 0.0,
        };
        let mut carry_from = None;
        let mut again = None;
        if let Some(run) = self.runs.get_mut(id as usize) {
            match candidate {
                Candidate::Again => {
                    again = run.take_due(now);
                    if let Some(backing) = again {
                        (attempt.item, attempt.step) = (backing.item, backing.step);
                        (attempt.doubt, attempt.deadline) = (backing.doubt, backing.deadline);
                        attempt.number = backing.attempts + u32::from(backing.doubt.is_none());
                    }
                }
                Candidate::Forced(item) | Candidate::Commit(item) | Candidate::Next(item) => {
                    attempt.item = item;
                    attempt.deadline = now + run.config.total_timeout;
                    attempt.step = run.step_of(item);
                    // A second step, or one more try of an item that waited for it, goes on; all others begin.
                    run.begin(item, candidate);
                }
                _ => {}
            }
            run.items.set(attempt.item, Stand::Running);
            run.live += 1;
            run.note_start(now);
            if run.is_in_order() && attempt.step == 1 {
                run.lane = Some(slot);
                carry_from = run.items.fulfilled_before(attempt.item);
            }
            attempt.epoch = epoch;
            let config = run.config;
            // Whether the server did the work is asked even when the item's time is over: it may have been paid for.
            let until = if attempt.doubt.is_some() { now + config.total_timeout } else { attempt.deadline };
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
        let Attempt { item, number, step, doubt, .. } = attempt;
        vacant.insert(attempt);
        if let Some(backing) = again
            && !release_claim(&mut self.attempts, &backing)
            && let Some(run) = self.runs.get_mut(id as usize)
        {
            run.held -= 1;
        }
        self.sweep_timers();
        Output::Start { run: id, slot, item, attempt: number, reconciles: doubt.is_some(), step, carry_from }
    }

    fn wake_run(&mut self, id: RunId, at: f64) {
        if let Some(run) = self.runs.get_mut(id as usize).filter(|run| at < run.wake_at) {
            run.wake_at = at;
            self.timers.push(at, Timer::Run(id));
        }
    }

    /// The item has no time left for another attempt.
    fn expire(&mut self, id: RunId, item: u32, now: f64) -> Option<Output> {
        let run = self.runs.get_mut(id as usize)?;
        let backing = run.take_backing_of(item)?;
        if !release_claim(&mut self.attempts, &backing) {
            run.held -= 1;
        }
        let Backing { attempts, step, .. } = backing;
        run.conclude(item, Stand::Rejected);
        run.progress.worked(now);
        Some(Output::Expired { run: id, item, attempts, step })
    }

    /// Nothing of the run starts before this. A later call may say an earlier time.
    pub fn hold(&mut self, id: RunId, until: f64, now: f64) {
        self.advance(now);
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.not_before = until;
            self.make_ready(id);
        }
    }

    /// The host needs the finished run no more.
    pub fn forget(&mut self, id: RunId) {
        self.pass_turn(id, self.now);
        if let Some(run) = self.runs.get_mut(id as usize) {
            run.state = State::Forgotten;
            self.leave_queue(id);
            self.bury(id);
        }
    }

    /// The server's own counts for a run.
    pub fn report(&mut self, run: RunId, counts: ServerCounts, now: f64) {
        let now = self.advance(now);
        if let Some(run) = self.runs.get_mut(run as usize) {
            run.progress.report(counts, now);
        }
    }

    /// An item's share of its run's progress; 1 unless told otherwise.
    pub fn weigh(&mut self, run: RunId, item: u32, weight: f64) {
        if let Some(run) = self.runs.get_mut(run as usize) {
            run.progress.weigh(item, weight);
        }
    }

    /// A run's progress, with the number of its items once that is known.
    pub fn progress(&mut self, run: RunId) -> Option<(&mut Progress, Option<u32>)> {
        let run = self.runs.get_mut(run as usize)?;
        let known = run.known();
        Some((&mut run.progress, known))
    }

    /// Whether an item that was asked for by name waits for its start.
    pub fn is_asked(&self, run: RunId) -> bool {
        self.runs.get(run as usize).is_some_and(|run| run.items.forced().next().is_some())
    }

    /// What a run is at.
    pub fn state(&self, run: RunId) -> Option<State> {
        self.runs.get(run as usize).map(|run| run.state)
    }

    /// Where an item of a run stands.
    pub fn stand(&self, run: RunId, item: u32) -> Option<Stand> {
        self.runs.get(run as usize).map(|run| run.items.stand(item))
    }

    /// How many attempts are unsettled, given up ones included.
    pub fn unsettled(&self) -> usize {
        self.attempts.len()
    }

    /// How many limiters are known, places that are lent included.
    pub fn gates(&self) -> usize {
        self.gates.len()
    }

    /// How many runs are known.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }
}
