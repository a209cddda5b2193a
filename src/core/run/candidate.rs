//! The item or retry that a run may start next.

/// What a run may start next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Candidate {
    /// An item that was asked for by name.
    Requested(u32),
    /// The next attempt of an item whose wait is over.
    Again,
    /// The second step of the first item without an outcome.
    Commit(u32),
    /// The first attempt of the next item.
    Next(u32),
    /// A look at that item before it is started.
    Inspect(u32),
    /// Nothing: that item's time was over before its next attempt.
    Expire(u32),
    /// Ask the source for an item.
    Pull,
    /// Nothing before this time.
    WaitUntil(f64),
    /// Nothing until something happens.
    Idle,
}
