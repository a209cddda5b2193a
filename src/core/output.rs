//! What the engine tells its host.

use super::run::Status;

/// Names a run, from [`Engine::open`](super::engine::Engine::open) to [`Engine::forget`](super::engine::Engine::forget); free for another afterwards.
pub type RunId = u32;
/// Names an attempt, from its [`Output::Start`] until the host says that it settled; free for another afterwards. Slots are
/// small numbers, used again and again, so that the host can keep its own record of each.
pub type Slot = u32;

/// What the host has to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// Call the task for `item`, and report how it ended under `slot`.
    Start {
        /// The run.
        run: RunId,
        /// Where to report.
        slot: Slot,
        /// The item's index.
        item: u32,
        /// 1 on the first attempt.
        attempt: u32,
    },
    /// Ask the run's source for an item, and answer with `push`, `close` or `source_failed`.
    Pull {
        /// The run.
        run: RunId,
    },
    /// The run ended before its source did: tell the source.
    CloseSource {
        /// The run.
        run: RunId,
    },
    /// The attempt took too long: abort it, and answer with `timed_out`.
    TimedOut {
        /// The attempt.
        slot: Slot,
    },
    /// The run was ended: abort the attempt; its item is cancelled.
    GiveUp {
        /// The attempt.
        slot: Slot,
    },
    /// The item waited for another attempt when the run was ended: it is cancelled.
    Cancelled {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Attempts made.
        attempts: u32,
    },
    /// The items `from..to` were never started: they are cancelled.
    NeverStarted {
        /// The run.
        run: RunId,
        /// The first.
        from: u32,
        /// The one after the last.
        to: u32,
    },
    /// Every item has its outcome. Nothing more is heard of this run: read its progress, then `forget` it.
    Finished {
        /// The run.
        run: RunId,
        /// How it ended.
        status: Status,
    },
}

/// What became of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// The item is rejected with this failure.
    Rejected,
    /// There will be another attempt.
    Retrying,
    /// Nobody waits for this attempt any more.
    Ignored,
}
