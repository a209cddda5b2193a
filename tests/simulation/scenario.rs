//! Random runs, limiters and failures.

use fastrand::Rng;
use sluicegate::core::ids::{LimiterId, Slot};
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::limiter::rate::Rate;
use sluicegate::core::retry::RetryPolicy;
use sluicegate::core::retry::backoff::Backoff;
use sluicegate::core::retry::classify::Verdict;
use sluicegate::core::retry::failure::{Decision, Failure};
use sluicegate::core::run::config::{CancelMode, FailureMode, Order, RunConfig, Source};

fn now_and_then(rng: &mut Rng, range: std::ops::Range<u32>, otherwise: f64) -> f64 {
    if rng.u8(0..3) == 0 { f64::from(rng.u32(range)) } else { otherwise }
}

pub fn limiter(rng: &mut Rng) -> LimiterConfig {
    let limit = rng.u32(1..6);
    let adaptive = rng.bool().then(|| (rng.u32(1..=limit), limit));
    let rate = (rng.u8(0..3) == 0).then(|| Rate { limit: rng.u32(1..8), interval: f64::from(rng.u32(1..150)) });
    LimiterConfig { limit, stagger: now_and_then(rng, 1..20, 0.0), adaptive, rate }
}

/// A run, and how many items its source will give.
pub fn run(rng: &mut Rng, limiter: LimiterId) -> (RunConfig, u32) {
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
    let mut config = RunConfig {
        limit: *rng.choice(&[1, 1, 2, 3, 5, 8, u32::MAX]).expect("not empty"),
        items: if source == Source::Pulled { 0 } else { rng.u32(0..30) },
        source,
        order,
        stagger: now_and_then(rng, 1..40, 0.0),
        timeout: now_and_then(rng, 5..120, f64::INFINITY),
        idle_timeout: now_and_then(rng, 5..120, f64::INFINITY),
        total_timeout: now_and_then(rng, 20..400, f64::INFINITY),
        retry: RetryPolicy {
            attempts: rng.u32(1..5),
            backoff: Backoff { min_delay: 20.0, max_delay: 200.0, factor: 2.0, jitter: rng.f64() },
            max_retry_after: 100.0,
            reconciles: rng.u8(0..3) == 0,
        },
        on_cancel: if rng.bool() { CancelMode::Drain } else { CancelMode::Abort },
        on_failure: [failure_mode(rng), failure_mode(rng)],
        can_resume: rng.u8(0..4) > 0,
        checks: rng.u8(0..4) == 0,
        has_inputs: false,
        has_priorities: order == Order::Pool && rng.u8(0..4) == 0,
        waits_online: rng.u8(0..4) == 0,
        limiter: rng.bool().then_some(limiter),
        limiter_priority: rng.i32(0..3),
        // Of whatever attempt is there, if one is.
        parent: rng.bool().then(|| Slot(rng.u32(0..6))),
    };
    config.has_inputs = config.checks && order == Order::Pool && rng.bool();
    (config, if source == Source::Pulled { rng.u32(0..20) } else { 0 })
}

fn failure_mode(rng: &mut Rng) -> Option<FailureMode> {
    let modes = [
        None,
        Some(FailureMode::Continue),
        Some(FailureMode::Continue),
        Some(FailureMode::Stop),
        Some(FailureMode::Pause),
    ];
    *rng.choice(&modes).expect("not empty")
}

pub fn failure(rng: &mut Rng) -> Failure {
    let verdict = |rng: &mut Rng| {
        *rng.choice(&[Verdict::Final, Verdict::Unknown, Verdict::Refused, Verdict::Refused, Verdict::Ambiguous])
            .expect("not empty")
    };
    let decisions = [Decision::Retry, Decision::Fail, Decision::Pause, Decision::Reconcile];
    let own = verdict(rng);
    Failure {
        verdict: own,
        cause: if rng.u8(0..4) == 0 { verdict(rng) } else { own },
        sent: rng.u8(0..4) > 0,
        keyed: rng.bool(),
        throttled: rng.u8(0..4) == 0,
        is_end_reason: rng.u8(0..4) == 0,
        decision: (rng.u8(0..3) == 0).then(|| *rng.choice(&decisions).expect("not empty")),
        retry_after: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..130))),
        delay: (rng.u8(0..4) == 0).then(|| f64::from(rng.u32(0..60))),
        random: rng.f64(),
    }
}
