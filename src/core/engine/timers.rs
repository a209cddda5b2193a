//! Timers of the engine, and which of them still matter.

use crate::core::attempt::AttemptState;
use crate::core::engine::Engine;
use crate::core::engine::output::Overdue;
use crate::core::engine::timer::Timer;
use crate::core::ids::{LimiterId, RunId, Slot};

impl Engine {
    /// Wakes the run at this time, unless it wakes earlier.
    pub(super) fn wake_run(&mut self, id: RunId, at: f64) {
        if let Some(run) = self.runs.get_mut(id.index()).filter(|run| at < run.wake_at) {
            run.wake_at = at;
            self.timers.push(at, Timer::Run(id));
        }
    }

    /// Fires all timers that are due at `now`.
    pub fn tick(&mut self, now: f64) {
        let now = self.advance(now);
        while let Some(timer) = self.timers.pop_due(now) {
            match timer {
                Timer::Run(id) => {
                    if let Some(run) = self.runs.get_mut(id.index())
                        && run.wake_at <= now
                    {
                        run.wake_at = f64::INFINITY;
                        self.make_ready(id);
                    }
                }
                Timer::Limiter(id) => {
                    if let Some(limiter) = self.limiters.get_mut(id.index())
                        && limiter.wake_at <= now
                    {
                        limiter.wake_at = f64::INFINITY;
                        self.serve(id, now);
                    }
                }
                Timer::Report(id) => {
                    if let Some(permits) = self.permits(id).filter(|permits| permits.report_at <= now) {
                        permits.report_at = f64::INFINITY;
                        permits.ask();
                    }
                }
                Timer::Timeout { slot, generation, overdue } => self.expired.push_back((slot, generation, overdue)),
                Timer::Idle { slot, generation } => self.check_idle(slot, generation, now),
            }
        }
    }

    /// Restarts an idle timer after a sign of life, or reports the idle timeout.
    fn check_idle(&mut self, slot: Slot, generation: u32, now: f64) {
        let Some(attempt) = self.attempts.get(slot.index()) else { return };
        let Some(run) = self.runs.get(attempt.run.index()) else { return };
        if attempt.generation != generation {
            return;
        }
        let at = if attempt.is_busy { now } else { attempt.touched_at } + run.config.idle_timeout;
        if at > now {
            self.timers.push(at, Timer::Idle { slot, generation });
        } else {
            self.expired.push_back((slot, generation, Overdue::Silent));
        }
    }

    /// Returns when `tick` is to be called, if nothing happens before. Drops timers that no longer matter, because a
    /// timer keeps a Node.js process alive.
    pub fn wake_at(&mut self) -> Option<f64> {
        while let Some((at, &timer)) = self.timers.peek() {
            if self.matters(timer, at) {
                return Some(at);
            }
            self.timers.pop();
        }
        None
    }

    fn matters(&mut self, timer: Timer, at: f64) -> bool {
        match timer {
            Timer::Run(id) => {
                let now = self.now;
                let Some(run) = self.runs.get_mut(id.index()).filter(|run| run.wake_at == at) else { return false };
                let waits = run.wants_to_start(now);
                if !waits {
                    run.wake_at = f64::INFINITY;
                }
                waits
            }
            Timer::Limiter(id) => {
                if self.limiters.get(id.index()).is_none_or(|limiter| limiter.wake_at != at) {
                    return false;
                }
                let waits = self.has_waiter(id);
                if let Some(limiter) = self.limiters.get_mut(id.index()).filter(|_| !waits) {
                    limiter.wake_at = f64::INFINITY;
                }
                waits
            }
            Timer::Report(id) => self.permits(id).is_some_and(|permits| permits.report_at == at),
            Timer::Timeout { slot, generation, .. } | Timer::Idle { slot, generation } => self
                .attempts
                .get(slot.index())
                .is_some_and(|attempt| attempt.generation == generation && attempt.state == AttemptState::Live),
        }
    }

    /// Returns whether a run in the queue of the limiter has something to start. Runs before it that have nothing leave
    /// the queue.
    pub(crate) fn has_waiter(&mut self, id: LimiterId) -> bool {
        let now = self.now;
        while let Some(limiter) = self.limiters.get_mut(id.index())
            && let Some(waiter) = limiter.first()
        {
            let run = self.runs.get_mut(waiter.index()).filter(|run| run.is_queued);
            if run.is_some_and(|run| run.wants_to_start(now)) {
                return true;
            }
            self.take_first(id);
        }
        false
    }

    /// Drops the timers of settled attempts before they pile up: most timeouts never fire.
    pub(crate) fn sweep_timers(&mut self) {
        if self.timers.len() > 64 + 4 * (self.attempts.len() + self.runs.len() + self.limiters.len()) {
            let attempts = &self.attempts;
            self.timers.retain(|timer| match *timer {
                Timer::Run(_) | Timer::Limiter(_) | Timer::Report(_) => true,
                Timer::Timeout { slot, generation, .. } | Timer::Idle { slot, generation } => {
                    attempts.get(slot.index()).is_some_and(|attempt| attempt.generation == generation)
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::engine::output::{AfterFailure, Output};
    use crate::core::limiter::LimiterConfig;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::failure::{Decision, Failure};
    use crate::core::run::config::RunConfig;
    use crate::core::testing::{one_of, starts};

    #[test]
    fn an_attempt_that_is_busy_with_a_callback_is_not_silent_until_that_is_over() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::default());
        engine.open(RunConfig { idle_timeout: 30.0, ..one_of(limiter) }, 0.0);
        let [(_, slot)] = starts(&mut engine, 0.0)[..] else { panic!("one start") };
        engine.set_busy(slot, true, 10.0);
        for now in [30.0, 45.0, 100.0] {
            engine.tick(now);
            assert_eq!(engine.poll(now), None);
        }
        engine.set_busy(slot, false, 100.0);
        engine.tick(129.0);
        assert_eq!(engine.poll(129.0), None);
        engine.tick(131.0);
        assert!(matches!(engine.poll(131.0), Some(Output::TimedOut { .. })));
    }

    #[test]
    fn the_earliest_time_limit_of_an_attempt_is_reported_when_it_is_due() {
        let none = RunConfig { items: 1, ..RunConfig::default() };
        let limits = [
            (RunConfig { timeout: 30.0, ..none }, Overdue::Attempt),
            (RunConfig { timeout: 30.0, total_timeout: 30.0, ..none }, Overdue::Attempt),
            (RunConfig { timeout: 31.0, total_timeout: 30.0, ..none }, Overdue::Item),
            (RunConfig { total_timeout: 30.0, ..none }, Overdue::Item),
            (RunConfig { idle_timeout: 30.0, ..none }, Overdue::Silent),
        ];
        for (config, overdue) in limits {
            let mut engine = Engine::new();
            engine.open(config, 100.0);
            let [(_, slot)] = starts(&mut engine, 100.0)[..] else { panic!("one start") };
            assert_eq!(engine.wake_at(), Some(130.0));
            engine.tick(129.0);
            assert_eq!(engine.poll(129.0), None);
            engine.tick(130.0);
            assert_eq!(engine.poll(130.0), Some(Output::TimedOut { slot, overdue }));
        }
    }

    #[test]
    fn a_time_limit_that_passes_before_an_attempt_settles_is_reported_only_if_that_is_still_live() {
        let mut engine = Engine::new();
        engine.open(RunConfig { items: 1, timeout: 30.0, idle_timeout: 30.0, ..RunConfig::default() }, 0.0);
        let [(_, slot)] = starts(&mut engine, 0.0)[..] else { panic!("one start") };
        engine.tick(30.0);
        assert!(matches!(engine.poll(30.0), Some(Output::TimedOut { .. })));
        assert_eq!(engine.poll(30.0), None, "it is timing out already");
        engine.timed_out(slot, &Failure::FINAL, 30.0);
        assert!(matches!(engine.poll(30.0), Some(Output::Finished { .. })));

        engine.open(RunConfig { items: 2, timeout: 30.0, ..RunConfig::default() }, 40.0);
        let [(_, slot)] = starts(&mut engine, 40.0)[..] else { panic!("one start") };
        engine.tick(70.0);
        engine.fulfilled(slot, 70.0);
        assert_eq!(starts(&mut engine, 70.0).len(), 1, "the next item has its own time");
    }

    #[test]
    fn an_attempt_whose_clock_is_stopped_does_not_time_out() {
        let mut engine = Engine::new();
        engine.open(RunConfig { items: 1, timeout: 30.0, ..RunConfig::default() }, 0.0);
        let [(_, slot)] = starts(&mut engine, 0.0)[..] else { panic!("one start") };
        engine.stop_clock(slot);
        assert_eq!(engine.wake_at(), None);
        engine.tick(30.0);
        assert_eq!(engine.poll(30.0), None);
    }

    #[test]
    fn a_sign_of_life_restarts_the_idle_timeout() {
        let mut engine = Engine::new();
        engine.open(RunConfig { items: 1, idle_timeout: 30.0, ..RunConfig::default() }, 0.0);
        let [(_, slot)] = starts(&mut engine, 0.0)[..] else { panic!("one start") };
        engine.touched(slot, None, 20.0);
        engine.tick(30.0);
        assert_eq!((engine.poll(30.0), engine.wake_at()), (None, Some(50.0)));
        engine.tick(50.0);
        assert_eq!(engine.poll(50.0), Some(Output::TimedOut { slot, overdue: Overdue::Silent }));
    }

    #[test]
    fn timers_of_settled_attempts_do_not_pile_up_and_those_of_others_stay() {
        let mut engine = Engine::new();
        let config = RunConfig { items: 1_000, limit: 2, timeout: 500.0, idle_timeout: 400.0, ..RunConfig::default() };
        engine.open(config, 0.0);
        engine.open_limiter(LimiterConfig::default());
        assert_eq!(starts(&mut engine, 0.0).len(), 2);
        let mut most = 0;
        for now in 1..300 {
            engine.fulfilled(Slot(1), f64::from(now));
            assert_eq!(starts(&mut engine, f64::from(now)).len(), 1);
            most = most.max(engine.timers.len());
        }
        // Four for each of two attempts, a run and a limiter.
        assert_eq!(most, 64 + 4 * 4);
        engine.tick(400.0);
        assert_eq!(engine.poll(400.0), Some(Output::TimedOut { slot: Slot(0), overdue: Overdue::Silent }));
    }

    #[test]
    fn a_limiter_wakes_the_engine_only_while_a_run_waits_for_it() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { stagger: 10.0, ..LimiterConfig::default() });
        let (first, second) = (engine.open(one_of(limiter), 0.0), engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(first, Slot(0))]);
        engine.set_limiter_limit(limiter, 3, 0.0);
        assert_eq!((engine.wake_at(), engine.timers.len()), (Some(10.0), 1));
        engine.cancel(second, 1.0);
        assert_eq!(engine.wake_at(), None);
        let third = engine.open(one_of(limiter), 2.0);
        assert_eq!((starts(&mut engine, 2.0), engine.wake_at()), (vec![], Some(10.0)));
        engine.tick(10.0);
        assert_eq!(starts(&mut engine, 10.0), [(third, Slot(1))]);
    }

    #[test]
    fn a_question_to_the_server_has_the_time_of_a_whole_item() {
        let retry = RetryPolicy { attempts: 2, reconciles: true, ..RetryPolicy::default() };
        for (timeout, overdue) in [(f64::INFINITY, Overdue::Item), (30.0, Overdue::Attempt)] {
            let mut engine = Engine::new();
            engine.open(RunConfig { items: 1, timeout, total_timeout: 30.0, retry, ..RunConfig::default() }, 100.0);
            let [(_, slot)] = starts(&mut engine, 100.0)[..] else { panic!("one start") };
            let failure = Failure { decision: Some(Decision::Reconcile), ..Failure::FINAL };
            assert_eq!(engine.failed(slot, &failure, 120.0), AfterFailure::Reconciling);
            let [(_, slot)] = starts(&mut engine, 120.0)[..] else { panic!("one question") };
            assert_eq!(engine.wake_at(), Some(150.0));
            engine.tick(150.0);
            assert_eq!(engine.poll(150.0), Some(Output::TimedOut { slot, overdue }));
        }
    }
}
