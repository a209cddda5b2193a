//! Exports that steer a run (pause, resume, cancel, retry) and that read its progress.

use super::host::{number_of_status, with_engine};
use super::known;
use crate::core::ids::RunId;
use crate::core::progress::ServerCounts;
use crate::core::run::following::Following;
use crate::core::run::{State, Status};
use crate::table::{following, progress, state};

/// See [`Engine::state`](crate::core::engine::Engine::state). An unknown run has finished.
#[unsafe(no_mangle)]
pub extern "C" fn engine_state(run: u32) -> u32 {
    match with_engine(|engine| engine.state(RunId(run))) {
        Some(State::Running) => state::RUNNING,
        Some(State::Paused) => state::PAUSED,
        Some(State::Cancelling(_)) => state::CANCELLING,
        _ => state::FINISHED,
    }
}

/// See [`Engine::pause`](crate::core::engine::Engine::pause).
#[unsafe(no_mangle)]
pub extern "C" fn engine_pause(run: u32) {
    with_engine(|engine| engine.pause(RunId(run)));
}

/// See [`Engine::resume`](crate::core::engine::Engine::resume).
#[unsafe(no_mangle)]
pub extern "C" fn engine_resume(run: u32, now: f64) {
    with_engine(|engine| engine.resume(RunId(run), now));
}

/// See [`Engine::reopen`](crate::core::engine::Engine::reopen).
#[unsafe(no_mangle)]
pub extern "C" fn engine_reopen(run: u32, item: u32) -> u32 {
    with_engine(|engine| u32::from(engine.reopen(RunId(run), item)))
}

/// See [`Engine::cancel`](crate::core::engine::Engine::cancel).
#[unsafe(no_mangle)]
pub extern "C" fn engine_cancel(run: u32, now: f64) -> u32 {
    with_engine(|engine| u32::from(engine.cancel(RunId(run), now)))
}

/// See [`Engine::drain`](crate::core::engine::Engine::drain).
#[unsafe(no_mangle)]
pub extern "C" fn engine_drain(run: u32, now: f64) -> u32 {
    with_engine(|engine| u32::from(engine.drain(RunId(run), now)))
}

/// See [`Engine::cancel_item`](crate::core::engine::Engine::cancel_item).
#[unsafe(no_mangle)]
pub extern "C" fn engine_cancel_item(run: u32, item: u32, now: f64) {
    with_engine(|engine| engine.cancel_item(RunId(run), item, now));
}

/// See [`Engine::retry_item`](crate::core::engine::Engine::retry_item). Returns whether the item will have a new
/// outcome.
#[unsafe(no_mangle)]
pub extern "C" fn engine_retry_item(run: u32, item: u32, regenerate: u32, now: f64) -> u32 {
    with_engine(|engine| u32::from(engine.retry_item(RunId(run), item, regenerate != 0, now)))
}

/// See [`Engine::status`](crate::core::engine::Engine::status). "partial" before the end.
#[unsafe(no_mangle)]
pub extern "C" fn engine_status(run: u32) -> u32 {
    let status = with_engine(|engine| engine.status(RunId(run)));
    number_of_status(status.unwrap_or(Status::Partial))
}

/// See [`Engine::remove`](crate::core::engine::Engine::remove).
#[unsafe(no_mangle)]
pub extern "C" fn engine_remove(run: u32, item: u32) {
    with_engine(|engine| engine.remove(RunId(run), item));
}

/// See [`Engine::lead_on`](crate::core::engine::Engine::lead_on).
#[unsafe(no_mangle)]
pub extern "C" fn engine_lead_on(run: u32, following: u32, now: f64) -> u32 {
    let following = match following {
        following::NOTHING => Following::Nothing,
        following::AWAITED => Following::Awaited,
        following::ITEM => Following::Item,
        following::UNSTORED => Following::Unstored,
        _ => Following::Unknown,
    };
    with_engine(|engine| u32::from(engine.lead_on(RunId(run), following, now)))
}

/// See [`Engine::next_attempt_at`](crate::core::engine::Engine::next_attempt_at). NaN if it waits for none.
#[unsafe(no_mangle)]
pub extern "C" fn engine_next_attempt_at(run: u32, item: u32) -> f64 {
    with_engine(|engine| engine.next_attempt_at(RunId(run), item)).unwrap_or(f64::NAN)
}

/// See [`Engine::set_limit`](crate::core::engine::Engine::set_limit).
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_limit(run: u32, limit: u32) {
    with_engine(|engine| engine.set_limit(RunId(run), limit));
}

/// See [`Engine::hold`](crate::core::engine::Engine::hold).
#[unsafe(no_mangle)]
pub extern "C" fn engine_hold(run: u32, until: f64, now: f64) {
    with_engine(|engine| engine.hold(RunId(run), until, now));
}

/// See [`Engine::weigh`](crate::core::engine::Engine::weigh). NaN is the default weight.
#[unsafe(no_mangle)]
pub extern "C" fn engine_weigh(run: u32, item: u32, weight: f64) {
    with_engine(|engine| engine.weigh(RunId(run), item, known(weight)));
}

/// See [`Engine::report`](crate::core::engine::Engine::report). `total` may be NaN.
#[unsafe(no_mangle)]
pub extern "C" fn engine_report(run: u32, completed: f64, total: f64, now: f64) {
    let counts = ServerCounts { completed, total: known(total) };
    with_engine(|engine| engine.report(RunId(run), counts, now));
}

/// See [`Engine::set_online`](crate::core::engine::Engine::set_online).
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_online(is_online: u32, now: f64) {
    with_engine(|engine| engine.set_online(is_online != 0, now));
}

/// See [`Engine::is_busy`](crate::core::engine::Engine::is_busy).
#[unsafe(no_mangle)]
pub extern "C" fn engine_is_busy(run: u32) -> u32 {
    with_engine(|engine| u32::from(engine.is_busy(RunId(run))))
}

/// See [`Engine::discard`](crate::core::engine::Engine::discard).
#[unsafe(no_mangle)]
pub extern "C" fn engine_discard(run: u32) {
    with_engine(|engine| engine.discard(RunId(run)));
}

/// Returns one number of the progress of a run, NaN where it is unknown.
#[unsafe(no_mangle)]
pub extern "C" fn engine_progress(run: u32, field: u32, now: f64) -> f64 {
    with_engine(|engine| {
        let Some((progress, known)) = engine.progress(RunId(run)) else { return f64::NAN };
        let (completed, total) = progress.counts(known);
        match field {
            progress::COMPLETED => completed,
            progress::IN_PROGRESS => f64::from(progress.in_progress),
            progress::TOTAL => total.unwrap_or(f64::NAN),
            progress::FAILED => f64::from(progress.failed),
            progress::CANCELLED => f64::from(progress.cancelled),
            progress::SKIPPED => f64::from(progress.skipped),
            progress::FRACTION => progress.fraction(known),
            progress::ETA => progress.eta(known, now).unwrap_or(f64::NAN),
            _ => progress.elapsed(now),
        }
    })
}
