//! One JSON call of a backend: send, read, and leave the rest to the retries.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Response;

use super::executor::call_run;
use super::host::open;

#[wasm_bindgen(module = "/src/bridge/reply.js")]
extern "C" {
    fn post(request: &JsValue, signal: &JsValue) -> Promise;

    #[wasm_bindgen(catch, js_name = replyOf)]
    fn reply_of(request: &JsValue, response: &Response, text: &JsValue) -> Result<JsValue, JsValue>;
}

/// A POST of `body` as JSON; its parsed reply. For Rust: the npm package makes the run itself.
pub fn call_phase(url: &JsValue, body: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    // Kept by the run, and let go with it.
    let send = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(send_call).into_js_value();
    Ok(open(&call_run(url, body, options, &send)?))
}

/// One attempt. The request is the same in all; it was read and checked by `callRun` in `modes.js`.
#[wasm_bindgen(js_name = engine_send, skip_typescript)]
pub fn send_call(request: JsValue, signal: JsValue) -> Promise {
    future_to_promise(send(request, signal))
}

/// The texts of the request and of the reply are JavaScript's: see `reply.js`.
async fn send(request: JsValue, signal: JsValue) -> Result<JsValue, JsValue> {
    let response: Response = JsFuture::from(post(&request, &signal)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    reply_of(&request, &response, &text)
}
