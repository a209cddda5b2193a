//! The rule for the next start of a run. Work starts only by this rule.

use super::candidate::Candidate;
use super::config::{Order, Source};
use super::items::ItemState;
use super::{Run, State};

impl Run {
    /// The only way by which work enters: what was asked for by name, else a due retry, else the commit whose turn it
    /// is, else the next item, else the source.
    pub fn candidate(&mut self, now: f64) -> Candidate {
        if matches!(self.state, State::Cancelling(_) | State::Discarded) {
            return Candidate::Idle;
        }
        // Its journal is not read yet: what that has must not be checked, pulled or started.
        if self.not_before == f64::INFINITY {
            return Candidate::Idle;
        }
        if now >= self.overdue_at
            && let Some(item) = self.overdue(now)
        {
            return Candidate::Expire(item);
        }
        let busy = self.live + self.abandoned;
        let is_running = self.state == State::Running;
        let start = if busy < self.config.limit { self.next_start(now, busy, is_running) } else { None };
        if let Some(Candidate::Check(_)) = start {
            // A check calls no task, so it waits for nothing.
            return start.unwrap_or(Candidate::Idle);
        }
        if start.is_some() && self.is_offline {
            return Candidate::Idle;
        }
        if let Some(start) = start {
            let ready_at = self.ready_at(busy);
            return if ready_at > now { Candidate::WaitUntil(ready_at) } else { start };
        }
        // A retry may take any place. A new item may not take one that is reserved for a retry.
        let has_room = busy + self.reserved < self.config.limit;
        // Of what waits for its inputs, no more is read than could run at once, unless an input is yet to be read.
        let has_room = has_room && (self.seeks || self.items.deferred() < self.config.limit);
        if is_running && has_room && !self.closed && !self.pulling && self.config.source == Source::Pulled {
            return Candidate::Pull;
        }
        self.next_due(now).map_or(Candidate::Idle, Candidate::WaitUntil)
    }

    fn next_start(&mut self, now: f64, busy: u32, is_running: bool) -> Option<Candidate> {
        if let Some(item) = self.items.requested().find(|&item| !self.items.is_deferred(item) && self.may_step(item)) {
            let start = Candidate::Requested(item);
            return Some(if self.config.has_inputs { self.unless_unchecked(item, start) } else { start });
        }
        if self.due(now).is_some() {
            return Some(Candidate::Again);
        }
        if !is_running || busy + self.reserved >= self.config.limit {
            return None;
        }
        let frontier = self.items.frontier();
        if self.is_in_order()
            && self.committing.is_none()
            && let Some(item) = frontier
            && self.step_of(item) == 1
            && matches!(self.items.state(item), ItemState::Waiting | ItemState::Prepared)
            && !self.items.is_requested(item)
        {
            return Some(self.unless_unchecked(item, Candidate::Commit(item)));
        }
        let bound = match self.config.order {
            Order::InOrder { prepares: false } => return None,
            _ => self.end_of_batch(),
        };
        let next = self.items.next_waiting(bound)?;
        Some(self.unless_unchecked(next, Candidate::Next(next)))
    }

    /// Returns the index after the last item of the first batch that is not settled; without batches, that of all.
    pub(super) fn end_of_batch(&self) -> u32 {
        let Order::Batches(size) = self.config.order else { return u32::MAX };
        self.items.frontier().map_or(0, |item| (item / size).saturating_add(1).saturating_mul(size))
    }

    /// Returns a check of the item first, if the host wants one and has not made it.
    fn unless_unchecked(&self, item: u32, start: Candidate) -> Candidate {
        let is_new = self.items.state(item) == ItemState::Waiting && !self.items.is_accepted(item);
        if self.config.checks && is_new { Candidate::Check(item) } else { start }
    }
}
