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
        let [long, other] = [9, 2].map(|items| engine.open(RunConfig { items, limit: items, ..one_of(limiter) }, 0.0));
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

#[test]
fn a_run_that_waits_only_for_its_limiter_leaves_the_queue_of_its_parent_place_alone() {
    let mut engine = Engine::new();
    let own = engine.open_limiter(LimiterConfig::SINGLE);
    engine.open(one_of(own), 0.0);
    assert_eq!(starts(&mut engine, 0.0).len(), 1);
    let [run, other] = [0; 2].map(|_| engine.open(RunConfig { parent: Some(Slot(0)), ..one_of(own) }, 0.0));
    let parent = engine.attempts[0].nested.expect("a parent place");
    for (run, queue, limiter) in [(run, OWN_QUEUE, own), (other, PARENT_QUEUE, parent)] {
        engine.runs[run.index()].is_queued = true;
        engine.enter_queue(run, queue, limiter);
    }
    engine.leave_queue(run);
    assert_eq!([own, parent].map(|id| engine.limiters[id.index()].waiting()), [0, 1]);
}
