//! What an item waits for. The counterpart of the rule in `starting.rs`, for one item.

use slab::Slab;

use super::config::Order;
use super::items::ItemState;
use super::{Run, State};
use crate::core::attempt::{Attempt, PendingRetry, has_claim};

/// What an item without an outcome waits for. If several things hold it back, one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The end of its attempt.
    Task,
    /// The answer of the server to the question whether it did the work of the last attempt.
    Answer,
    /// Its journal, which is being read.
    Journal,
    /// The end of the pause of its run.
    Resume,
    /// Its inputs.
    Inputs,
    /// The end of its backoff.
    Backoff,
    /// Earlier items: of the batch before, or in order.
    Turn,
    /// A place of its run.
    Concurrency,
    /// The end of its attempt that timed out, which still holds its place.
    Settling,
    /// The network.
    Network,
    /// The time of the next request of a poll.
    Poll,
    /// The pause between the starts of its run.
    Stagger,
    /// The end of the cooldown of its limiter.
    Cooldown,
    /// The pause between the starts of its limiter.
    LimiterStagger,
    /// The rate of its limiter.
    Rate,
    /// A place of its limiter.
    Limiter,
    /// A permit of the tab that leads.
    Tabs,
    /// Nothing: it starts at once.
    Start,
}

/// The public names of the reasons, in their order.
pub const REASONS: [(Reason, &str); 18] = [
    (Reason::Task, "task"),
    (Reason::Answer, "answer"),
    (Reason::Journal, "journal"),
    (Reason::Resume, "resume"),
    (Reason::Inputs, "inputs"),
    (Reason::Backoff, "backoff"),
    (Reason::Turn, "turn"),
    (Reason::Concurrency, "concurrency"),
    (Reason::Settling, "settling"),
    (Reason::Network, "network"),
    (Reason::Poll, "poll"),
    (Reason::Stagger, "stagger"),
    (Reason::Cooldown, "cooldown"),
    (Reason::LimiterStagger, "limiterStagger"),
    (Reason::Rate, "rate"),
    (Reason::Limiter, "limiter"),
    (Reason::Tabs, "tabs"),
    (Reason::Start, "start"),
];

/// What an item waits for, and the time before which it cannot start, if that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// What it waits for.
    pub reason: Reason,
    /// A time of the engine's clock.
    pub until: Option<f64>,
}

impl Wait {
    pub(crate) const START: Self = Self::for_(Reason::Start);

    pub(crate) const fn for_(reason: Reason) -> Self {
        Self { reason, until: None }
    }

    pub(crate) const fn until(reason: Reason, at: f64) -> Self {
        Self { reason, until: Some(at) }
    }
}

impl Run {
    /// Returns what an item without an outcome waits for, its limiter aside.
    pub(crate) fn wait(&self, item: u32, attempts: &Slab<Attempt>, now: f64) -> Wait {
        if self.items.state(item) == ItemState::Running {
            return Wait::for_(Reason::Task);
        }
        if self.not_before == f64::INFINITY {
            return Wait::for_(Reason::Journal);
        }
        let is_requested = self.items.is_requested(item);
        if self.state == State::Paused && !is_requested {
            return Wait::for_(Reason::Resume);
        }
        if self.items.is_deferred(item) {
            return Wait::for_(Reason::Inputs);
        }
        let pending = self.pending_retry(item);
        if let Some(pending) = pending.filter(|pending| pending.due_at > now) {
            return Wait::until(Reason::Backoff, pending.due_at);
        }
        let is_new = pending.is_none() && !is_requested;
        if !self.may_step(item) || (is_new && !self.is_in_turn(item)) {
            return Wait::for_(Reason::Turn);
        }
        let busy = self.live + self.abandoned;
        let taken = if is_new { busy + self.reserved } else { busy };
        if taken >= self.config.limit {
            let is_held_by_itself = pending.is_some_and(|pending| has_claim(attempts, pending));
            return Wait::for_(if is_held_by_itself { Reason::Settling } else { Reason::Concurrency });
        }
        if self.is_offline {
            return Wait::for_(Reason::Network);
        }
        let ready_at = self.ready_at(busy);
        if ready_at <= now {
            return Wait::START;
        }
        Wait::until(if self.not_before == ready_at { Reason::Poll } else { Reason::Stagger }, ready_at)
    }

    /// Returns whether the order lets an item that is neither requested nor a retry start its next step.
    fn is_in_turn(&self, item: u32) -> bool {
        match self.config.order {
            Order::Pool => true,
            Order::Batches(_) => item < self.end_of_batch(),
            Order::InOrder { .. } => self.step_of(item) == 0 || self.items.frontier() == Some(item),
        }
    }

    /// Returns the pending retry of an item.
    pub(crate) fn pending_retry(&self, item: u32) -> Option<&PendingRetry> {
        self.requested_retries.iter().chain(self.pending_retries.iter()).find(|pending| pending.item == item)
    }

    /// Returns the number of attempts that were made for an item that is not in flight.
    pub(crate) fn attempts_made(&self, item: u32) -> u32 {
        self.pending_retry(item).map_or_else(|| self.attempts_to_prepare(item), |pending| pending.attempts)
    }
}
