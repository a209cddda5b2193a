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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::run::config::RunConfig;
    use crate::core::run::waiting::{Reason, Wait};

    fn with(order: Order, limit: u32) -> Run {
        Run::new(RunConfig { items: 5, limit, order, ..RunConfig::default() }, 0.0)
    }

    /// Starts all that may start now.
    fn start_all(run: &mut Run) -> Vec<Candidate> {
        let mut started = Vec::new();
        loop {
            let candidate = run.candidate(0.0);
            let (Candidate::Next(item) | Candidate::Commit(item)) = candidate else { return started };
            if matches!(candidate, Candidate::Commit(_)) {
                run.committing = Some(crate::core::ids::Slot(0));
            }
            run.begin(item, candidate);
            run.items.set(item, ItemState::Running);
            run.live += 1;
            started.push(candidate);
        }
    }

    fn succeed(run: &mut Run, item: u32) {
        run.conclude(item, ItemState::Fulfilled);
        run.live -= 1;
    }

    #[test]
    fn a_batch_starts_when_all_items_of_the_one_before_have_their_outcomes() {
        let mut run = with(Order::Batches(2), 9);
        assert_eq!(start_all(&mut run), [Candidate::Next(0), Candidate::Next(1)]);
        succeed(&mut run, 0);
        assert_eq!((start_all(&mut run), run.end_of_batch()), (vec![], 2));
        succeed(&mut run, 1);
        assert_eq!((start_all(&mut run), run.end_of_batch()), (vec![Candidate::Next(2), Candidate::Next(3)], 4));
    }

    #[test]
    fn in_order_without_preparation_each_item_waits_for_the_one_before() {
        let mut run = with(Order::InOrder { prepares: false }, 3);
        assert_eq!(start_all(&mut run), [Candidate::Commit(0)]);
        run.committing = None;
        assert_eq!(start_all(&mut run), [], "item 0 has no outcome");
        succeed(&mut run, 0);
        assert_eq!(start_all(&mut run), [Candidate::Commit(1)]);
    }

    #[test]
    fn an_item_that_is_prepared_is_committed_before_others_are_prepared() {
        let mut run = with(Order::InOrder { prepares: true }, 2);
        assert_eq!(start_all(&mut run), [Candidate::Next(0), Candidate::Next(1)]);
        run.prepare(1, 1);
        run.live -= 1;
        assert_eq!(start_all(&mut run), [Candidate::Next(2)]);
        run.prepare(0, 1);
        run.live -= 1;
        assert_eq!(start_all(&mut run), [Candidate::Commit(0)]);
    }

    #[test]
    fn a_commit_that_waits_for_a_retry_is_not_begun_again() {
        let mut run = with(Order::InOrder { prepares: false }, 3);
        run.items.set(0, ItemState::BackingOff);
        assert_eq!(start_all(&mut run), []);
    }

    #[test]
    fn a_later_item_may_be_prepared_but_not_committed_out_of_turn() {
        let mut run = with(Order::InOrder { prepares: true }, 3);
        let attempts = slab::Slab::new();
        assert_eq!(run.wait(1, &attempts, 0.0), Wait::START);
        run.prepare(1, 1);
        assert_eq!(run.wait(1, &attempts, 0.0), Wait::for_(Reason::Turn));
    }
}
