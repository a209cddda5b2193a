//! The errors that callers see.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/bridge/errors.js")]
extern "C" {
    /// A reply that is no success.
    pub type HttpError;

    #[wasm_bindgen(constructor)]
    pub fn new(message: &str, status: u16, body: &JsValue, headers: &JsValue, retry_after: JsValue) -> HttpError;
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
