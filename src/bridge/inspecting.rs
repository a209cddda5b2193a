//! Exports that say how far a run is, and what its items wait for.

use super::host::with_engine;
use crate::core::ids::RunId;
use crate::table::{inspected_item, inspected_run};

/// See [`Engine::inspect_run`](crate::core::engine::Engine::inspect_run).
#[unsafe(no_mangle)]
pub extern "C" fn engine_inspect_run(run: u32, field: u32) -> f64 {
    let Some(found) = with_engine(|engine| engine.inspect_run(RunId(run))) else { return f64::NAN };
    f64::from(match field {
        inspected_run::RUNNING => found.running,
        inspected_run::WAITING => found.waiting,
        inspected_run::DONE => found.done,
        _ => found.source as u32,
    })
}

/// See [`Engine::inspect_item`](crate::core::engine::Engine::inspect_item).
#[unsafe(no_mangle)]
pub extern "C" fn engine_inspect_item(run: u32, item: u32, field: u32, now: f64) -> f64 {
    let Some(found) = with_engine(|engine| engine.inspect_item(RunId(run), item, now)) else { return f64::NAN };
    match field {
        inspected_item::REASON => f64::from(found.wait.reason as u32),
        inspected_item::UNTIL => found.wait.until.unwrap_or(f64::NAN),
        _ => f64::from(found.attempt),
    }
}
