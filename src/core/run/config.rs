//! The options of a run.

use crate::core::ids::{LimiterId, Slot};
use crate::core::retry::RetryPolicy;

/// In what order items may be worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As places become free.
    #[default]
    Pool,
    /// So many at once, and the next so many when all of these have their outcome (seed 001).
    Batches(u32),
    /// Strictly in input order, one at a time; where `prepares`, a first step runs ahead (seed 003).
    InOrder {
        /// Whether there is a first step.
        prepares: bool,
    },
}

/// Where further items come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// There are no further ones.
    #[default]
    None,
    /// They are asked for when a place is free.
    Pulled,
    /// They are added from outside, until it is closed.
    Open,
}

/// What a run is opened with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunConfig {
    /// How many attempts may be unsettled at any time, at least 1.
    pub limit: u32,
    /// How many items are known from the start.
    pub items: u32,
    /// Where further items come from.
    pub source: Source,
    /// In what order they may be worked on.
    pub order: Order,
    /// The pause between consecutive starts, in milliseconds.
    pub stagger: f64,
    /// How long an attempt may take, in milliseconds; infinite for no limit.
    pub timeout: f64,
    /// How long an attempt may go without a sign of life, in milliseconds; infinite for no limit.
    pub idle_timeout: f64,
    /// How long an item may take over all its attempts and the waits between them, from its first start, in
    /// milliseconds; infinite for no limit. Of an item in order, each step.
    pub total_timeout: f64,
    /// When and how often an item is tried again.
    pub retry: RetryPolicy,
    /// What happens to attempts in flight when the run ends early.
    pub on_cancel: CancelMode,
    /// What the failure of an item does to the rest, by step. Where it is `None`, the host asks its user each time.
    pub on_failure: [Option<FailureMode>; 2],
    /// Whether somebody can resume the run. One that nobody can resume stops instead of pausing.
    pub can_resume: bool,
    /// Whether the host wants to look at each item before its first attempt, and may pass it over.
    pub inspects: bool,
    /// Whether items may wait for inputs: then the host is shown those that are requested as well.
    pub has_inputs: bool,
    /// Whether items start by priority instead of in order.
    pub by_priority: bool,
    /// The limiter that it shares with others.
    pub limiter: Option<LimiterId>,
    /// Among the runs that wait for that limiter; higher first.
    pub priority: i32,
    /// The attempt that this run is nested in: where it holds a place of the same limiter, attempts that are nested in
    /// it
    /// may use that place, one at a time.
    pub parent: Option<Slot>,
}

impl RunConfig {
    /// Whether nothing but a place is needed to start an item for the first time, and no timer goes with it.
    pub fn is_plain(&self) -> bool {
        let limits_time = [self.timeout, self.idle_timeout, self.total_timeout].into_iter().any(f64::is_finite);
        let is_in_input_order = self.order == Order::Pool && !self.by_priority;
        is_in_input_order && self.limiter.is_none() && self.stagger == 0.0 && !self.inspects && !limits_time
    }
}

/// What the verbs do where their caller does not say otherwise.
impl RunConfig {
    /// Ends with the first failure: `processWithConcurrency`, phases, calls, polls.
    pub fn fail_fast() -> Self {
        Self { on_failure: [Some(FailureMode::Stop); 2], on_cancel: CancelMode::Abort, ..Self::default() }
    }

    /// Goes through all items and keeps what was paid for: `settleWithConcurrency`, `startRun`, batches.
    pub fn settle_all() -> Self {
        Self::default()
    }

    /// Goes on after a failed preparation and pauses after a failed commit: `startInOrder`.
    pub fn in_order() -> Self {
        Self { limit: 3, on_failure: [Some(FailureMode::Continue), Some(FailureMode::Pause)], ..Self::default() }
    }

    /// Ends with the first failed chunk, and leaves a pause between chunks.
    pub fn phase() -> Self {
        Self { stagger: crate::core::continuation::STAGGER, ..Self::fail_fast() }
    }

    /// Asks its phases what their failure does, and keeps what was paid for.
    pub fn pipeline() -> Self {
        Self { on_failure: [None; 2], ..Self::default() }
    }
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            limit: 1,
            items: 0,
            source: Source::None,
            order: Order::Pool,
            stagger: 0.0,
            timeout: f64::INFINITY,
            idle_timeout: f64::INFINITY,
            total_timeout: f64::INFINITY,
            retry: RetryPolicy::NONE,
            on_cancel: CancelMode::Drain,
            on_failure: [Some(FailureMode::Continue); 2],
            can_resume: false,
            inspects: false,
            has_inputs: false,
            by_priority: false,
            limiter: None,
            priority: 0,
            parent: None,
        }
    }
}

/// What the final failure of an item does to the rest of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
    /// The rest goes on.
    Continue,
    /// The run ends.
    Stop,
    /// Nothing new starts until somebody resumes the run.
    Pause,
}

/// What an early end does to attempts in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelMode {
    /// They finish, and their results count.
    Drain,
    /// They are given up at once, and their results do not count.
    Abort,
}
