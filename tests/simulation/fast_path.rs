//! A host with items that the engine lends: it starts them in the places of successes, and tells of it later.

use sluicegate::core::ids::{RunId, Slot};
use sluicegate::core::run::items::ItemState;

use crate::world::World;

impl World {
    /// Lets the place of an attempt that succeeds go to the next item at once, if it may. (Some hosts never ask.)
    pub fn hand_on(&mut self, slot: Slot, now: f64) -> bool {
        let call = &self.calls[&slot];
        let (run, item) = (call.run, call.item);
        let it = &self.runs[&run].1;
        let is_first = !call.abandoned && !call.reconciles && call.step == 0 && it.items[item].attempts == 1;
        if !is_first || !self.rng.bool() || (it.lent.is_none_or(|(next, end)| next == end) && !self.borrow(run, now)) {
            return false;
        }
        self.release(slot);
        let it = self.run(run);
        let Some((next, end)) = it.lent else { return false };
        assert!(it.is_startable(next as usize), "R2: an item is lent that may not start");
        it.lent = Some((next + 1, end));
        it.live -= 1;
        it.outcome(item, ItemState::Fulfilled);
        self.counts.handed_on += 1;
        self.start(run, slot, (next as usize, 0), (1, false), None);
        true
    }

    fn borrow(&mut self, run: RunId, now: f64) -> bool {
        self.catch_up(run, now);
        let lent = self.engine.fast_path_items(run, now);
        if lent.is_empty() {
            return false;
        }
        // It need not take all.
        let end = if self.rng.bool() { lent.end } else { self.rng.u32(lent.clone()) + 1 };
        self.run(run).lent = Some((lent.start, end));
        true
    }

    /// Before anything else is said of a run, the engine hears what was done.
    pub fn catch_up(&mut self, id: RunId, now: f64) {
        let Some((_, run)) = self.runs.get_mut(&id) else { return };
        let Some((next, _)) = run.lent.take() else { return };
        self.engine.fast_path_done(id, next, now);
        for (&slot, call) in self.calls.iter().filter(|(_, call)| call.run == id) {
            self.engine.moved_slot(slot, call.item as u32);
        }
    }
}
