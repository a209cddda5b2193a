//! What users ask of runs and limiters, by number, as in host.rs.

use super::host::with_host;
use crate::core::continuation::{Breach, Continuation, More, after_chunk};
use crate::core::engine::output::{LimiterId, RunId, Slot};
use crate::core::limiter::LimiterConfig;
use crate::core::poll::{AfterAsk, PollLimits, PollSoFar, after_ask};

/// See [`Engine::pause`](crate::core::engine::Engine::pause).
#[unsafe(no_mangle)]
pub extern "C" fn engine_pause(run: RunId) {
    with_host(|host| host.engine.pause(run));
}

/// See [`Engine::resume`](crate::core::engine::Engine::resume).
#[unsafe(no_mangle)]
pub extern "C" fn engine_resume(run: RunId, retry_failed: u32, now: f64) {
    with_host(|host| host.engine.resume(run, retry_failed != 0, now));
}

/// See [`Engine::retry_item`](crate::core::engine::Engine::retry_item).
#[unsafe(no_mangle)]
pub extern "C" fn engine_retry_item(run: RunId, item: u32, regenerate: u32, now: f64) -> u32 {
    with_host(|host| u32::from(host.engine.retry_item(run, item, regenerate != 0, now)))
}

/// See [`Engine::cancel_item`](crate::core::engine::Engine::cancel_item).
#[unsafe(no_mangle)]
pub extern "C" fn engine_cancel_item(run: RunId, item: u32, now: f64) {
    with_host(|host| host.engine.cancel_item(run, item, now));
}

/// See [`Engine::set_limit`](crate::core::engine::Engine::set_limit).
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_limit(run: RunId, limit: u32) {
    with_host(|host| host.engine.set_limit(run, limit));
}

/// See [`Engine::touched`](crate::core::engine::Engine::touched). NaN is no fraction.
#[unsafe(no_mangle)]
pub extern "C" fn engine_touched(slot: Slot, fraction: f64, now: f64) {
    with_host(|host| host.engine.touched(slot, (!fraction.is_nan()).then_some(fraction), now));
}

/// See [`Engine::weigh`](crate::core::engine::Engine::weigh).
#[unsafe(no_mangle)]
pub extern "C" fn engine_weigh(run: RunId, item: u32, weight: f64) {
    with_host(|host| host.engine.weigh(run, item, weight));
}

/// Whether an item that was asked for by name waits for its start.
#[unsafe(no_mangle)]
pub extern "C" fn engine_is_asked(run: RunId) -> u32 {
    with_host(|host| u32::from(host.engine.has_requested(run)))
}

/// See [`Engine::open_gate`](crate::core::engine::Engine::open_gate). A greatest limit of 0: it does not adapt.
#[unsafe(no_mangle)]
pub extern "C" fn engine_open_gate(limit: u32, stagger: f64, min: u32, max: u32) -> LimiterId {
    let adaptive = (max > 0).then_some((min, max));
    with_host(|host| host.engine.open_limiter(LimiterConfig { limit, stagger, adaptive }))
}

/// See [`Engine::set_gate_limit`](crate::core::engine::Engine::set_gate_limit).
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_gate_limit(limiter: LimiterId, limit: u32, now: f64) {
    with_host(|host| host.engine.set_limiter_limit(limiter, limit, now));
}

/// See [`Engine::cool_gate`](crate::core::engine::Engine::cool_gate).
#[unsafe(no_mangle)]
pub extern "C" fn engine_cool_gate(limiter: LimiterId, milliseconds: f64, now: f64) {
    with_host(|host| host.engine.cool_limiter(limiter, milliseconds, now));
}

/// A limiter's limit (0), attempts in flight (1), runs that wait (2), and time until which it holds starts back (3).
#[unsafe(no_mangle)]
pub extern "C" fn engine_gate(limiter: LimiterId, field: u32) -> f64 {
    let Some((limit, in_flight, waiting, cool_until)) = with_host(|host| host.engine.limiter(limiter)) else {
        return f64::NAN;
    };
    match field {
        0 => f64::from(limit),
        1 => f64::from(in_flight),
        2 => waiting as f64,
        _ => cool_until,
    }
}

/// See [`Engine::hold`](crate::core::engine::Engine::hold).
#[unsafe(no_mangle)]
pub extern "C" fn engine_hold(run: RunId, until: f64, now: f64) {
    with_host(|host| host.engine.hold(run, until, now));
}

/// See [`after_ask`]. The wait, else -1 it took too long, -2 it was silent for too long, -3 too many asks failed.
#[unsafe(no_mangle)]
pub extern "C" fn engine_after_ask(
    timeout: f64,
    idle_timeout: f64,
    most_errors: u32,
    elapsed: f64,
    silent: f64,
    errors: u32,
    interval: f64,
    hint: f64,
) -> f64 {
    let limits = PollLimits { timeout, idle_timeout, errors: most_errors };
    let so_far = PollSoFar { elapsed, silent, errors };
    match after_ask(&limits, &so_far, interval, (!hint.is_nan()).then_some(hint)) {
        AfterAsk::Wait(wait) => wait,
        AfterAsk::Overdue => -1.0,
        AfterAsk::Silent => -2.0,
        AfterAsk::Failed => -3.0,
    }
}

/// See [`after_chunk`]. 0 done, 1 next, else why the reply cannot be followed.
#[unsafe(no_mangle)]
pub extern "C" fn engine_after_chunk(more: u32, next: f64, start_index: f64, chunks: u32, max_chunks: u32) -> u32 {
    let more = match more {
        0 => More::No,
        1 => More::From((!next.is_nan()).then_some(next)),
        _ => More::Unreadable,
    };
    match after_chunk(more, start_index, chunks, max_chunks) {
        Continuation::Done => 0,
        Continuation::Next(_) => 1,
        Continuation::Broken(Breach::HasMore) => 2,
        Continuation::Broken(Breach::Missing) => 3,
        Continuation::Broken(Breach::NotAdvancing) => 4,
        Continuation::Broken(Breach::TooMany) => 5,
    }
}
