//! One call of a task, from its start until it has really settled.

use slab::Slab;

use super::output::{GateId, RunId, Slot};
use super::retry::Doubt;

pub(super) struct Attempt {
    pub run: RunId,
    pub item: u32,
    /// 0 but for the second step of an item in order.
    pub step: u8,
    pub number: u32,
    /// It asks the server what became of attempt `number`, and calls no task.
    pub doubt: Option<Doubt>,
    /// When its item's time is over, all attempts together.
    pub deadline: f64,
    /// Tells this attempt from others of the same slot, for timers that outlive it.
    pub generation: u32,
    pub standing: Standing,
    /// The place that it holds: one of its run's limiter, or that of the attempt around it.
    pub gate: Option<GateId>,
    /// The same place as a gate, for the attempts that are nested in this one.
    pub inside: Option<GateId>,
    /// The limiter's, when it started.
    pub epoch: u32,
    /// The last sign of life.
    pub touched_at: f64,
    /// How much of it is done, as far as it said.
    pub fraction: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its result counts.
    Live,
    /// Its time is over, and the host was told.
    TimingOut,
    /// Its result does not count; it only holds a place.
    GivenUp,
    /// The same, and its item waits for another attempt in that place.
    GivenUpKeepingPlace,
}

/// An item that waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Backing {
    pub item: u32,
    pub step: u8,
    /// Attempts made.
    pub attempts: u32,
    /// The server is to be asked first what became of the last.
    pub doubt: Option<Doubt>,
    pub deadline: f64,
    /// The attempt that was given up and still holds the item's place, with the generation of its slot.
    pub given_up: Option<(Slot, u32)>,
}

impl Backing {
    /// When its item's time is over: not while the server is to be asked.
    pub fn expires_at(&self) -> f64 {
        if self.doubt.is_some() { f64::INFINITY } else { self.deadline }
    }
}

/// The item of an attempt that was given up no longer waits in the attempt's place. Whether it did.
pub(super) fn release_claim(attempts: &mut Slab<Attempt>, backing: &Backing) -> bool {
    let Some((slot, generation)) = backing.given_up else { return false };
    match attempts.get_mut(slot as usize) {
        Some(attempt) if attempt.generation == generation && attempt.standing == Standing::GivenUpKeepingPlace => {
            attempt.standing = Standing::GivenUp;
            true
        }
        _ => false,
    }
}
