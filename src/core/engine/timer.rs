//! The purposes of the engine's timers.

use crate::core::engine::output::Overdue;
use crate::core::ids::{LimiterId, RunId, Slot};

#[derive(Clone, Copy)]
pub(crate) enum Timer {
    /// A stagger or a backoff of a run is over.
    Run(RunId),
    /// A stagger or a cooldown of a limiter is over.
    Limiter(LimiterId),
    /// A shared limiter is to report.
    Report(LimiterId),
    /// An attempt or its item reaches its time limit.
    Timeout { slot: Slot, generation: u32, overdue: Overdue },
    /// An attempt reaches its idle timeout.
    Idle { slot: Slot, generation: u32 },
}
