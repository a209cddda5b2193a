//! The item or retry that a run may start next.

/// The next start of a run, or its next wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Candidate {
    /// A requested item.
    Requested(u32),
    /// The next attempt of an item whose wait is over.
    Again,
    /// The second step of the first item without an outcome.
    Commit(u32),
    /// The first attempt of the next item.
    Next(u32),
    /// A check of that item before its start.
    Check(u32),
    /// Nothing: the deadline of that item passed before its next attempt.
    Expire(u32),
    /// Ask the source for an item.
    Pull,
    /// Nothing before this time.
    WaitUntil(f64),
    /// Nothing until something happens.
    Idle,
}
