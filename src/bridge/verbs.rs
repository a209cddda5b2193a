//! The verbs of the package. Each knows its defaults and opens a run in the engine, or a limiter.
//!
//! The runtime reads the arguments, because that runs user code, and keeps the values. `numbers` are the options, by
//! their index in the table.

use wasm_bindgen::prelude::*;

use super::config;
use super::host::with_engine;
use crate::core::engine::Engine;
use crate::core::run::config::RunConfig;
use crate::rows::{self, Row};
use crate::table::limiter_option;

fn open(numbers: &[f64], defaults: RunConfig, now: f64) -> u32 {
    with_engine(|engine| engine.open(config::run(numbers, defaults), now)).0
}

/// Opens a run with a handle, which can be paused and resumed.
fn open_handle(numbers: &[f64], defaults: RunConfig, now: f64) -> u32 {
    open(numbers, RunConfig { can_resume: true, ..defaults }, now)
}

/// Values in input order, or the first failure.
#[wasm_bindgen(js_name = processWithConcurrency)]
pub fn process_with_concurrency(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::fail_fast(), now)
}

/// One outcome for every item.
#[wasm_bindgen(js_name = settleWithConcurrency)]
pub fn settle_with_concurrency(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::settle_all(), now)
}

/// Chunk after chunk, never two at once.
#[wasm_bindgen(js_name = processPhase)]
pub fn process_phase(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::phase(), now)
}

/// One request, with retries.
#[wasm_bindgen(js_name = callPhase)]
pub fn call_phase(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::fail_fast(), now)
}

/// One call, with retries.
#[wasm_bindgen(js_name = retry)]
pub fn retry(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::fail_fast(), now)
}

/// One request after another, until a reply is done.
#[wasm_bindgen(js_name = pollUntil)]
pub fn poll_until(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::fail_fast(), now)
}

/// The run of `settleWithConcurrency`, with a handle.
#[wasm_bindgen(js_name = startRun)]
pub fn start_run(numbers: &[f64], now: f64) -> u32 {
    open_handle(numbers, RunConfig::settle_all(), now)
}

/// Batches with a barrier.
#[wasm_bindgen(js_name = startBatches)]
pub fn start_batches(numbers: &[f64], now: f64) -> u32 {
    open_handle(numbers, RunConfig::settle_all(), now)
}

/// Commits in input order, with preparations that run ahead.
#[wasm_bindgen(js_name = startInOrder)]
pub fn start_in_order(numbers: &[f64], now: f64) -> u32 {
    open_handle(numbers, RunConfig::in_order(), now)
}

/// The run of `processPhase`, with a handle.
#[wasm_bindgen(js_name = startPhase)]
pub fn start_phase(numbers: &[f64], now: f64) -> u32 {
    open_handle(numbers, RunConfig::phase(), now)
}

/// Phases in order, with threaded outputs.
#[wasm_bindgen(js_name = startPipeline)]
pub fn start_pipeline(numbers: &[f64], now: f64) -> u32 {
    open_handle(numbers, RunConfig::pipeline(), now)
}

/// One call through a limiter.
#[wasm_bindgen(js_name = runLimited)]
pub fn run_limited(numbers: &[f64], now: f64) -> u32 {
    open(numbers, RunConfig::fail_fast(), now)
}

/// A limiter that several runs share.
#[wasm_bindgen(js_name = openLimiter)]
pub fn open_limiter(numbers: &[f64]) -> u32 {
    let config = rows::limiter(numbers);
    let open = |engine: &mut Engine| match Row(numbers).is_on(limiter_option::SHARED) {
        true => engine.open_shared_limiter(config),
        false => engine.open_limiter(config),
    };
    with_engine(open).0
}
