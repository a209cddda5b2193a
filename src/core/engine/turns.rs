//! Turns of runs at limiters, and at the places of parent attempts.

use slab::Slab;

use crate::core::attempt::Attempt;
use crate::core::engine::Engine;
use crate::core::engine::nesting::parent_place;
use crate::core::engine::timer::Timer;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::{Admission, Limiter};
use crate::core::run::Run;

/// The queues that a run may wait in: that of its limiter, and that of its parent place.
const OWN_QUEUE: u8 = 1;
const PARENT_QUEUE: u8 = 2;

/// Returns which queue of the run this limiter is; 0 for none. (An id in a queue may belong to another run now.)
fn queue_of(attempts: &Slab<Attempt>, run: &Run, id: LimiterId) -> u8 {
    if run.config.limiter == Some(id) {
        OWN_QUEUE
    } else if parent_place(attempts, run) == Some(id) {
        PARENT_QUEUE
    } else {
        0
    }
}

impl Engine {
    /// Changes the limit of a limiter, and returns whether it is within its bounds. Attempts in flight go on.
    pub fn set_limiter_limit(&mut self, id: LimiterId, limit: u32, now: f64) -> bool {
        let now = self.advance(now);
        let is_within = self.limiters.get_mut(id.index()).is_some_and(|limiter| limiter.set_limit(limit));
        self.serve(id, now);
        is_within
    }

    /// Returns the least and the greatest limit that a limiter may be set to.
    pub fn limiter_bounds(&self, id: LimiterId) -> Option<(u32, u32)> {
        self.limiters.get(id.index()).map(Limiter::bounds)
    }

    /// Returns the place in which the run may start an attempt now, if its limiter allows one. Otherwise the run waits
    /// for its turn.
    pub(crate) fn admit(&mut self, id: RunId, now: f64) -> Option<Option<LimiterId>> {
        let run = self.runs.get(id.index())?;
        let Some(limiter) = run.config.limiter else { return Some(None) };
        let parent = parent_place(&self.attempts, run);
        if let Some(turn) = self.end_turn(id)
            // A refusal may have cooled the limiter since the turn was given.
            && self.admission(turn, now) == Admission::Now
        {
            return Some(Some(turn));
        }
        // The parent place needs no turn.
        if let Some(parent) = parent
            && self.admission(parent, now) == Admission::Now
        {
            self.leave_queue(id);
            return Some(Some(parent));
        }
        let run = self.runs.get_mut(id.index())?;
        if !run.is_queued {
            run.is_queued = true;
            if let Some(parent) = parent {
                self.enter_queue(id, PARENT_QUEUE, parent);
                self.serve(parent, now);
            }
            self.enter_queue(id, OWN_QUEUE, limiter);
            self.serve(limiter, now);
        }
        // Its turn may have come at once.
        self.end_turn(id).map(Some)
    }

    /// Returns when the limiter admits the next start.
    fn admission(&self, id: LimiterId, now: f64) -> Admission {
        let Some(place) = self.limiters.get(id.index()) else { return Admission::WhenFree };
        let limiter = place.parent.and_then(|parent| self.limiters.get(parent.index())).unwrap_or(place);
        place.admission(now, limiter.cool_until())
    }

    /// Ends and returns the turn of the run. `None` if it has none, or if its parent attempt has ended.
    fn end_turn(&mut self, id: RunId) -> Option<LimiterId> {
        let run = self.runs.get_mut(id.index())?;
        let turn = run.turn.take()?;
        if queue_of(&self.attempts, run, turn) == 0 {
            return None;
        }
        self.limiters.get_mut(turn.index())?.end_turn();
        Some(turn)
    }

    /// Passes the turn of a run that has nothing to start to the next one.
    pub(crate) fn pass_turn(&mut self, id: RunId, now: f64) {
        if let Some(turn) = self.end_turn(id) {
            self.serve(turn, now);
        }
    }

    /// Puts the run into a queue, or keeps its entry there.
    fn enter_queue(&mut self, id: RunId, queue: u8, limiter: LimiterId) {
        if let Some(run) = self.runs.get_mut(id.index()).filter(|run| run.is_queued)
            && let Some(limiter) = self.limiters.get_mut(limiter.index())
        {
            if run.entries & queue != 0 {
                limiter.drop_stale();
            } else {
                limiter.enqueue(id, run.config.limiter_priority);
            }
            run.entries |= queue;
        }
    }

    /// Ends the wait of the run in all queues. Its entries become stale.
    pub(crate) fn leave_queue(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && std::mem::take(&mut run.is_queued)
        {
            let (limiter, parent, entries) = (run.config.limiter, parent_place(&self.attempts, run), run.entries);
            self.leave(limiter, entries & OWN_QUEUE);
            self.leave(parent, entries & PARENT_QUEUE);
        }
    }

    /// Counts a stale entry in a queue.
    fn leave(&mut self, limiter: Option<LimiterId>, queue: u8) {
        if queue != 0
            && let Some(limiter) = limiter.and_then(|limiter| self.limiters.get_mut(limiter.index()))
        {
            limiter.leave(&mut |waiter| {
                self.runs.get_mut(waiter.index()).is_some_and(|run| {
                    if !run.is_queued {
                        run.entries &= !queue;
                    }
                    run.entries & queue != 0
                })
            });
        }
    }

    /// Takes the first run out of a queue and ends its wait. `None` if its entry was stale.
    pub(crate) fn take_first(&mut self, id: LimiterId) -> Option<RunId> {
        let limiter = self.limiters.get_mut(id.index())?;
        let waiter = limiter.take_first()?;
        if let Some(run) = self.runs.get_mut(waiter.index()) {
            let queue = queue_of(&self.attempts, run, id);
            let is_in_it = run.entries & queue != 0;
            run.entries &= !queue;
            if is_in_it && run.is_queued {
                self.leave_queue(waiter);
                return Some(waiter);
            }
        }
        limiter.drop_stale();
        None
    }

    /// Gives turns at a limiter as far as it has free places.
    pub(crate) fn serve(&mut self, id: LimiterId, now: f64) {
        while self.limiters.get(id.index()).is_some_and(|limiter| !limiter.is_queue_empty()) {
            match self.admission(id, now) {
                Admission::Now => {
                    if let Some(waiter) = self.take_first(id)
                        && let Some(run) = self.runs.get_mut(waiter.index())
                        && let Some(limiter) = self.limiters.get_mut(id.index())
                    {
                        limiter.grant();
                        run.turn = Some(id);
                        self.make_ready(waiter);
                    }
                }
                Admission::At(at) => {
                    if let Some(limiter) = self.limiters.get_mut(id.index()).filter(|limiter| at < limiter.wake_at) {
                        limiter.wake_at = at;
                        self.timers.push(at, Timer::Limiter(id));
                    }
                    return;
                }
                Admission::WhenFree => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OWN_QUEUE, PARENT_QUEUE};
    use crate::core::engine::Engine;
    use crate::core::ids::{LimiterId, RunId, Slot};
    use crate::core::limiter::LimiterConfig;
    use crate::core::limiter::rate::Rate;
    use crate::core::retry::failure::Failure;
    use crate::core::run::config::RunConfig;
    use crate::core::testing::{one_of, starts};

    /// When attempts start, in order, if nothing but time goes on.
    fn start_times(engine: &mut Engine) -> Vec<f64> {
        let (mut times, mut now) = (vec![], 0.0);
        loop {
            times.extend(starts(engine, now).iter().map(|_| now));
            let Some(at) = engine.wake_at() else { return times };
            now = at;
            engine.tick(now);
        }
    }

    fn rated(limit: u32, rate: u32) -> LimiterConfig {
        LimiterConfig { limit, rate: Some(Rate { limit: rate, interval: 100.0 }), ..LimiterConfig::default() }
    }

    #[test]
    fn a_nested_call_waits_for_the_end_of_a_cooldown_and_for_no_place() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        let outer = engine.open(one_of(limiter), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(outer, Slot(0))]);
        engine.cool_limiter(limiter, 50.0, 0.0);
        let nested = engine.open(RunConfig { parent: Some(Slot(0)), ..one_of(limiter) }, 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        assert_eq!(engine.wake_at(), Some(50.0));
        // The cooldown was extended in the meantime.
        engine.cool_limiter(limiter, 50.0, 10.0);
        engine.tick(50.0);
        assert!(starts(&mut engine, 50.0).is_empty());
        assert_eq!(engine.wake_at(), Some(60.0));
        engine.tick(60.0);
        assert_eq!(starts(&mut engine, 60.0), [(nested, Slot(1))]);
        assert_eq!(engine.limiter(limiter).map(|(_, in_flight, waiting, _)| (in_flight, waiting)), Some((1, 0)));
    }

    #[test]
    fn a_queue_keeps_no_turn_for_a_run_that_is_gone() {
        let mut engine = Engine::new();
        let [one, other] = [0, 1].map(|_| engine.open_limiter(LimiterConfig::SINGLE));
        let busy = [one, other].map(|limiter| engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(busy[0], Slot(0)), (busy[1], Slot(1))]);
        let stale = engine.open(one_of(one), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel(stale, 0.0);
        starts(&mut engine, 0.0);
        engine.discard(stale);
        // The id is reused by a run that waits for another limiter.
        assert_eq!(engine.open(one_of(other), 0.0), stale);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        let next = engine.open(one_of(one), 1.0);
        assert_eq!(starts(&mut engine, 1.0), [(next, Slot(0))]);
        engine.fulfilled(Slot(1), 2.0);
        assert_eq!(starts(&mut engine, 2.0), [(stale, Slot(1))]);
    }

    #[test]
    fn each_of_many_runs_starts_as_soon_as_stagger_and_rate_allow_r21() {
        let staggered = LimiterConfig { limit: 9, stagger: 30.0, ..LimiterConfig::default() };
        let cases = [
            (staggered, [0.0, 30.0, 60.0, 90.0, 120.0, 150.0]),
            (rated(9, 1), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]),
            (rated(9, 2), [0.0, 0.0, 100.0, 100.0, 200.0, 200.0]),
            (LimiterConfig { stagger: 30.0, ..rated(9, 2) }, [0.0, 30.0, 100.0, 130.0, 200.0, 230.0]),
        ];
        for (config, expected) in cases {
            let mut engine = Engine::new();
            let limiter = engine.open_limiter(config);
            let _runs = [0; 6].map(|_| engine.open(one_of(limiter), 0.0));
            assert_eq!(start_times(&mut engine), expected, "{config:?}");
            // And so does a run of many items.
            let mut engine = Engine::new();
            let limiter = engine.open_limiter(config);
            engine.open(RunConfig { items: 6, limit: 6, ..one_of(limiter) }, 0.0);
            assert_eq!(start_times(&mut engine), expected, "{config:?}");
        }
    }

    #[test]
    fn runs_take_turns_where_one_start_at_a_time_is_allowed_r21() {
        for config in [rated(9, 1), LimiterConfig { limit: 9, stagger: 100.0, ..LimiterConfig::default() }] {
            let mut engine = Engine::new();
            let limiter = engine.open_limiter(config);
            let [long, other] =
                [9, 2].map(|items| engine.open(RunConfig { items, limit: items, ..one_of(limiter) }, 0.0));
            let mut order = vec![];
            for step in 0..5 {
                let now = f64::from(step) * 100.0;
                engine.tick(now);
                order.extend(starts(&mut engine, now).into_iter().map(|(run, _)| run));
            }
            assert_eq!(order, [long, long, other, long, other], "{config:?}");
        }
    }

    #[test]
    fn a_turn_that_is_not_used_is_given_on_at_once_in_a_rated_limiter_r21() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(rated(9, 1));
        engine.open(one_of(limiter), 0.0);
        let [first, second] = [0, 1].map(|_| engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        engine.tick(100.0);
        engine.cancel(first, 100.0);
        assert_eq!(starts(&mut engine, 100.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [second]);
    }

    #[test]
    fn failed_and_cancelled_attempts_count_in_the_window_r21() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(rated(9, 2));
        let run = engine.open(RunConfig { items: 3, limit: 3, ..one_of(limiter) }, 0.0);
        let other = engine.open(one_of(limiter), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0)), (run, Slot(1))]);
        engine.failed(Slot(0), &Failure { throttled: false, ..Failure::REFUSED }, 10.0);
        engine.cancel(run, 10.0);
        engine.settled(Slot(1), 20.0);
        assert!(starts(&mut engine, 20.0).is_empty());
        assert_eq!(engine.wake_at(), Some(100.0));
        engine.tick(100.0);
        assert_eq!(starts(&mut engine, 100.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [other]);
    }

    #[test]
    fn a_nested_attempt_counts_in_the_window_only_where_it_takes_a_place_of_its_own_r21() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(rated(2, 2));
        engine.open(one_of(limiter), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        // One in the place around it, one in the free place, and again and again in the place around it.
        let nested = engine.open(RunConfig { items: 5, limit: 5, parent: Some(Slot(0)), ..one_of(limiter) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(nested, Slot(1)), (nested, Slot(2))]);
        engine.fulfilled(Slot(2), 1.0);
        // A place is free, and the window is full.
        assert!(starts(&mut engine, 1.0).is_empty());
        for _ in 0..2 {
            engine.fulfilled(Slot(1), 1.0);
            assert_eq!(starts(&mut engine, 1.0).len(), 1);
        }
        assert_eq!(engine.wake_at(), Some(100.0));
        engine.tick(100.0);
        assert_eq!(starts(&mut engine, 100.0).len(), 1);
    }

    #[test]
    fn a_cooldown_and_a_full_window_hold_starts_back_for_the_longer_of_the_two_r21() {
        for (cooldown, expected) in [(50.0, 100.0), (150.0, 150.0)] {
            let mut engine = Engine::new();
            let limiter = engine.open_limiter(rated(9, 1));
            engine.open(RunConfig { items: 2, limit: 2, ..one_of(limiter) }, 0.0);
            assert_eq!(starts(&mut engine, 0.0).len(), 1);
            engine.cool_limiter(limiter, cooldown, 0.0);
            assert_eq!(start_times(&mut engine), [expected]);
        }
    }

    #[test]
    fn a_run_in_a_rated_limiter_lends_no_items() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(rated(9, 9));
        let run = engine.open(RunConfig { items: 5, ..one_of(limiter) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        assert!(engine.fast_path_items(run, 0.0).is_empty());
    }

    #[test]
    fn the_bounds_of_a_limiter_are_those_of_its_limit() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { adaptive: Some((2, 8)), ..LimiterConfig::default() });
        assert_eq!((engine.limiter_bounds(limiter), engine.limiter_bounds(LimiterId(7))), (Some((2, 8)), None));
    }

    #[test]
    fn each_of_two_queues_drops_its_own_stale_entries_and_keeps_those_in_use() {
        let mut engine = Engine::new();
        let own = engine.open_limiter(LimiterConfig::SINGLE);
        engine.open(one_of(own), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        let runs = [0; 25].map(|_| engine.open(RunConfig { parent: Some(Slot(0)), ..one_of(own) }, 0.0));
        let parent = engine.attempts[0].nested.expect("a parent place");
        let enter = |engine: &mut Engine, run: RunId, queues: u8| {
            engine.runs[run.index()].is_queued = true;
            for (queue, id) in [(OWN_QUEUE, own), (PARENT_QUEUE, parent)].into_iter().filter(|it| queues & it.0 != 0) {
                engine.enter_queue(run, queue, id);
            }
        };
        // The last five wait only in the parent place.
        runs[..20].iter().for_each(|&run| enter(&mut engine, run, OWN_QUEUE | PARENT_QUEUE));
        runs[20..].iter().for_each(|&run| enter(&mut engine, run, PARENT_QUEUE));
        let queues = |engine: &Engine| {
            [own, parent].map(|id| (engine.limiters[id.index()].entries(), engine.limiters[id.index()].waiting()))
        };
        let entries = |engine: &Engine| [0, 18, 19, 20, 24].map(|at| engine.runs[runs[at].index()].entries);
        runs[..18].iter().for_each(|&run| engine.leave_queue(run));
        assert_eq!((queues(&engine), entries(&engine)), ([(20, 2), (25, 7)], [3, 3, 3, 2, 2]));
        engine.leave_queue(runs[18]);
        assert_eq!((queues(&engine), entries(&engine)), ([(1, 1), (25, 6)], [2, 2, 3, 2, 2]));
        // It gets a new entry in one queue, and uses its old one in the other.
        enter(&mut engine, runs[0], OWN_QUEUE | PARENT_QUEUE);
        assert_eq!((queues(&engine), entries(&engine)), ([(2, 2), (25, 7)], [3, 2, 3, 2, 2]));
        [0, 20, 21].into_iter().for_each(|at| engine.leave_queue(runs[at]));
        assert_eq!((queues(&engine), entries(&engine)), ([(2, 1), (4, 4)], [1, 0, 3, 0, 2]));
    }
}
