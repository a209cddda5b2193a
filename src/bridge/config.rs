//! Reads the options of runs.

use crate::core::ids::{LimiterId, Slot};
use crate::core::retry::RetryPolicy;
use crate::core::retry::backoff::Backoff;
use crate::core::run::config::{CancelMode, FailureMode, Order, RunConfig, Source};
use crate::rows::Row;
use crate::table::{cancel, mode, option, order, source};

/// Reads the options of a run. Missing ones are taken from `defaults`.
pub fn run(numbers: &[f64], defaults: RunConfig) -> RunConfig {
    let row = Row(numbers);
    let for_all = row.count(option::ON_FAILURE).map(failure_mode);
    let on_failure = |step: u32, otherwise| row.count(step).map(failure_mode).or(for_all).unwrap_or(otherwise);
    let [prepare, commit] = defaults.on_failure;
    RunConfig {
        limit: row.count(option::CONCURRENCY).unwrap_or(defaults.limit),
        items: row.count(option::ITEMS).unwrap_or(0),
        source: match row.count(option::SOURCE) {
            Some(source::PULLED) => Source::Pulled,
            Some(source::OPEN) => Source::Open,
            _ => Source::None,
        },
        order: match row.count(option::ORDER) {
            Some(order::BATCHES) => Order::Batches(row.count(option::BATCH_SIZE).unwrap_or(1)),
            Some(order::COMMITS) => Order::InOrder { prepares: false },
            Some(order::PREPARES) => Order::InOrder { prepares: true },
            _ => Order::Pool,
        },
        stagger: row.get_or(option::STAGGER, defaults.stagger),
        timeout: row.get_or(option::TIMEOUT, defaults.timeout),
        idle_timeout: row.get_or(option::IDLE_TIMEOUT, defaults.idle_timeout),
        total_timeout: row.get_or(option::TOTAL_TIMEOUT, defaults.total_timeout),
        retry: retry(&row),
        on_cancel: match row.count(option::ON_CANCEL) {
            Some(cancel::DRAIN) => CancelMode::Drain,
            Some(cancel::ABORT) => CancelMode::Abort,
            _ => defaults.on_cancel,
        },
        on_failure: [on_failure(option::ON_PREPARE_FAILURE, prepare), on_failure(option::ON_COMMIT_FAILURE, commit)],
        can_resume: defaults.can_resume,
        checks: row.is_on(option::CHECKS),
        has_inputs: row.is_on(option::HAS_INPUTS),
        has_priorities: row.is_on(option::HAS_PRIORITIES),
        waits_online: row.is_on(option::WAITS_ONLINE),
        limiter: row.count(option::LIMITER).map(LimiterId),
        limiter_priority: row.get(option::LIMITER_PRIORITY).map_or(0, |priority| priority as i32),
        parent: row.count(option::PARENT).map(Slot),
    }
}

/// Reads a retry policy. Without a number of attempts there is none.
fn retry(row: &Row) -> RetryPolicy {
    let Some(attempts) = row.count(option::ATTEMPTS) else { return RetryPolicy::NONE };
    let RetryPolicy { attempts: default_attempts, backoff, max_retry_after, .. } = RetryPolicy::default();
    RetryPolicy {
        // 0 means the default.
        attempts: if attempts == 0 { default_attempts } else { attempts },
        backoff: Backoff {
            min_delay: row.get_or(option::MIN_DELAY, backoff.min_delay),
            max_delay: row.get_or(option::MAX_DELAY, backoff.max_delay),
            factor: row.get_or(option::FACTOR, backoff.factor),
            jitter: row.get_or(option::JITTER, backoff.jitter),
        },
        max_retry_after: row.get_or(option::MAX_RETRY_AFTER, max_retry_after),
        reconciles: row.is_on(option::RECONCILES),
    }
}

/// Reads a failure mode, or the answer of `onFailure`: `None` if that is to be called, or was not called.
pub fn failure_mode(number: u32) -> Option<FailureMode> {
    match number {
        mode::CONTINUE => Some(FailureMode::Continue),
        mode::STOP => Some(FailureMode::Stop),
        mode::PAUSE => Some(FailureMode::Pause),
        _ => None,
    }
}
