//! The outputs of the engine: what its host has to do next.

use crate::core::run::Status;

use crate::core::ids::{RunId, Slot};

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
        /// Do not call the task, but ask the server whether it did the work of this attempt after all; answer as for a
        /// task, or with `not_found`.
        reconciles: bool,
        /// 0, or 1 for the second step of an item in order.
        step: u8,
        /// Second steps only: the item whose carry goes on; `None` for the first carry of all.
        carry_from: Option<u32>,
    },
    /// Look at the item before it is started, and answer with `accept`, `decline` or `defer`.
    Inspect {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Whether it was asked for by name.
        requested: bool,
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
        /// Whose time it was.
        overdue: Overdue,
    },
    /// The item's time was over before its next attempt could start: it is rejected.
    Expired {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Attempts made.
        attempts: u32,
        /// The step that it was at.
        step: u8,
    },
    /// The run was ended, or the item cancelled by name: abort the attempt; its item is cancelled.
    Abandon {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Attempts made, this one included.
        attempts: u32,
        /// The attempt. It may have settled in the meantime.
        slot: Slot,
    },
    /// The item waited for another attempt or for its second step when it was cancelled, or its run ended.
    Cancelled {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Attempts made.
        attempts: u32,
    },
    /// The items `from..to` were not started: they are cancelled.
    NeverStarted {
        /// The run.
        run: RunId,
        /// The first.
        from: u32,
        /// The one after the last.
        to: u32,
    },
    /// Every item has its outcome. Nothing more is heard of this run, unless an item is asked for by name; `forget` it
    /// when that can no longer happen.
    Finished {
        /// The run.
        run: RunId,
        /// How it ended.
        status: Status,
    },
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// The attempt.
    Attempt,
    /// The attempt's next sign of life.
    Silent,
    /// The item, all its attempts together.
    Item,
}

/// What became of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// The item is rejected with this failure.
    Rejected,
    /// There will be another attempt.
    Retrying,
    /// The server will be asked what became of it.
    Reconciling,
    /// The run was ended, and the task with it: the item is cancelled.
    Cancelled,
    /// Nobody waits for this attempt any more.
    Ignored,
}
