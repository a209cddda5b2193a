//! The JavaScript side of runs.

use js_sys::{Array, Float64Array, Function, Promise};
use wasm_bindgen::prelude::*;

/// What the promise of a run gives; the numbers are those of `run.js`.
#[derive(Clone, Copy)]
pub enum Kind {
    /// All values, or a rejection.
    Process = 0,
}

#[wasm_bindgen(module = "/src/bridge/run.js")]
extern "C" {
    /// A run, as JavaScript sees it.
    pub type Run;

    #[wasm_bindgen(method)]
    pub fn numbers(this: &Run) -> Float64Array;

    /// The signals of which any cancels it.
    #[wasm_bindgen(method, getter)]
    pub fn signals(this: &Run) -> Array;

    /// An AbortSignal of any realm, or what behaves like one: not web-sys', whose class it need not be of.
    #[derive(Clone)]
    pub type SignalLike;

    #[wasm_bindgen(method, getter, structural)]
    pub fn aborted(this: &SignalLike) -> bool;

    #[wasm_bindgen(method, structural, catch, js_name = addEventListener)]
    pub fn add_event_listener(this: &SignalLike, kind: &str, listener: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(method, structural, catch, js_name = removeEventListener)]
    pub fn remove_event_listener(this: &SignalLike, kind: &str, listener: &Function) -> Result<(), JsValue>;
}

#[wasm_bindgen(module = "/src/bridge/modes.js")]
extern "C" {
    /// All values, or the first failure.
    #[wasm_bindgen(catch, js_name = processRun)]
    pub fn process_run(items: &JsValue, limit: &JsValue, task: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    /// A report.
    #[wasm_bindgen(catch, js_name = settleRun)]
    pub fn settle_run(items: &JsValue, limit: &JsValue, task: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    /// One call, repeated.
    #[wasm_bindgen(catch, js_name = retryRun)]
    pub fn retry_run(call: &JsValue, policy: &JsValue, options: &JsValue) -> Result<Run, JsValue>;

    /// One request, repeated.
    #[wasm_bindgen(catch, js_name = callRun)]
    pub fn call_run(url: &JsValue, body: &JsValue, options: &JsValue, send: &JsValue) -> Result<Run, JsValue>;
}

#[wasm_bindgen(module = "/src/bridge/poll.js")]
extern "C" {
    /// Ask after ask.
    #[wasm_bindgen(catch, js_name = pollRun)]
    pub fn poll_run(ask: &JsValue, options: &JsValue) -> Result<Run, JsValue>;
}

#[wasm_bindgen(module = "/src/bridge/phase.js")]
extern "C" {
    /// Chunk after chunk.
    #[wasm_bindgen(catch, js_name = phaseRun)]
    pub fn phase_run(kind: u8, call: &JsValue, options: &JsValue) -> Result<Run, JsValue>;
}

#[wasm_bindgen(module = "/src/bridge/executor.js")]
extern "C" {
    /// Begins the run under the engine's id.
    pub fn begin(run: &Run, id: u32) -> Promise;

    /// What a signal calls when it aborts.
    pub fn canceller(run: &Run, signal: &SignalLike) -> Function;

    /// Ends the run with the signal's reason.
    pub fn cancel(run: &Run, signal: &SignalLike);

    /// Does what the engine says, when the stack is empty.
    #[wasm_bindgen(js_name = drainSoon)]
    pub fn drain_soon();

    /// The same, as a function to hand on.
    #[wasm_bindgen(js_name = soonDrainer)]
    pub fn soon_drainer() -> Function;
}

#[wasm_bindgen(module = "/src/bridge/engine.js")]
extern "C" {
    /// Hands over the engine's functions, and what lets the executor go on.
    pub fn bind(exports: &JsValue, drain_soon: &Function);
}
