//! What the engine says that items wait for, held against the model and against what comes.

use std::collections::HashMap;

use sluicegate::core::engine::inspecting::{ItemInspection, SourceState};
use sluicegate::core::ids::RunId;
use sluicegate::core::run::config::{Order, Source};
use sluicegate::core::run::items::ItemState;
use sluicegate::core::run::waiting::{Reason, Wait};

use crate::model::ModelRun;
use crate::world::World;

/// The times before which items cannot start, by run (with its serial number) and item.
#[derive(Default)]
pub struct Promises(HashMap<(u64, RunId), HashMap<u32, f64>>);

impl Promises {
    /// An item starts.
    pub fn keep(&mut self, run: (u64, RunId), item: u32, now: f64) {
        if let Some(until) = self.0.get_mut(&run).and_then(|items| items.remove(&item)) {
            assert!(now >= until - 1e-6, "item {item} was to wait until {until}, and starts at {now}");
        }
    }

    /// The user of a run interferes: what was said holds no more.
    pub fn discard(&mut self, run: (u64, RunId)) {
        self.0.remove(&run);
    }
}

impl World {
    /// The engine is idle: it must be able to say why, of every item.
    pub fn check_waits(&mut self) {
        let known = self.runs.iter().filter(|(_, (_, run))| !run.discarded && run.fast_path_items.is_none());
        for (&id, (serial, run)) in known {
            let found = self.engine.inspect_run(id).expect("a known run");
            let inspect = |item| Some((item, self.engine.inspect_item(id, item, self.now)?));
            let items: Vec<(u32, ItemInspection)> = (0..run.items.len() as u32 + 1).filter_map(inspect).collect();
            let settled = run.items.iter().filter(|item| item.state.is_settled()).count();
            assert_eq!(found.running as usize, run.count(ItemState::Running), "items in flight");
            assert_eq!(found.done as usize, settled, "items with an outcome");
            assert_eq!((found.running + found.waiting + found.done) as usize, run.items.len(), "all items");
            assert_eq!(items.len(), run.items.len() - settled, "each open item");
            let expected = match run.config.source {
                _ if !run.source_open || run.finished.is_some() => SourceState::Ended,
                Source::Open => SourceState::Open,
                _ if run.pulling => SourceState::Reading,
                _ => SourceState::Ready,
            };
            assert_eq!(found.source, expected);
            let before = self.waits.promises.0.entry((*serial, id)).or_default();
            before.clear();
            for &(index, item) in &items {
                check_reason(run, index, item, self.now);
                self.counts.inspected[item.wait.reason as usize] += 1;
                let limiter = &self.limiter;
                let (limit, in_flight, ..) = self.engine.limiter(limiter.id).expect("a known limiter");
                if let Some(until) = item.wait.until {
                    // Something else may have to come first: a place of the limiter, another item of the run.
                    let needs_place = match item.wait.reason {
                        Reason::Cooldown => in_flight >= limit,
                        Reason::Backoff => items.len() > 1,
                        _ => false,
                    };
                    let wakes = needs_place || self.engine.wake_at().is_some_and(|at| at <= until);
                    assert!(until > self.now && wakes, "nothing wakes {item:?}");
                    before.insert(index, until);
                }
                match item.wait.reason {
                    Reason::Cooldown => assert_eq!(item.wait.until, Some(limiter.cool_until)),
                    Reason::Rate | Reason::LimiterStagger if run.parent.is_none() => {
                        assert_eq!(item.wait.until, Some(limiter.ready_at()));
                        assert!(item.wait.reason != Reason::Rate || limiter.has_full_window(self.now));
                    }
                    Reason::Limiter => assert!(in_flight >= limit || run.parent.is_some(), "a place is free"),
                    _ => {}
                }
            }
        }
        self.check_limiter();
    }

    fn check_limiter(&self) {
        let found = self.engine.inspect_limiter(self.limiter.id, self.now).expect("a known limiter");
        assert_eq!(found.rate.is_some_and(|rate| rate.used >= rate.limit), self.limiter.has_full_window(self.now));
    }
}

/// Compares what the engine says of an item with the item as its user knows it.
fn check_reason(run: &ModelRun, index: u32, it: ItemInspection, now: f64) {
    let ItemInspection { attempt, wait: Wait { reason, until } } = it;
    let item = &run.items[index as usize];
    let is_running = item.state == ItemState::Running;
    let is_asked = item.requested;
    let kept = run.items.iter().filter(|it| it.state == ItemState::BackingOff && !it.keeps_place).count() as u32;
    let is_so = match reason {
        Reason::Task => is_running && item.question.is_none(),
        Reason::Answer => is_running && item.question.is_some(),
        Reason::Resume => run.paused && !is_asked,
        Reason::Inputs => item.deferred,
        Reason::Backoff => item.state == ItemState::BackingOff && until == Some(item.due),
        Reason::Turn if item.state == ItemState::BackingOff => !run.may_step(item),
        Reason::Turn => !matches!(run.config.order, Order::Pool) && !run.is_startable(index as usize),
        Reason::Concurrency => run.unsettled + kept >= run.config.limit,
        Reason::Settling => item.keeps_place && run.unsettled >= run.config.limit,
        Reason::Network => run.offline,
        Reason::Poll => until == Some(run.not_before),
        Reason::Stagger => until.is_some_and(|at| at >= run.last_start + run.config.stagger),
        Reason::Cooldown | Reason::Rate | Reason::LimiterStagger | Reason::Limiter => run.config.limiter.is_some(),
        // No journal is read, no limiter is shared, and the engine is idle.
        Reason::Journal | Reason::Tabs | Reason::Start => false,
    };
    assert!(is_so, "{index} waits for {reason:?} until {until:?} at {now}: {item:?} of {:?}", run.config);
    let has_attempts = is_running || item.state == ItemState::BackingOff;
    assert!(!has_attempts || attempt == item.attempts, "the number of the attempt");
    assert_eq!(is_running, matches!(reason, Reason::Task | Reason::Answer));
}
