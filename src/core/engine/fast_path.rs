//! The fast path: the host starts items in the places of successes, without a call into the engine for each.
//!
//! If an item needs only a place to start, the engine can say beforehand which items are next. The host starts them
//! one after another, and reports them before its next call that concerns the run.

use std::ops::Range;

use crate::core::engine::Engine;
use crate::core::ids::{RunId, Slot};
use crate::core::run::{Run, State};

impl Engine {
    /// Returns the items that may follow first attempts that succeed, in this order. Empty if anything else could claim
    /// a place.
    ///
    /// The state of the run does not change before [`fast_path_done`](Engine::fast_path_done), which the host must call
    /// before any other call that concerns the run.
    pub fn fast_path_items(&self, id: RunId, now: f64) -> Range<u32> {
        let is_busy = !(self.outputs.is_empty() && self.expired.is_empty() && self.ready.is_empty());
        match self.runs.get(id.index()) {
            Some(run) if !is_busy && run.may_take_fast_path(now) => run.items.untouched(),
            _ => 0..0,
        }
    }

    /// Reports that the items of the fast path before `next` were started, each after a success: so as many attempts
    /// succeeded. It equals [`fulfilled`](Engine::fulfilled) and [`poll`](Engine::poll) for each of them, except that
    /// slots may have other items now: see [`moved_slot`](Engine::moved_slot).
    pub fn fast_path_done(&mut self, id: RunId, next: u32, now: f64) {
        let now = self.advance(now);
        if let Some(run) = self.runs.get_mut(id.index()) {
            match run.items.fulfil_before(next) {
                0 => {}
                successes => run.progress.fulfilled(successes, now),
            }
        }
    }

    /// Reports the current item of a slot on the fast path. Its former item has succeeded.
    pub fn moved_slot(&mut self, slot: Slot, item: u32) {
        if let Some(attempt) = self.attempts.get_mut(slot.index())
            && let Some(run) = self.runs.get_mut(attempt.run.index())
            && run.items.swap(attempt.item, item)
        {
            run.drop_part(attempt);
            attempt.item = item;
        }
    }
}

impl Run {
    /// Returns whether the next item needs only a place, and the run needs no times of attempts.
    fn may_take_fast_path(&self, now: f64) -> bool {
        self.is_plain
            && self.state == State::Running
            && self.reserved == 0
            && self.abandoned == 0
            && self.not_before <= now
            && self.live <= self.config.limit
            && !self.progress.is_weighted()
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::{AfterFailure, Output};
    use crate::core::engine::settling::AfterSuccess;
    use crate::core::ids::{RunId, Slot};
    use crate::core::limiter::LimiterConfig;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::backoff::Backoff;
    use crate::core::retry::failure::Failure;
    use crate::core::run::Status;
    use crate::core::run::config::{Order, RunConfig};
    use crate::core::run::items::ItemState::{Cancelled, Fulfilled, Running, Waiting};
    use crate::core::testing::starts_of_items as starts;

    fn pool(limit: u32, items: u32) -> RunConfig {
        RunConfig { limit, items, ..RunConfig::default() }
    }

    #[test]
    fn places_go_to_the_next_items_and_the_last_are_free() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 6), 0.0);
        assert_eq!(engine.fast_path_items(run, 0.0), 0..0, "it has not had its turn");
        assert_eq!(starts(&mut engine, 0.0), [(run, 0, Slot(0)), (run, 1, Slot(1))]);
        assert_eq!((engine.fast_path_items(run, 1.0), engine.fast_path_items(RunId(9), 1.0)), (2..6, 0..0));
        // Slot 1 moved from item 1 to 2 and 4, slot 0 from 0 to 3.
        engine.fast_path_done(run, 5, 3.0);
        engine.moved_slot(Slot(0), 3);
        engine.moved_slot(Slot(1), 4);
        let states = |engine: &Engine| (0..6).map(|item| engine.item_state(run, item)).collect::<Option<Vec<_>>>();
        assert_eq!(states(&engine), Some(vec![Fulfilled, Fulfilled, Fulfilled, Running, Running, Waiting]));
        let (progress, known) = engine.progress(run).expect("a known run");
        assert_eq!((progress.completed, progress.in_progress, progress.fraction(known)), (3, 2, 0.5));
        assert_eq!(engine.fulfilled(Slot(0), 4.0), AfterSuccess::Fulfilled);
        assert_eq!(starts(&mut engine, 4.0), [(run, 5, Slot(0))]);
        assert_eq!(engine.fast_path_items(run, 4.0), 6..6);
        engine.fulfilled(Slot(0), 5.0);
        engine.fulfilled(Slot(1), 5.0);
        assert_eq!(engine.poll(5.0), Some(Output::Finished { run, status: Status::Completed }));
    }

    #[test]
    fn a_place_that_cannot_have_been_lent_changes_nothing() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 4), 0.0);
        starts(&mut engine, 0.0);
        for (slot, item) in [(0, 0), (0, 1), (0, 4), (9, 2)] {
            engine.moved_slot(Slot(slot), item);
        }
        engine.fast_path_done(run, 0, 1.0);
        engine.fast_path_done(RunId(9), 3, 1.0);
        engine.fast_path_done(run, 3, 2.0);
        engine.moved_slot(Slot(0), 2);
        engine.moved_slot(Slot(1), 2);
        assert_eq!(
            (0..4).map(|item| engine.item_state(run, item)).collect::<Option<Vec<_>>>(),
            Some(vec![Fulfilled, Running, Running, Waiting])
        );
        engine.fast_path_done(run, 9, 2.0);
        assert_eq!(engine.progress(run).map(|(progress, _)| progress.completed), Some(2));
    }

    #[test]
    fn an_attempt_that_does_not_count_has_taken_nothing() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 4), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel_item(run, 1, 1.0);
        engine.fast_path_done(run, 3, 2.0);
        engine.moved_slot(Slot(1), 2);
        assert_eq!([1, 2].map(|item| engine.item_state(run, item)), [Some(Cancelled), Some(Fulfilled)]);
    }

    #[test]
    fn a_part_that_was_done_of_an_item_goes_with_it() {
        let mut engine = Engine::new();
        let run = engine.open(pool(1, 4), 0.0);
        starts(&mut engine, 0.0);
        engine.touched(Slot(0), Some(0.5), 1.0);
        engine.fast_path_done(run, 3, 2.0);
        engine.moved_slot(Slot(0), 2);
        let (progress, known) = engine.progress(run).expect("a known run");
        assert_eq!(progress.fraction(known), 0.5);
    }

    #[test]
    fn an_item_that_follows_a_requested_one_waits_while_the_run_is_paused() {
        let mut engine = Engine::new();
        let run =
            engine.open(RunConfig { retry: RetryPolicy { attempts: 2, ..RetryPolicy::default() }, ..pool(1, 2) }, 0.0);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        assert!(engine.retry_item(run, 0, true, 1.0));
        assert_eq!(starts(&mut engine, 1.0), [(run, 0, Slot(0))]);
        assert_eq!(engine.fast_path_items(run, 2.0), 1..2);
        engine.fast_path_done(run, 2, 2.0);
        engine.moved_slot(Slot(0), 1);
        engine.pause(run);
        assert_eq!(engine.failed(Slot(0), &Failure::REFUSED, 3.0), AfterFailure::Retrying);
        assert_eq!((engine.poll(3.0), engine.wake_at()), (None, None), "it was not requested");
        engine.resume(run, 99_000.0);
        assert_eq!(starts(&mut engine, 99_000.0), [(run, 1, Slot(0))]);
    }

    #[test]
    fn weighted_items_disable_the_fast_path() {
        let mut engine = Engine::new();
        let run = engine.open(pool(1, 4), 0.0);
        engine.weigh(run, 2, Some(3.0));
        starts(&mut engine, 0.0);
        assert_eq!(engine.fast_path_items(run, 1.0), 0..0);
    }

    #[test]
    fn the_order_of_turns_holds_on_the_fast_path_too() {
        // A retry that is due, though its timer is late.
        let mut engine = Engine::new();
        let backoff = Backoff { min_delay: 20.0, max_delay: 20.0, factor: 1.0, jitter: 0.0 };
        let run = engine.open(
            RunConfig {
                retry: RetryPolicy { attempts: 2, backoff, max_retry_after: 0.0, reconciles: false },
                ..pool(2, 4)
            },
            0.0,
        );
        starts(&mut engine, 0.0);
        let failure = Failure::REFUSED;
        assert_eq!(engine.failed(Slot(0), &failure, 0.0), AfterFailure::Retrying);
        assert!(starts(&mut engine, 0.0).is_empty());
        assert_eq!(engine.fast_path_items(run, 25.0), 0..0);
        // Another run, which has not had its turn yet.
        let mut engine = Engine::new();
        let run = engine.open(pool(1, 4), 0.0);
        starts(&mut engine, 0.0);
        engine.open(pool(1, 4), 0.0);
        assert_eq!(engine.fast_path_items(run, 1.0), 0..0);
        // A requested item.
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 9), 0.0);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        starts(&mut engine, 1.0);
        assert!(engine.retry_item(run, 0, true, 1.0));
        engine.poll(1.0);
        assert_eq!(engine.fast_path_items(run, 2.0), 0..0);
    }

    #[test]
    fn an_attempt_that_was_given_up_has_no_place_to_hand_on() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 9), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel_item(run, 1, 1.0);
        starts(&mut engine, 1.0);
        engine.moved_slot(Slot(1), 2);
        assert_eq!(engine.item_state(run, 2), Some(Waiting));
        // Nor has a run that starts nothing more, or that has too many attempts in flight.
        assert_eq!(engine.fast_path_items(run, 2.0), 0..0);
        engine.settled(Slot(1), 2.0);
        starts(&mut engine, 2.0);
        assert_eq!(engine.fast_path_items(run, 2.0), 3..9);
        engine.set_limit(run, 1);
        starts(&mut engine, 2.0);
        assert_eq!(engine.fast_path_items(run, 2.0), 0..0);
        engine.set_limit(run, 2);
        engine.pause(run);
        starts(&mut engine, 2.0);
        assert_eq!(engine.fast_path_items(run, 3.0), 0..0);
        engine.resume(run, 3.0);
        engine.hold(run, 9.0, 3.0);
        starts(&mut engine, 3.0);
        assert_eq!((engine.fast_path_items(run, 8.0), engine.fast_path_items(run, 9.0)), (0..0, 3..9));
    }

    #[test]
    fn items_that_need_more_than_a_place_wait_for_it() {
        let limited =
            |engine: &mut Engine| RunConfig { limiter: Some(engine.open_limiter(LimiterConfig::SINGLE)), ..pool(1, 4) };
        let others = [
            RunConfig { stagger: 1.0, ..pool(1, 4) },
            RunConfig { timeout: 1.0, ..pool(1, 4) },
            RunConfig { order: Order::Batches(2), ..pool(1, 4) },
            RunConfig { checks: true, ..pool(1, 4) },
        ];
        let mut engine = Engine::new();
        let limited = limited(&mut engine);
        for config in others.into_iter().chain([limited]) {
            let run = engine.open(config, 0.0);
            if let Some(Output::Check { item, .. }) = engine.poll(0.0) {
                engine.accept(run, item);
            }
            starts(&mut engine, 0.0);
            assert_eq!(engine.fast_path_items(run, 0.5), 0..0, "{config:?}");
            engine.cancel(run, 1.0);
            engine.fulfilled(Slot(0), 1.0);
            starts(&mut engine, 1.0);
            engine.discard(run);
        }
    }
}
