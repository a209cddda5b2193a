//! Tests of the engine's face: what it says about its runs, and what it pulls from their sources.

use crate::core::engine::Engine;
use crate::core::engine::output::{AfterFailure, Output};
use crate::core::ids::{RunId, Slot};
use crate::core::limiter::LimiterConfig;
use crate::core::progress::ServerCounts;
use crate::core::retry::RetryPolicy;
use crate::core::retry::failure::Failure;
use crate::core::run::config::{RunConfig, Source};
use crate::core::testing::starts;

#[test]
fn a_run_is_busy_with_attempts_requests_and_unread_outputs() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 2, ..RunConfig::default() }, 0.0);
    assert!(!engine.is_busy(run) && !engine.is_busy(RunId(7)));
    starts(&mut engine, 0.0);
    assert!(engine.is_busy(run));
    engine.pause(run);
    engine.fulfilled(Slot(0), 1.0);
    assert!(!engine.is_busy(run));
    assert!(engine.retry_item(run, 0, true, 2.0) && engine.is_busy(run));
    engine.cancel(run, 3.0);
    assert!(engine.is_busy(RunId(7)), "the end of an item is unread");
    while engine.poll(3.0).is_some() {}
    assert!(!engine.is_busy(run) && !engine.is_busy(RunId(7)));
}

#[test]
fn the_counts_of_a_server_replace_those_of_its_run() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 2, ..RunConfig::default() }, 0.0);
    engine.report(run, ServerCounts { completed: 3.0, total: Some(12.0) }, 1.0);
    let (progress, known) = engine.progress(run).expect("a known run");
    assert_eq!((progress.counts(known), progress.fraction(known)), ((3.0, Some(12.0)), 0.25));
}

#[test]
fn a_cooldown_of_a_limiter_is_as_long_as_asked_for_and_a_shorter_one_does_not_end_it() {
    let mut engine = Engine::new();
    let id = engine.open_limiter(LimiterConfig { limit: 3, ..LimiterConfig::default() });
    engine.cool_limiter(id, 50.0, 10.0);
    engine.cool_limiter(id, 5.0, 20.0);
    assert_eq!((engine.limiter(id), engine.limiters()), (Some((3, 0, 0, 60.0)), 1));
}

#[test]
fn no_item_is_pulled_while_a_retry_has_the_last_place() {
    let mut engine = Engine::new();
    let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    let run = engine.open(RunConfig { items: 1, source: Source::Pulled, retry, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    let failure = Failure { delay: Some(5.0), ..Failure::REFUSED };
    assert_eq!(engine.failed(Slot(0), &failure, 0.0), AfterFailure::Retrying);
    assert_eq!(engine.poll(0.0), None);
    engine.tick(5.0);
    starts(&mut engine, 5.0);
    engine.fulfilled(Slot(0), 6.0);
    assert_eq!(engine.poll(6.0), Some(Output::Pull { run }));
    engine.push(run, 1);
    assert_eq!(starts(&mut engine, 6.0), [(run, Slot(0))]);
}

#[test]
fn no_more_items_are_pulled_than_may_run_while_they_wait_for_inputs_unless_one_is_sought() {
    let mut engine = Engine::new();
    let config = RunConfig { limit: 2, source: Source::Pulled, checks: true, has_inputs: true, ..RunConfig::default() };
    let run = engine.open(config, 0.0);
    for item in 0..2 {
        assert_eq!(engine.poll(0.0), Some(Output::Pull { run }));
        engine.push(run, 1);
        assert_eq!(engine.poll(0.0), Some(Output::Check { run, item, requested: false }));
        engine.defer(run, item);
    }
    assert_eq!(engine.poll(0.0), None);
    engine.seek(run, true);
    assert_eq!(engine.poll(0.0), Some(Output::Pull { run }));
    engine.close(run);
    assert_eq!(engine.poll(0.0), None);
}
