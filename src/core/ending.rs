//! How a run ends before its items are done, and how one item does.

use super::attempt::{Attempt, Backing, Standing, release_claim};
use super::config::CancelMode;
use super::engine::Engine;
use super::items::Stand;
use super::output::{Output, RunId, Slot};
use super::run::{State, Status};

impl Engine {
    /// Ends the run: nothing new starts, waits are over; what is in flight finishes or is given up, as configured. Of a
    /// finished run it ends what was asked for by name.
    pub fn cancel(&mut self, run: RunId, now: f64) {
        self.advance(now);
        self.end(run, Status::Cancelled);
    }

    /// As [`cancel`](Engine::cancel), because of a failure.
    pub fn stop(&mut self, run: RunId, now: f64) {
        self.advance(now);
        self.end(run, Status::Failed);
    }

    pub(super) fn end(&mut self, id: RunId, status: Status) {
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        match run.state {
            State::Forgotten => return,
            State::Finished(_) => {}
            // A run that was stopped by a failure and is then cancelled was cancelled.
            State::Ending(_) if status == Status::Cancelled => run.state = State::Ending(status),
            State::Ending(_) => return,
            State::Running | State::Paused => run.state = State::Ending(status),
        }
        if !run.closed {
            run.closed = true;
            self.outputs.push_back(Output::CloseSource { run: id });
        }
        while let Some(backing) = run.take_backing() {
            run.conclude(backing.item, Stand::Cancelled);
            release_claim(&mut self.attempts, &backing);
            let Backing { item, attempts, .. } = backing;
            self.outputs.push_back(Output::Cancelled { run: id, item, attempts });
        }
        run.held = 0;
        if run.config.on_cancel == CancelMode::Abort {
            let counts = |attempt: &Attempt| matches!(attempt.standing, Standing::Live | Standing::TimingOut);
            let mut left = run.live;
            let mut slot = 0;
            // Not one look further than needed: there may be as many attempts as there are runs.
            while left > 0 && slot < self.attempts.capacity() {
                if self.attempts.get(slot).is_some_and(|attempt| attempt.run == id && counts(attempt)) {
                    self.give_up(slot as Slot);
                    left -= 1;
                }
                slot += 1;
            }
        }
        self.withdraw_waiting(id);
        self.make_ready(id);
    }

    /// The items that were not started, or wait between their steps, are cancelled.
    fn withdraw_waiting(&mut self, id: RunId) {
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        run.items.withdraw_all();
        let mut from = None;
        let (touched, count) = (run.items.touched(), run.items.count());
        for item in 0..touched {
            let stand = run.items.stand(item);
            if stand == Stand::Waiting {
                from.get_or_insert(item);
                continue;
            }
            if let Some(from) = from.take() {
                self.outputs.push_back(Output::NeverStarted { run: id, from, to: item });
            }
            if stand == Stand::Prepared {
                run.conclude(item, Stand::Cancelled);
                self.outputs.push_back(Output::Cancelled { run: id, item, attempts: 1 });
            }
        }
        let from = from.unwrap_or(touched);
        if from < count {
            self.outputs.push_back(Output::NeverStarted { run: id, from, to: count });
        }
        for item in 0..count {
            if run.items.stand(item) == Stand::Waiting {
                run.conclude(item, Stand::Cancelled);
            }
        }
    }

    /// Cancels one item, if it has no outcome yet.
    pub fn cancel_item(&mut self, id: RunId, item: u32, now: f64) {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        if item >= run.items.count() {
            return;
        }
        run.items.withdraw(item);
        match run.items.stand(item) {
            Stand::Waiting => {
                run.conclude(item, Stand::Cancelled);
                self.outputs.push_back(Output::NeverStarted { run: id, from: item, to: item + 1 });
            }
            Stand::Prepared => {
                run.conclude(item, Stand::Cancelled);
                self.outputs.push_back(Output::Cancelled { run: id, item, attempts: 1 });
            }
            Stand::BackingOff => {
                if let Some(backing) = run.take_backing_of(item) {
                    run.conclude(item, Stand::Cancelled);
                    if !release_claim(&mut self.attempts, &backing) {
                        run.held -= 1;
                    }
                    self.outputs.push_back(Output::Cancelled { run: id, item, attempts: backing.attempts });
                }
            }
            Stand::Running => {
                let mut attempts = self.attempts.iter();
                let counts = |standing| matches!(standing, Standing::Live | Standing::TimingOut);
                let found = attempts.find(|(_, it)| it.run == id && it.item == item && counts(it.standing));
                if let Some(slot) = found.map(|(slot, _)| slot as Slot) {
                    self.give_up(slot);
                }
            }
            _ => {}
        }
        self.make_ready(id);
    }

    /// The attempt no longer counts, and its item is cancelled.
    fn give_up(&mut self, slot: Slot) {
        let Some(attempt) = self.attempts.get_mut(slot as usize) else { return };
        let Some(run) = self.runs.get_mut(attempt.run as usize) else { return };
        if matches!(attempt.standing, Standing::Live | Standing::TimingOut) {
            attempt.standing = Standing::GivenUp;
            run.live -= 1;
            run.given_up += 1;
            run.drop_part(attempt);
            run.conclude(attempt.item, Stand::Cancelled);
            let Attempt { run, item, number: attempts, .. } = *attempt;
            self.outputs.push_back(Output::GiveUp { run, item, attempts, slot });
        }
    }
}
