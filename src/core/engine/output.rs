//! The outputs of the engine: instructions for its host.

use crate::core::run::Status;

use crate::core::ids::{LimiterId, RunId, Slot};

/// An instruction for the host.
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
        /// Do not call the task, but ask the server whether it did the work of this attempt. Answer as for a task, or
        /// with `not_found`.
        reconciles: bool,
        /// 0, or 1 for the second step of an item in order.
        step: u8,
        /// Second steps only: the item whose carry is used; `None` for the first carry.
        carry_from: Option<u32>,
    },
    /// Look at the item before it is started, and answer with `accept`, `decline` or `defer`.
    Check {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Set if the item may be skipped. An item that was requested by name may not.
        may_skip: bool,
    },
    /// Ask the run's source for an item, and answer with `push`, `close` or `source_failed`.
    Pull {
        /// The run.
        run: RunId,
    },
    /// Close the source: the run ended before it.
    CloseSource {
        /// The run.
        run: RunId,
    },
    /// The attempt took too long: abort it, and answer with `timed_out`.
    TimedOut {
        /// The attempt.
        slot: Slot,
        /// The time limit that was exceeded.
        overdue: Overdue,
    },
    /// Reject the item: its deadline passed before its next attempt.
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
    /// Abort the attempt and cancel its item, because the run ended or the item was cancelled.
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
    /// Cancel an item that waited for another attempt or for its second step.
    Cancelled {
        /// The run.
        run: RunId,
        /// The item's index.
        item: u32,
        /// Attempts made.
        attempts: u32,
    },
    /// Cancel the items `from..to`, which were not started.
    NeverStarted {
        /// The run.
        run: RunId,
        /// The first.
        from: u32,
        /// The one after the last.
        to: u32,
    },
    /// Finish the run: every item has its outcome. No output follows for it unless an item is requested. Call `discard`
    /// when that can no longer happen.
    Finished {
        /// The run.
        run: RunId,
        /// The status of the run.
        status: Status,
    },
    /// Answer the report of a limiter whose starts are decided outside the engine. See `take_report` and
    /// `permit`.
    Report {
        /// The limiter.
        limiter: LimiterId,
    },
}

/// The time limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// The timeout of an attempt.
    Attempt,
    /// The idle timeout of an attempt.
    Silent,
    /// The total timeout of an item.
    Item,
}

/// The consequence of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// The item is rejected with this failure.
    Rejected,
    /// Another attempt follows.
    Retrying,
    /// A question to the server follows.
    Reconciling,
    /// The item is cancelled: the task ended because its run did.
    Cancelled,
    /// The attempt no longer counts.
    Ignored,
}
