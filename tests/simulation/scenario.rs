//! Random runs, limiters and failures.

use fastrand::Rng;
use sluicegate::core::backoff::Backoff;
use sluicegate::core::config::{CancelMode, Order, RunConfig, Source};
use sluicegate::core::gate::GateConfig;
use sluicegate::core::output::GateId;
use sluicegate::core::retry::{Failure, RetryPolicy};

fn now_and_then(rng: &mut Rng, range: std::ops::Range<u32>, otherwise: f64) -> f64 {
    if rng.u8(0..3) == 0 { f64::from(rng.u32(range)) } else { otherwise }
}

pub fn gate(rng: &mut Rng) -> GateConfig {
    let limit = rng.u32(1..6);
    let adaptive = rng.bool().then(|| (rng.u32(1..=limit), limit));
    GateConfig { limit, stagger: now_and_then(rng, 1..20, 0.0), adaptive }
}

/// A run, and how many items its source will give.
pub fn run(rng: &mut Rng, gate: GateId) -> (RunConfig, u32) {
    let order = match rng.u8(0..6) {
        0 => Order::Batches(rng.u32(1..6)),
        1 => Order::InOrder { prepares: false },
        2 | 3 => Order::InOrder { prepares: true },
        _ => Order::Pool,
    };
    let source = match (order, rng.u8(0..4)) {
        (Order::Pool, 0) => Source::Pulled,
        (_, 1) => Source::Open,
        _ => Source::None,
    };
    let config = RunConfig {
        limit: *rng.choice(&[1, 1, 2, 3, 5, 8, u32::MAX]).expect("not empty"),
        items: if source == Source::Pulled { 0 } else { rng.u32(0..30) },
        source,
        order,
        stagger: now_and_then(rng, 1..40, 0.0),
        timeout: now_and_then(rng, 5..120, f64::INFINITY),
        idle_timeout: now_and_then(rng, 5..120, f64::INFINITY),
        total_timeout: now_and_then(rng, 20..400, f64::INFINITY),
        reconciles: rng.u8(0..3) == 0,
        retry: RetryPolicy {
            attempts: rng.u32(1..5),
            backoff: Backoff { min_delay: 20.0, max_delay: 200.0, factor: 2.0, jitter: rng.f64() },
            max_retry_after: 100.0,
        },
        on_cancel: if rng.bool() { CancelMode::Drain } else { CancelMode::Abort },
        considers: rng.u8(0..4) == 0,
        gate: rng.bool().then_some(gate),
        priority: rng.i32(0..3),
        // Of whatever attempt is there, if one is.
        around: rng.bool().then(|| rng.u32(0..6)),
    };
    (config, if source == Source::Pulled { rng.u32(0..20) } else { 0 })
}

pub fn failure(rng: &mut Rng) -> Failure {
    Failure {
        repeatable: rng.u8(0..4) > 0,
        keyed: rng.bool(),
        doubtful: rng.bool(),
        withdrawn: rng.u8(0..4) == 0,
        throttled: rng.u8(0..4) == 0,
        retry_after: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..130))),
        delay: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..60))),
        random: rng.f64(),
    }
}
