//! A host for the engine with a virtual clock: tasks that take random times, fail, or never settle; sources; limiters;
//! users.

use std::collections::HashMap;

use fastrand::Rng;
use sluicegate::core::due::DueQueue;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::engine::settling::AfterSuccess;
use sluicegate::core::ids::{RunId, Slot};
use sluicegate::core::run::config::Order;
use sluicegate::core::run::items::ItemState;

use crate::counts::Counts;
use crate::limiter::ModelLimiter;
use crate::model::ModelRun;
use crate::scenario;
use crate::steering::steer;
use crate::waiting::Waits;

#[derive(Clone, Copy)]
pub enum Event {
    Settle { slot: Slot, serial: u64 },
    Touch { slot: Slot, serial: u64 },
    Pulled { run: RunId, serial: u64 },
    Steer { run: RunId, serial: u64 },
    Close { run: RunId, serial: u64 },
    Cool,
    Network,
    Open,
}

pub struct Call {
    pub run: RunId,
    pub item: usize,
    pub step: u8,
    /// It asks the server what became of the attempt before.
    pub reconciles: bool,
    pub serial: u64,
    pub started: f64,
    /// Its last sign of life.
    pub touched: f64,
    pub abandoned: bool,
    /// Its item backs off in its place.
    pub keeps_place: bool,
    /// It has no place of its own: it is in that of this attempt, with its serial number.
    pub parent_place: Option<(Slot, u64)>,
    pub limited: bool,
}

pub struct World {
    pub engine: Engine,
    pub rng: Rng,
    pub now: f64,
    /// The latest time that the engine got. Its waits count from there.
    pub engine_time: f64,
    pub serial: u64,
    pub events: DueQueue<Event>,
    pub calls: HashMap<Slot, Call>,
    /// With a serial number each, because the engine's names are used again.
    pub runs: HashMap<RunId, (u64, ModelRun)>,
    pub limiter: ModelLimiter,
    pub counts: Counts,
    /// So many runs may still be opened inside others.
    nested: u32,
    pub offline: bool,
    trouble: f64,
    pub never_settles: f64,
    pub waits: Waits,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut engine = Engine::new();
        let mut events = DueQueue::default();
        (0..rng.u32(1..=3)).for_each(|_| events.push(f64::from(rng.u32(0..200)), Event::Open));
        if rng.u8(0..3) == 0 {
            (0..3).for_each(|_| events.push(f64::from(rng.u32(0..600)), Event::Cool));
        }
        if rng.u8(0..3) == 0 {
            (0..4).for_each(|_| events.push(f64::from(rng.u32(0..900)), Event::Network));
        }
        let config = scenario::limiter(&mut rng);
        let limiter = ModelLimiter::new(engine.open_limiter(config), config);
        let trouble = if rng.bool() { rng.f64() * 0.6 } else { 0.0 };
        let never_settles = if rng.u8(0..4) == 0 { 0.1 } else { 0.0 };
        let nested = rng.u32(0..6);
        Self {
            engine,
            rng,
            now: 0.0,
            engine_time: 0.0,
            serial: 0,
            events,
            calls: HashMap::new(),
            runs: HashMap::new(),
            limiter,
            counts: Counts::default(),
            nested,
            offline: false,
            trouble,
            never_settles,
            waits: Waits::default(),
        }
    }

    /// Plays the schedule to its end, and returns the counts of what it has reached.
    pub fn play(mut self) -> Counts {
        for step in 0.. {
            assert!(step < 50_000, "the schedule does not end");
            self.bring_inputs();
            self.drain();
            let woken = self.engine.wake_at();
            let next = [self.events.next_at(), woken].into_iter().flatten().min_by(f64::total_cmp);
            let Some(at) = next else {
                if self.resume_all() || self.go_online() {
                    continue;
                }
                break;
            };
            // A clock that is set back now and then must change nothing.
            self.now = self.now.max(at);
            // A computer that sleeps: many waits are over at once.
            if self.rng.u8(0..100) == 0 {
                self.now += f64::from(self.rng.u32(0..1_000));
                self.counts.slept += 1;
            }
            let given_time = if self.rng.u8(0..50) == 0 { self.now - 3_600_000.0 } else { self.now };
            self.engine_time = self.engine_time.max(given_time);
            if woken.is_some_and(|woken| woken <= self.now) {
                self.engine_time = self.now;
                self.engine.tick(self.now);
            } else if let Some(event) = self.events.pop_due(self.now) {
                self.handle(event, given_time);
            }
        }
        self.check_the_end();
        self.counts
    }

    pub fn run(&mut self, id: RunId) -> &mut ModelRun {
        &mut self.runs.get_mut(&id).expect("a known run").1
    }

    pub fn run_of(&mut self, id: RunId, serial: u64) -> Option<&mut ModelRun> {
        self.runs.get_mut(&id).filter(|(it, _)| *it == serial).map(|(_, run)| run)
    }

    fn handle(&mut self, event: Event, now: f64) {
        match event {
            Event::Open => self.open(now),
            Event::Settle { slot, serial } => {
                if self.calls.get(&slot).is_some_and(|call| call.serial == serial) {
                    self.settle(slot, now);
                }
            }
            Event::Touch { slot, serial } => {
                if let Some(call) = self.calls.get_mut(&slot).filter(|call| call.serial == serial) {
                    call.touched = self.engine_time;
                    let run = call.run;
                    let fraction = self.rng.bool().then(|| self.rng.f64());
                    self.report_fast_path(run, now);
                    self.engine.touched(slot, fraction, now);
                }
            }
            Event::Pulled { run, serial } => self.pulled(run, serial),
            Event::Steer { run, serial } => {
                self.report_fast_path(run, now);
                self.waits.promises.discard((serial, run));
                if let Some((_, it)) = self.runs.get_mut(&run).filter(|(it, run)| *it == serial && !run.discarded) {
                    steer(&mut self.rng, &mut self.engine, run, it, now);
                }
            }
            Event::Close { run, serial } => {
                self.report_fast_path(run, now);
                if let Some(it) = self.run_of(run, serial) {
                    it.source_open = false;
                    self.engine.close(run);
                }
            }
            Event::Network => self.set_online(self.offline, now),
            Event::Cool => {
                let wait = f64::from(self.rng.u32(0..200));
                self.limiter.cool_until = self.limiter.cool_until.max(self.engine_time + wait);
                self.engine.cool_limiter(self.limiter.id, wait, now);
            }
        }
    }

    /// Nothing happens any more: what is paused has to be resumed by its user.
    fn resume_all(&mut self) -> bool {
        let paused = self.runs.iter_mut().filter(|(_, (_, run))| run.paused && run.ended.is_none());
        let mut resumed = false;
        for (&id, (_, run)) in paused {
            run.paused = false;
            resumed = true;
            self.engine.resume(id, self.now);
        }
        resumed
    }

    /// Does what the engine says until it has nothing more to say.
    fn drain(&mut self) {
        self.engine_time = self.now;
        while let Some(output) = self.engine.poll(self.now) {
            match output {
                Output::Start { run, slot, item, attempt, reconciles, step, carry_from } => {
                    self.start(run, slot, (item as usize, step), (attempt, reconciles), carry_from);
                }
                Output::Check { run, item, may_skip } => self.check(run, item, may_skip),
                Output::Pull { run } => {
                    let delay = f64::from(self.rng.u32(0..30));
                    let serial = self.runs[&run].0;
                    let it = self.run(run);
                    assert!(it.source_open && !it.pulling && it.ended.is_none() && !it.paused, "R5: a pull too many");
                    it.pulling = true;
                    self.events.push(self.now + delay, Event::Pulled { run, serial });
                }
                Output::CloseSource { run } => {
                    let it = self.run(run);
                    assert!(it.source_open && it.ended.is_some(), "a source is closed without need");
                    it.source_open = false;
                }
                Output::TimedOut { slot, overdue } => self.time_out(slot, overdue),
                Output::Expired { run, item, attempts, .. } => self.expire(run, item as usize, attempts),
                Output::Abandon { slot, .. } => {
                    let call = self.calls.get_mut(&slot).expect("a known attempt");
                    assert!(!call.abandoned, "given up twice");
                    call.abandoned = true;
                    let (run, item) = (call.run, call.item);
                    let it = self.run(run);
                    let by_name = std::mem::take(&mut it.items[item].unwanted);
                    assert!(by_name || !it.drains(), "R9: a run that drains gives an attempt up");
                    it.outcome(item, ItemState::Cancelled);
                    it.live -= 1;
                    self.counts.abandoned += 1;
                    self.counts.cancelled += 1;
                }
                Output::Cancelled { run, item, attempts } => {
                    let it = self.run(run);
                    let item = item as usize;
                    assert!(matches!(it.items[item].state, ItemState::BackingOff | ItemState::Prepared));
                    let known = &it.items[item];
                    let made = if known.state == ItemState::Prepared { known.preparations } else { known.attempts };
                    assert_eq!(attempts, made, "R26: attempts of a cancelled item");
                    it.outcome(item, ItemState::Cancelled);
                    self.counts.cancelled += 1;
                }
                Output::NeverStarted { run, from, to } => {
                    let it = self.run(run);
                    assert!(from < to && to as usize <= it.items.len());
                    for item in from..to {
                        assert_eq!(it.items[item as usize].state, ItemState::Waiting);
                        it.outcome(item as usize, ItemState::Cancelled);
                    }
                    self.counts.cancelled += u64::from(to - from);
                }
                Output::Finished { run, status } => self.finish(run, status),
                Output::Report { .. } => unreachable!("no limiter is shared"),
            }
            self.check_counts();
            self.bring_inputs();
        }
        self.check_idle();
    }

    pub fn start(
        &mut self,
        run: RunId,
        slot: Slot,
        (item, step): (usize, u8),
        (attempt, reconciles): (u32, bool),
        carry_from: Option<u32>,
    ) {
        let now = self.now;
        let limit = self.engine.limiter(self.limiter.id).expect("a known limiter").0;
        let (serial, it) = self.runs.get_mut(&run).expect("a known run");
        self.waits.promises.keep((*serial, run), item as u32, now);
        it.start(item, (attempt, reconciles), step, carry_from, now);
        let limited = it.config.limiter.is_some();
        let parent = it.parent;
        // The engine may use the parent place for one attempt at a time. It need not if another place is free.
        let (_, in_flight, ..) = self.engine.limiter(self.limiter.id).expect("a known limiter");
        let parent_place = parent.filter(|_| in_flight == self.limiter.in_flight);
        if parent_place.is_some() {
            assert!(
                self.is_parent_place_free(parent_place),
                "R21: a parent place is used twice, or after its attempt has settled"
            );
            self.counts.parent_places += 1;
        }
        if limited {
            self.limiter.start(limit.max(self.limiter.bounds.0), parent_place.is_some(), now);
            if self.nested > 0 && self.rng.u8(0..3) == 0 {
                self.nested -= 1;
                self.events.push(now + f64::from(self.rng.u32(0..20)), Event::Open);
            }
        }
        let before = self.calls.values_mut().filter(|call| call.run == run && call.item == item);
        before.for_each(|call| call.keeps_place = false);
        self.serial += 1;
        self.counts.started += 1;
        self.counts.retries += u64::from(attempt > 1 && !reconciles);
        self.counts.questions += u64::from(reconciles);
        let serial = self.serial;
        let call = Call {
            run,
            item,
            step,
            reconciles,
            serial,
            started: now,
            touched: now,
            abandoned: false,
            keeps_place: false,
            parent_place,
            limited,
        };
        assert!(self.calls.insert(slot, call).is_none(), "a slot is given twice");
        match self.rng.u8(0..40) {
            0 => {
                self.report_fast_path(run, now);
                self.release(slot);
                self.run(run).outcome(item, ItemState::Skipped);
                self.run(run).live -= 1;
                self.run(run).last_start = now;
                self.engine.skipped(slot, now);
                return;
            }
            // A task that throws at once fails while the engine is being drained.
            1 => {
                self.run(run).last_start = now;
                self.engine_time = now;
                return self.settle(slot, now);
            }
            _ => self.run(run).last_start = now,
        }
        if self.rng.f64() >= self.never_settles {
            let takes = self.rng.f64() * self.rng.f64() * 200.0;
            self.events.push(now + takes, Event::Settle { slot, serial });
            if self.rng.bool() {
                self.events.push(now + takes * self.rng.f64(), Event::Touch { slot, serial });
            }
        }
    }

    /// The attempt has settled: its places are free.
    pub fn release(&mut self, slot: Slot) -> Call {
        let call = self.calls.remove(&slot).expect("a known attempt");
        // A nested attempt in its place keeps it.
        if let Some(nested) = self.calls.values_mut().find(|it| it.parent_place == Some((slot, call.serial))) {
            nested.parent_place = call.parent_place;
        } else if call.limited && call.parent_place.is_none() {
            self.limiter.in_flight -= 1;
        }
        let it = self.run(call.run);
        it.unsettled -= 1;
        it.committing -= u32::from(call.step == 1);
        call
    }

    fn settle(&mut self, slot: Slot, now: f64) {
        let fails = self.rng.f64() < self.trouble;
        let is_found = self.rng.bool();
        let failure = scenario::failure(&mut self.rng);
        if !fails && self.start_next(slot, now) {
            return;
        }
        self.report_fast_path(self.calls[&slot].run, now);
        let call = self.release(slot);
        let it = self.run(call.run);
        if call.abandoned {
            // Whose place it kept, keeps it now.
            if call.keeps_place && it.items[call.item].state == ItemState::BackingOff {
                it.items[call.item].keeps_place = false;
            }
            self.engine.settled(slot, now);
            return self.remove_if_unused(call.run);
        }
        it.live -= 1;
        if !fails && call.reconciles && !is_found {
            self.not_found(slot, &call, now);
        } else if fails {
            let after = self.engine.failed(slot, &failure, now);
            self.after_failure(&call, after, &failure, false);
        } else {
            let is_last = it.config.order == (Order::InOrder { prepares: true }) && call.step == 0;
            let expected = if is_last { AfterSuccess::Prepared } else { AfterSuccess::Fulfilled };
            match expected {
                AfterSuccess::Prepared => it.prepared(call.item),
                _ => it.outcome(call.item, ItemState::Fulfilled),
            }
            assert_eq!(self.engine.fulfilled(slot, now), expected, "R1: a result is lost");
        }
        self.remove_if_unused(call.run);
    }
}
