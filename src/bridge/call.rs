//! One JSON call of a backend: send, read, and leave the rest to the retries.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, RequestInit, Response};

use super::classify::get;
use super::executor::call_run;
use super::host::open;
use super::reply::read;

/// A POST of `body` as JSON; its parsed reply. For Rust: the npm package makes the run itself.
pub fn call_phase(url: &JsValue, body: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    let send = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(send_call);
    let run = call_run(url, body, options, send.as_ref())?;
    Ok(open(&run, vec![Box::new(send)]))
}

/// One attempt. The request is the same in all; it was read and checked by `callRun` in `modes.js`.
#[wasm_bindgen(js_name = sendCall, skip_typescript)]
pub fn send_call(request: JsValue, signal: JsValue) -> Promise {
    future_to_promise(send(request, signal))
}

async fn send(request: JsValue, signal: JsValue) -> Result<JsValue, JsValue> {
    let headers = resolve_headers(&request).await?;
    let method = get(&request, "method").as_string().unwrap_or_default();
    let init = RequestInit::new();
    init.set_method(&method);
    init.set_headers(&headers);
    init.set_signal(Some(signal.unchecked_ref()));
    let body = get(&request, "body");
    if !body.is_undefined() {
        init.set_body(&body);
    }
    let fetch: Function = get(&request, "fetch").unchecked_into();
    let response = fetch.call2(&JsValue::UNDEFINED, &get(&request, "url"), &init)?;
    let response = JsFuture::from(Promise::resolve(&response)).await?.unchecked_into::<Response>();
    read(response, request, method != "HEAD").await
}

/// Asked anew for every attempt, so that a token never goes stale (R19).
async fn resolve_headers(request: &JsValue) -> Result<Headers, JsValue> {
    let mut given = get(request, "headers");
    if let Some(resolve) = given.dyn_ref::<Function>() {
        given = JsFuture::from(Promise::resolve(&resolve.call0(&JsValue::UNDEFINED)?)).await?;
    }
    let headers = if given.is_object() {
        Headers::new_with_record_from_str_to_str(given.unchecked_ref())?
    } else {
        Headers::new()?
    };
    if !get(request, "body").is_undefined() && !headers.has("content-type")? {
        headers.set("content-type", "application/json")?;
    }
    if let Some(key) = get(request, "idempotencyKey").as_string() {
        headers.set("idempotency-key", &key)?;
    }
    Ok(headers)
}
