//! The fast path of a host: it starts items in the places of successes and reports that to the engine later.

use sluicegate::core::ids::{RunId, Slot};
use sluicegate::core::run::items::ItemState;

use crate::world::World;

impl World {
    /// Starts the next item in the place of an attempt that succeeds, if the fast path has one. Some hosts never do so.
    pub fn start_next(&mut self, slot: Slot, now: f64) -> bool {
        let call = &self.calls[&slot];
        let (run, item) = (call.run, call.item);
        let it = &self.runs[&run].1;
        let is_first = !call.abandoned && !call.reconciles && call.step == 0 && it.items[item].attempts == 1;
        if !is_first
            || !self.rng.bool()
            || (it.fast_path_items.is_none_or(|(next, end)| next == end) && !self.take_items(run, now))
        {
            return false;
        }
        self.release(slot);
        let it = self.run(run);
        let Some((next, end)) = it.fast_path_items else { return false };
        assert!(it.is_startable(next as usize), "R2: the fast path has an item that may not start");
        it.fast_path_items = Some((next + 1, end));
        it.live -= 1;
        it.outcome(item, ItemState::Fulfilled);
        self.counts.fast_path_starts += 1;
        self.start(run, slot, (next as usize, 0), (1, false), None);
        true
    }

    fn take_items(&mut self, run: RunId, now: f64) -> bool {
        self.report_fast_path(run, now);
        let items = self.engine.fast_path_items(run, now);
        if items.is_empty() {
            return false;
        }
        // A host may take fewer.
        let end = if self.rng.bool() { items.end } else { self.rng.u32(items.clone()) + 1 };
        self.run(run).fast_path_items = Some((items.start, end));
        true
    }

    /// Reports what the fast path has done, before any other call about the run.
    pub fn report_fast_path(&mut self, id: RunId, now: f64) {
        let Some((_, run)) = self.runs.get_mut(&id) else { return };
        let Some((next, _)) = run.fast_path_items.take() else { return };
        self.engine.fast_path_done(id, next, now);
        for (&slot, call) in self.calls.iter().filter(|(_, call)| call.run == id) {
            self.engine.moved_slot(slot, call.item as u32);
        }
    }
}
