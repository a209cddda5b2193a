//! One call of a task, from its start until it has really settled.

use slab::Slab;

use super::output::{RunId, Slot};
use super::run::Backing;

pub(super) struct Attempt {
    pub run: RunId,
    pub item: u32,
    pub number: u32,
    /// Tells this attempt from others of the same slot, for timers that outlive it.
    pub generation: u32,
    pub standing: Standing,
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

/// The item of an attempt that was given up no longer waits in the attempt's place. Whether it did.
pub(super) fn release_claim(attempts: &mut Slab<Attempt>, slot: Slot, backing: &Backing) -> bool {
    match attempts.get_mut(slot as usize) {
        Some(attempt)
            if backing.given_up == Some((slot, attempt.generation))
                && attempt.standing == Standing::GivenUpKeepingPlace =>
        {
            attempt.standing = Standing::GivenUp;
            true
        }
        _ => false,
    }
}
