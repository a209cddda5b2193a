//! Reads the reply of a call: waits for its text, and decides with [`reply`] whether it is a success.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::core::reply;

#[wasm_bindgen]
extern "C" {
    /// Parses a text without taking it over.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse(text: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(raw_module = "../src/runtime/imports.ts")]
extern "C" {
    /// The request that is answered.
    pub type Request;

    #[wasm_bindgen(method, getter)]
    fn method(this: &Request) -> String;

    /// Returns the error of a reply. `problem` says what is wrong with a good status.
    #[wasm_bindgen(js_name = errorOf)]
    fn error_of(request: &Request, response: &Response, text: &JsValue, problem: &str) -> JsValue;
}

/// Resolves to the value of a reply, or rejects with its error. The response must be one of the platform: the runtime
/// reads any other object, so that no user code runs in here.
#[wasm_bindgen(js_name = receive)]
pub async fn receive(request: Request, response: Response) -> Result<JsValue, JsValue> {
    let text = JsFuture::from(response.text()?).await?;
    value_of(&request, &response, &text)
}

/// Returns the value of a reply whose text has been read. `response` needs `ok` and `status` only.
#[wasm_bindgen(js_name = valueOfReply)]
pub fn value_of(request: &Request, response: &Response, text: &JsValue) -> Result<JsValue, JsValue> {
    let problem = if !response.ok() {
        ""
    } else if text.is_falsy() {
        if reply::may_be_empty(response.status(), &request.method()) {
            return Ok(JsValue::UNDEFINED);
        }
        " without a body"
    } else {
        match parse(text) {
            Ok(value) => return Ok(value),
            Err(_) => " with a body that is not JSON",
        }
    };
    Err(error_of(request, response, text, problem))
}
