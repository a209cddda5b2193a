//! The network: runs that wait for it start nothing while the host is offline.

use crate::core::engine::Engine;
use crate::core::ids::RunId;

impl Engine {
    /// The host is online, or not. Time limits go on in either case.
    pub fn set_online(&mut self, is_online: bool, now: f64) {
        self.advance(now);
        if self.is_offline != is_online {
            return;
        }
        self.is_offline = !is_online;
        let waiting = self.runs.iter_mut().filter(|(_, run)| run.config.waits_online);
        let waiting: Vec<RunId> = waiting
            .map(|(id, run)| {
                run.is_offline = !is_online;
                RunId::new(id)
            })
            .collect();
        waiting.into_iter().for_each(|id| self.make_ready(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::engine::output::{AfterFailure, Output};
    use crate::core::ids::Slot;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::classify::Verdict;
    use crate::core::retry::failure::{Decision, Failure};
    use crate::core::run::config::RunConfig;
    use crate::core::testing::starts_of_items as starts;

    fn waiting(items: u32) -> RunConfig {
        let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        RunConfig { limit: 1, items, waits_online: true, retry, ..RunConfig::default() }
    }

    #[test]
    fn a_run_that_waits_for_the_network_starts_nothing_without_and_others_do() {
        let mut engine = Engine::new();
        engine.set_online(false, 0.0);
        let run = engine.open(waiting(1), 0.0);
        let other = engine.open(RunConfig { items: 1, ..RunConfig::default() }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(other, 0, Slot(0))]);
        engine.set_online(true, 9.0);
        assert_eq!(starts(&mut engine, 9.0), [(run, 0, Slot(1))]);
    }

    #[test]
    fn a_retry_that_is_due_waits_for_the_network_without_a_timer() {
        let mut engine = Engine::new();
        let run = engine.open(waiting(1), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, 0, Slot(0))]);
        engine.set_online(false, 1.0);
        assert_eq!(engine.failed(Slot(0), &Failure::REFUSED, 1.0), AfterFailure::Retrying);
        assert_eq!(engine.poll(1.0), None);
        let due = engine.wake_at().expect("a backoff");
        engine.tick(due);
        assert_eq!((engine.poll(due), engine.wake_at()), (None, None));
        engine.set_online(true, 60_000.0);
        assert_eq!(starts(&mut engine, 60_000.0), [(run, 0, Slot(0))]);
    }

    #[test]
    fn a_failure_without_the_network_uses_up_no_attempt() {
        let mut engine = Engine::new();
        engine.open(waiting(1), 0.0);
        for now in [0.0, 100_000.0, 200_000.0] {
            assert_eq!(starts(&mut engine, now).len(), 1, "{now}");
            engine.set_online(false, now);
            assert_eq!(engine.failed(Slot(0), &Failure::REFUSED, now), AfterFailure::Retrying);
            engine.set_online(true, now + 1.0);
        }
        for after in [AfterFailure::Retrying, AfterFailure::Rejected] {
            let now = if after == AfterFailure::Retrying { 300_000.0 } else { 400_000.0 };
            assert_eq!(starts(&mut engine, now).len(), 1, "{now}");
            assert_eq!(engine.failed(Slot(0), &Failure::REFUSED, now), after);
        }
    }

    #[test]
    fn the_time_of_an_item_goes_on_without_the_network() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { total_timeout: 5_000.0, ..waiting(1) }, 0.0);
        starts(&mut engine, 0.0);
        engine.set_online(false, 1.0);
        engine.failed(Slot(0), &Failure::REFUSED, 1.0);
        assert_eq!(engine.poll(1.0), None);
        engine.tick(5_000.0);
        assert_eq!(engine.poll(5_000.0), Some(Output::Expired { run, item: 0, attempts: 1, step: 0 }));
    }

    #[test]
    fn a_final_failure_that_the_caller_retries_uses_up_an_attempt_without_the_network() {
        let failure = Failure { decision: Some(Decision::Retry), ..Failure::FINAL };
        for (verdict, expected) in [(Verdict::Refused, true), (Verdict::Final, false), (Verdict::Unknown, false)] {
            let failure = Failure { verdict, ..failure };
            let mut engine = Engine::new();
            let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
            engine.open(RunConfig { retry, ..waiting(1) }, 0.0);
            starts(&mut engine, 0.0);
            engine.set_online(false, 1.0);
            assert_eq!(engine.failed(Slot(0), &failure, 1.0), AfterFailure::Retrying);
            engine.set_online(true, 100_000.0);
            assert_eq!(starts(&mut engine, 100_000.0).len(), 1);
            assert_eq!(engine.may_follow(Slot(0), &failure), expected, "{verdict:?}");
        }
    }
}
