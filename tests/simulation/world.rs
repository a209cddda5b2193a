//! A host for the engine with a virtual clock: tasks that take random times, fail, or never settle; sources; cancels.

use std::collections::HashMap;

use fastrand::Rng;
use sluicegate::core::backoff::Backoff;
use sluicegate::core::due::DueQueue;
use sluicegate::core::engine::Engine;
use sluicegate::core::output::{AfterFailure, Output, RunId, Slot};
use sluicegate::core::progress::ServerCounts;
use sluicegate::core::retry::{Failure, RetryPolicy};
use sluicegate::core::run::{CancelMode, RunConfig, Status};

use crate::model::{Item, ModelRun};

#[derive(Clone, Copy)]
enum Event {
    Settle { slot: Slot, serial: u64 },
    Pulled { run: RunId },
    Cancel { run: RunId },
    Open,
}

struct Call {
    run: RunId,
    item: usize,
    serial: u64,
    given_up: bool,
    keeps_place: bool,
}

pub struct World {
    engine: Engine,
    rng: Rng,
    now: f64,
    /// The latest time that the engine was told: what its waits count from.
    heard: f64,
    serial: u64,
    events: DueQueue<Event>,
    calls: HashMap<Slot, Call>,
    runs: HashMap<RunId, ModelRun>,
    counts: [u64; 4],
    trouble: f64,
    never_settles: f64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut events = DueQueue::default();
        (0..rng.u32(1..=3)).for_each(|_| events.push(f64::from(rng.u32(0..200)), Event::Open));
        let trouble = if rng.bool() { rng.f64() * 0.6 } else { 0.0 };
        let never_settles = if rng.u8(0..4) == 0 { 0.1 } else { 0.0 };
        Self {
            engine: Engine::new(),
            rng,
            now: 0.0,
            heard: 0.0,
            serial: 0,
            events,
            calls: HashMap::new(),
            runs: HashMap::new(),
            counts: [0; 4],
            trouble,
            never_settles,
        }
    }

    /// Plays the schedule to its end; returns attempts, retries, attempts given up, items cancelled.
    pub fn play(mut self) -> [u64; 4] {
        for step in 0.. {
            assert!(step < 50_000, "the schedule does not end");
            self.drain();
            let woken = self.engine.wake_at();
            let Some(at) = [self.events.next_at(), woken].into_iter().flatten().min_by(f64::total_cmp) else { break };
            // A clock that is set back now and then must change nothing.
            self.now = self.now.max(at);
            let told: f64 = if self.rng.u8(0..50) == 0 { self.now - 3_600_000.0 } else { self.now };
            self.heard = self.heard.max(told);
            if woken.is_some_and(|woken| woken <= self.now) {
                self.engine.tick(self.now);
            } else if let Some(event) = self.events.pop_due(self.now) {
                self.handle(event, told);
            }
        }
        self.check_the_end();
        self.counts
    }

    fn handle(&mut self, event: Event, now: f64) {
        match event {
            Event::Open => self.open(now),
            Event::Settle { slot, serial } => {
                if self.calls.get(&slot).is_some_and(|call| call.serial == serial) {
                    self.settle(slot, now);
                }
            }
            Event::Pulled { run } => self.pulled(run),
            Event::Cancel { run } => {
                if let Some(it) = self.runs.get_mut(&run).filter(|it| it.finished.is_none()) {
                    it.end(Status::Cancelled);
                    self.engine.cancel(run, now);
                }
            }
        }
    }

    fn open(&mut self, now: f64) {
        let rng = &mut self.rng;
        let has_source = rng.u8(0..3) == 0;
        let config = RunConfig {
            limit: *rng.choice(&[1, 1, 2, 3, 5, 8, u32::MAX]).expect("not empty"),
            items: if has_source { 0 } else { rng.u32(0..30) },
            has_source,
            stagger: if rng.u8(0..3) == 0 { f64::from(rng.u32(1..40)) } else { 0.0 },
            timeout: if rng.u8(0..3) == 0 { f64::from(rng.u32(5..120)) } else { f64::INFINITY },
            retry: RetryPolicy {
                attempts: rng.u32(1..5),
                backoff: Backoff { min_delay: 20.0, max_delay: 200.0, factor: 2.0, jitter: rng.f64() },
                max_retry_after: 100.0,
            },
            on_cancel: if rng.bool() { CancelMode::Drain } else { CancelMode::Abort },
        };
        let source_left = if has_source { rng.u32(0..20) } else { 0 };
        let cancel_after = (rng.u8(0..3) == 0).then(|| f64::from(rng.u32(0..400)));
        let run = self.engine.open(config, now);
        let before = self.runs.insert(run, ModelRun::new(config, source_left));
        assert!(before.is_none(), "a run's name is given twice");
        if let Some(after) = cancel_after {
            self.events.push(self.now + after, Event::Cancel { run });
        }
    }

    /// Does what the engine says until it has nothing more to say.
    fn drain(&mut self) {
        self.heard = self.now;
        while let Some(output) = self.engine.poll(self.now) {
            match output {
                Output::Start { run, slot, item, attempt } => self.start(run, slot, item as usize, attempt),
                Output::Pull { run } => {
                    let it = self.runs.get_mut(&run).expect("a known run");
                    assert!(it.source_open && !it.pulling && it.ended.is_none(), "R5: a pull too many");
                    it.pulling = true;
                    let delay = f64::from(self.rng.u32(0..30));
                    self.events.push(self.now + delay, Event::Pulled { run });
                }
                Output::CloseSource { run } => {
                    let it = self.runs.get_mut(&run).expect("a known run");
                    assert!(it.source_open && it.ended.is_some(), "a source is closed without need");
                    it.source_open = false;
                }
                Output::TimedOut { slot } => self.time_out(slot),
                Output::GiveUp { slot } => {
                    let call = self.calls.get_mut(&slot).expect("a known attempt");
                    let it = self.runs.get_mut(&call.run).expect("a known run");
                    assert!(!call.given_up && !it.drains() && it.ended.is_some(), "given up without need");
                    call.given_up = true;
                    it.outcome(call.item, Item::Cancelled);
                    it.live -= 1;
                    self.counts[2] += 1;
                    self.counts[3] += 1;
                }
                Output::Cancelled { run, item, attempts } => {
                    let it = self.runs.get_mut(&run).expect("a known run");
                    assert!(matches!(it.items[item as usize], Item::BackingOff { .. }) && it.ended.is_some());
                    assert_eq!(attempts, it.attempts[item as usize]);
                    it.outcome(item as usize, Item::Cancelled);
                    self.counts[3] += 1;
                }
                Output::NeverStarted { run, from, to } => {
                    let it = self.runs.get_mut(&run).expect("a known run");
                    assert!(it.ended.is_some() && from as usize == it.next && to as usize == it.items.len());
                    (from..to).for_each(|item| it.outcome(item as usize, Item::Cancelled));
                    self.counts[3] += u64::from(to - from);
                }
                Output::Finished { run, status } => self.finish(run, status),
            }
            self.check_counts();
        }
        self.runs.values().for_each(|run| run.check_idle(self.now));
        let waits = self.runs.values().any(ModelRun::may_wait_for_time);
        assert!(waits || self.engine.wake_at().is_none(), "a timer is set that nobody needs");
    }

    fn start(&mut self, run: RunId, slot: Slot, item: usize, attempt: u32) {
        let it = self.runs.get_mut(&run).expect("a known run");
        it.start(item, attempt, self.now);
        if attempt > 1 {
            // Whoever kept the item's place no longer does.
            let mut keeping = self.calls.values_mut().filter(|call| call.run == run && call.item == item);
            keeping.by_ref().for_each(|call| call.keeps_place = false);
        }
        self.serial += 1;
        self.counts[0] += 1;
        self.counts[1] += u64::from(attempt > 1);
        let call = Call { run, item, serial: self.serial, given_up: false, keeps_place: false };
        assert!(self.calls.insert(slot, call).is_none(), "a slot is given twice");
        match self.rng.u8(0..40) {
            0 => {
                self.calls.remove(&slot);
                it.outcome(item, Item::Skipped);
                it.unsettled -= 1;
                it.live -= 1;
                self.engine.skipped(slot, self.now);
                return;
            }
            // A task that throws at once fails while the engine is being drained.
            1 => {
                it.last_start = self.now;
                return self.settle(slot, self.now);
            }
            _ => it.last_start = self.now,
        }
        if self.rng.f64() >= self.never_settles {
            let takes = self.rng.f64() * self.rng.f64() * 200.0;
            self.events.push(self.now + takes, Event::Settle { slot, serial: self.serial });
        }
    }

    fn failure(&mut self) -> Failure {
        let rng = &mut self.rng;
        Failure {
            repeatable: rng.u8(0..4) > 0,
            retry_after: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..130))),
            delay: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..60))),
            random: rng.f64(),
        }
    }

    fn settle(&mut self, slot: Slot, now: f64) {
        let fails = self.rng.f64() < self.trouble;
        let failure = self.failure();
        let call = self.calls.remove(&slot).expect("a known attempt");
        let it = self.runs.get_mut(&call.run).expect("a known run");
        it.unsettled -= 1;
        if call.given_up {
            if call.keeps_place && it.items[call.item] == (Item::BackingOff { keeps_place: true }) {
                it.items[call.item] = Item::BackingOff { keeps_place: false };
            }
            if it.finished.is_some() && it.unsettled == 0 {
                self.runs.remove(&call.run);
            }
            self.engine.settled(slot, now);
            return;
        }
        it.live -= 1;
        if fails {
            let after = self.engine.failed(slot, &failure, now);
            self.after_failure(call.run, call.item, after, &failure, false);
        } else {
            it.outcome(call.item, Item::Fulfilled);
            assert!(self.engine.fulfilled(slot, now), "R1: a result is lost");
        }
    }

    fn time_out(&mut self, slot: Slot) {
        let failure = self.failure();
        let after = self.engine.timed_out(slot, &failure, self.now);
        let call = self.calls.get_mut(&slot).expect("a known attempt");
        assert!(!call.given_up, "R18: a second time-out");
        (call.given_up, call.keeps_place) = (true, after == AfterFailure::Retrying);
        let (run, item) = (call.run, call.item);
        self.runs.get_mut(&run).expect("a known run").live -= 1;
        self.counts[2] += 1;
        self.after_failure(run, item, after, &failure, true);
    }

    fn after_failure(&mut self, run: RunId, item: usize, after: AfterFailure, failure: &Failure, keeps_place: bool) {
        let it = self.runs.get_mut(&run).expect("a known run");
        let attempts = it.attempts[item];
        let expected = it.config.retry.next_delay(attempts, failure).filter(|_| it.ended.is_none());
        match after {
            AfterFailure::Retrying => {
                it.due[item] = self.heard + expected.expect("R14: a retry that the policy forbids");
                it.items[item] = Item::BackingOff { keeps_place };
            }
            AfterFailure::Rejected => {
                assert_eq!(expected, None, "R14: a retry is missing");
                it.outcome(item, Item::Rejected);
                if self.rng.u8(0..6) == 0 {
                    it.end(Status::Failed);
                    self.engine.stop(run, self.heard);
                }
            }
            AfterFailure::Ignored => panic!("R1: a failure is lost"),
        }
    }

    fn pulled(&mut self, run: RunId) {
        let Some(it) = self.runs.get_mut(&run).filter(|it| it.finished.is_none()) else { return };
        if !std::mem::take(&mut it.pulling) || !it.source_open {
            return;
        }
        if self.rng.u8(0..60) == 0 {
            it.source_open = false;
            it.end(Status::Failed);
            self.engine.source_failed(run);
        } else if it.source_left == 0 {
            it.source_open = false;
            self.engine.close(run);
        } else {
            let items = self.rng.u32(1..=it.source_left.min(3));
            it.source_left -= items;
            it.add(items);
            self.engine.push(run, items);
            if self.rng.u8(0..8) == 0 {
                let counts = ServerCounts { completed: it.items.len() as f64 / 2.0, total: Some(20.0) };
                self.engine.report(run, counts, self.now);
            }
        }
    }

    fn finish(&mut self, run: RunId, status: Status) {
        let it = self.runs.get_mut(&run).expect("a known run");
        it.finish(status);
        assert_eq!(it.live, 0, "R2: the run ends with attempts that count");
        let (progress, _) = self.engine.progress(run).expect("a finished run has its progress until it is forgotten");
        assert_eq!(progress.settled() as usize, it.items.len());
        self.engine.forget(run);
        if it.unsettled == 0 {
            self.runs.remove(&run);
        }
    }

    fn check_counts(&mut self) {
        let now = self.now;
        for (&id, run) in self.runs.iter_mut().filter(|(_, run)| run.finished.is_none()) {
            let (progress, known) = self.engine.progress(id).expect("a known run");
            let fraction = progress.fraction(known);
            assert!((run.last_fraction..=1.0).contains(&fraction), "R12: the fraction falls");
            run.last_fraction = fraction;
            assert!(
                progress.eta(known, now).is_none_or(|eta| eta.is_finite() && eta >= 0.0),
                "R12: the remaining time"
            );
            assert_eq!(progress.completed as usize, run.count(Item::Fulfilled), "R12");
            assert_eq!(progress.failed as usize, run.count(Item::Rejected), "R12");
            assert_eq!(progress.skipped as usize, run.count(Item::Skipped), "R12");
        }
    }

    /// All events are over: what has not finished must be waiting for a task that never settles.
    fn check_the_end(&mut self) {
        for run in self.runs.values() {
            let stuck = run.unsettled > 0;
            assert!(stuck, "R1: a run ended neither well nor badly, with {:?}", run.items);
            assert!(self.never_settles > 0.0 || run.finished.is_some(), "R2: a task settled and nobody heard of it");
        }
        assert_eq!(self.engine.unsettled(), self.calls.len(), "slots leak");
        assert_eq!(self.engine.runs(), self.runs.len(), "runs leak");
    }
}
