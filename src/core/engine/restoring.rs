//! Runs with a journal: restores what it has, and says when a call may be made.

use crate::core::attempt::{AttemptState, PendingRetry, Refusals};
use crate::core::engine::Engine;
use crate::core::ids::{RunId, Slot};
use crate::core::journal::{Record, Restored};
use crate::core::retry::PendingQuestion;
use crate::core::run::State;
use crate::core::run::config::{FailureMode, Order};
use crate::core::run::items::ItemState;

impl Engine {
    /// Gives an item that has not started what a journal has of it, or of one of its steps. Restore the first step
    /// before the second. The host rejects an item that is [`Restored::Unconfirmed`].
    pub fn restore(&mut self, id: RunId, item: u32, step: u8, record: Record, now: f64) -> Restored {
        let now = self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()) else { return Restored::Unstarted };
        let is_new = matches!(run.items.state(item), ItemState::Waiting | ItemState::Prepared);
        if item >= run.items.count() || !is_new {
            return Restored::Unstarted;
        }
        let modes = run.config.on_failure;
        let mode = modes.get(usize::from(step)).copied().flatten();
        let keeps = mode == Some(FailureMode::Continue);
        let restored = record.restored(run.config.retry.reconciles, keeps);
        if restored != Restored::Unstarted {
            // It may have been asked for after the end, and another page has made it.
            run.items.unqueue(item);
        }
        match restored {
            Restored::Fulfilled if step == 0 && run.config.order == (Order::InOrder { prepares: true }) => {
                run.prepare(item, 1);
            }
            Restored::Fulfilled => run.conclude(item, ItemState::Fulfilled),
            Restored::Rejected | Restored::Unconfirmed => run.conclude(item, ItemState::Rejected),
            Restored::Asks => {
                if run.items.begin(item) {
                    run.progress.in_progress += 1;
                }
                run.items.set(item, ItemState::BackingOff);
                run.reserved += 1;
                let keyed = matches!(record, Record::Started { repeatable: true, .. });
                let question = Some(PendingQuestion { delay: Some(0.0), keyed });
                let deadline = now + run.config.total_timeout;
                let refusals = Refusals::NONE;
                let made = PendingRetry {
                    item,
                    step,
                    attempts: 1,
                    question,
                    refusals,
                    deadline,
                    due_at: now,
                    abandoned: None,
                };
                run.back_off(made);
            }
            Restored::Unstarted => {}
        }
        self.make_ready(id);
        restored
    }

    /// Returns whether an attempt may make its call, now that the journal has it: not once its run was cancelled.
    pub fn may_send(&self, slot: Slot) -> bool {
        let attempt = self.attempts.get(slot.index()).filter(|attempt| attempt.state == AttemptState::Live);
        let run = attempt.and_then(|attempt| self.runs.get(attempt.run.index()));
        run.is_some_and(|run| !matches!(run.state, State::Cancelling(_) | State::Discarded))
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::{RunId, Slot};
    use crate::core::journal::{Record, Restored};
    use crate::core::retry::RetryPolicy;
    use crate::core::run::config::{FailureMode, Order, RunConfig};
    use crate::core::run::items::ItemState;
    use crate::core::run::{State, Status};
    use crate::core::testing::starts_of_items;

    const STARTED: Record = Record::Started { repeatable: false, has_value: false };

    fn opened(config: RunConfig) -> (Engine, RunId) {
        let mut engine = Engine::new();
        let run = engine.open(config, 0.0);
        engine.hold(run, f64::INFINITY, 0.0);
        (engine, run)
    }

    fn items(engine: &mut Engine) -> Vec<u32> {
        starts_of_items(engine, 1.0).into_iter().map(|(_, item, _)| item).collect()
    }

    #[test]
    fn nothing_starts_or_is_checked_or_pulled_before_the_journal_is_read() {
        let (mut engine, run) = opened(RunConfig { items: 1, checks: true, ..RunConfig::default() });
        assert_eq!(engine.poll(0.0), None);
        engine.hold(run, 0.0, 1.0);
        assert!(matches!(engine.poll(1.0), Some(Output::Check { item: 0, .. })));
    }

    #[test]
    fn stored_outcomes_are_never_started_and_the_others_are() {
        let (mut engine, run) = opened(RunConfig { items: 4, limit: 4, ..RunConfig::default() });
        assert_eq!(engine.restore(run, 1, 0, Record::Fulfilled, 1.0), Restored::Fulfilled);
        assert_eq!(engine.restore(run, 2, 0, Record::Rejected { repeatable: true }, 1.0), Restored::Rejected);
        assert_eq!(engine.restore(run, 3, 0, STARTED, 1.0), Restored::Unconfirmed);
        assert_eq!(engine.restore(run, 1, 0, STARTED, 1.0), Restored::Unstarted, "it has its outcome");
        assert_eq!(engine.restore(run, 4, 0, Record::Fulfilled, 1.0), Restored::Unstarted, "there is none");
        engine.hold(run, 0.0, 1.0);
        assert_eq!(items(&mut engine), [0]);
        engine.fulfilled(Slot(0), 2.0);
        assert_eq!(engine.poll(2.0), Some(Output::Finished { run, status: Status::Partial }));
    }

    #[test]
    fn an_item_that_was_asked_for_after_the_end_and_made_elsewhere_is_not_started() {
        let (mut engine, run) = opened(RunConfig { items: 2, limit: 2, ..RunConfig::default() });
        for item in 0..2 {
            engine.restore(run, item, 0, Record::Rejected { repeatable: true }, 1.0);
        }
        engine.hold(run, 0.0, 1.0);
        assert_eq!(engine.poll(1.0), Some(Output::Finished { run, status: Status::Partial }));
        engine.hold(run, f64::INFINITY, 2.0);
        assert!([0, 1].map(|item| engine.retry_item(run, item, false, 2.0)) == [true; 2] && engine.is_busy(run));
        assert_eq!(engine.poll(2.0), None, "the journal is read first");
        assert_eq!(engine.restore(run, 0, 0, Record::Fulfilled, 3.0), Restored::Fulfilled);
        engine.hold(run, 0.0, 3.0);
        assert_eq!(items(&mut engine), [1]);
    }

    #[test]
    fn a_server_that_can_be_asked_is_asked_before_the_call_is_repeated() {
        let retry = RetryPolicy { reconciles: true, ..RetryPolicy::default() };
        let (mut engine, run) = opened(RunConfig { items: 2, retry, ..RunConfig::default() });
        assert_eq!(engine.restore(run, 1, 0, STARTED, 1.0), Restored::Asks);
        engine.hold(run, 0.0, 1.0);
        assert!(matches!(engine.poll(1.0), Some(Output::Start { item: 1, reconciles: true, .. })));
        engine.not_found(Slot(0), 2.0);
        assert!(matches!(engine.poll(2.0), Some(Output::Start { item: 1, reconciles: false, attempt: 2, .. })));
        assert_eq!(engine.progress(run).map(|(progress, _)| progress.in_progress), Some(1));
    }

    #[test]
    fn in_order_a_stored_first_step_leads_to_the_second() {
        let order = Order::InOrder { prepares: true };
        let (mut engine, run) = opened(RunConfig { items: 2, order, ..RunConfig::in_order() });
        for item in 0..2 {
            engine.restore(run, item, 0, Record::Fulfilled, 1.0);
        }
        assert_eq!(engine.restore(run, 0, 1, Record::Fulfilled, 1.0), Restored::Fulfilled);
        engine.hold(run, 0.0, 1.0);
        let start = engine.poll(1.0);
        assert!(matches!(start, Some(Output::Start { item: 1, step: 1, carry_from: Some(0), .. })), "{start:?}");
    }

    #[test]
    fn a_commit_that_failed_is_made_again_before_those_behind_it_unless_they_go_on_without_it() {
        for (mode, next) in [(FailureMode::Continue, 2), (FailureMode::Pause, 1), (FailureMode::Stop, 1)] {
            let order = Order::InOrder { prepares: false };
            let on_failure = [Some(mode); 2];
            let config = RunConfig { items: 3, order, on_failure, ..RunConfig::in_order() };
            let (mut engine, run) = opened(config);
            engine.restore(run, 0, 1, Record::Fulfilled, 1.0);
            engine.restore(run, 1, 1, Record::Rejected { repeatable: true }, 1.0);
            engine.hold(run, 0.0, 1.0);
            let started = match engine.poll(1.0) {
                Some(Output::Start { item, carry_from, .. }) => Some((item, carry_from)),
                _ => None,
            };
            assert_eq!(started, Some((next, Some(0))), "{mode:?}");
        }
    }

    #[test]
    fn an_attempt_may_make_its_call_until_its_run_is_cancelled() {
        let (mut engine, run) = opened(RunConfig { items: 1, ..RunConfig::default() });
        engine.hold(run, 0.0, 1.0);
        assert!(!engine.may_send(Slot(0)));
        assert_eq!(items(&mut engine), [0]);
        assert!(engine.may_send(Slot(0)));
        engine.cancel(run, 2.0);
        assert!(!engine.may_send(Slot(0)), "it is in flight and drains, but nothing was sent");
        assert_eq!(engine.state(run), Some(State::Cancelling(Status::Cancelled)));
        assert_eq!(engine.item_state(run, 0), Some(ItemState::Running));
    }

    #[test]
    fn a_restored_item_has_all_its_time_from_the_moment_it_is_restored() {
        let retry = RetryPolicy { attempts: 2, reconciles: true, ..RetryPolicy::default() };
        let (mut engine, run) = opened(RunConfig { items: 1, total_timeout: 30.0, retry, ..RunConfig::default() });
        assert_eq!(engine.restore(run, 0, 0, STARTED, 2.0), Restored::Asks);
        engine.hold(run, 0.0, 2.0);
        assert!(matches!(engine.poll(2.0), Some(Output::Start { reconciles: true, .. })));
        engine.not_found(Slot(0), 3.0);
        assert!(matches!(engine.poll(3.0), Some(Output::Start { reconciles: false, .. })));
        engine.tick(31.0);
        assert_eq!((engine.poll(31.0), engine.wake_at()), (None, Some(32.0)));
    }
}
