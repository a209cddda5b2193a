//! One call of a task, from its start until it has really settled.

use slab::Slab;

use crate::core::ids::{LimiterId, RunId, Slot};
use crate::core::retry::PendingQuestion;

pub(crate) struct Attempt {
    pub run: RunId,
    pub item: u32,
    /// 0 but for the second step of an item in order.
    pub step: u8,
    pub number: u32,
    /// It asks the server what became of attempt `number`, and calls no task.
    pub question: Option<PendingQuestion>,
    /// Attempts that the limiter's server refused, which do not use up the policy's.
    pub refusals: Refusals,
    /// When its item's time is over, all attempts together.
    pub deadline: f64,
    /// Tells this attempt from others of the same slot, for timers that outlive it.
    pub generation: u32,
    pub state: AttemptState,
    /// The place that it holds: one of its run's limiter, or that of the attempt around it.
    pub place: Option<LimiterId>,
    /// The same place as a limiter, for the attempts that are nested in this one.
    pub nested: Option<LimiterId>,
    /// The limiter's, when it started.
    pub epoch: u32,
    /// The last sign of life.
    pub touched_at: f64,
    /// How much of it is done, as far as it said.
    pub fraction: f64,
}

/// How long refusals go on without using up attempts, where the item has no time limit of its own. Milliseconds.
const MAX_REFUSED: f64 = 300_000.0;

/// The refusals of an item that its limiter cooled for, so that they do not use up its attempts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refusals {
    pub count: u32,
    since: f64,
}

impl Refusals {
    pub const NONE: Self = Self { count: 0, since: f64::INFINITY };

    /// Counts one more, unless they have gone on for too long. Returns the new count.
    pub fn add(self, deadline: f64, now: f64) -> Self {
        let since = self.since.min(now);
        if deadline.is_finite() || now - since < MAX_REFUSED { Self { count: self.count + 1, since } } else { self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptState {
    /// Its result counts.
    Live,
    /// Its time is over, and the host was told.
    TimingOut,
    /// Its result does not count; it only holds a place.
    Abandoned,
    /// The same, and its item waits for another attempt in that place.
    AbandonedHoldingPlace,
}

/// An item that waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PendingRetry {
    pub item: u32,
    pub step: u8,
    /// Attempts made.
    pub attempts: u32,
    /// The server is to be asked first what became of the last.
    pub question: Option<PendingQuestion>,
    pub refusals: Refusals,
    pub deadline: f64,
    /// When the wait is over.
    pub due_at: f64,
    /// The attempt that was given up and still holds the item's place, with the generation of its slot.
    pub abandoned: Option<(Slot, u32)>,
}

impl PendingRetry {
    /// When its item's time is over: not while the server is to be asked.
    pub fn expires_at(&self) -> f64 {
        if self.question.is_some() { f64::INFINITY } else { self.deadline }
    }
}

/// The item of an attempt that was given up no longer waits in the attempt's place. Whether it did.
pub(crate) fn release_claim(attempts: &mut Slab<Attempt>, pending: &PendingRetry) -> bool {
    let Some((slot, generation)) = pending.abandoned else { return false };
    match attempts.get_mut(slot.index()) {
        Some(attempt) if attempt.generation == generation && attempt.state == AttemptState::AbandonedHoldingPlace => {
            attempt.state = AttemptState::Abandoned;
            true
        }
        _ => false,
    }
}
