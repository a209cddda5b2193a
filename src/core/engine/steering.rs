//! Pauses, resumes and cancels runs, and retries their items.

use crate::core::engine::Engine;
use crate::core::ids::RunId;
use crate::core::run::items::ItemState;
use crate::core::run::{Run, State, Status};

impl Engine {
    /// Pauses a run: nothing new starts until [`resume`](Engine::resume). Attempts in flight go on.
    pub fn pause(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Running
        {
            run.state = State::Paused;
        }
    }

    /// Reopens a rejected item of a paused run: it starts again in its turn. Returns whether it does.
    pub fn reopen(&mut self, id: RunId, item: u32) -> bool {
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        let is_open = run.state == State::Paused && !run.items.is_removed(item);
        let reopens = is_open && run.items.state(item) == ItemState::Rejected;
        if reopens {
            run.reopen(item);
        }
        reopens
    }

    /// Resumes a run.
    pub fn resume(&mut self, id: RunId, now: f64) {
        self.advance(now);
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Paused
        {
            run.state = State::Running;
            self.make_ready(id);
        }
    }

    /// Requests one settled item, before all others, also while the run is paused or finished. Returns whether it will
    /// have a new outcome. A fulfilled item has one with `regenerate`, or if it could not be stored. No item of a run
    /// that is ending has one.
    pub fn retry_item(&mut self, id: RunId, item: u32, regenerate: bool, now: f64) -> bool {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        let state = run.items.state(item);
        if item >= run.items.count() || run.items.is_removed(item) {
            return false;
        }
        if !state.is_settled() {
            return true;
        }
        let is_good = matches!(state, ItemState::Fulfilled | ItemState::Skipped);
        let is_made_again = regenerate || run.is_unstored(item);
        if (is_good && !is_made_again) || matches!(run.state, State::Cancelling(_) | State::Discarded) {
            return false;
        }
        run.request(item, is_made_again);
        self.make_ready(id);
        true
    }

    /// Returns whether a run has attempts in flight, unread outputs, or anything that was asked for and is not over.
    pub fn is_busy(&self, id: RunId) -> bool {
        let is_busy = |run: &Run| run.progress.in_progress > 0 || run.is_asked();
        !self.outputs.is_empty() || self.runs.get(id.index()).is_some_and(is_busy)
    }

    /// Returns the status of a run; `None` before its end. After the end, requested items can complete a run, unless
    /// another item may follow.
    pub fn status(&self, id: RunId) -> Option<Status> {
        self.runs.get(id.index())?.status()
    }

    /// Removes a settled item: it no longer counts in the progress, and cannot be started again. Returns whether it was
    /// there.
    pub fn remove(&mut self, id: RunId, item: u32) -> bool {
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        if !run.items.state(item).is_settled() || run.items.is_removed(item) {
            return false;
        }
        run.remove(item);
        self.clear_inputs(id, item);
        true
    }

    /// Sets the priority of an item, in a run that has priorities.
    pub fn rank(&mut self, id: RunId, item: u32, priority: f64) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.items.rank(item, priority);
            self.make_ready(id);
        }
    }

    /// Changes how many attempts may be unsettled. Those in flight stay.
    pub fn set_limit(&mut self, id: RunId, limit: u32) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.config.limit = limit;
            self.make_ready(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::Slot;
    use crate::core::retry::failure::Failure;
    use crate::core::run::Status;
    use crate::core::run::config::{RunConfig, Source};
    use crate::core::testing::starts;

    #[test]
    fn a_removed_item_counts_no_more_and_cannot_be_started_again() {
        let mut engine = Engine::new();
        let source = Source::Open;
        let run = engine.open(RunConfig { items: 3, limit: 3, source, ..RunConfig::default() }, 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 3);
        assert!(!engine.remove(run, 0), "it is running");
        engine.failed(Slot(0), &Failure::FINAL, 1.0);
        engine.fulfilled(Slot(1), 1.0);
        let fraction = |engine: &mut Engine| {
            engine.progress(run).map(|(progress, known)| (progress.failed, known, progress.fraction(known)))
        };
        assert_eq!(fraction(&mut engine), Some((1, Some(3), 2.0 / 3.0)));
        assert!(engine.remove(run, 0) && !engine.remove(run, 0) && !engine.remove(run, 3));
        assert_eq!(fraction(&mut engine), Some((0, Some(2), 2.0 / 3.0)));
        engine.pause(run);
        assert!(!engine.reopen(run, 0));
        engine.resume(run, 2.0);
        assert!(!engine.retry_item(run, 0, true, 2.0));
        assert_eq!(starts(&mut engine, 2.0), []);
        engine.fulfilled(Slot(2), 3.0);
        engine.close(run);
        assert_eq!(engine.poll(3.0), Some(Output::Finished { run, status: Status::Completed }));
    }

    #[test]
    fn a_cancel_of_a_finished_run_counts_only_if_something_was_asked_for() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 1, limit: 1, ..RunConfig::default() }, 0.0);
        assert!(engine.cancel(run, 0.0));
        while engine.poll(0.0).is_some() {}
        assert!(!engine.cancel(run, 1.0));
        assert!(engine.retry_item(run, 0, false, 2.0) && engine.cancel(run, 2.0) && !engine.cancel(run, 3.0));
        assert!(engine.retry_item(run, 0, false, 4.0));
        assert_eq!(starts(&mut engine, 4.0).len(), 1);
        assert!(engine.cancel(run, 5.0), "it is under way");
    }

    #[test]
    fn items_that_succeed_after_the_end_complete_their_run() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 2, limit: 2, ..RunConfig::default() }, 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 2);
        engine.failed(Slot(0), &Failure::FINAL, 1.0);
        assert_eq!(engine.status(run), None);
        engine.fulfilled(Slot(1), 1.0);
        while engine.poll(1.0).is_some() {}
        assert_eq!(engine.status(run), Some(Status::Partial));
        assert!(engine.retry_item(run, 0, false, 2.0));
        assert_eq!(engine.status(run), Some(Status::Partial), "it has no outcome");
        let [(_, slot)] = starts(&mut engine, 2.0)[..] else { panic!("one attempt") };
        engine.fulfilled(slot, 3.0);
        assert_eq!(engine.status(run), Some(Status::Completed));
    }

    #[test]
    fn a_cancelled_run_stays_cancelled_where_an_item_fails_after_the_end() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 1, limit: 1, ..RunConfig::default() }, 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        assert!(engine.cancel(run, 1.0));
        engine.fulfilled(Slot(0), 1.0);
        while engine.poll(1.0).is_some() {}
        assert_eq!(engine.status(run), Some(Status::Cancelled));
        assert!(engine.retry_item(run, 0, true, 2.0));
        let [(_, slot)] = starts(&mut engine, 2.0)[..] else { panic!("one attempt") };
        engine.failed(slot, &Failure::FINAL, 3.0);
        assert_eq!(engine.status(run), Some(Status::Cancelled), "an item failed");
    }

    #[test]
    fn only_a_rejected_item_of_a_paused_run_is_reopened_and_starts_in_its_turn() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 3, ..RunConfig::default() }, 0.0);
        starts(&mut engine, 0.0);
        engine.failed(Slot(0), &Failure::FINAL, 1.0);
        assert_eq!(starts(&mut engine, 1.0).len(), 1);
        assert!(!engine.reopen(run, 0), "the run is not paused");
        engine.pause(run);
        assert!(!engine.reopen(run, 1) && engine.reopen(run, 0) && !engine.reopen(run, 0));
        let (progress, known) = engine.progress(run).expect("a known run");
        assert_eq!((progress.failed, progress.settled(), known), (0, 0, Some(3)));
        engine.fulfilled(Slot(0), 2.0);
        assert_eq!(starts(&mut engine, 2.0), []);
        engine.resume(run, 3.0);
        assert!(matches!(engine.poll(3.0), Some(Output::Start { item: 0, attempt: 1, .. })));
    }

    #[test]
    fn an_item_is_requested_unless_it_is_good_or_its_run_is_ending() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 3, limit: 2, ..RunConfig::default() }, 0.0);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        engine.skipped(Slot(1), 1.0);
        assert_eq!(starts(&mut engine, 1.0).len(), 1);
        assert!(!engine.retry_item(run, 0, false, 2.0) && !engine.retry_item(run, 1, false, 2.0));
        assert!(!engine.retry_item(run, 3, true, 2.0), "there is no such item");
        assert!(engine.retry_item(run, 2, false, 2.0), "it is running");
        engine.pause(run);
        assert!(engine.retry_item(run, 0, true, 3.0));
        assert!(matches!(engine.poll(3.0), Some(Output::Start { item: 0, .. })));
        engine.cancel(run, 4.0);
        assert!(!engine.retry_item(run, 1, true, 4.0));
    }

    #[test]
    fn a_priority_that_is_set_after_the_start_moves_an_item_forward() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 3, has_priorities: true, ..RunConfig::default() }, 0.0);
        (0..3).for_each(|item| engine.rank(run, item, 0.0));
        assert!(matches!(engine.poll(0.0), Some(Output::Start { item: 0, .. })));
        engine.rank(run, 2, 1.0);
        engine.fulfilled(Slot(0), 1.0);
        assert!(matches!(engine.poll(1.0), Some(Output::Start { item: 2, .. })));
    }

    #[test]
    fn several_items_that_are_made_again_after_the_end_complete_their_run() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 2, limit: 2, ..RunConfig::default() }, 0.0);
        starts(&mut engine, 0.0);
        for slot in [Slot(0), Slot(1)] {
            engine.failed(slot, &Failure::FINAL, 1.0);
        }
        assert_eq!(engine.poll(1.0), Some(Output::Finished { run, status: Status::Partial }));
        assert!(engine.retry_item(run, 0, false, 2.0) && engine.retry_item(run, 1, false, 2.0));
        for (_, slot) in starts(&mut engine, 2.0) {
            engine.fulfilled(slot, 3.0);
        }
        assert_eq!(engine.status(run), Some(Status::Completed));
    }
}
