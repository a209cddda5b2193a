//! The items of a run that wait for their next attempt.

use super::{Run, State};
use crate::core::attempt::PendingRetry;
use crate::core::due::DueQueue;

impl Run {
    /// Returns the first due retry that may start. While the run is paused, only requested items have one.
    pub(crate) fn due(&self, now: f64) -> Option<&PendingRetry> {
        let others = (self.state == State::Running).then_some(&self.pending_retries);
        [Some(&self.requested_retries), others].into_iter().flatten().find_map(|queue| {
            let first = queue.peek_due(now)?;
            if self.may_step(first.item) {
                return Some(first);
            }
            // A commit that waits for another one does not hold up the others.
            let due = queue.iter().filter(|pending| pending.due_at <= now && self.may_step(pending.item));
            due.min_by(|one, other| one.due_at.total_cmp(&other.due_at))
        })
    }

    /// Returns when the next retry is due that is not due yet.
    pub(crate) fn next_due(&self, now: f64) -> Option<f64> {
        let is_later = |at: &f64| *at > now;
        if self.committing.is_some() {
            // Those that are due may have to wait for the commit.
            return self.going_on().map(|pending| pending.due_at).filter(is_later).min_by(f64::total_cmp);
        }
        let others = if self.state == State::Running { self.pending_retries.next_at() } else { None };
        [others, self.requested_retries.next_at()].into_iter().flatten().filter(is_later).min_by(f64::total_cmp)
    }

    /// Iterates over the pending retries that go on. While the run is paused, those are the requested ones.
    fn going_on(&self) -> impl Iterator<Item = &PendingRetry> {
        let is_running = self.state == State::Running;
        let others = is_running.then(|| self.pending_retries.iter()).into_iter().flatten();
        self.requested_retries.iter().chain(others)
    }

    /// Returns an item whose deadline has passed while it waits for a retry. A pending question has no deadline.
    pub(crate) fn overdue(&self, now: f64) -> Option<u32> {
        self.going_on().find(|pending| pending.expires_at() <= now).map(|pending| pending.item)
    }

    /// Returns the earliest such deadline.
    pub fn next_expiry(&self, now: f64) -> f64 {
        if self.overdue_at.is_infinite() || matches!(self.state, State::Cancelling(_) | State::Discarded) {
            return f64::INFINITY;
        }
        self.going_on().map(PendingRetry::expires_at).filter(|&at| at > now).fold(f64::INFINITY, f64::min)
    }

    /// Recomputes the next deadline after an item leaves the backoff queue.
    fn recompute_deadline(&mut self, deadline: f64) {
        if deadline <= self.overdue_at {
            let waiting = self.requested_retries.iter().chain(self.pending_retries.iter());
            self.overdue_at = waiting.map(PendingRetry::expires_at).fold(f64::INFINITY, f64::min);
        }
    }

    /// Removes and returns the first due retry that may start.
    pub fn take_due(&mut self, now: f64) -> Option<PendingRetry> {
        let item = self.due(now)?.item;
        let is_first = |queue: &DueQueue<PendingRetry>| queue.peek_due(now).is_some_and(|first| first.item == item);
        let taken = if is_first(&self.requested_retries) {
            self.requested_retries.pop()
        } else if is_first(&self.pending_retries) {
            self.pending_retries.pop()
        } else {
            return self.take_retry_of(item);
        };
        taken.inspect(|pending| self.recompute_deadline(pending.deadline))
    }

    /// Keeps an item until its next attempt is due.
    pub fn back_off(&mut self, pending: PendingRetry) {
        self.overdue_at = self.overdue_at.min(pending.expires_at());
        let requested = self.items.is_requested(pending.item);
        let queue = if requested { &mut self.requested_retries } else { &mut self.pending_retries };
        queue.push(pending.due_at, pending);
    }

    /// Removes and returns any pending retry.
    pub fn take_retry(&mut self) -> Option<PendingRetry> {
        let taken = self.requested_retries.pop().or_else(|| self.pending_retries.pop());
        taken.inspect(|pending| self.recompute_deadline(pending.deadline))
    }

    /// Removes and returns the pending retry of an item.
    pub fn take_retry_of(&mut self, item: u32) -> Option<PendingRetry> {
        let mut found = None;
        for queue in [&mut self.requested_retries, &mut self.pending_retries] {
            queue.retain(|pending| {
                let is_it = pending.item == item;
                if is_it {
                    found = Some(*pending);
                }
                !is_it
            });
        }
        found.inspect(|pending| self.recompute_deadline(pending.deadline))
    }

    /// Returns when an item's next attempt is due.
    pub fn next_attempt_at(&self, item: u32) -> Option<f64> {
        self.pending_retry(item).map(|pending| pending.due_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::attempt::Refusals;
    use crate::core::run::config::RunConfig;
    use crate::core::run::items::ItemState;

    fn pending(item: u32, due_at: f64, deadline: f64) -> PendingRetry {
        PendingRetry {
            item,
            step: 0,
            attempts: 1,
            question: None,
            refusals: Refusals::NONE,
            deadline,
            due_at,
            abandoned: None,
        }
    }

    /// Returns a run whose items 0, 1 and 2 wait until 30, 10 and 20, with the deadlines 50, 70 and 60.
    fn run() -> Run {
        let mut run = Run::new(RunConfig { items: 3, ..RunConfig::default() }, 0.0);
        for (item, due_at, deadline) in [(0, 30.0, 50.0), (1, 10.0, 70.0), (2, 20.0, 60.0)] {
            run.back_off(pending(item, due_at, deadline));
        }
        run
    }

    #[test]
    fn retries_are_taken_when_they_are_due_in_the_order_of_their_times() {
        let mut run = run();
        assert_eq!((run.next_due(9.0), run.take_due(9.0)), (Some(10.0), None));
        assert_eq!(run.take_due(10.0).map(|pending| pending.item), Some(1));
        assert_eq!((run.next_due(10.0), run.next_due(20.0)), (Some(20.0), None));
        assert_eq!(
            [run.take_due(30.0), run.take_due(30.0)].map(|it| it.map(|pending| pending.item)),
            [Some(2), Some(0)]
        );
    }

    #[test]
    fn the_next_deadline_is_the_earliest_of_those_that_wait() {
        let mut run = run();
        assert_eq!([0.0, 50.0, 69.0, 70.0].map(|now| run.next_expiry(now)), [50.0, 60.0, 70.0, f64::INFINITY]);
        assert_eq!([49.0, 50.0].map(|now| run.overdue(now)), [None, Some(0)]);
        assert_eq!((run.take_retry_of(0).map(|pending| pending.item), run.overdue_at), (Some(0), 60.0));
        assert_eq!((run.take_retry_of(0), run.overdue(60.0), run.overdue_at), (None, Some(2), 60.0));
        assert_eq!((run.take_due(10.0).map(|pending| pending.item), run.overdue_at), (Some(1), 60.0));
        assert_eq!((run.take_retry().map(|pending| pending.item), run.overdue_at), (Some(2), f64::INFINITY));
        assert_eq!((run.take_retry(), run.next_expiry(0.0)), (None, f64::INFINITY));
    }

    #[test]
    fn a_run_that_ends_has_no_deadlines() {
        let mut run = run();
        run.conclude(1, ItemState::Rejected);
        run.request(1, false);
        run.back_off(pending(1, 15.0, 80.0));
        run.state = State::Discarded;
        assert_eq!(run.next_expiry(0.0), f64::INFINITY);
    }

    #[test]
    fn a_paused_run_keeps_its_retries_but_for_requested_items() {
        let mut run = run();
        run.conclude(1, ItemState::Rejected);
        run.take_retry_of(1);
        run.request(1, false);
        run.back_off(pending(1, 15.0, 80.0));
        run.state = State::Paused;
        assert_eq!((run.next_due(0.0), run.next_expiry(0.0), run.overdue(75.0)), (Some(15.0), 80.0, None));
        assert_eq!([run.take_due(90.0), run.take_due(90.0)].map(|it| it.map(|pending| pending.item)), [Some(1), None]);
    }

    #[test]
    fn a_run_is_busy_with_an_attempt_or_with_a_retry_of_either_kind() {
        let new = || Run::new(RunConfig { items: 3, ..RunConfig::default() }, 0.0);
        assert!(!new().is_busy() && run().is_busy());
        assert!(Run { live: 1, ..new() }.is_busy());
        let mut requested = new();
        requested.conclude(1, ItemState::Rejected);
        requested.request(1, false);
        requested.back_off(pending(1, 15.0, 80.0));
        requested.items.unqueue(1);
        assert!(requested.is_busy());
    }
}
