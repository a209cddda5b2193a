//! Says what runs and limiters wait for, for bug reports and developer tools. It changes nothing.

use crate::core::attempt::AttemptState;
use crate::core::engine::Engine;
use crate::core::engine::nesting::parent_place;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::inspecting::LimiterInspection;
use crate::core::run::Run;
use crate::core::run::config::Source;
use crate::core::run::items::ItemState;
use crate::core::run::waiting::{Reason, Wait};

/// How far a run is. The counts are of items that were not removed: `running + waiting + done` are all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunInspection {
    /// Items with an attempt in flight.
    pub running: u32,
    /// Items that have no outcome and no attempt in flight.
    pub waiting: u32,
    /// Items with an outcome.
    pub done: u32,
    /// Where more items may come from.
    pub source: SourceState,
}

/// Whether more items may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// No more items come.
    Ended,
    /// Items may be added.
    Open,
    /// The source was asked for the next item, and has not given it.
    Reading,
    /// The source is asked when there is a place.
    Ready,
}

/// The public names of the states of a source, in their order.
pub const SOURCE_STATES: [(SourceState, &str); 4] = [
    (SourceState::Ended, "ended"),
    (SourceState::Open, "open"),
    (SourceState::Reading, "reading"),
    (SourceState::Ready, "ready"),
];

/// An item without an outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemInspection {
    /// Number of the attempt in flight, or of the last one; 0 if there was none.
    pub attempt: u32,
    /// What it waits for.
    pub wait: Wait,
}

impl Engine {
    /// Returns how far a run is.
    pub fn inspect_run(&self, id: RunId) -> Option<RunInspection> {
        let run = self.runs.get(id.index())?;
        let (mut running, mut done) = (0, 0);
        for item in 0..run.items.touched() {
            let state = run.items.state(item);
            running += u32::from(state == ItemState::Running);
            done += u32::from(state.is_settled());
        }
        let waiting = run.items.count() - running - done;
        let source = match run.config.source {
            _ if run.closed || run.is_over() => SourceState::Ended,
            Source::Open => SourceState::Open,
            _ if run.pulling => SourceState::Reading,
            _ => SourceState::Ready,
        };
        Some(RunInspection { running, waiting, done: done - run.progress.removed, source })
    }

    /// Returns what an item waits for; `None` if it has its outcome.
    pub fn inspect_item(&self, id: RunId, item: u32, now: f64) -> Option<ItemInspection> {
        let now = self.now.max(now);
        let run = self.runs.get(id.index())?;
        if item >= run.items.count() || run.items.state(item).is_settled() {
            return None;
        }
        let mut wait = run.wait(item, &self.attempts, now);
        let mut attempt = run.attempts_made(item);
        if wait.reason == Reason::Task {
            let counts = |state| matches!(state, AttemptState::Live | AttemptState::TimingOut);
            let mut attempts = self.attempts.iter().map(|(_, attempt)| attempt);
            if let Some(found) = attempts.find(|it| it.run == id && it.item == item && counts(it.state)) {
                attempt = found.number;
                if found.question.is_some() {
                    wait = Wait::for_(Reason::Answer);
                }
            }
        }
        if wait.reason == Reason::Start {
            wait = self.wait_at_limiter(run, now);
        }
        Some(ItemInspection { attempt, wait })
    }

    /// Returns what holds a run back that has something to start and a place for it.
    fn wait_at_limiter(&self, run: &Run, now: f64) -> Wait {
        let Some(limiter) = run.config.limiter.filter(|_| run.turn.is_none()) else { return Wait::START };
        let own = self.wait_at(limiter, now);
        let Some(parent) = parent_place(&self.attempts, run) else { return own };
        match self.wait_at(parent, now) {
            // Another nested attempt has the place of the parent, and may leave it at any time.
            Wait { reason: Reason::Limiter, .. } => Wait { until: None, ..own },
            wait => wait,
        }
    }

    fn wait_at(&self, id: LimiterId, now: f64) -> Wait {
        let Some(place) = self.limiters.get(id.index()) else { return Wait::for_(Reason::Limiter) };
        let limiter = place.parent.and_then(|parent| self.limiters.get(parent.index())).unwrap_or(place);
        place.wait(now, limiter.cool_until())
    }

    /// Returns the state of a limiter.
    pub fn inspect_limiter(&self, id: LimiterId, now: f64) -> Option<LimiterInspection> {
        self.limiters.get(id.index()).map(|limiter| limiter.inspect(self.now.max(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::engine::output::Output;
    use crate::core::ids::Slot;
    use crate::core::limiter::LimiterConfig;
    use crate::core::limiter::inspecting::{AdaptiveInspection, RateInspection};
    use crate::core::limiter::permits::Grant;
    use crate::core::limiter::rate::Rate;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::backoff::Backoff;
    use crate::core::retry::classify::Verdict;
    use crate::core::retry::failure::Failure;
    use crate::core::run::config::{Order, RunConfig};
    use crate::core::testing::{one_of, starts};

    const BACKOFF: Backoff = Backoff { min_delay: 50.0, max_delay: 50.0, factor: 1.0, jitter: 0.0 };

    fn pool(items: u32, limit: u32) -> RunConfig {
        let retry = RetryPolicy { attempts: 3, backoff: BACKOFF, ..RetryPolicy::default() };
        RunConfig { items, limit, retry, ..RunConfig::default() }
    }

    /// Returns what the first items of a run wait for.
    fn waits<const N: usize>(engine: &Engine, run: RunId, now: f64) -> [Option<Wait>; N] {
        std::array::from_fn(|item| engine.inspect_item(run, item as u32, now).map(|found| found.wait))
    }

    fn reasons<const N: usize>(engine: &Engine, run: RunId, now: f64) -> [Option<Reason>; N] {
        waits(engine, run, now).map(|wait| wait.map(|wait| wait.reason))
    }

    fn opened(config: RunConfig) -> (Engine, RunId) {
        let mut engine = Engine::new();
        let run = engine.open(config, 0.0);
        starts(&mut engine, 0.0);
        (engine, run)
    }

    #[test]
    fn items_run_back_off_or_wait_for_a_place_of_the_run_and_are_counted() {
        let (mut engine, run) = opened(pool(4, 2));
        engine.failed(Slot(0), &Failure::REFUSED, 10.0);
        engine.fulfilled(Slot(1), 10.0);
        starts(&mut engine, 10.0);
        let backoff = Wait::until(Reason::Backoff, 60.0);
        let [task, place] = [Reason::Task, Reason::Concurrency].map(Wait::for_);
        assert_eq!(waits(&engine, run, 20.0), [Some(backoff), None, Some(task), Some(place), None]);
        let attempts = [0, 2, 3].map(|item| engine.inspect_item(run, item, 20.0).map(|found| found.attempt));
        assert_eq!(attempts, [Some(1), Some(1), Some(0)]);
        let expected = RunInspection { running: 1, waiting: 2, done: 1, source: SourceState::Ended };
        assert_eq!(engine.inspect_run(run), Some(expected));
        engine.remove(run, 1);
        assert_eq!(engine.inspect_run(run), Some(RunInspection { done: 0, ..expected }));
        assert_eq!((engine.inspect_run(RunId(9)), engine.inspect_item(RunId(9), 0, 0.0)), (None, None));
    }

    #[test]
    fn a_retry_waits_for_its_own_attempt_that_timed_out_and_then_for_a_place() {
        let (mut engine, run) = opened(RunConfig { timeout: 10.0, ..pool(2, 1) });
        engine.tick(10.0);
        assert!(matches!(engine.poll(10.0), Some(Output::TimedOut { .. })));
        engine.timed_out(Slot(0), &Failure::REFUSED, 10.0);
        engine.tick(60.0);
        assert_eq!(engine.poll(60.0), None);
        assert_eq!(reasons(&engine, run, 60.0), [Some(Reason::Settling), Some(Reason::Concurrency)]);
        engine.settled(Slot(0), 61.0);
        assert_eq!(starts(&mut engine, 61.0), [(run, Slot(0))]);
    }

    #[test]
    fn paused_offline_unread_and_held_runs_say_so() {
        let (mut engine, run) = opened(RunConfig { waits_online: true, ..pool(3, 1) });
        engine.pause(run);
        assert_eq!(reasons(&engine, run, 0.0), [Some(Reason::Task), Some(Reason::Resume)]);
        engine.resume(run, 0.0);
        engine.set_online(false, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        assert_eq!(reasons(&engine, run, 1.0), [None, Some(Reason::Network), Some(Reason::Network)]);
        engine.set_online(true, 2.0);
        engine.hold(run, 90.0, 2.0);
        assert_eq!(waits::<3>(&engine, run, 2.0)[1..], [Some(Wait::until(Reason::Poll, 90.0)); 2]);
        engine.hold(run, f64::INFINITY, 3.0);
        assert_eq!(reasons(&engine, run, 3.0), [None, Some(Reason::Journal), Some(Reason::Journal)]);
    }

    #[test]
    fn a_stagger_is_the_runs_or_the_limiters() {
        let (mut engine, run) = opened(RunConfig { stagger: 30.0, ..pool(2, 2) });
        assert_eq!(
            waits(&engine, run, 5.0),
            [Some(Wait::for_(Reason::Task)), Some(Wait::until(Reason::Stagger, 30.0))]
        );
        let limiter = engine.open_limiter(LimiterConfig { stagger: 40.0, ..LimiterConfig::default() });
        let runs = [5.0, 6.0].map(|now| engine.open(one_of(limiter), now));
        starts(&mut engine, 6.0);
        assert_eq!(waits(&engine, runs[1], 7.0), [Some(Wait::until(Reason::LimiterStagger, 46.0))]);
        assert_eq!(engine.inspect_limiter(limiter, 7.0).and_then(|found| found.ready_at), Some(46.0));
        assert_eq!(engine.inspect_limiter(limiter, 46.0).and_then(|found| found.ready_at), None);
    }

    #[test]
    fn batches_and_commits_wait_for_their_turn() {
        let (mut engine, run) = opened(RunConfig { order: Order::Batches(2), ..pool(4, 9) });
        assert_eq!(reasons::<4>(&engine, run, 0.0)[1..], [Some(Reason::Task), Some(Reason::Turn), Some(Reason::Turn)]);
        let run = engine.open(RunConfig { order: Order::InOrder { prepares: true }, ..pool(3, 9) }, 0.0);
        let slots = starts(&mut engine, 0.0);
        engine.fulfilled(slots[1].1, 1.0);
        assert_eq!(reasons(&engine, run, 1.0), [Some(Reason::Task), Some(Reason::Turn), Some(Reason::Task)]);
        engine.fulfilled(slots[0].1, 1.0);
        assert_eq!(starts(&mut engine, 1.0).len(), 1);
        assert_eq!(reasons(&engine, run, 1.0), [Some(Reason::Task), Some(Reason::Turn), Some(Reason::Task)]);
    }

    #[test]
    fn a_commit_that_waits_for_another_one_holds_up_no_other_retry() {
        let order = Order::InOrder { prepares: true };
        let (mut engine, run) = opened(RunConfig { order, ..pool(3, 9) });
        engine.fulfilled(Slot(0), 0.0);
        // The first commit fails and backs off; a requested one takes its turn.
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
        engine.failed(Slot(0), &Failure::REFUSED, 0.0);
        engine.failed(Slot(2), &Failure::REFUSED, 1.0);
        engine.fulfilled(Slot(1), 1.0);
        engine.cancel_item(run, 1, 1.0);
        engine.retry_item(run, 1, false, 1.0);
        assert_eq!(starts(&mut engine, 1.0).len(), 1);
        let due = [0, 2].map(|item| engine.next_attempt_at(run, item).expect("a backoff"));
        assert!(due[0] < due[1]);
        engine.tick(due[0]);
        assert!(starts(&mut engine, due[0]).is_empty());
        assert_eq!(engine.wake_at(), Some(due[1]));
        engine.tick(due[1]);
        assert_eq!(starts(&mut engine, due[1]).len(), 1);
        assert_eq!(reasons(&engine, run, due[1]), [Some(Reason::Turn), Some(Reason::Task), Some(Reason::Task)]);
    }

    #[test]
    fn inputs_and_questions_have_reasons_of_their_own() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { checks: true, has_inputs: true, ..pool(2, 2) }, 0.0);
        assert!(matches!(engine.poll(0.0), Some(Output::Check { item: 0, .. })));
        engine.depend((run, 0), (run, 1));
        engine.defer(run, 0);
        assert_eq!(reasons(&engine, run, 0.0), [Some(Reason::Inputs), Some(Reason::Start)]);
        let unknown = Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, sent: true, ..Failure::FINAL };
        let retry = RetryPolicy { reconciles: true, ..pool(1, 1).retry };
        let (mut engine, run) = opened(RunConfig { retry, ..pool(1, 1) });
        engine.failed(Slot(0), &unknown, 1.0);
        starts(&mut engine, 1.0);
        assert_eq!(reasons(&engine, run, 1.0), [Some(Reason::Answer)]);
    }

    #[test]
    fn a_limiter_holds_back_by_its_places_its_cooldown_or_its_rate_whichever_is_longest() {
        let mut engine = Engine::new();
        let rate = Some(Rate { limit: 1, interval: 100.0 });
        let limiter =
            engine.open_limiter(LimiterConfig { limit: 2, rate, adaptive: Some((1, 4)), ..LimiterConfig::default() });
        let runs = [0, 1].map(|_| engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        let wait = |engine: &Engine, now| waits::<1>(engine, runs[1], now)[0];
        assert_eq!(wait(&engine, 1.0), Some(Wait::until(Reason::Rate, 100.0)));
        engine.cool_limiter(limiter, 50.0, 1.0);
        assert_eq!(wait(&engine, 1.0), Some(Wait::until(Reason::Rate, 100.0)));
        engine.cool_limiter(limiter, 150.0, 1.0);
        assert_eq!(wait(&engine, 1.0), Some(Wait::until(Reason::Cooldown, 151.0)));
        engine.set_limiter_limit(limiter, 1, 2.0);
        assert_eq!(wait(&engine, 2.0), Some(Wait::until(Reason::Cooldown, 151.0)));
        assert_eq!(wait(&engine, 151.0), Some(Wait::for_(Reason::Limiter)));
        let found = engine.inspect_limiter(limiter, 99.0).expect("a known limiter");
        assert_eq!(found.rate, Some(RateInspection { limit: 1, interval: 100.0, used: 1 }));
        assert_eq!(found.adaptive, Some(AdaptiveInspection { proven: None, refused: None }));
        assert_eq!(engine.inspect_limiter(limiter, 100.0).and_then(|found| found.rate).map(|rate| rate.used), Some(0));
        assert_eq!(engine.inspect_limiter(LimiterId(9), 0.0), None);
    }

    #[test]
    fn a_turn_that_may_be_passed_on_unused_promises_no_time() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { limit: 2, stagger: 40.0, ..LimiterConfig::default() });
        let runs = [0, 1, 2].map(|_| engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        engine.tick(40.0);
        assert_eq!(reasons(&engine, runs[1], 40.0), [Some(Reason::Start)]);
        engine.fulfilled(Slot(0), 40.0);
        assert_eq!(waits(&engine, runs[2], 40.0), [Some(Wait::for_(Reason::LimiterStagger))]);
    }

    #[test]
    fn a_nested_run_waits_for_the_place_of_its_parent_too() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { limit: 3, stagger: 40.0, ..LimiterConfig::default() });
        engine.open(one_of(limiter), 0.0);
        starts(&mut engine, 0.0);
        let nested = [0, 1].map(|_| engine.open(RunConfig { parent: Some(Slot(0)), ..one_of(limiter) }, 1.0));
        assert_eq!(reasons(&engine, nested[0], 1.0), [Some(Reason::Start)]);
        starts(&mut engine, 1.0);
        // It starts when the first one ends, or when the stagger is over.
        assert_eq!(waits(&engine, nested[1], 1.0), [Some(Wait::for_(Reason::LimiterStagger))]);
        engine.cool_limiter(limiter, 9.0, 1.0);
        assert_eq!(waits(&engine, nested[1], 1.0), [Some(Wait::until(Reason::Cooldown, 10.0))]);
    }

    #[test]
    fn a_source_is_read_open_or_ended() {
        let source = |source| RunConfig { source, limit: 1, ..RunConfig::default() };
        for (config, expected) in [
            (source(Source::Pulled), [SourceState::Ready, SourceState::Reading, SourceState::Ended]),
            (source(Source::Open), [SourceState::Open, SourceState::Open, SourceState::Ended]),
            (source(Source::None), [SourceState::Ended; 3]),
        ] {
            let mut engine = Engine::new();
            let run = engine.open(config, 0.0);
            let state = |engine: &Engine| engine.inspect_run(run).map(|found| found.source);
            let before = state(&engine);
            starts(&mut engine, 0.0);
            let during = state(&engine);
            engine.cancel(run, 0.0);
            assert_eq!([before, during, state(&engine)], expected.map(Some));
        }
    }

    #[test]
    fn an_item_in_a_shared_limiter_waits_for_a_permit() {
        let mut engine = Engine::new();
        let limiter = engine.open_shared_limiter(LimiterConfig { limit: 1, ..LimiterConfig::default() });
        let run = engine.open(one_of(limiter), 0.0);
        let go_on = |engine: &mut Engine, now| {
            while engine.poll(now).is_some() {
                engine.take_report(limiter);
            }
        };
        go_on(&mut engine, 0.0);
        assert_eq!(reasons(&engine, run, 0.0), [Some(Reason::Tabs)]);
        engine.cool_limiter(limiter, 10.0, 0.0);
        assert_eq!(waits(&engine, run, 0.0), [Some(Wait::until(Reason::Cooldown, 10.0))]);
        engine.permit(limiter, Grant { permits: 1, limit: 1, epoch: 0, report_at: f64::INFINITY }, 10.0);
        go_on(&mut engine, 10.0);
        assert_eq!(reasons(&engine, run, 10.0), [Some(Reason::Task)]);
    }
}
