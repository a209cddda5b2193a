//! The options of a run.

use crate::core::ids::{LimiterId, Slot};
use crate::core::retry::RetryPolicy;

/// The order in which items may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As places become free.
    #[default]
    Pool,
    /// In batches: the next batch starts when all items of the last one have their outcomes.
    Batches(u32),
    /// Strictly in input order, one at a time. With `prepares`, a first step runs ahead.
    InOrder {
        /// Whether there is a first step.
        prepares: bool,
    },
}

/// The source of further items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// There are no further ones.
    #[default]
    None,
    /// They are pulled when a place is free.
    Pulled,
    /// They are added by the user, until the run is closed.
    Open,
}

/// The options of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunConfig {
    /// Number of attempts that may be unsettled at any time, at least 1.
    pub limit: u32,
    /// Number of items at the start.
    pub items: u32,
    /// The source of further items.
    pub source: Source,
    /// The order in which they may start.
    pub order: Order,
    /// The pause between consecutive starts, in milliseconds.
    pub stagger: f64,
    /// Time limit of an attempt, in milliseconds; infinite for no limit.
    pub timeout: f64,
    /// Longest time of an attempt without a sign of life, in milliseconds; infinite for no limit.
    pub idle_timeout: f64,
    /// Time limit of an item, from its first start over all attempts and waits, in milliseconds; infinite for no limit.
    /// In order, it applies to each step.
    pub total_timeout: f64,
    /// Which failures are retried.
    pub retry: RetryPolicy,
    /// What happens to attempts in flight when the run ends early.
    pub on_cancel: CancelMode,
    /// What the failure of an item does to the other items, by step. With `None` the host asks the user each time.
    pub on_failure: [Option<FailureMode>; 2],
    /// Whether the run can be resumed. If not, it stops instead of pausing.
    pub can_resume: bool,
    /// Whether the host checks each item before its first attempt, and may skip it.
    pub checks: bool,
    /// Whether items may wait for inputs: then the host is shown those that are requested as well.
    pub has_inputs: bool,
    /// Whether items start by priority instead of in order.
    pub has_priorities: bool,
    /// Whether nothing starts while the host is offline.
    pub waits_online: bool,
    /// The limiter that it shares with others.
    pub limiter: Option<LimiterId>,
    /// Priority among the runs that wait for the limiter; higher first.
    pub limiter_priority: i32,
    /// The parent attempt. If it holds a place of the same limiter, nested attempts may use that place, one at a time.
    pub parent: Option<Slot>,
}

impl RunConfig {
    /// Returns whether a first attempt needs only a place, and no timer.
    pub fn is_plain(&self) -> bool {
        let limits_time = [self.timeout, self.idle_timeout, self.total_timeout].into_iter().any(f64::is_finite);
        let is_in_input_order = self.order == Order::Pool && !self.has_priorities && !self.waits_online;
        is_in_input_order && self.limiter.is_none() && self.stagger == 0.0 && !self.checks && !limits_time
    }
}

/// The defaults of the verbs.
impl RunConfig {
    /// Stops at the first failure: `processWithConcurrency`, phases, calls, polls.
    pub fn fail_fast() -> Self {
        Self { on_failure: [Some(FailureMode::Stop); 2], on_cancel: CancelMode::Abort, ..Self::default() }
    }

    /// Goes through all items, and drains at a cancel: `settleWithConcurrency`, `startRun`, batches.
    pub fn settle_all() -> Self {
        Self::default()
    }

    /// Goes on after a failed preparation and pauses after a failed commit: `startInOrder`.
    pub fn in_order() -> Self {
        Self { limit: 3, on_failure: [Some(FailureMode::Continue), Some(FailureMode::Pause)], ..Self::default() }
    }

    /// Stops at the first failed chunk, and pauses between chunks.
    pub fn phase() -> Self {
        Self { stagger: crate::core::continuation::STAGGER, ..Self::fail_fast() }
    }

    /// Asks its phases for their failure mode, and drains at a cancel.
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
            checks: false,
            has_inputs: false,
            has_priorities: false,
            waits_online: false,
            limiter: None,
            limiter_priority: 0,
            parent: None,
        }
    }
}

/// What the final failure of an item does to the other items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
    /// The others go on.
    Continue,
    /// The run ends.
    Stop,
    /// The run pauses until it is resumed.
    Pause,
}

/// What an early end does to attempts in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelMode {
    /// They finish, and their results count.
    Drain,
    /// They are abandoned at once, and their results do not count.
    Abort,
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureMode::{Continue, Pause, Stop};

    #[test]
    fn each_verb_has_its_own_failure_mode_cancel_mode_and_limit() {
        let of = |config: RunConfig| (config.on_failure, config.on_cancel, config.limit, config.stagger);
        let (abort, drain) = (CancelMode::Abort, CancelMode::Drain);
        assert_eq!(of(RunConfig::fail_fast()), ([Some(Stop); 2], abort, 1, 0.0));
        assert_eq!(of(RunConfig::settle_all()), ([Some(Continue); 2], drain, 1, 0.0));
        assert_eq!(of(RunConfig::in_order()), ([Some(Continue), Some(Pause)], drain, 3, 0.0));
        assert_eq!(of(RunConfig::phase()), ([Some(Stop); 2], abort, 1, crate::core::continuation::STAGGER));
        assert_eq!(of(RunConfig::pipeline()), ([None; 2], drain, 1, 0.0));
    }

    #[test]
    fn a_run_is_not_plain_with_anything_that_may_hold_a_start_back() {
        let plain = RunConfig::default();
        assert!(plain.is_plain());
        let limits = [
            RunConfig { timeout: 1.0, ..plain },
            RunConfig { idle_timeout: 1.0, ..plain },
            RunConfig { total_timeout: 1.0, ..plain },
            RunConfig { order: Order::Batches(2), ..plain },
            RunConfig { has_priorities: true, ..plain },
            RunConfig { waits_online: true, ..plain },
            RunConfig { limiter: Some(LimiterId(0)), ..plain },
            RunConfig { stagger: 1.0, ..plain },
            RunConfig { checks: true, ..plain },
        ];
        assert_eq!(limits.iter().position(RunConfig::is_plain), None);
    }
}
