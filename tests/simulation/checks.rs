//! The rules that hold after every step of a schedule, and at its end.

use sluicegate::core::ids::Slot;
use sluicegate::core::run::items::ItemState;

use crate::world::World;

impl World {
    pub fn check_idle(&mut self) {
        // A timer is due, because time went on while the clock was set back.
        if self.engine.wake_at().is_some_and(|at| at <= self.now) {
            return;
        }
        let (limit, in_flight, ..) = self.engine.limiter(self.limiter.id).expect("a known limiter");
        assert_eq!(in_flight, self.limiter.in_flight, "R21: the limiter's count");
        let (has_place, ready_at) = (in_flight < limit, self.limiter.ready_at());
        let (is_ready, is_cool) = (self.now >= ready_at, self.now >= self.limiter.cool_until);
        let mut is_held_back = false;
        for (_, run) in self.runs.values() {
            // A parent place counts as a free one, and its use is no start of the limiter.
            let may_use_parent_place = is_cool && self.is_parent_place_free(run.parent);
            let has_limiter = run.config.limiter.is_some();
            let waits = run.check_idle(self.now, !has_limiter || (is_ready && has_place) || may_use_parent_place);
            is_held_back |= waits && has_limiter && has_place;
        }
        if is_held_back {
            let wakes_in_time = self.engine.wake_at().is_some_and(|at| at <= ready_at);
            assert!(wakes_in_time, "R21: a run waits for {ready_at}, the timer is set for {:?}", self.engine.wake_at());
            self.counts.held_back += u64::from(self.limiter.has_full_window(self.now));
        }
        let waits = self.runs.values().any(|(_, run)| run.may_wait_for_time());
        assert!(waits || self.engine.wake_at().is_none(), "a timer is set that nobody needs");
        self.check_waits();
    }

    /// Whether the attempt that a run is nested in goes on and nobody is in its place.
    pub fn is_parent_place_free(&self, parent: Option<(Slot, u64)>) -> bool {
        let may_go_on = |(slot, serial)| self.calls.get(&slot).is_some_and(|call| call.serial == serial);
        parent.is_some_and(may_go_on) && !self.calls.values().any(|call| call.parent_place == parent)
    }

    /// (Runs on the fast path are excluded: the host reports them later.)
    pub fn check_counts(&mut self) {
        let now = self.now;
        let known = self.runs.iter_mut().filter(|(_, (_, run))| !run.discarded && run.fast_path_items.is_none());
        for (&id, (_, run)) in known {
            let (progress, total) = self.engine.progress(id).expect("a known run");
            let fraction = progress.fraction(total);
            assert!((run.last_fraction..=1.0).contains(&fraction), "R12: the fraction falls");
            run.last_fraction = fraction;
            assert!(
                progress.eta(total, now).is_none_or(|eta| eta.is_finite() && eta >= 0.0),
                "R12: the remaining time"
            );
            assert_eq!(progress.completed as usize, run.count(ItemState::Fulfilled), "R12");
            assert_eq!(progress.failed as usize, run.count(ItemState::Rejected), "R12");
            assert_eq!(progress.skipped as usize, run.count(ItemState::Skipped), "R12");
            assert_eq!(self.engine.status(id), run.status(), "R41: the status after the end");
        }
    }

    /// All events are over: what has not finished must be waiting for a task that never settles.
    pub fn check_the_end(&mut self) {
        for (_, run) in self.runs.values().filter(|(_, run)| run.finished.is_none()) {
            let stuck = self.never_settles > 0.0 && !self.calls.is_empty();
            assert!(stuck, "R1: a run ended neither well nor badly, with {:?}", run.items);
        }
        assert_eq!(self.engine.unsettled(), self.calls.len(), "slots leak");
        assert!(self.engine.limiters() == 1 || !self.calls.is_empty(), "places of attempts leak");
        assert!(self.engine.runs() >= self.runs.len(), "runs are lost");
        assert!(self.engine.runs() == self.runs.len() || !self.calls.is_empty(), "runs leak");
    }
}
