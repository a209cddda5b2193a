//! The end of a run: its status, and whether anything was asked for that is not over.

use super::config::FailureMode;
use super::following::Following;
use super::{Run, State, Status};

impl Run {
    /// Returns the status with which the run ends now.
    pub fn final_status(&self) -> Status {
        // All remaining items were in flight when the outer run was cancelled: their outcomes count.
        let is_whole = self.drains && !self.is_cut && self.progress.cancelled == 0;
        let stops = self.config.on_failure.contains(&Some(FailureMode::Stop));
        match self.state {
            State::Cancelling(Status::Cancelled) if is_whole && self.progress.failed == 0 => Status::Completed,
            State::Cancelling(Status::Cancelled) if is_whole => {
                if stops {
                    Status::Failed
                } else {
                    Status::Partial
                }
            }
            State::Cancelling(status) | State::Finished(status) => status,
            _ if self.progress.failed > 0 => Status::Partial,
            // Single items were cancelled by name.
            _ if self.progress.cancelled > 0 => Status::Partial,
            _ => Status::Completed,
        }
    }

    /// Returns the status; `None` before the end. After the end, requested items can complete a run, unless another
    /// item may follow.
    pub fn status(&self) -> Option<Status> {
        let State::Finished(status) = self.state else { return None };
        let is_whole = self.progress.settled() == self.present() && self.following == Following::Nothing;
        let is_clean = is_whole && self.progress.failed == 0 && self.progress.cancelled == 0;
        Some(if self.was_continued && is_clean { Status::Completed } else { status })
    }

    /// Returns whether an item was requested by name, or an answer of the host is awaited.
    pub fn is_asked(&self) -> bool {
        self.items.requested().next().is_some() || self.following == Following::Awaited
    }

    /// Returns whether attempts are in flight or pending, or anything was asked for.
    pub fn is_busy(&self) -> bool {
        let retries = !self.pending_retries.is_empty() || !self.requested_retries.is_empty();
        self.live > 0 || retries || self.is_asked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::run::config::RunConfig;
    use crate::core::run::items::ItemState;

    #[test]
    fn a_run_is_busy_with_a_requested_item() {
        let mut run = Run::new(RunConfig { items: 3, ..RunConfig::default() }, 0.0);
        let idle = run.is_busy();
        run.conclude(0, ItemState::Rejected);
        run.request(0, false);
        assert!(!idle && run.is_busy());
    }

    #[test]
    fn a_run_that_drained_is_failed_or_partial_by_its_failure_mode_if_an_item_failed() {
        for (config, expected) in [(RunConfig::fail_fast(), Status::Failed), (RunConfig::default(), Status::Partial)] {
            let mut run = Run::new(RunConfig { items: 3, ..config }, 0.0);
            run.drains = true;
            run.state = State::Cancelling(Status::Cancelled);
            assert_eq!(run.final_status(), Status::Completed);
            run.conclude(0, ItemState::Rejected);
            assert_eq!(run.final_status(), expected);
            run.conclude(1, ItemState::Cancelled);
            assert_eq!(run.final_status(), Status::Cancelled);
        }
    }
}
