//! Tests of the engine's face: what it says about its runs, and what it pulls from their sources.

use crate::core::engine::Engine;
use crate::core::engine::output::{AfterFailure, Output};
use crate::core::ids::{RunId, Slot};
use crate::core::limiter::LimiterConfig;
use crate::core::progress::ServerCounts;
use crate::core::retry::RetryPolicy;
use crate::core::retry::classify::Verdict;
use crate::core::retry::failure::{Decision, Failure};
use crate::core::run::config::{CancelMode, Order, RunConfig, Source};
use crate::core::run::items::ItemState;
use crate::core::testing::{one_of, starts};

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
        assert_eq!(engine.poll(0.0), Some(Output::Check { run, item, may_skip: true }));
        engine.defer(run, item);
    }
    assert_eq!(engine.poll(0.0), None);
    engine.seek(run, true);
    assert_eq!(engine.poll(0.0), Some(Output::Pull { run }));
    engine.close(run);
    assert_eq!(engine.poll(0.0), None);
}

#[test]
fn an_item_that_expires_in_its_backoff_gives_its_place_to_the_next() {
    let mut engine = Engine::new();
    let retry = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
    let run = engine.open(RunConfig { items: 2, total_timeout: 30.0, retry, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    let failure = Failure { delay: Some(5.0), ..Failure::REFUSED };
    engine.failed(Slot(0), &failure, 20.0);
    engine.pause(run);
    assert_eq!(engine.poll(20.0), None);
    engine.resume(run, 30.0);
    assert_eq!(engine.poll(30.0), Some(Output::Expired { run, item: 0, attempts: 1, step: 0 }));
    assert_eq!(starts(&mut engine, 30.0), [(run, Slot(0))]);
}

#[test]
fn a_failed_source_neither_ends_a_finished_run_again_nor_aborts_one_that_drains() {
    let mut engine = Engine::new();
    let config = RunConfig { items: 1, on_cancel: CancelMode::Abort, ..RunConfig::default() };
    let finished = engine.open(config, 0.0);
    starts(&mut engine, 0.0);
    engine.failed(Slot(0), &Failure::FINAL, 0.0);
    starts(&mut engine, 0.0);
    assert!(engine.retry_item(finished, 0, false, 1.0) && !engine.source_failed(finished));
    assert_eq!(starts(&mut engine, 1.0), [(finished, Slot(0))]);
    let drains = engine.open(config, 2.0);
    assert_eq!(starts(&mut engine, 2.0), [(drains, Slot(1))]);
    assert!(engine.drain(drains, 2.0) && !engine.source_failed(drains));
    assert_eq!(engine.poll(2.0), None);
}

#[test]
fn nothing_starts_on_the_fast_path_while_an_output_is_unread() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 9, ..RunConfig::default() }, 0.0);
    let other = engine.open(RunConfig { items: 1, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    assert_eq!(engine.fast_path_items(run, 0.0), 1..9);
    engine.cancel(other, 0.0);
    engine.ready.clear();
    engine.outputs.push_back(Output::CloseSource { run: other });
    assert_eq!(engine.fast_path_items(run, 0.0), 0..0);
}

#[test]
fn a_failure_that_is_no_refusal_uses_up_an_attempt_also_with_a_limiter() {
    let mut engine = Engine::new();
    let limiter = engine.open_limiter(LimiterConfig::default());
    let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    engine.open(RunConfig { retry, ..one_of(limiter) }, 0.0);
    starts(&mut engine, 0.0);
    engine.failed(Slot(0), &Failure { delay: Some(1.0), ..Failure::REFUSED }, 0.0);
    engine.tick(1.0);
    starts(&mut engine, 1.0);
    assert!(!engine.may_follow(Slot(0), &Failure::REFUSED));
}

#[test]
fn the_server_is_asked_about_an_attempt_even_after_the_deadline_of_its_item() {
    let mut engine = Engine::new();
    let retry = RetryPolicy { attempts: 2, reconciles: true, ..RetryPolicy::default() };
    engine.open(RunConfig { items: 1, total_timeout: 30.0, retry, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    engine.tick(30.0);
    assert!(matches!(engine.poll(30.0), Some(Output::TimedOut { .. })));
    let failure = Failure { decision: Some(Decision::Reconcile), ..Failure::FINAL };
    assert_eq!(engine.timed_out(Slot(0), &failure, 30.0), AfterFailure::Reconciling);
}

#[test]
fn the_next_commit_follows_when_the_last_has_settled() {
    let mut engine = Engine::new();
    let order = Order::InOrder { prepares: false };
    let run = engine.open(RunConfig { items: 2, limit: 2, order, ..RunConfig::default() }, 0.0);
    assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
    engine.fulfilled(Slot(0), 1.0);
    assert_eq!(starts(&mut engine, 1.0), [(run, Slot(0))]);
}

#[test]
fn a_discarded_run_stays_while_it_has_as_many_live_as_abandoned_attempts() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 3, limit: 3, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    engine.cancel_item(run, 0, 1.0);
    engine.discard(run);
    engine.settled(Slot(1), 2.0);
    assert_eq!(engine.runs(), 1);
    engine.settled(Slot(0), 2.0);
    engine.settled(Slot(2), 2.0);
    assert_eq!(engine.runs(), 0);
}

#[test]
fn an_unexpected_end_is_judged_by_the_policy_of_the_run() {
    let mut engine = Engine::new();
    let failure = Failure { verdict: Verdict::Unknown, cause: Verdict::Unknown, ..Failure::FINAL };
    for (retry, expected) in [(RetryPolicy::default(), Some(Verdict::Unknown)), (RetryPolicy::NONE, None)] {
        let run = engine.open(RunConfig { retry, ..RunConfig::default() }, 0.0);
        assert_eq!(engine.unexpected_end(run, 1, &failure), expected);
    }
}

#[test]
fn an_item_that_is_cancelled_while_its_timed_out_attempt_holds_the_place_leaves_that_to_the_attempt() {
    let mut engine = Engine::new();
    let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    let run = engine.open(RunConfig { items: 2, timeout: 10.0, retry, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    engine.tick(10.0);
    assert!(matches!(engine.poll(10.0), Some(Output::TimedOut { .. })));
    assert_eq!(engine.timed_out(Slot(0), &Failure::REFUSED, 10.0), AfterFailure::Retrying);
    engine.cancel_item(run, 0, 10.0);
    assert_eq!(engine.poll(10.0), Some(Output::Cancelled { run, item: 0, attempts: 1 }));
    assert_eq!(engine.poll(10.0), None);
    engine.settled(Slot(0), 20.0);
    assert_eq!(starts(&mut engine, 20.0), [(run, Slot(0))]);
}

#[test]
fn an_answer_about_an_item_that_was_removed_and_freed_accepts_no_other() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 1_025, checks: true, source: Source::Open, ..RunConfig::default() }, 0.0);
    for item in 0..1_024 {
        assert!(engine.decline(run, item, ItemState::Cancelled) && engine.remove(run, item));
    }
    engine.accept(run, 0);
    assert_eq!(engine.poll(0.0), Some(Output::Check { run, item: 1_024, may_skip: true }));
}

#[test]
fn an_item_that_is_not_there_yet_cannot_be_accepted() {
    let mut engine = Engine::new();
    let config = RunConfig { source: Source::Open, checks: true, ..RunConfig::default() };
    let run = engine.open(config, 0.0);
    (0..2).for_each(|item| engine.accept(run, item));
    engine.push(run, 2);
    assert_eq!(engine.poll(0.0), Some(Output::Check { run, item: 0, may_skip: true }));
    engine.accept(run, 0);
    assert!(matches!(engine.poll(0.0), Some(Output::Start { item: 0, .. })));
}

#[test]
fn items_are_added_until_an_open_run_is_closed_or_ends_r13() {
    let mut engine = Engine::new();
    let open = RunConfig { source: Source::Open, ..RunConfig::default() };
    let (closed, cancelled) = (engine.open(open, 0.0), engine.open(open, 0.0));
    let pulled = engine.open(RunConfig { source: Source::Pulled, ..open }, 0.0);
    assert_eq!([closed, cancelled, pulled].map(|run| engine.accepts(run)), [true, true, false]);
    engine.close(closed);
    engine.cancel(cancelled, 0.0);
    for run in [closed, cancelled] {
        engine.push(run, 1);
        assert!(!engine.accepts(run));
        assert_eq!(engine.inspect_run(run).map(|it| it.waiting), Some(0));
    }
}
