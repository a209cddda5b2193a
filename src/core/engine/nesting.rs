//! Attempts that are nested in an attempt of the same limiter use its place, one at a time.
//!
//! Otherwise they would wait for a place of their own while their parent holds one: in a full limiter, forever. The
//! parent's place is itself a limiter, with limit 1. A nested run waits in its queue and in that of the shared limiter,
//! and takes the first turn that it gets.

use slab::Slab;

use crate::core::attempt::Attempt;
use crate::core::engine::Engine;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::{Limiter, LimiterConfig};
use crate::core::run::Run;
use crate::core::run::config::RunConfig;

/// Returns the place of the parent attempt while that holds it. (Not inlined: each copy is code to download.)
#[inline(never)]
pub(crate) fn parent_place(attempts: &Slab<Attempt>, run: &Run) -> Option<LimiterId> {
    let (slot, generation) = run.parent?;
    attempts.get(slot.index()).filter(|attempt| attempt.generation == generation)?.nested
}

impl Engine {
    /// Lets a new run use the place of its parent attempt, if that holds a place of the same limiter. A run without a
    /// limiter cools the one that its parent cools.
    pub(crate) fn find_parent_place(&mut self, id: RunId) {
        let Some(RunConfig { limiter, parent: Some(slot), .. }) = self.runs.get(id.index()).map(|run| run.config)
        else {
            return;
        };
        let Some(limiter) = limiter else {
            let parent = self.attempts.get(slot.index()).and_then(|attempt| self.runs.get(attempt.run.index()));
            let cools = parent.and_then(|parent| parent.cools);
            if let Some(run) = self.runs.get_mut(id.index()) {
                run.cools = cools;
            }
            return;
        };
        let Some(&Attempt { run: parent, nested, generation, .. }) = self.attempts.get(slot.index()) else { return };
        if self.runs.get(parent.index()).is_none_or(|run| run.config.limiter != Some(limiter)) {
            return;
        }
        let nested = nested.unwrap_or_else(|| self.add_limiter(LimiterConfig::SINGLE, Some(limiter)));
        if let Some(attempt) = self.attempts.get_mut(slot.index())
            && let Some(run) = self.runs.get_mut(id.index())
        {
            attempt.nested = Some(nested);
            run.parent = Some((slot, generation));
        }
    }

    /// Adds a limiter. (Not inlined: each copy is code to download.)
    #[inline(never)]
    pub(crate) fn add_limiter(&mut self, config: LimiterConfig, limiter: Option<LimiterId>) -> LimiterId {
        LimiterId::new(self.limiters.insert(Limiter::new(config, limiter)))
    }

    /// Takes a place for an attempt of the run. Returns the epoch of the limiter.
    pub(crate) fn take_place(&mut self, id: RunId, place: Option<LimiterId>, now: f64) -> u32 {
        if let Some(limiter) = place.and_then(|place| self.limiters.get_mut(place.index())) {
            limiter.start(now);
        }
        let limiter = self.runs.get(id.index()).and_then(|run| run.cools);
        limiter.and_then(|limiter| self.limiters.get(limiter.index())).map_or(0, Limiter::epoch)
    }

    /// Frees the place of a settled attempt. If a nested attempt uses it, that one keeps it.
    pub(crate) fn vacate(&mut self, attempt: &Attempt, now: f64) {
        let Some(mut place) = attempt.place else { return };
        let nested = attempt.nested.and_then(|nested| self.limiters.get_mut(nested.index()));
        if let Some(heir) = nested.filter(|nested| nested.in_flight > 0) {
            heir.place = Some(place);
        } else {
            self.remove_limiter(attempt.nested);
            while let Some(limiter) = self.limiters.get_mut(place.index()) {
                limiter.release();
                let Some(parent) = limiter.place else { break };
                self.remove_limiter(Some(place));
                place = parent;
            }
        }
        // Even if the place is kept, the limit may have grown.
        self.serve(place, now);
        self.remove_if_closed(place);
    }

    /// Closes a limiter that has no more users. It is removed when the attempts that hold its places have settled.
    pub fn close_limiter(&mut self, id: LimiterId) {
        if let Some(limiter) = self.limiters.get_mut(id.index()) {
            limiter.is_closed = true;
            self.remove_if_closed(id);
        }
    }

    fn remove_if_closed(&mut self, id: LimiterId) {
        if self.limiters.get(id.index()).is_some_and(|limiter| limiter.is_closed && limiter.in_flight == 0) {
            self.remove_limiter(Some(id));
            // Its id may be used again. A run that goes on after its parent would cool another limiter.
            for (_, run) in self.runs.iter_mut().filter(|(_, run)| run.cools == Some(id)) {
                run.cools = None;
            }
        }
    }

    fn remove_limiter(&mut self, id: Option<LimiterId>) {
        if let Some(id) = id
            && let Some(limiter) = self.limiters.try_remove(id.index())
        {
            self.shared -= u32::from(limiter.permits.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::AfterFailure;
    use crate::core::ids::{LimiterId, Slot};
    use crate::core::limiter::LimiterConfig;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::failure::Failure;
    use crate::core::run::config::RunConfig;
    use crate::core::testing::{one_of, starts};

    /// Returns the attempts in flight and the waiting runs of the only limiter.
    fn counts(engine: &Engine) -> Option<(u32, usize)> {
        engine.limiter(LimiterId(0)).map(|(_, in_flight, waiting, _)| (in_flight, waiting))
    }

    fn nested(slot: Slot) -> RunConfig {
        RunConfig { parent: Some(slot), ..one_of(LimiterId(0)) }
    }

    #[test]
    fn a_place_is_lent_to_one_nested_attempt_at_a_time_by_priority() {
        let mut engine = Engine::new();
        engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(LimiterId(0)), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        let first = engine.open(RunConfig { items: 2, limit: 5, ..nested(Slot(0)) }, 0.0);
        let other = engine.open(one_of(LimiterId(0)), 0.0);
        let second = engine.open(nested(Slot(0)), 0.0);
        let urgent = engine.open(RunConfig { limiter_priority: 1, ..nested(Slot(0)) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(first, Slot(1))]);
        assert_eq!(counts(&engine), Some((1, 4)));
        for (run, waiting) in [(urgent, 3), (first, 2), (second, 1)] {
            engine.fulfilled(Slot(1), 1.0);
            assert_eq!(starts(&mut engine, 1.0), [(run, Slot(1))]);
            assert_eq!(counts(&engine), Some((1, waiting)));
        }
        engine.fulfilled(Slot(1), 2.0);
        assert!(starts(&mut engine, 2.0).is_empty());
        engine.fulfilled(Slot(0), 3.0);
        assert_eq!(starts(&mut engine, 3.0), [(other, Slot(0))]);
    }

    #[test]
    fn nested_attempts_take_free_places_as_well() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { limit: 3, ..LimiterConfig::default() });
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        let run = engine.open(RunConfig { items: 9, limit: 9, ..nested(Slot(0)) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(1)), (run, Slot(2)), (run, Slot(3))]);
        engine.set_limiter_limit(limiter, 4, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(4))]);
        assert_eq!(counts(&engine), Some((4, 1)));
    }

    #[test]
    fn a_nested_attempt_keeps_the_place_of_an_attempt_that_has_settled() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        // Each attempt is in the place of the one before.
        let runs = [one_of(limiter), nested(Slot(0)), nested(Slot(1)), nested(Slot(2))].map(|config| {
            let run = engine.open(config, 0.0);
            assert_eq!(starts(&mut engine, 0.0).len(), 1);
            run
        });
        let next = engine.open(one_of(limiter), 0.0);
        let late = engine.open(nested(Slot(1)), 0.0);
        for slot in [1, 0, 3].map(Slot) {
            engine.fulfilled(slot, 1.0);
            let left: Vec<_> = starts(&mut engine, 1.0).into_iter().filter(|(run, _)| !runs.contains(run)).collect();
            assert_eq!((left, counts(&engine)), (vec![], Some((1, 2))), "{slot:?}");
        }
        engine.fulfilled(Slot(2), 2.0);
        let started = starts(&mut engine, 2.0);
        assert_eq!(started.iter().map(|&(run, _)| run).collect::<Vec<_>>(), [next]);
        // After the end of its parent a run waits like others, even if the slot is reused.
        assert_eq!((counts(&engine), engine.limiters()), (Some((1, 1)), 1));
        engine.fulfilled(started[0].1, 3.0);
        assert_eq!(starts(&mut engine, 3.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [late]);
    }

    #[test]
    fn a_nested_run_of_many_items_is_in_each_queue_once() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        let runs = [0, 1].map(|_| engine.open(RunConfig { items: 1_000, ..nested(Slot(0)) }, 0.0));
        for item in 0..1_000 {
            for run in runs {
                assert_eq!(starts(&mut engine, 1.0), [(run, Slot(1))], "{item}");
                assert!(engine.limiters.iter().all(|(_, limiter)| limiter.entries() <= 2));
                engine.fulfilled(Slot(1), 1.0);
            }
        }
        starts(&mut engine, 1.0);
        assert_eq!(counts(&engine), Some((1, 0)));
    }

    #[test]
    fn an_attempt_in_its_parent_place_waits_for_no_other() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        engine.cool_limiter(limiter, 50.0, 0.0);
        let run = engine.open(nested(Slot(0)), 0.0);
        assert!(starts(&mut engine, 0.0).is_empty());
        assert_eq!(counts(&engine), Some((1, 1)));
        // Something else makes it look before its timer does.
        engine.set_limit(run, 2);
        assert_eq!(starts(&mut engine, 50.0), [(run, Slot(1))]);
        assert_eq!(counts(&engine), Some((1, 0)));
    }

    #[test]
    fn a_turn_in_a_place_that_was_removed_is_none() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        engine.open(nested(Slot(0)), 0.0);
        let next = engine.open(nested(Slot(0)), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        // The run gets a turn, the place vanishes before it is used, and another limiter gets its id.
        engine.fulfilled(Slot(1), 1.0);
        engine.fulfilled(Slot(0), 1.0);
        let other = engine.open_limiter(LimiterConfig::SINGLE);
        assert_eq!(starts(&mut engine, 1.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [next]);
        let last = engine.open(one_of(other), 1.0);
        assert_eq!(starts(&mut engine, 1.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [last]);
        assert_eq!(counts(&engine), Some((1, 0)));
    }

    #[test]
    fn refusals_of_nested_attempts_cool_the_outer_limiter_and_do_not_use_up_attempts_r14() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { limit: 2, ..LimiterConfig::default() });
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        // A step without a limiter, and a call in it.
        let retry = RetryPolicy { attempts: 2, ..RetryPolicy::NONE };
        let unlimited = RunConfig { limiter: None, ..one_of(limiter) };
        engine.open(RunConfig { parent: Some(Slot(0)), ..unlimited }, 0.0);
        starts(&mut engine, 0.0);
        let call = engine.open(RunConfig { parent: Some(Slot(1)), retry, ..unlimited }, 0.0);
        let refusal = Failure { throttled: true, ..Failure::REFUSED };
        for time in [0.0, 10_000.0, 20_000.0] {
            assert_eq!(starts(&mut engine, time), [(call, Slot(2))]);
            assert_eq!(engine.failed(Slot(2), &refusal, time), AfterFailure::Retrying);
            assert!(engine.limiter(limiter).is_some_and(|(.., cool_until)| cool_until > time));
            engine.tick(time + 10_000.0);
        }
    }

    #[test]
    fn a_nested_call_that_outlives_its_limiter_cools_no_other() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        let retry = RetryPolicy { attempts: 2, ..RetryPolicy::NONE };
        engine.open(RunConfig { limiter: None, retry, ..nested(Slot(0)) }, 0.0);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        engine.close_limiter(limiter);
        let other = engine.open_limiter(LimiterConfig::SINGLE);
        assert_eq!(other, limiter, "the id is used again");
        engine.failed(Slot(1), &Failure { throttled: true, ..Failure::REFUSED }, 2.0);
        assert_eq!(engine.limiter(other).map(|(.., cool_until)| cool_until > 2.0), Some(false));
    }

    #[test]
    fn a_closed_limiter_is_discarded_with_its_last_attempt() {
        let mut engine = Engine::new();
        let [idle, busy] = [0, 1].map(|_| engine.open_limiter(LimiterConfig::SINGLE));
        let run = engine.open(one_of(busy), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
        engine.close_limiter(idle);
        engine.close_limiter(busy);
        assert_eq!(engine.limiters(), 1);
        engine.fulfilled(Slot(0), 1.0);
        assert_eq!(engine.limiters(), 0);
    }
}
