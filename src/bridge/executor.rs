//! The JavaScript side of a run (`executor.js`).

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

/// What the promise of a run gives; the numbers are those of `run.js`.
#[derive(Clone, Copy)]
pub enum Kind {
    /// All values, or a rejection.
    Process = 0,
    /// A report.
    Settle = 1,
    /// The value of the only item, or a rejection.
    One = 2,
}

#[wasm_bindgen(module = "/src/bridge/run.js")]
extern "C" {
    /// A run, as JavaScript sees it.
    pub type Run;

    #[wasm_bindgen(constructor)]
    pub fn new(kind: u8, task: &JsValue, options: &JsValue, retry: &JsValue, timed: bool) -> Run;

    /// Its items, or where they come from.
    #[wasm_bindgen(method, catch)]
    pub fn take(this: &Run, items: &JsValue) -> Result<(), JsValue>;

    /// Whether the items come from an iterator.
    #[wasm_bindgen(method, getter, js_name = hasSource)]
    pub fn has_source(this: &Run) -> bool;

    /// How many items there are, where they do not come from an iterator.
    #[wasm_bindgen(method, getter)]
    pub fn count(this: &Run) -> u32;

    /// That a repetition of the task is known not to be paid twice.
    #[wasm_bindgen(method, setter)]
    pub fn set_resend(this: &Run, resend: bool);
}

#[wasm_bindgen(module = "/src/bridge/executor.js")]
extern "C" {
    /// Begins the run under the engine's id.
    pub fn begin(run: &Run, id: u32) -> Promise;

    /// What a signal calls when it aborts.
    pub fn canceller(run: &Run, signal: &JsValue) -> Function;

    /// Ends the run with the signal's reason.
    pub fn cancel(run: &Run, signal: &JsValue);

    /// Does what the engine says, when the stack is empty.
    #[wasm_bindgen(js_name = drainSoon)]
    pub fn drain_soon();
}

#[wasm_bindgen(module = "/src/bridge/engine.js")]
extern "C" {
    /// Hands over the engine's functions, and the classifier.
    pub fn bind(exports: &JsValue, classify: &Function);
}

#[wasm_bindgen(module = "/src/bridge/phase.js")]
extern "C" {
    /// A run over the chunks of a phase.
    #[wasm_bindgen(js_name = preparePhase)]
    pub fn prepare_phase(call: &JsValue, options: &JsValue, retry: &JsValue, next: &Function) -> Run;

    /// The server's own counts; a chunk without them is `undefined`.
    #[wasm_bindgen(js_name = serverCounts)]
    pub fn server_counts(run: &Run, counts: &JsValue);
}
