//! Runs that are opened, and sources that are read.

use fastrand::Rng;
use sluicegate::core::engine::Engine;
use sluicegate::core::ids::RunId;
use sluicegate::core::progress::ServerCounts;
use sluicegate::core::run::Status;
use sluicegate::core::run::config::Source;

use crate::model::ModelRun;
use crate::scenario;
use crate::world::{Event, World};

impl World {
    pub fn open(&mut self, now: f64) {
        let (config, source_left) = scenario::run(&mut self.rng, self.limiter.id);
        let run = self.engine.open(config, now);
        self.serial += 1;
        let serial = self.serial;
        let mut it = ModelRun::new(config, source_left);
        it.offline = self.offline && config.waits_online;
        (0..config.items).for_each(|item| rank(&mut self.rng, &mut self.engine, run, &mut it, item));
        let outer = config.parent.and_then(|slot| self.calls.get(&slot));
        it.cools = config.limiter.is_some()
            || outer.and_then(|call| self.runs.get(&call.run)).is_some_and(|(_, run)| run.cools);
        let parent = config.limiter.and(config.parent).and_then(|slot| Some((slot, self.calls.get(&slot)?)));
        it.parent = parent.filter(|(_, call)| call.limited).map(|(slot, call)| (slot, call.serial));
        let before = self.runs.insert(run, (serial, it));
        assert!(before.is_none(), "a run's name is given twice");
        let at = |rng: &mut Rng, most| f64::from(rng.u32(0..most)) + self.now;
        if config.source == Source::Open {
            self.events.push(at(&mut self.rng, 300), Event::Close { run, serial });
        }
        if self.rng.bool() {
            for _ in 0..self.rng.u32(1..8) {
                self.events.push(at(&mut self.rng, 800), Event::Steer { run, serial });
            }
        }
    }

    pub fn pulled(&mut self, run: RunId, serial: u64) {
        self.report_fast_path(run, self.now);
        let (dies, share, reports) = (self.rng.u8(0..60) == 0, self.rng.u32(1..=3), self.rng.u8(0..8) == 0);
        let run_of = self.runs.get_mut(&run).filter(|(it, _)| *it == serial).map(|(_, run)| run);
        let Some(it) = run_of.filter(|it| it.finished.is_none()) else { return };
        if !std::mem::take(&mut it.pulling) || !it.source_open {
            return;
        }
        if dies {
            it.source_open = false;
            it.end(Status::Failed);
            self.engine.source_failed(run);
        } else if it.source_left == 0 {
            it.source_open = false;
            self.engine.close(run);
        } else {
            let items = share.min(it.source_left);
            it.source_left -= items;
            it.add(items);
            let counts = ServerCounts { completed: it.items.len() as f64 / 2.0, total: Some(20.0) };
            let added = it.items.len() as u32;
            self.engine.push(run, items);
            (added - items..added).for_each(|item| rank(&mut self.rng, &mut self.engine, run, it, item));
            if reports {
                self.engine.report(run, counts, self.now);
            }
        }
    }
}

/// Gives an item of a run with priorities one.
pub fn rank(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, item: u32) {
    if run.config.has_priorities {
        let priority = f64::from(rng.u8(0..4));
        run.items[item as usize].priority = priority;
        engine.rank(id, item, priority);
    }
}
