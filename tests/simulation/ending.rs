//! The ends of runs: some are discarded at once, others are asked for single items.

use sluicegate::core::ids::RunId;
use sluicegate::core::run::Status;

use crate::world::{Event, World};

impl World {
    pub fn finish(&mut self, run: RunId, status: Status) {
        let it = self.run(run);
        it.finish(status);
        assert_eq!(it.live, 0, "R2: the run ends with attempts that count");
        // Some users keep the run, to ask for single items.
        if self.rng.bool() {
            self.engine.discard(run);
            self.run(run).discarded = true;
            self.remove_if_unused(run);
        } else if self.rng.bool() {
            let serial = self.runs[&run].0;
            (0..3).for_each(|n| self.events.push(self.now + f64::from(n) * 40.0, Event::Steer { run, serial }));
        }
    }

    /// A released run is removed when its last attempt has settled.
    pub fn remove_if_unused(&mut self, run: RunId) {
        if self.runs.get(&run).is_some_and(|(_, it)| it.discarded && it.unsettled == 0) {
            let (serial, it) = self.runs.remove(&run).expect("a known run");
            self.waits.removed.insert((serial, run), it.items.iter().map(|item| item.state).collect());
        }
    }
}
