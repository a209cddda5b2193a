//! Runs with a handle. The npm package makes them before the engine is loaded; these are for Rust, where it always is.

use wasm_bindgen::prelude::*;

use super::executor::{Run, phase_run};
use super::process::open_run;

#[wasm_bindgen(module = "/src/bridge/handle.js")]
extern "C" {
    /// What a user holds of a run.
    pub type RunHandle;

    #[wasm_bindgen(constructor)]
    fn new(run: &Run) -> RunHandle;
}

#[wasm_bindgen(module = "/src/bridge/modes.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = poolRun)]
    fn pool_run(items: &JsValue, task: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    #[wasm_bindgen(catch, js_name = batchesRun)]
    fn batches_run(items: &JsValue, size: &JsValue, task: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    #[wasm_bindgen(catch, js_name = inOrderRun)]
    fn in_order_run(items: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    #[wasm_bindgen(catch, js_name = pipelineRun)]
    fn pipeline_run(phases: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    #[wasm_bindgen(catch, js_name = limitedRun)]
    fn limited_run(limiter: &JsValue, task: &JsValue, options: &JsValue) -> Result<Run, JsValue>;
}

#[wasm_bindgen(module = "/src/bridge/limiter.js")]
extern "C" {
    /// What several runs share.
    pub type Limiter;

    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<Limiter, JsValue>;
}

fn start(run: Run) -> RunHandle {
    let handle = RunHandle::new(&run);
    // The handle has the promise.
    let _ = open_run(&run);
    handle
}

/// A pool that can be watched and steered.
pub fn start_run(items: &JsValue, task: &JsValue, options: &JsValue) -> Result<RunHandle, JsValue> {
    Ok(start(pool_run(items, task, options)?))
}

/// Batches with a barrier.
pub fn start_batches(items: &JsValue, size: &JsValue, task: &JsValue, options: &JsValue) -> Result<RunHandle, JsValue> {
    Ok(start(batches_run(items, size, task, options)?))
}

/// In order with a carry.
pub fn start_in_order(items: &JsValue, options: &JsValue) -> Result<RunHandle, JsValue> {
    Ok(start(in_order_run(items, options)?))
}

/// A phase in chunks.
pub fn start_phase(call: &JsValue, options: &JsValue) -> Result<RunHandle, JsValue> {
    Ok(start(phase_run(1, call, options)?))
}

/// Phases with outputs.
pub fn start_pipeline(phases: &JsValue, options: &JsValue) -> Result<RunHandle, JsValue> {
    Ok(start(pipeline_run(phases, options)?))
}

/// A limiter.
pub fn limiter(options: &JsValue) -> Result<Limiter, JsValue> {
    Limiter::new(options)
}

/// One task through a limiter.
pub fn run_limited(limiter: &Limiter, task: &JsValue, options: &JsValue) -> Result<js_sys::Promise, JsValue> {
    Ok(open_run(&limited_run(limiter, task, options)?))
}
