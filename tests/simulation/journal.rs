//! Runs with a journal that crash before and after every write, against a server that counts what was bought.
//!
//! A run lives until it crashes or finishes. The next life begins with what the disk has. What was about to be written
//! is lost, and what was sent may have been done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fastrand::Rng;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::{AfterFailure, Output};
use sluicegate::core::engine::settling::AfterSuccess;
use sluicegate::core::ids::{RunId, Slot};
use sluicegate::core::journal::{Record, Restored, after_failure};
use sluicegate::core::retry::RetryPolicy;
use sluicegate::core::retry::classify::Verdict;
use sluicegate::core::retry::failure::Failure;
use sluicegate::core::run::config::{CancelMode, FailureMode, Order, RunConfig};

/// An item and its step.
type Part = (u32, u8);

/// How a call can be repeated. A declared one is keyed, and stored as repeatable from the start.
#[derive(Clone, Copy, PartialEq)]
enum Care {
    Unkeyed,
    Keyed,
    Declared,
    Reconciled,
}

impl Care {
    fn is_keyed(self) -> bool {
        matches!(self, Self::Keyed | Self::Declared)
    }
}

#[derive(Clone, Copy)]
enum Reply {
    Good,
    Refused,
    Lost,
    Final,
}

enum Then {
    Nothing,
    Send(Slot),
    Fulfil(Slot),
}

struct Write {
    part: Part,
    record: Record,
    then: Then,
}

/// What outlives a crash.
struct Story {
    rng: Rng,
    config: RunConfig,
    care: Care,
    disk: BTreeMap<Part, Record>,
    /// How often each part was paid for.
    bought: BTreeMap<Part, u32>,
    /// How often each item was asked for anew, and which of these times was paid for last, by part. Keys differ.
    anew: BTreeMap<u32, u32>,
    newest_bought: BTreeMap<Part, u32>,
    crashes: u32,
    sent: u64,
}

struct Life<'a> {
    story: &'a mut Story,
    engine: Engine,
    run: RunId,
    now: f64,
    writes: VecDeque<Write>,
    /// Attempts that have started, with their part and whether they ask.
    slots: BTreeMap<Slot, (Part, bool)>,
    calls: Vec<(Slot, Reply)>,
    unconfirmed: Vec<Part>,
    fulfilled: BTreeSet<u32>,
    /// Items that are made anew.
    renewed: BTreeSet<u32>,
    is_over: bool,
}

fn ambiguous(keyed: bool) -> Failure {
    Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, keyed, ..Failure::FINAL }
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x6a6f_7572);
        let care = [Care::Unkeyed, Care::Keyed, Care::Declared, Care::Reconciled][rng.u64(..4) as usize];
        let order = match rng.u64(..4) {
            0 => Order::InOrder { prepares: true },
            1 => Order::InOrder { prepares: false },
            2 => Order::Batches(1 + rng.u64(..3) as u32),
            _ => Order::Pool,
        };
        let mode = |rng: &mut Rng| Some([FailureMode::Continue, FailureMode::Stop][rng.u64(..2) as usize]);
        let retry = RetryPolicy { attempts: 1_000, reconciles: care == Care::Reconciled, ..RetryPolicy::default() };
        let config = RunConfig {
            items: 1 + rng.u64(..5) as u32,
            limit: 1 + rng.u64(..3) as u32,
            order,
            retry: if rng.u64(..8) == 0 && care != Care::Reconciled { RetryPolicy::NONE } else { retry },
            on_failure: [mode(&mut rng), mode(&mut rng)],
            on_cancel: [CancelMode::Drain, CancelMode::Abort][rng.u64(..2) as usize],
            ..RunConfig::default()
        };
        let crashes = rng.u64(..6) as u32;
        let (disk, bought, anew, newest_bought) = Default::default();
        Self { rng, config, care, disk, bought, anew, newest_bought, crashes, sent: 0 }
    }

    fn play(mut self) -> Counts {
        let mut counts = Counts { schedules: 1, ..Counts::default() };
        loop {
            let before = self.disk.clone();
            let mut life = Life::open(&mut self);
            let has_finished = life.live();
            let renewed = std::mem::take(&mut life.renewed);
            counts.unconfirmed += life.unconfirmed.len() as u64;
            if has_finished {
                life.check_end();
                break;
            }
            counts.crashes += 1;
            for (part, record) in before {
                let now = self.disk[&part];
                // A failure that was asked for replaces the value.
                let has_failed = matches!(now, Record::Rejected { .. }) && renewed.contains(&part.0);
                assert!(!record.has_value() || now.has_value() || has_failed, "a stored result was lost");
            }
        }
        counts.sent = self.sent;
        counts.bought = self.bought.values().map(|&times| u64::from(times)).sum();
        counts.anew = self.anew.values().map(|&times| u64::from(times)).sum();
        counts
    }
}

impl<'a> Life<'a> {
    fn open(story: &'a mut Story) -> Self {
        let mut engine = Engine::new();
        let run = engine.open(story.config, 0.0);
        engine.hold(run, f64::INFINITY, 0.0);
        assert_eq!(engine.poll(0.0), None);
        let (mut unconfirmed, mut fulfilled, mut renewed) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (&(item, step), &record) in &story.disk {
            let restored = engine.restore(run, item, step, record, 0.0);
            // Of an item that was made anew, the first step may have failed or be under way.
            let is_anew = step == 1
                && story.anew.contains_key(&item)
                && story.disk.get(&(item, 0)).is_some_and(|first| *first != Record::Fulfilled);
            assert!(record != Record::Fulfilled || restored == Restored::Fulfilled || is_anew);
            if record.has_value() && restored != Restored::Fulfilled {
                renewed.insert(item);
            }
            if restored == Restored::Unconfirmed {
                unconfirmed.push((item, step));
            } else if restored == Restored::Fulfilled && engine.inspect_item(run, item, 0.0).is_none() {
                fulfilled.insert(item);
            }
        }
        assert!(story.care != Care::Declared || unconfirmed.is_empty(), "what may be done again is in doubt");
        // After all of them are restored, because it may stop the run.
        for &(_, step) in &unconfirmed {
            engine.follow_rejection(run, step, false, None, 0.0);
        }
        engine.hold(run, 0.0, 0.0);
        let (writes, slots, calls) = (VecDeque::new(), BTreeMap::new(), Vec::new());
        Self { story, engine, run, now: 1.0, writes, slots, calls, unconfirmed, fulfilled, renewed, is_over: false }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.story.rng.u64(..bound)
    }

    /// Lives until the run has finished, and returns `true`, or until a crash.
    fn live(&mut self) -> bool {
        for _ in 0..100_000 {
            if self.story.crashes > 0 && self.below(25) == 0 {
                self.story.crashes -= 1;
                return false;
            }
            if self.below(400) == 0 {
                self.engine.cancel(self.run, self.now);
            }
            if self.below(100) == 0 {
                self.ask_anew();
            }
            match self.below(4) {
                0 => self.poll(),
                1 => self.write(),
                2 => self.reply(),
                _ => {
                    self.now += self.below(2_000) as f64;
                    self.engine.tick(self.now);
                }
            }
            if self.is_over && self.writes.is_empty() && self.calls.is_empty() {
                return true;
            }
        }
        panic!("the run does not end");
    }

    /// Somebody asks for an item that has a value.
    fn ask_anew(&mut self) {
        let item = self.below(u64::from(self.story.config.items)) as u32;
        if self.fulfilled.contains(&item) && self.engine.retry_item(self.run, item, true, self.now) {
            self.fulfilled.remove(&item);
            *self.story.anew.entry(item).or_insert(0) += 1;
            self.renewed.insert(item);
        }
    }

    fn poll(&mut self) {
        let Some(output) = self.engine.poll(self.now) else { return };
        match output {
            Output::Start { slot, item, step, reconciles, .. } => {
                let part = (item, step);
                let before = self.story.disk.get(&part).copied();
                let is_asked = before != Some(Record::Fulfilled) || self.renewed.contains(&item);
                assert!(is_asked, "a stored result is made again");
                self.slots.insert(slot, (part, reconciles));
                if reconciles {
                    self.calls.push((slot, Reply::Good));
                } else {
                    let has_value = before.is_some_and(Record::has_value);
                    let record = Record::Started { repeatable: self.story.care == Care::Declared, has_value };
                    self.writes.push_back(Write { part, record, then: Then::Send(slot) });
                }
            }
            Output::Finished { .. } => self.is_over = true,
            _ => {}
        }
    }

    fn write(&mut self) {
        let Some(Write { part, record, then }) = self.writes.pop_front() else { return };
        self.story.disk.insert(part, record);
        match then {
            Then::Nothing => {}
            Then::Send(slot) => self.send(slot, part),
            Then::Fulfil(slot) => {
                let after = self.engine.fulfilled(slot, self.now);
                self.slots.remove(&slot);
                if after == AfterSuccess::Fulfilled {
                    self.fulfilled.insert(part.0);
                    assert_eq!(self.engine.inspect_item(self.run, part.0, self.now), None);
                }
            }
        }
    }

    fn send(&mut self, slot: Slot, part: Part) {
        if !self.engine.may_send(slot) {
            let record = Record::Waiting { has_value: self.has_value(part) };
            self.writes.push_back(Write { part, record, then: Then::Nothing });
            let end = Failure { is_end_reason: true, ..Failure::FINAL };
            self.engine.failed(slot, &end, self.now);
            self.slots.remove(&slot);
            return;
        }
        let is_stored = matches!(self.story.disk.get(&part), Some(Record::Started { .. }));
        assert!(is_stored, "sent before it was stored");
        self.story.sent += 1;
        let reply = match self.below(8) {
            0 => Reply::Refused,
            1 | 2 => Reply::Lost,
            3 if self.below(4) == 0 => Reply::Final,
            _ => Reply::Good,
        };
        let is_done = match reply {
            Reply::Good => true,
            Reply::Lost => self.below(2) == 0,
            Reply::Refused | Reply::Final => false,
        };
        if self.story.care == Care::Keyed {
            let record = Record::Started { repeatable: true, has_value: self.has_value(part) };
            self.writes.push_back(Write { part, record, then: Then::Nothing });
        }
        if is_done {
            let asked = self.asked(part);
            let is_known = self.story.newest_bought.insert(part, asked) == Some(asked);
            let times = self.story.bought.entry(part).or_insert(0);
            // The server knows the key.
            *times += u32::from(!(is_known && self.story.care.is_keyed()));
            assert!(*times <= asked, "{part:?} was bought {times} times, and asked for {asked} times");
        }
        self.calls.push((slot, reply));
    }

    fn has_value(&self, part: Part) -> bool {
        self.story.disk.get(&part).is_some_and(|record| record.has_value())
    }

    /// How often somebody has asked for a part.
    fn asked(&self, (item, _): Part) -> u32 {
        1 + self.story.anew.get(&item).copied().unwrap_or(0)
    }

    fn reply(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let at = self.below(self.calls.len() as u64) as usize;
        let (slot, reply) = self.calls.swap_remove(at);
        let Some(&(part, asks)) = self.slots.get(&slot) else { return };
        let keyed = self.story.care.is_keyed();
        if asks {
            return self.answer(slot, part);
        }
        let failure = match reply {
            Reply::Good => {
                self.writes.push_back(Write { part, record: Record::Fulfilled, then: Then::Fulfil(slot) });
                return;
            }
            Reply::Refused => Failure { keyed, ..Failure::REFUSED },
            Reply::Lost => ambiguous(keyed),
            Reply::Final => Failure { keyed, ..Failure::FINAL },
        };
        let after = self.engine.failed(slot, &failure, self.now);
        self.after(slot, part, after, &failure);
    }

    /// The server says whether it has done the work.
    fn answer(&mut self, slot: Slot, part: Part) {
        if self.story.newest_bought.get(&part) == Some(&self.asked(part)) {
            self.writes.push_back(Write { part, record: Record::Fulfilled, then: Then::Fulfil(slot) });
            return;
        }
        let after = self.engine.not_found(slot, self.now);
        self.after(slot, part, after, &Failure::REFUSED);
    }

    fn after(&mut self, slot: Slot, part: Part, after: AfterFailure, failure: &Failure) {
        self.slots.remove(&slot);
        let record = after_failure(self.story.disk[&part], after, failure);
        if let Some(record) = record.filter(|_| after != AfterFailure::Ignored) {
            self.writes.push_back(Write { part, record, then: Then::Nothing });
        }
        if after == AfterFailure::Rejected {
            self.engine.follow_rejection(self.run, part.1, false, None, self.now);
        }
    }

    /// What was bought is there, or somebody was told that it may be.
    fn check_end(&self) {
        if self.story.care == Care::Unkeyed {
            return;
        }
        for &(item, step) in self.story.bought.keys() {
            // A first step that was made anew and has failed leaves the earlier value of both steps.
            let is_kept = step == 0
                && self.story.anew.contains_key(&item)
                && matches!(self.story.disk.get(&(item, 0)), Some(Record::Rejected { .. }))
                && self.story.disk.get(&(item, 1)) == Some(&Record::Fulfilled);
            let is_there = self.has_value((item, step)) || is_kept;
            let is_settled = self.engine.inspect_item(self.run, item, self.now).is_none();
            let is_told = is_settled && !self.fulfilled.contains(&item);
            assert!(is_there || is_told, "{item} was bought and nobody knows");
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    schedules: u64,
    crashes: u64,
    sent: u64,
    bought: u64,
    unconfirmed: u64,
    anew: u64,
}

#[test]
fn whatever_crashes_nothing_is_bought_twice_or_lost_or_sent_before_it_is_stored_r10_r16_r17_r24() {
    let mut totals = Counts::default();
    for seed in super::schedules() {
        let played = std::panic::catch_unwind(|| Story::new(seed).play());
        let Ok(counts) = played else {
            panic!("seed {seed} broke an invariant; replay it with SIMULATION_SEED={seed}");
        };
        totals.schedules += counts.schedules;
        totals.crashes += counts.crashes;
        totals.sent += counts.sent;
        totals.bought += counts.bought;
        totals.unconfirmed += counts.unconfirmed;
        totals.anew += counts.anew;
    }
    println!("{totals:?}");
    if totals.schedules >= 1_000 {
        assert!(totals.crashes > totals.schedules && totals.unconfirmed > 100 && totals.anew > 100, "{totals:?}");
    }
}
