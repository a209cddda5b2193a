//! Exports that report items and the results of attempts to the engine.

use super::host::with_engine;
use super::{config, known};
use crate::core::engine::output::AfterFailure;
use crate::core::engine::settling::AfterSuccess;
use crate::core::ids::{RunId, Slot};
use crate::core::retry::classify::Verdict;
use crate::core::retry::failure::{Decision, Failure, is_keyed};
use crate::core::run::items::ItemState;
use crate::table::{decision, fact, failure, success, verdict};

/// See [`Engine::fulfilled`](crate::core::engine::Engine::fulfilled).
#[unsafe(no_mangle)]
pub extern "C" fn engine_fulfilled(slot: u32, now: f64) -> u32 {
    match with_engine(|engine| engine.fulfilled(Slot(slot), now)) {
        AfterSuccess::Fulfilled => success::FULFILLED,
        AfterSuccess::Prepared => success::PREPARED,
        AfterSuccess::Ignored => success::IGNORED,
    }
}

/// See [`Engine::fast_path_items`](crate::core::engine::Engine::fast_path_items). Returns how many items are left, to
/// the last.
#[unsafe(no_mangle)]
pub extern "C" fn engine_fast_path_items(run: u32, now: f64) -> u32 {
    with_engine(|engine| engine.fast_path_items(RunId(run), now)).len() as u32
}

/// See [`Engine::fast_path_done`](crate::core::engine::Engine::fast_path_done).
#[unsafe(no_mangle)]
pub extern "C" fn engine_fast_path_done(run: u32, next: u32, now: f64) {
    with_engine(|engine| engine.fast_path_done(RunId(run), next, now));
}

/// See [`Engine::moved_slot`](crate::core::engine::Engine::moved_slot).
#[unsafe(no_mangle)]
pub extern "C" fn engine_moved_slot(slot: u32, item: u32) {
    with_engine(|engine| engine.moved_slot(Slot(slot), item));
}

/// See [`Engine::skipped`](crate::core::engine::Engine::skipped).
#[unsafe(no_mangle)]
pub extern "C" fn engine_skipped(slot: u32, now: f64) {
    with_engine(|engine| engine.skipped(Slot(slot), now));
}

/// See [`Engine::accept`](crate::core::engine::Engine::accept).
#[unsafe(no_mangle)]
pub extern "C" fn engine_accept(run: u32, item: u32) {
    with_engine(|engine| engine.accept(RunId(run), item));
}

/// See [`Engine::decline`](crate::core::engine::Engine::decline). The item is skipped. Returns whether it had no
/// outcome.
#[unsafe(no_mangle)]
pub extern "C" fn engine_skip(run: u32, item: u32) -> u32 {
    with_engine(|engine| u32::from(engine.decline(RunId(run), item, ItemState::Skipped)))
}

/// See [`Engine::decline`](crate::core::engine::Engine::decline). The item is rejected. Returns whether it had no
/// outcome.
#[unsafe(no_mangle)]
pub extern "C" fn engine_reject(run: u32, item: u32) -> u32 {
    with_engine(|engine| u32::from(engine.decline(RunId(run), item, ItemState::Rejected)))
}

/// See [`Engine::inputs_failed`](crate::core::engine::Engine::inputs_failed). Returns whether the item still waits.
#[unsafe(no_mangle)]
pub extern "C" fn engine_inputs_failed(run: u32, item: u32) -> u32 {
    with_engine(|engine| u32::from(engine.inputs_failed(RunId(run), item)))
}

/// See [`Engine::depend`](crate::core::engine::Engine::depend). Returns whether the result can arrive.
#[unsafe(no_mangle)]
pub extern "C" fn engine_depend(run: u32, item: u32, on_run: u32, on_item: u32) -> u32 {
    with_engine(|engine| u32::from(engine.depend((RunId(run), item), (RunId(on_run), on_item))))
}

/// See [`Engine::defer`](crate::core::engine::Engine::defer).
#[unsafe(no_mangle)]
pub extern "C" fn engine_defer(run: u32, item: u32) {
    with_engine(|engine| engine.defer(RunId(run), item));
}

/// See [`Engine::seek`](crate::core::engine::Engine::seek).
#[unsafe(no_mangle)]
pub extern "C" fn engine_seek(run: u32, seeks: u32) {
    with_engine(|engine| engine.seek(RunId(run), seeks != 0));
}

/// See [`Engine::inputs_ready`](crate::core::engine::Engine::inputs_ready). Returns whether the item still waits.
#[unsafe(no_mangle)]
pub extern "C" fn engine_inputs_ready(run: u32, item: u32, now: f64) -> u32 {
    with_engine(|engine| u32::from(engine.inputs_ready(RunId(run), item, now)))
}

/// Sets the priority of an item, in a run that has priorities. Higher ones start first.
#[unsafe(no_mangle)]
pub extern "C" fn engine_rank(run: u32, item: u32, priority: f64) {
    with_engine(|engine| engine.rank(RunId(run), item, priority));
}

/// See [`Engine::settled`](crate::core::engine::Engine::settled).
#[unsafe(no_mangle)]
pub extern "C" fn engine_settled(slot: u32, now: f64) {
    with_engine(|engine| engine.settled(Slot(slot), now));
}

/// See [`Engine::touched`](crate::core::engine::Engine::touched). `fraction` may be NaN.
#[unsafe(no_mangle)]
pub extern "C" fn engine_touched(slot: u32, fraction: f64, now: f64) {
    with_engine(|engine| engine.touched(Slot(slot), known(fraction), now));
}

/// See [`Engine::stop_clock`](crate::core::engine::Engine::stop_clock).
#[unsafe(no_mangle)]
pub extern "C" fn engine_stop_clock(slot: u32) {
    with_engine(|engine| engine.stop_clock(Slot(slot)));
}

/// See [`Engine::set_busy`](crate::core::engine::Engine::set_busy).
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_busy(slot: u32, is_busy: u32, now: f64) {
    with_engine(|engine| engine.set_busy(Slot(slot), is_busy != 0, now));
}

/// See [`Engine::may_follow`](crate::core::engine::Engine::may_follow).
#[unsafe(no_mangle)]
pub extern "C" fn engine_may_follow(slot: u32, facts: u32, verdict: u32, decision: u32) -> u32 {
    let failure = failure_of(facts, verdict, verdict, decision);
    with_engine(|engine| u32::from(engine.may_follow(Slot(slot), &failure)))
}

/// See [`Failure::verdict_of`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_verdict(facts: u32, verdict: u32) -> u32 {
    number_of_verdict(Failure::verdict_of(verdict_of(verdict), facts & fact::SENT != 0))
}

/// See [`Failure::may_be_sent`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_may_be_sent(facts: u32, verdict: u32) -> u32 {
    u32::from(failure_of(facts, verdict, verdict, decision::NONE).may_be_sent())
}

/// See [`Engine::unexpected_end`](crate::core::engine::Engine::unexpected_end). Returns a final verdict for none.
#[unsafe(no_mangle)]
pub extern "C" fn engine_unexpected_end(run: u32, attempts: u32, facts: u32, verdict: u32, decision: u32) -> u32 {
    let failure = failure_of(facts, verdict, verdict, decision);
    let unexpected = with_engine(|engine| engine.unexpected_end(RunId(run), attempts, &failure));
    number_of_verdict(unexpected.unwrap_or(Verdict::Final))
}

/// See [`Engine::failed`](crate::core::engine::Engine::failed), or
/// [`Engine::timed_out`](crate::core::engine::Engine::timed_out) if `is_timeout` is not 0.
#[unsafe(no_mangle)]
pub extern "C" fn engine_failed(
    slot: u32,
    is_timeout: u32,
    facts: u32,
    verdict: u32,
    cause: u32,
    decision: u32,
    retry_after: f64,
    delay: f64,
    random: f64,
    now: f64,
) -> u32 {
    let failure = Failure {
        retry_after: known(retry_after),
        delay: known(delay),
        random,
        ..failure_of(facts, verdict, cause, decision)
    };
    number_of(with_engine(|engine| {
        if is_timeout != 0 {
            engine.timed_out(Slot(slot), &failure, now)
        } else {
            engine.failed(Slot(slot), &failure, now)
        }
    }))
}

pub(super) fn failure_of(facts: u32, verdict: u32, cause: u32, decision: u32) -> Failure {
    Failure {
        verdict: verdict_of(verdict),
        cause: verdict_of(cause),
        sent: facts & fact::SENT != 0,
        keyed: is_keyed(facts & fact::KEYED != 0, facts & fact::SAFE_METHOD != 0, facts & fact::RESENDS != 0),
        throttled: facts & fact::THROTTLED != 0,
        is_end_reason: facts & fact::END_REASON != 0,
        decision: decision_of(decision),
        ..Failure::FINAL
    }
}

/// See [`Engine::not_found`](crate::core::engine::Engine::not_found).
#[unsafe(no_mangle)]
pub extern "C" fn engine_not_found(slot: u32, now: f64) -> u32 {
    number_of(with_engine(|engine| engine.not_found(Slot(slot), now)))
}

/// See [`Engine::follow_rejection`](crate::core::engine::Engine::follow_rejection). Returns whether the run was
/// stopped.
#[unsafe(no_mangle)]
pub extern "C" fn engine_follow_rejection(run: u32, step: u32, pauses: u32, answer: u32, now: f64) -> u32 {
    let answer = config::failure_mode(answer);
    with_engine(|engine| u32::from(engine.follow_rejection(RunId(run), step as u8, pauses != 0, answer, now)))
}

pub(super) fn verdict_of(number: u32) -> Verdict {
    match number {
        verdict::REFUSED => Verdict::Refused,
        verdict::AMBIGUOUS => Verdict::Ambiguous,
        verdict::UNKNOWN => Verdict::Unknown,
        _ => Verdict::Final,
    }
}

pub(super) fn number_of_verdict(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Final => verdict::FINAL,
        Verdict::Refused => verdict::REFUSED,
        Verdict::Ambiguous => verdict::AMBIGUOUS,
        Verdict::Unknown => verdict::UNKNOWN,
    }
}

pub(super) fn decision_of(number: u32) -> Option<Decision> {
    match number {
        decision::RETRY => Some(Decision::Retry),
        decision::FAIL => Some(Decision::Fail),
        decision::PAUSE => Some(Decision::Pause),
        decision::RECONCILE => Some(Decision::Reconcile),
        _ => None,
    }
}

pub(super) fn after_of(number: u32) -> AfterFailure {
    match number {
        failure::REJECTED => AfterFailure::Rejected,
        failure::RETRYING => AfterFailure::Retrying,
        failure::RECONCILING => AfterFailure::Reconciling,
        failure::CANCELLED => AfterFailure::Cancelled,
        _ => AfterFailure::Ignored,
    }
}

fn number_of(after: AfterFailure) -> u32 {
    match after {
        AfterFailure::Rejected => failure::REJECTED,
        AfterFailure::Retrying => failure::RETRYING,
        AfterFailure::Ignored => failure::IGNORED,
        AfterFailure::Reconciling => failure::RECONCILING,
        AfterFailure::Cancelled => failure::CANCELLED,
    }
}
