//! Exports for polls, by id. A result from 0 is a wait in milliseconds. A negative one says why the poll ends.

use super::attempts::{decision_of, verdict_of};
use super::host::with_host;
use super::known;
use crate::core::poll::{AskFailure, Clocks, Growth, INTERVAL, MAX_ERRORS, Next, Poll, PollLimits};
use crate::table::poll_end;

/// Starts a poll and returns its id. NaN means no time limit, the default number of errors, the default growth.
#[unsafe(no_mangle)]
pub extern "C" fn engine_start_poll(
    timeout: f64,
    idle_timeout: f64,
    errors: f64,
    min_delay: f64,
    max_delay: f64,
    factor: f64,
    wall: f64,
    now: f64,
) -> u32 {
    let limits = PollLimits {
        timeout: known(timeout).unwrap_or(f64::INFINITY),
        idle_timeout: known(idle_timeout).unwrap_or(f64::INFINITY),
        errors: known(errors).map_or(MAX_ERRORS, |errors| errors as u32),
    };
    let default = Growth::default();
    let growth = Growth {
        min_delay: known(min_delay).unwrap_or(default.min_delay),
        max_delay: known(max_delay).unwrap_or(default.max_delay),
        factor: known(factor).unwrap_or(default.factor),
    };
    with_host(|host| host.polls.insert(Poll::new(limits, growth, Clocks { wall, monotonic: now })) as u32)
}

/// See [`Poll::ask`]. 0 if the ask may be made.
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll_ask(id: u32, wall: f64, now: f64) -> f64 {
    with_poll(id, |poll| poll.ask(Clocks { wall, monotonic: now }).unwrap_or(Next::Ask(0.0)))
}

/// See [`Poll::replied`]. `interval` and `hint` may be NaN.
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll_replied(id: u32, changed: u32, interval: f64, hint: f64, wall: f64, now: f64) -> f64 {
    let interval = known(interval).unwrap_or(INTERVAL);
    with_poll(id, |poll| poll.replied(changed != 0, interval, known(hint), Clocks { wall, monotonic: now }))
}

/// See [`Poll::failed`]. `status` is 0 without a reply. `interval` and `hint` may be NaN, and `decision` that of the
/// caller.
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll_failed(
    id: u32,
    verdict: u32,
    status: u32,
    decision: u32,
    interval: f64,
    hint: f64,
    wall: f64,
    now: f64,
) -> f64 {
    let interval = known(interval).unwrap_or(INTERVAL);
    let status = (status != 0).then_some(status);
    let failure = AskFailure { verdict: verdict_of(verdict), status, decision: decision_of(decision) };
    with_poll(id, |poll| poll.failed(failure, interval, known(hint), Clocks { wall, monotonic: now }))
}

/// See [`Poll::poke`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll_poke(id: u32) -> u32 {
    with_host(|host| host.polls.get_mut(id as usize).map_or(0, |poll| u32::from(poll.poke())))
}

/// Discards a finished poll.
#[unsafe(no_mangle)]
pub extern "C" fn engine_end_poll(id: u32) {
    with_host(|host| host.polls.try_remove(id as usize));
}

fn with_poll(id: u32, use_it: impl FnOnce(&mut Poll) -> Next) -> f64 {
    match with_host(|host| host.polls.get_mut(id as usize).map(use_it)) {
        Some(Next::Ask(wait)) => wait,
        Some(Next::TimedOut) => -f64::from(poll_end::TIMED_OUT),
        Some(Next::Idle) => -f64::from(poll_end::IDLE),
        Some(Next::Failed) | None => -f64::from(poll_end::FAILED),
    }
}
