//! How a run ends before its items are done: by a cancel or by a failure that stops it.

use super::attempt::{Standing, release_claim};
use super::engine::Engine;
use super::output::{Output, RunId, Slot};
use super::run::{Backing, CancelMode, State, Status};

impl Engine {
    /// Ends a run before its items are done.
    pub(super) fn end(&mut self, id: RunId, status: Status) {
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        if matches!(run.state, State::Finished | State::Forgotten) {
            return;
        }
        let first = run.state == State::Running;
        // A run that was stopped by a failure and is then cancelled was cancelled.
        if first || status == Status::Cancelled {
            run.state = State::Ending(status);
        }
        if !first {
            return;
        }
        if !run.closed {
            run.closed = true;
            self.outputs.push_back(Output::CloseSource { run: id });
        }
        while let Some(backing) = run.backing_off.pop() {
            run.progress.in_progress -= 1;
            run.progress.cancelled += 1;
            let Backing { item, attempts, given_up } = backing;
            if let Some((slot, _)) = given_up {
                release_claim(&mut self.attempts, slot, &backing);
            }
            self.outputs.push_back(Output::Cancelled { run: id, item, attempts });
        }
        run.held = 0;
        if run.config.on_cancel == CancelMode::Abort {
            for (slot, attempt) in self.attempts.iter_mut().filter(|(_, attempt)| attempt.run == id) {
                if matches!(attempt.standing, Standing::Live | Standing::TimingOut) {
                    attempt.standing = Standing::GivenUp;
                    run.live -= 1;
                    run.given_up += 1;
                    run.progress.in_progress -= 1;
                    run.progress.cancelled += 1;
                    self.outputs.push_back(Output::GiveUp { slot: slot as Slot });
                }
            }
        }
        if run.cursor < run.count {
            let (from, to) = (run.cursor, run.count);
            run.cursor = to;
            run.progress.cancelled += to - from;
            self.outputs.push_back(Output::NeverStarted { run: id, from, to });
        }
        self.make_ready(id);
    }
}
