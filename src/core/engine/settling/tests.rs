use super::*;
use crate::core::retry::RetryPolicy;
use crate::core::run::config::RunConfig;
use crate::core::testing::starts;

fn outputs(engine: &mut Engine, now: f64) -> Vec<Output> {
    std::iter::from_fn(|| engine.poll(now)).collect()
}

#[test]
fn a_skipped_item_has_an_outcome_and_gives_back_its_part_of_the_fraction() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 2, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    engine.touched(Slot(0), Some(0.5), 1.0);
    let (progress, known) = engine.progress(run).expect("a known run");
    assert_eq!(progress.fraction(known), 0.25);
    engine.skipped(Slot(0), 2.0);
    assert_eq!((engine.item_state(run, 0), starts(&mut engine, 2.0)), (Some(ItemState::Skipped), vec![(run, Slot(0))]));
    let (progress, known) = engine.progress(run).expect("a known run");
    assert_eq!((progress.skipped, progress.fraction(known)), (1, 0.5));
}

#[test]
fn another_attempt_may_follow_while_the_policy_has_one_left() {
    let mut engine = Engine::new();
    let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    let run = engine.open(RunConfig { items: 1, retry, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    let may = |engine: &Engine| engine.may_follow(Slot(0), &Failure::REFUSED);
    assert!(may(&engine) && !engine.may_follow(Slot(0), &Failure::FINAL));
    assert!(!engine.may_follow(Slot(1), &Failure::REFUSED), "an unknown attempt");
    engine.failed(Slot(0), &Failure { delay: Some(5.0), ..Failure::REFUSED }, 1.0);
    assert_eq!((starts(&mut engine, 5.9), engine.wake_at()), (vec![], Some(6.0)));
    engine.tick(6.0);
    assert_eq!(starts(&mut engine, 6.0), [(run, Slot(0))]);
    assert!(!may(&engine), "it is the second of two");
}

#[test]
fn a_retry_that_would_start_at_the_deadline_is_not_waited_for() {
    let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    for (delay, expected) in [(10.0, AfterFailure::Rejected), (9.0, AfterFailure::Retrying)] {
        let mut engine = Engine::new();
        engine.open(RunConfig { items: 1, retry, total_timeout: 20.0, ..RunConfig::default() }, 5.0);
        starts(&mut engine, 5.0);
        let failure = Failure { delay: Some(delay), ..Failure::REFUSED };
        assert_eq!(engine.failed(Slot(0), &failure, 15.0), expected, "after {delay} ms");
    }
}

#[test]
fn a_failure_that_is_the_reason_of_the_end_cancels_its_item_only_if_the_run_ends() {
    for (ends, expected) in [(true, AfterFailure::Cancelled), (false, AfterFailure::Rejected)] {
        for is_end_reason in [true, false] {
            let mut engine = Engine::new();
            let run = engine.open(RunConfig { items: 1, ..RunConfig::default() }, 0.0);
            starts(&mut engine, 0.0);
            if ends {
                engine.cancel(run, 1.0);
            }
            let after = engine.failed(Slot(0), &Failure { is_end_reason, ..Failure::FINAL }, 2.0);
            assert_eq!(after, if is_end_reason { expected } else { AfterFailure::Rejected });
        }
    }
}

#[test]
fn a_discarded_run_is_removed_when_its_last_attempt_has_settled() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 2, limit: 2, ..RunConfig::default() }, 0.0);
    starts(&mut engine, 0.0);
    engine.cancel(run, 1.0);
    engine.discard(run);
    outputs(&mut engine, 1.0);
    engine.settled(Slot(0), 2.0);
    assert_eq!((engine.runs(), engine.unsettled()), (1, 1));
    engine.settled(Slot(1), 3.0);
    assert_eq!((engine.runs(), engine.unsettled()), (0, 0));
}

#[test]
fn an_answer_about_an_item_that_is_not_there_changes_nothing() {
    let mut engine = Engine::new();
    let run = engine.open(RunConfig { items: 1, checks: true, ..RunConfig::default() }, 0.0);
    let check = Output::Check { run, item: 0, may_skip: true };
    assert_eq!(engine.poll(0.0), Some(check));
    engine.accept(run, 1);
    assert!(!engine.decline(run, 1, ItemState::Skipped));
    assert_eq!(engine.poll(0.0), Some(check));
    assert!(engine.decline(run, 0, ItemState::Skipped) && !engine.decline(run, 0, ItemState::Skipped));
    assert_eq!(outputs(&mut engine, 0.0), [Output::Finished { run, status: Status::Completed }]);
}
