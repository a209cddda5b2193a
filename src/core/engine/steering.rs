//! Pauses, resumes and cancels runs, and retries their items.

use crate::core::engine::Engine;
use crate::core::ids::RunId;
use crate::core::run::State;
use crate::core::run::items::ItemState;

impl Engine {
    /// Nothing new starts until [`resume`](Engine::resume); what is in flight goes on.
    pub fn pause(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Running
        {
            run.state = State::Paused;
        }
    }

    /// Goes on with the rest; where `retry_failed`, with the rejected items as well.
    pub fn resume(&mut self, id: RunId, retry_failed: bool, now: f64) {
        self.advance(now);
        if let Some(run) = self.runs.get_mut(id.index())
            && run.state == State::Paused
        {
            run.state = State::Running;
            if retry_failed {
                // From the last on, as they are kept: none has to move for another.
                for item in (0..run.items.touched()).rev() {
                    if run.items.state(item) == ItemState::Rejected {
                        run.reopen(item);
                    }
                }
            }
            self.make_ready(id);
        }
    }

    /// Starts one settled item again, before all others, also while the run is paused or after its end. Whether it will
    /// have a new outcome: a fulfilled item has none to come unless it is made `regenerate`, and nothing starts in a
    /// run that
    /// is ending.
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

    /// Gives an item its priority, in a run that is opened with such.
    pub fn rank(&mut self, id: RunId, item: u32, priority: f64) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.items.rank(item, priority);
            self.make_ready(id);
        }
    }

    /// Changes how many attempts may be unsettled. Those in flight stay.
    pub fn set_limit(&mut self, id: RunId, limit: u32) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.config.limit = limit;
            self.make_ready(id);
        }
    }
}
