//! The errors that callers see.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/bridge/errors.js")]
extern "C" {
    /// A reply that is no success.
    #[wasm_bindgen(js_name = httpError)]
    pub fn http_error(
        request: &JsValue,
        status: u16,
        problem: &str,
        body: &JsValue,
        headers: &JsValue,
        retry_after: JsValue,
    ) -> JsValue;
}

// JavaScript's own: Rust's formatting and parsing of numbers weigh 10 kB.
#[wasm_bindgen]
extern "C" {
    /// A text as a number, NaN where it is none.
    #[wasm_bindgen(js_name = Number)]
    pub fn number_of(text: &str) -> f64;
}
