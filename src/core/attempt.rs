//! One call of a task, from its start until it has settled.

use slab::Slab;

use crate::core::ids::{LimiterId, RunId, Slot};
use crate::core::retry::PendingQuestion;

pub(crate) struct Attempt {
    pub run: RunId,
    pub item: u32,
    /// 0 but for the second step of an item in order.
    pub step: u8,
    pub number: u32,
    /// The question to the server about attempt `number`; `None` if the attempt calls the task.
    pub question: Option<PendingQuestion>,
    /// Refusals that a limiter cooled, and failures without the network. They do not use up the attempts of the policy.
    pub refusals: Refusals,
    /// Deadline of the item, for all its attempts.
    pub deadline: f64,
    /// Distinguishes the attempts of a slot, for timers that outlive an attempt.
    pub generation: u32,
    pub state: AttemptState,
    /// The place that it holds: one of its run's limiter, or that of the parent attempt.
    pub place: Option<LimiterId>,
    /// The place of this attempt as a limiter, for nested attempts.
    pub nested: Option<LimiterId>,
    /// The epoch of the limiter at the start.
    pub epoch: u32,
    /// The last sign of life.
    pub touched_at: f64,
    /// Set while the attempt waits for a callback of the user.
    pub is_busy: bool,
    /// The reported fraction of its work.
    pub fraction: f64,
}

/// Milliseconds during which refusals do not use up attempts, if the item has no time limit of its own.
const MAX_REFUSED: f64 = 300_000.0;

/// Refusals of an item that cooled its limiter, and its failures without the network. They do not use up attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refusals {
    pub count: u32,
    since: f64,
}

impl Refusals {
    pub const NONE: Self = Self { count: 0, since: f64::INFINITY };

    /// Counts another refusal, unless they have lasted too long. Returns the new count.
    pub fn add(self, deadline: f64, now: f64) -> Self {
        let since = self.since.min(now);
        if deadline.is_finite() || now - since < MAX_REFUSED { Self { count: self.count + 1, since } } else { self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptState {
    /// Its result counts.
    Live,
    /// It timed out, and the host knows it.
    TimingOut,
    /// Its result does not count; it only holds a place.
    Abandoned,
    /// Like `Abandoned`, and its item waits for another attempt in that place.
    AbandonedHoldingPlace,
}

/// An item that waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PendingRetry {
    pub item: u32,
    pub step: u8,
    /// Number of attempts made.
    pub attempts: u32,
    /// The question to ask the server first about the last attempt.
    pub question: Option<PendingQuestion>,
    pub refusals: Refusals,
    pub deadline: f64,
    /// When the wait is over.
    pub due_at: f64,
    /// The abandoned attempt that still holds the item's place, with the generation of its slot.
    pub abandoned: Option<(Slot, u32)>,
}

impl PendingRetry {
    /// Deadline of the item. A pending question has none.
    pub fn expires_at(&self) -> f64 {
        if self.question.is_some() { f64::INFINITY } else { self.deadline }
    }
}

/// Returns whether the item waits in the place of its abandoned attempt, which has not settled.
pub(crate) fn has_claim(attempts: &Slab<Attempt>, pending: &PendingRetry) -> bool {
    pending.abandoned.is_some_and(|(slot, generation)| {
        attempts.get(slot.index()).is_some_and(|attempt| {
            attempt.generation == generation && attempt.state == AttemptState::AbandonedHoldingPlace
        })
    })
}

/// Returns whether the item of an abandoned attempt waited in the place of that attempt, and ends that.
pub(crate) fn release_claim(attempts: &mut Slab<Attempt>, pending: &PendingRetry) -> bool {
    let has_claim = has_claim(attempts, pending);
    if let Some(attempt) = pending.abandoned.filter(|_| has_claim).and_then(|(slot, _)| attempts.get_mut(slot.index()))
    {
        attempt.state = AttemptState::Abandoned;
    }
    has_claim
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_count_for_a_while_and_as_long_as_the_item_has_a_deadline() {
        let first = Refusals::NONE.add(f64::INFINITY, 100.0);
        let later = |deadline, after| first.add(deadline, 100.0 + after).count;
        assert_eq!(first.count, 1);
        assert_eq!([MAX_REFUSED - 1.0, MAX_REFUSED].map(|after| later(f64::INFINITY, after)), [2, 1]);
        assert_eq!(later(1e9, MAX_REFUSED), 2);
    }
}
