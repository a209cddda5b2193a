//! Exports that open, change and read limiters.

use super::host::{with_engine, with_host};
use crate::core::engine::Engine;
use crate::core::ids::LimiterId;
use crate::core::limiter::permits::Grant;
use crate::rows;
use crate::table::limiter;

/// See [`Engine::set_limiter_limit`](crate::core::engine::Engine::set_limiter_limit). Returns 1 if it was set.
#[unsafe(no_mangle)]
pub extern "C" fn engine_set_limiter_limit(id: u32, limit: u32, now: f64) -> u32 {
    with_engine(|engine| u32::from(engine.set_limiter_limit(LimiterId(id), limit, now)))
}

/// See [`Engine::cool_limiter`](crate::core::engine::Engine::cool_limiter).
#[unsafe(no_mangle)]
pub extern "C" fn engine_cool_limiter(id: u32, milliseconds: f64, now: f64) {
    with_engine(|engine| engine.cool_limiter(LimiterId(id), milliseconds, now));
}

/// See [`Engine::close_limiter`](crate::core::engine::Engine::close_limiter).
#[unsafe(no_mangle)]
pub extern "C" fn engine_close_limiter(id: u32) {
    with_engine(|engine| engine.close_limiter(LimiterId(id)));
}

/// Returns one number of a limiter, NaN where it is not known.
#[unsafe(no_mangle)]
pub extern "C" fn engine_limiter(id: u32, field: u32, now: f64) -> f64 {
    let read = |engine: &mut Engine| {
        let id = LimiterId(id);
        Some((engine.limiter(id)?, engine.limiter_bounds(id)?, engine.inspect_limiter(id, now)?))
    };
    let Some(((limit, in_flight, waiting, cooling_until), (least, most), found)) = with_engine(read) else {
        return f64::NAN;
    };
    let (rate, adaptive) = (found.rate, found.adaptive);
    let count = match field {
        limiter::WAITING => return waiting as f64,
        limiter::COOLING_UNTIL => return cooling_until,
        limiter::READY_AT => return found.ready_at.unwrap_or(f64::NAN),
        limiter::RATE_INTERVAL => return rate.map_or(f64::NAN, |rate| rate.interval),
        limiter::LIMIT => Some(limit),
        limiter::IN_FLIGHT => Some(in_flight),
        limiter::LEAST => Some(least),
        limiter::MOST => Some(most),
        limiter::RATE_LIMIT => rate.map(|rate| rate.limit),
        limiter::RATE_USED => rate.map(|rate| rate.used),
        limiter::PROVEN => adaptive.and_then(|adaptive| adaptive.proven),
        limiter::REFUSED => adaptive.and_then(|adaptive| adaptive.refused),
        _ => None,
    };
    count.map_or(f64::NAN, f64::from)
}

/// Writes the report of a limiter that [`output::REPORT`](crate::table::output::REPORT) asks to answer, and returns its
/// address.
#[unsafe(no_mangle)]
pub extern "C" fn engine_take_report(id: u32) -> *const f64 {
    with_host(|host| {
        if let Some(report) = host.engine.take_report(LimiterId(id)) {
            host.report = rows::report_row(report);
        }
        host.report.as_ptr()
    })
}

/// See [`Engine::permit`](crate::core::engine::Engine::permit).
#[unsafe(no_mangle)]
pub extern "C" fn engine_permit(id: u32, permits: u32, limit: u32, epoch: u32, report_at: f64, now: f64) -> u32 {
    let grant = Grant { permits, limit, epoch, report_at };
    with_engine(|engine| u32::from(engine.permit(LimiterId(id), grant, now)))
}

/// See [`Engine::ask_for_report`](crate::core::engine::Engine::ask_for_report).
#[unsafe(no_mangle)]
pub extern "C" fn engine_ask_for_report(id: u32, cool_until: f64) {
    with_engine(|engine| engine.ask_for_report(LimiterId(id), cool_until));
}
