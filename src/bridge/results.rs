//! What the executor tells the engine of items and attempts, by number, as in host.rs.

use super::host::with_host;
use crate::core::engine::output::{AfterFailure, RunId, Slot};
use crate::core::engine::settling::AfterSuccess;
use crate::core::retry::Failure;
use crate::core::run::items::ItemState;

/// See [`Engine::fulfilled`](crate::core::engine::Engine::fulfilled). 0 fulfilled, 1 prepared, 2 of no interest.
#[unsafe(no_mangle)]
pub extern "C" fn engine_fulfilled(slot: Slot, now: f64) -> u32 {
    match with_host(|host| host.engine.fulfilled(slot, now)) {
        AfterSuccess::Fulfilled => 0,
        AfterSuccess::Prepared => 1,
        AfterSuccess::Ignored => 2,
    }
}

/// See [`Engine::lend`](crate::core::engine::Engine::lend). How many of the items, to the last.
#[unsafe(no_mangle)]
pub extern "C" fn engine_lend(run: RunId, now: f64) -> u32 {
    with_host(|host| host.engine.fast_path_items(run, now)).len() as u32
}

/// See [`Engine::took`](crate::core::engine::Engine::took).
#[unsafe(no_mangle)]
pub extern "C" fn engine_took(slot: Slot, item: u32) {
    with_host(|host| host.engine.moved_slot(slot, item));
}

/// See [`Engine::fast_path_done`](crate::core::engine::Engine::fast_path_done).
#[unsafe(no_mangle)]
pub extern "C" fn engine_fast_path_done(run: RunId, next: u32, now: f64) {
    with_host(|host| host.engine.advance(run, next, now));
}

/// See [`Engine::skipped`](crate::core::engine::Engine::skipped).
#[unsafe(no_mangle)]
pub extern "C" fn engine_skipped(slot: Slot, now: f64) {
    with_host(|host| host.engine.skipped(slot, now));
}

/// See [`Engine::keep`](crate::core::engine::Engine::keep).
#[unsafe(no_mangle)]
pub extern "C" fn engine_keep(run: RunId, item: u32) {
    with_host(|host| host.engine.accept(run, item));
}

/// See [`Engine::pass_over`](crate::core::engine::Engine::pass_over). 0 skipped, 1 rejected.
#[unsafe(no_mangle)]
pub extern "C" fn engine_pass_over(run: RunId, item: u32, rejected: u32) {
    let outcome = if rejected == 0 { ItemState::Skipped } else { ItemState::Rejected };
    with_host(|host| host.engine.decline(run, item, outcome));
}

/// See [`Engine::settled`](crate::core::engine::Engine::settled).
#[unsafe(no_mangle)]
pub extern "C" fn engine_settled(slot: Slot, now: f64) {
    with_host(|host| host.engine.settled(slot, now));
}

/// Of the same value as those in `judgement.js`.
const REPEATABLE: u32 = 1;
const DOUBTFUL: u32 = 2;
const WITHDRAWN: u32 = 4;
const THROTTLED: u32 = 8;
const KEYED: u32 = 16;

fn failure(flags: u32, retry_after: f64, delay: f64, random: f64) -> Failure {
    let known = |number: f64| (!number.is_nan()).then_some(number);
    Failure {
        repeatable: flags & REPEATABLE != 0,
        keyed: flags & KEYED != 0,
        asks_server: flags & DOUBTFUL != 0,
        is_end_reason: flags & WITHDRAWN != 0,
        throttled: flags & THROTTLED != 0,
        retry_after: known(retry_after),
        delay: known(delay),
        random,
    }
}

fn code_of(after: AfterFailure) -> u32 {
    match after {
        AfterFailure::Rejected => 0,
        AfterFailure::Retrying => 1,
        AfterFailure::Ignored => 2,
        AfterFailure::Reconciling => 3,
        AfterFailure::Cancelled => 4,
    }
}

/// See [`Engine::failed`](crate::core::engine::Engine::failed). 0 rejected, 1 there will be another attempt, 2 of no interest, 3 the server will be asked,
/// 4 cancelled.
#[unsafe(no_mangle)]
pub extern "C" fn engine_failed(slot: Slot, flags: u32, hint: f64, delay: f64, random: f64, now: f64) -> u32 {
    let failure = failure(flags, hint, delay, random);
    code_of(with_host(|host| host.engine.failed(slot, &failure, now)))
}

/// See [`Engine::timed_out`](crate::core::engine::Engine::timed_out). The same numbers.
#[unsafe(no_mangle)]
pub extern "C" fn engine_timed_out(slot: Slot, flags: u32, hint: f64, delay: f64, random: f64, now: f64) -> u32 {
    let failure = failure(flags, hint, delay, random);
    code_of(with_host(|host| host.engine.timed_out(slot, &failure, now)))
}

/// See [`Engine::not_found`](crate::core::engine::Engine::not_found). The same numbers.
#[unsafe(no_mangle)]
pub extern "C" fn engine_not_found(slot: Slot, now: f64) -> u32 {
    code_of(with_host(|host| host.engine.not_found(slot, now)))
}
