//! The shortest way from one item to the next: a place that is handed on.

use super::attempt::Standing;
use super::engine::Engine;
use super::output::Slot;
use super::run::State;

impl Engine {
    /// The attempt succeeded, and its place goes to the next item at once, under the same slot and for a first attempt: that
    /// item. The same as [`fulfilled`](Engine::fulfilled) and [`poll`](Engine::poll), and a tenth of the work.
    ///
    /// `None` where anything else could have a claim to the place, or there is anything else to do: then nothing has
    /// happened, and the host says `fulfilled`.
    #[inline]
    pub fn hand_off(&mut self, slot: Slot, now: f64) -> Option<u32> {
        if !(self.outputs.is_empty() && self.expired.is_empty() && self.ready.is_empty()) {
            return None;
        }
        let attempt = self.attempts.get_mut(slot as usize)?;
        let run = self.runs.get_mut(attempt.run as usize)?;
        let is_first = attempt.number == 1 && attempt.doubt.is_none();
        if attempt.standing != Standing::Live || !is_first || !run.may_hand_off(self.now) {
            return None;
        }
        if now > self.now {
            self.now = now;
        }
        let next = run.items.hand_off(attempt.item)?;
        if attempt.fraction != 0.0 {
            run.drop_part(attempt);
        }
        run.progress.fulfilled_one(attempt.item, self.now);
        attempt.item = next;
        Some(next)
    }
}

impl super::run::Run {
    /// Whether the next item waits for nothing but a place. (And nobody asks when the last attempt started or was heard of.)
    #[inline]
    fn may_hand_off(&self, now: f64) -> bool {
        self.is_plain
            && self.state == State::Running
            && self.held == 0
            && self.not_before <= now
            && self.live + self.given_up <= self.config.limit
    }
}

#[cfg(test)]
mod tests {
    use crate::core::backoff::Backoff;
    use crate::core::config::{Order, RunConfig};
    use crate::core::engine::Engine;
    use crate::core::output::{AfterFailure, Output, Slot};
    use crate::core::retry::{Failure, RetryPolicy};

    fn pool(limit: u32, items: u32) -> RunConfig {
        RunConfig { limit, items, ..RunConfig::default() }
    }

    fn starts(engine: &mut Engine, now: f64) -> Vec<(u32, Slot)> {
        let mut started = Vec::new();
        while let Some(output) = engine.poll(now) {
            if let Output::Start { item, slot, .. } = output {
                started.push((item, slot));
            }
        }
        started
    }

    #[test]
    fn a_place_goes_to_the_next_item_and_the_last_is_free_r1_r2() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 4), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(0, 0), (1, 1)]);
        assert_eq!((engine.hand_off(1, 1.0), engine.hand_off(0, 2.0)), (Some(2), Some(3)));
        assert_eq!((engine.hand_off(0, 3.0), engine.hand_off(9, 3.0)), (None, None));
        engine.fulfilled(0, 3.0);
        engine.fulfilled(1, 4.0);
        assert!(starts(&mut engine, 4.0).is_empty());
        let (progress, known) = engine.progress(run).expect("a known run");
        assert_eq!((progress.completed, progress.in_progress, progress.fraction(known)), (4, 0, 1.0));
    }

    #[test]
    fn who_comes_first_in_its_turn_comes_first_here_r13_r14() {
        // A retry that is due, though its timer is late.
        let mut engine = Engine::new();
        let backoff = Backoff { min_delay: 20.0, max_delay: 20.0, factor: 1.0, jitter: 0.0 };
        engine.open(RunConfig { retry: RetryPolicy { attempts: 2, backoff, max_retry_after: 0.0 }, ..pool(2, 4) }, 0.0);
        starts(&mut engine, 0.0);
        let failure = Failure {
            repeatable: true,
            keyed: false,
            doubtful: false,
            withdrawn: false,
            throttled: false,
            retry_after: None,
            delay: None,
            random: 0.5,
        };
        assert_eq!(engine.failed(0, &failure, 0.0), AfterFailure::Retrying);
        assert!(starts(&mut engine, 0.0).is_empty());
        assert_eq!(engine.hand_off(1, 25.0), None);
        // Another run, which has not had its turn yet.
        let mut engine = Engine::new();
        engine.open(pool(1, 4), 0.0);
        starts(&mut engine, 0.0);
        engine.open(pool(1, 4), 0.0);
        assert_eq!(engine.hand_off(0, 1.0), None);
        // An item that was asked for by name.
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 9), 0.0);
        starts(&mut engine, 0.0);
        engine.fulfilled(0, 1.0);
        starts(&mut engine, 1.0);
        assert!(engine.retry_item(run, 0, true, 1.0));
        engine.poll(1.0);
        assert_eq!(engine.hand_off(1, 2.0), None);
    }

    #[test]
    fn what_was_given_up_has_no_place_to_hand_on_r9() {
        let mut engine = Engine::new();
        let run = engine.open(pool(2, 9), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel_item(run, 1, 1.0);
        starts(&mut engine, 1.0);
        assert_eq!(engine.hand_off(1, 2.0), None);
        // Nor has a run of which nothing more starts.
        engine.pause(run);
        assert_eq!(engine.hand_off(0, 3.0), None);
    }

    #[test]
    fn items_that_need_more_than_a_place_wait_for_it_r3_r18_r21() {
        let gated = |engine: &mut Engine| RunConfig { gate: Some(engine.open_gate(Default::default())), ..pool(1, 4) };
        let others = [
            RunConfig { stagger: 1.0, ..pool(1, 4) },
            RunConfig { timeout: 1.0, ..pool(1, 4) },
            RunConfig { order: Order::Batches(2), ..pool(1, 4) },
            RunConfig { considers: true, ..pool(1, 4) },
        ];
        let mut engine = Engine::new();
        let gated = gated(&mut engine);
        for config in others.into_iter().chain([gated]) {
            let run = engine.open(config, 0.0);
            if let Some(Output::Consider { item, .. }) = engine.poll(0.0) {
                engine.keep(run, item);
            }
            starts(&mut engine, 0.0);
            assert_eq!(engine.hand_off(0, 0.5), None, "{config:?}");
            engine.cancel(run, 1.0);
            engine.fulfilled(0, 1.0);
            starts(&mut engine, 1.0);
            engine.forget(run);
        }
    }
}
