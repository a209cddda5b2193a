//! Ends runs early, and cancels single items.

use crate::core::attempt::{Attempt, AttemptState, PendingRetry, release_claim};
use crate::core::engine::Engine;
use crate::core::engine::output::Output;
use crate::core::ids::{RunId, Slot};
use crate::core::run::config::{CancelMode, FailureMode};
use crate::core::run::items::ItemState;
use crate::core::run::{Run, State, Status};

impl Engine {
    /// Cancels a run: nothing new starts and waits end. Attempts in flight finish or are aborted, as configured. In a
    /// finished run it cancels the items that were requested after the end.
    ///
    /// Returns whether this becomes the reason of the end: a run keeps its first reason, but a cancel replaces a
    /// failure.
    pub fn cancel(&mut self, run: RunId, now: f64) -> bool {
        self.advance(now);
        self.end(run, Status::Cancelled)
    }

    /// Cancels a nested run, because its outer run was cancelled. Attempts in flight finish, whatever is configured. If
    /// all remaining items are in flight and succeed, the run completes. A later [`cancel`](Engine::cancel) treats its
    /// attempts as configured. Returns whether this becomes the reason of the end.
    pub fn drain(&mut self, id: RunId, now: f64) -> bool {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()).filter(|run| !run.is_over()) else { return false };
        run.drains = true;
        self.end(id, Status::Cancelled)
    }

    /// Applies the failure mode after the rejection of an item. `pauses` says whether `classify` asked for a pause.
    /// `answer` is that of the user, if the configuration leaves the mode to them.
    ///
    /// Returns whether this stopped the run.
    pub fn follow_rejection(
        &mut self,
        id: RunId,
        step: u8,
        pauses: bool,
        answer: Option<FailureMode>,
        now: f64,
    ) -> bool {
        self.advance(now);
        let Some(run) = self.runs.get(id.index()) else { return false };
        let config = &run.config;
        let configured = config.on_failure.get(usize::from(step)).copied().flatten();
        let mode = if pauses { Some(FailureMode::Pause) } else { configured.or(answer) };
        match mode.unwrap_or(FailureMode::Stop) {
            FailureMode::Continue => return false,
            FailureMode::Stop => {}
            _ if config.can_resume => {
                self.pause(id);
                return false;
            }
            _ => {}
        }
        self.end(id, Status::Failed)
    }

    /// Ends a run early. Returns whether the run takes this status.
    pub(crate) fn end(&mut self, id: RunId, status: Status) -> bool {
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        let is_cancel = status == Status::Cancelled;
        let takes_effect = match run.state {
            State::Discarded => return false,
            State::Finished(_) if !is_cancel => return false,
            State::Finished(_) => run.is_busy(),
            State::Cancelling(before) if before == status || !is_cancel => false,
            State::Running | State::Paused | State::Cancelling(_) => {
                run.state = State::Cancelling(status);
                true
            }
        };
        if !takes_effect {
            if is_cancel && std::mem::take(&mut run.drains) {
                self.abandon_live(id);
                self.make_ready(id);
            }
            return false;
        }
        run.following.give_up();
        if !run.closed {
            run.closed = true;
            run.is_cut = true;
            self.outputs.push_back(Output::CloseSource { run: id });
        }
        while let Some(pending) = run.take_retry() {
            run.conclude(pending.item, ItemState::Cancelled);
            release_claim(&mut self.attempts, &pending);
            let PendingRetry { item, attempts, .. } = pending;
            self.outputs.push_back(Output::Cancelled { run: id, item, attempts });
        }
        run.reserved = 0;
        if !run.drains {
            self.abandon_live(id);
        }
        self.cancel_waiting(id);
        self.make_ready(id);
        true
    }

    /// Abandons the attempts in flight of a run that ends, if it is configured so.
    fn abandon_live(&mut self, id: RunId) {
        let aborts = |run: &Run| run.config.on_cancel == CancelMode::Abort && run.live > 0;
        let counts = |attempt: &Attempt| matches!(attempt.state, AttemptState::Live | AttemptState::TimingOut);
        for slot in 0..self.attempts.capacity() {
            // Stops after the last one: there may be many attempts of other runs.
            if !self.runs.get(id.index()).is_some_and(aborts) {
                return;
            }
            if self.attempts.get(slot).is_some_and(|attempt| attempt.run == id && counts(attempt)) {
                self.abandon(Slot::new(slot));
            }
        }
    }

    /// Cancels the items that were not started, or wait between their steps.
    fn cancel_waiting(&mut self, id: RunId) {
        let Some(run) = self.runs.get_mut(id.index()) else { return };
        run.items.clear();
        let mut from = None;
        let (touched, count) = (run.items.touched(), run.items.count());
        for item in 0..touched {
            let state = run.items.state(item);
            if state == ItemState::Waiting {
                from.get_or_insert(item);
                continue;
            }
            if let Some(from) = from.take() {
                self.outputs.push_back(Output::NeverStarted { run: id, from, to: item });
            }
            if state == ItemState::Prepared {
                let attempts = run.attempts_to_prepare(item);
                run.conclude(item, ItemState::Cancelled);
                self.outputs.push_back(Output::Cancelled { run: id, item, attempts });
            }
        }
        let from = from.unwrap_or(touched);
        if from < count {
            self.outputs.push_back(Output::NeverStarted { run: id, from, to: count });
        }
        for item in 0..count {
            if run.items.state(item) == ItemState::Waiting {
                run.conclude(item, ItemState::Cancelled);
            }
        }
    }

    /// Cancels one item, if it has no outcome yet.
    pub fn cancel_item(&mut self, id: RunId, item: u32, now: f64) {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()) else { return };
        if item >= run.items.count() {
            return;
        }
        run.items.unqueue(item);
        match run.items.state(item) {
            ItemState::Waiting => {
                run.conclude(item, ItemState::Cancelled);
                self.outputs.push_back(Output::NeverStarted { run: id, from: item, to: item + 1 });
            }
            ItemState::Prepared => {
                let attempts = run.attempts_to_prepare(item);
                run.conclude(item, ItemState::Cancelled);
                self.outputs.push_back(Output::Cancelled { run: id, item, attempts });
            }
            ItemState::BackingOff => {
                if let Some(pending) = run.take_retry_of(item) {
                    run.conclude(item, ItemState::Cancelled);
                    if !release_claim(&mut self.attempts, &pending) {
                        run.reserved -= 1;
                    }
                    self.outputs.push_back(Output::Cancelled { run: id, item, attempts: pending.attempts });
                }
            }
            ItemState::Running => {
                let mut attempts = self.attempts.iter();
                let counts = |state| matches!(state, AttemptState::Live | AttemptState::TimingOut);
                let found = attempts.find(|(_, it)| it.run == id && it.item == item && counts(it.state));
                if let Some(slot) = found.map(|(slot, _)| Slot::new(slot)) {
                    self.abandon(slot);
                }
            }
            _ => {}
        }
        self.make_ready(id);
    }

    /// Abandons an attempt and cancels its item.
    fn abandon(&mut self, slot: Slot) {
        let Some(attempt) = self.attempts.get_mut(slot.index()) else { return };
        let Some(run) = self.runs.get_mut(attempt.run.index()) else { return };
        if matches!(attempt.state, AttemptState::Live | AttemptState::TimingOut) {
            attempt.state = AttemptState::Abandoned;
            run.live -= 1;
            run.abandoned += 1;
            run.drop_part(attempt);
            run.conclude(attempt.item, ItemState::Cancelled);
            let Attempt { run, item, number: attempts, .. } = *attempt;
            self.outputs.push_back(Output::Abandon { run, item, attempts, slot });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::Slot;
    use crate::core::retry::RetryPolicy;
    use crate::core::retry::failure::Failure;
    use crate::core::run::config::FailureMode::{Continue, Pause, Stop};
    use crate::core::run::config::{CancelMode, RunConfig, Source};
    use crate::core::run::{State, Status};
    use crate::core::testing::{starts, starts_of_items};

    #[test]
    fn a_run_that_drains_starts_nothing_and_keeps_its_attempts_until_it_is_cancelled_itself() {
        let mut engine = Engine::new();
        let config = RunConfig { items: 3, limit: 1, on_cancel: CancelMode::Abort, ..RunConfig::default() };
        let run = engine.open(config, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
        assert!(engine.drain(run, 1.0) && !engine.drain(run, 1.0));
        assert_eq!(engine.poll(1.0), Some(Output::NeverStarted { run, from: 1, to: 3 }));
        assert_eq!(engine.poll(1.0), None);
        assert!(!engine.cancel(run, 2.0));
        assert_eq!(engine.poll(2.0), Some(Output::Abandon { run, item: 0, attempts: 1, slot: Slot(0) }));
        assert_eq!(engine.poll(2.0), Some(Output::Finished { run, status: Status::Cancelled }));
    }

    #[test]
    fn a_run_that_drains_has_completed_if_all_of_it_was_in_flight_and_succeeds() {
        let one = RunConfig { items: 1, limit: 1, ..RunConfig::default() };
        let two = RunConfig { items: 2, ..one };
        let pulled = RunConfig { source: Source::Open, ..one };
        for (config, expected) in [(one, Status::Completed), (two, Status::Cancelled), (pulled, Status::Cancelled)] {
            let mut engine = Engine::new();
            let run = engine.open(config, 0.0);
            assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
            engine.drain(run, 1.0);
            engine.fulfilled(Slot(0), 2.0);
            let outputs: Vec<_> = std::iter::from_fn(|| engine.poll(2.0)).collect();
            assert!(outputs.contains(&Output::Finished { run, status: expected }), "{outputs:?}");
        }
    }

    fn outputs(engine: &mut Engine, now: f64) -> Vec<Output> {
        std::iter::from_fn(|| engine.poll(now)).collect()
    }

    #[test]
    fn a_rejection_goes_on_pauses_or_stops_as_the_step_or_else_the_answer_says() {
        let can_resume = RunConfig { items: 2, can_resume: true, ..RunConfig::default() };
        let asks = RunConfig { on_failure: [None; 2], ..can_resume };
        let by_step = RunConfig { on_failure: [Some(Continue), Some(Stop)], ..can_resume };
        let ends = State::Cancelling(Status::Failed);
        let cases = [
            (asks, 0, false, Some(Continue), (false, State::Running)),
            (asks, 0, false, Some(Pause), (false, State::Paused)),
            (asks, 0, false, Some(Stop), (true, ends)),
            (asks, 0, false, None, (true, ends)),
            (by_step, 0, false, Some(Stop), (false, State::Running)),
            (by_step, 1, false, Some(Continue), (true, ends)),
            (by_step, 0, true, None, (false, State::Paused)),
            (RunConfig { can_resume: false, ..by_step }, 0, true, None, (true, ends)),
        ];
        for (config, step, pauses, answer, expected) in cases {
            let mut engine = Engine::new();
            let run = engine.open(config, 0.0);
            let stops = engine.follow_rejection(run, step, pauses, answer, 0.0);
            assert_eq!((stops, engine.state(run)), (expected.0, Some(expected.1)), "{step} {pauses} {answer:?}");
        }
    }

    #[test]
    fn a_cancel_replaces_a_failure_and_keeps_its_own_status_against_a_later_failure() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 2, ..RunConfig::default() }, 0.0);
        starts(&mut engine, 0.0);
        assert!(engine.source_failed(run) && !engine.source_failed(run));
        assert_eq!(engine.state(run), Some(State::Cancelling(Status::Failed)));
        assert!(engine.cancel(run, 1.0) && !engine.cancel(run, 1.0) && !engine.source_failed(run));
        engine.fulfilled(Slot(0), 2.0);
        let ends = [Output::NeverStarted { run, from: 1, to: 2 }, Output::Finished { run, status: Status::Cancelled }];
        assert_eq!(outputs(&mut engine, 2.0), ends);
        assert!(!engine.cancel(run, 3.0) && !engine.source_failed(run));
    }

    #[test]
    fn a_cancel_aborts_all_attempts_of_its_run_and_none_of_another() {
        let mut engine = Engine::new();
        let config = RunConfig { items: 2, limit: 2, on_cancel: CancelMode::Abort, ..RunConfig::default() };
        let (other, run) = (engine.open(config, 0.0), engine.open(config, 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(other, Slot(0)), (other, Slot(1)), (run, Slot(2)), (run, Slot(3))]);
        engine.cancel(run, 1.0);
        let abandon = |item, slot| Output::Abandon { run, item, attempts: 1, slot: Slot(slot) };
        let finished = Output::Finished { run, status: Status::Cancelled };
        assert_eq!(outputs(&mut engine, 1.0), [abandon(0, 2), abandon(1, 3), finished]);
        assert_eq!(engine.unsettled(), 4);
        engine.settled(Slot(2), 2.0);
        engine.settled(Slot(3), 2.0);
        assert_eq!((engine.unsettled(), engine.state(other)), (2, Some(State::Running)));
    }

    #[test]
    fn an_item_is_cancelled_wherever_it_is_and_its_place_is_free_again() {
        let mut engine = Engine::new();
        let retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        let config = RunConfig { items: 4, on_cancel: CancelMode::Abort, retry, ..RunConfig::default() };
        let run = engine.open(config, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, Slot(0))]);
        engine.failed(Slot(0), &Failure::REFUSED, 0.0);
        engine.cancel_item(run, 0, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::Cancelled { run, item: 0, attempts: 1 }));
        engine.cancel_item(run, 1, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::NeverStarted { run, from: 1, to: 2 }));
        assert_eq!(starts_of_items(&mut engine, 0.0), [(run, 2, Slot(0))]);
        engine.cancel_item(run, 2, 0.0);
        assert_eq!(outputs(&mut engine, 0.0), [Output::Abandon { run, item: 2, attempts: 1, slot: Slot(0) }]);
        engine.cancel_item(run, 2, 0.0);
        engine.cancel_item(run, 4, 0.0);
        assert_eq!(outputs(&mut engine, 0.0), []);
        engine.settled(Slot(0), 0.0);
        assert_eq!(starts_of_items(&mut engine, 0.0), [(run, 3, Slot(0))]);
    }
}
