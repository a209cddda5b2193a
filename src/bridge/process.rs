//! The verbs that are a run and nothing else. The npm package makes these runs itself and only has them opened, so that who
//! uses one verb does not download all; as functions they are for Rust.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::executor::{Kind, Run, phase_run, poll_run, process_run, retry_run, settle_run};
use super::host::open;

/// Values in input order, or the first failure.
pub fn process_with_concurrency(
    items: &JsValue,
    concurrency: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    Ok(open_run(&process_run(items, concurrency, task, options)?))
}

/// One outcome for every item.
pub fn settle_with_concurrency(
    items: &JsValue,
    concurrency: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    Ok(open_run(&settle_run(items, concurrency, task, options)?))
}

/// Chunk after chunk, never two at once; all chunks.
pub fn process_phase(call: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    Ok(open_run(&phase_run(Kind::Process as u8, call, options)?))
}

/// One call, repeated while its failures allow it.
pub fn retry(call: &JsValue, policy: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    Ok(open_run(&retry_run(call, policy, options)?))
}

/// Ask after ask, until the reply that is wanted.
pub fn poll_until(ask: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    Ok(open_run(&poll_run(ask, options)?))
}

/// Any run that JavaScript has made.
#[wasm_bindgen(js_name = engine_open, skip_typescript)]
pub fn open_run(run: &Run) -> Promise {
    open(run)
}
