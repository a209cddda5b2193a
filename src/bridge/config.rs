//! What a run is opened with, as JavaScript hands it over: a row of numbers.
//!
//! Not by serde-wasm-bindgen: it would add 17 kB (brotli) to a package of which every user downloads every byte.

use crate::core::retry::RetryPolicy;
use crate::core::retry::backoff::Backoff;
use crate::core::run::config::{CancelMode, Order, RunConfig, Source};

/// How many there are.
pub const NUMBERS: usize = 21;

/// The order is that of `Run.numbers` in `run.js`.
pub fn config_of(numbers: &[f64; NUMBERS]) -> RunConfig {
    let [limit, items, source, order, size, stagger, timeout, idle_timeout, rest @ ..] = *numbers;
    let [total_timeout, attempts, min_delay, max_delay, factor, jitter, max_retry_after, rest @ ..] = rest;
    let [reconciles, drains, inspects, limiter, priority, parent] = rest;
    RunConfig {
        limit: limit as u32, // saturates: Infinity is the greatest
        items: items as u32,
        source: match source as u32 {
            0 => Source::None,
            1 => Source::Pulled,
            _ => Source::Open,
        },
        order: match order as u32 {
            0 => Order::Pool,
            1 => Order::Batches(size as u32),
            step => Order::InOrder { prepares: step == 3 },
        },
        stagger,
        timeout,
        idle_timeout,
        total_timeout,
        reconciles: reconciles == 1.0,
        retry: RetryPolicy {
            attempts: attempts as u32,
            backoff: Backoff { min_delay, max_delay, factor, jitter },
            max_retry_after,
        },
        on_cancel: if drains == 1.0 { CancelMode::Drain } else { CancelMode::Abort },
        inspects: inspects == 1.0,
        limiter: (limiter >= 0.0).then_some(limiter as u32),
        priority: priority as i32,
        parent: (parent >= 0.0).then_some(parent as u32),
    }
}
