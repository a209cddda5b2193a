//! What follows the last item of a run that has finished.

use super::{Run, State, Status};

/// What follows the last item, as far as the host has to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    /// No item follows, or the source of the run has it.
    Nothing,
    /// The item was made again after the end. The host stores it, and then says what follows.
    Awaited,
    /// Another item follows.
    Item,
    /// More may follow, but the host cannot say what, or the run was cancelled before it did.
    Unknown,
    /// The host could not store the item. When it is asked for, it is made again.
    Unstored,
}

impl Following {
    /// No answer of the host counts any more.
    pub fn give_up(&mut self) {
        if *self == Self::Awaited {
            *self = Self::Unknown;
        }
    }
}

impl Run {
    /// Returns whether the host could not store the value of an item.
    pub fn is_unstored(&self, item: u32) -> bool {
        self.following == Following::Unstored && item + 1 == self.items.count()
    }

    /// Returns whether anything is under way, was asked for by name, or is awaited.
    pub fn is_busy(&self) -> bool {
        let retries = !self.pending_retries.is_empty() || !self.requested_retries.is_empty();
        let is_asked = self.items.requested().next().is_some() || self.following == Following::Awaited;
        self.live > 0 || retries || is_asked
    }

    /// Returns the status; `None` before the end. After the end, requested items can complete a run, unless more may
    /// follow them.
    pub fn status(&self) -> Option<Status> {
        let State::Finished(status) = self.state else { return None };
        let is_whole = self.progress.settled() == self.present() && self.following == Following::Nothing;
        let is_clean = is_whole && self.progress.failed == 0 && self.progress.cancelled == 0;
        Some(if self.was_continued && is_clean { Status::Completed } else { status })
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
}
