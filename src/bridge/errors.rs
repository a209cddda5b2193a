//! The errors that callers see.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/bridge/errors.js")]
extern "C" {
    /// A `TypeError` that names the option and the value received.
    #[wasm_bindgen(js_name = badOption)]
    pub fn bad_option(name: &str, expected: &str, value: &JsValue) -> JsValue;

    /// A reply that is no success.
    pub type HttpError;

    #[wasm_bindgen(constructor)]
    pub fn new(message: &str, status: u16, body: &JsValue, headers: &JsValue, retry_after: JsValue) -> HttpError;

    /// A chunk's reply that cannot be followed.
    pub type ContinuationError;

    #[wasm_bindgen(constructor)]
    pub fn new(message: &str, chunk: &JsValue) -> ContinuationError;
}

// JavaScript's own: Rust's formatting and parsing of numbers weigh 10 kB.
#[wasm_bindgen]
extern "C" {
    /// Any value as text.
    #[wasm_bindgen(js_name = String)]
    pub fn text_of(value: &JsValue) -> String;

    /// A text as a number, NaN where it is none.
    #[wasm_bindgen(js_name = Number)]
    pub fn number_of(text: &str) -> f64;
}
