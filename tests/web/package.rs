//! The package as it ships: `dist/index.js`, which contains the wasm.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/dist/index.js")]
extern "C" {
    #[wasm_bindgen(js_name = processWithConcurrency)]
    pub fn process_with_concurrency(items: &JsValue, limit: &JsValue, task: &JsValue, options: &JsValue) -> Promise;

    #[wasm_bindgen(js_name = settleWithConcurrency)]
    pub fn settle_with_concurrency(items: &JsValue, limit: &JsValue, task: &JsValue, options: &JsValue) -> Promise;

    #[wasm_bindgen(js_name = processPhase)]
    pub fn process_phase(call: &JsValue, options: &JsValue) -> Promise;

    #[wasm_bindgen(js_name = callPhase)]
    pub fn call_phase(url: &JsValue, body: &JsValue, options: &JsValue) -> Promise;

    #[wasm_bindgen(js_name = retry)]
    pub fn retry(call: &JsValue, policy: &JsValue, options: &JsValue) -> Promise;
}
