//! Pauses, resumes and cancels runs, and retries their items.

use crate::core::engine::Engine;
use crate::core::ids::RunId;
use crate::core::run::State;
use crate::core::run::items::ItemState;

impl Engine {
    /// Pauses a run: nothing new starts until [`resume`](Engine::resume). Attempts in flight go on.
    pub fn pause(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Running
        {
            run.state = State::Paused;
        }
    }

    /// Resumes a run. With `retry_failed`, it also retries the rejected items.
    pub fn resume(&mut self, id: RunId, retry_failed: bool, now: f64) {
        self.advance(now);
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Paused
        {
            run.state = State::Running;
            if retry_failed {
                // From the last, which is the order of the list, so that no entry has to move.
                for item in (0..run.items.touched()).rev() {
                    if run.items.state(item) == ItemState::Rejected {
                        run.reopen(item);
                    }
                }
            }
            self.make_ready(id);
        }
    }

    /// Requests one settled item, before all others, also while the run is paused or finished. Returns whether it will
    /// have a new outcome: not a fulfilled item without `regenerate`, nor any item of a run that is ending.
    pub fn retry_item(&mut self, id: RunId, item: u32, regenerate: bool, now: f64) -> bool {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        let state = run.items.state(item);
        if item >= run.items.count() {
            return false;
        }
        if !state.is_settled() {
            return true;
        }
        let is_good = matches!(state, ItemState::Fulfilled | ItemState::Skipped);
        if (is_good && !regenerate) || matches!(run.state, State::Cancelling(_) | State::Forgotten) {
            return false;
        }
        run.request(item, regenerate);
        self.make_ready(id);
        true
    }

    /// Changes the concurrency of a run. Attempts in flight go on.
    pub fn set_limit(&mut self, id: RunId, limit: u32) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.config.limit = limit;
            self.make_ready(id);
        }
    }
}
