//! One JSON call of a backend: send, read, and leave the rest to the retries.

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, RequestInit, Response};

use super::classify::get;
use super::errors::text_of;
use super::executor::{Run, call_run};
use super::host::open;
use super::reply::read;

/// A POST of `body` as JSON; its parsed reply. For Rust: the npm package makes the run itself.
pub fn call_phase(url: &JsValue, body: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    Ok(open_call(&call_run(url, body, options)?))
}

/// Opens a run that `callRun` in `modes.js` has made, and sends what it asks for.
#[wasm_bindgen(js_name = openCall, skip_typescript)]
pub fn open_call(run: &Run) -> Promise {
    let call = Rc::new(Call::new(&run.request()));
    let send = Closure::<dyn Fn(JsValue) -> Promise>::new(move |context: JsValue| {
        let call = Rc::clone(&call);
        future_to_promise(async move { call.send(get(&context, "signal")).await })
    });
    run.set_send(send.as_ref());
    open(run, vec![Box::new(send)])
}

/// What is sent, the same in every attempt; read and checked by `callRun` in `modes.js`.
struct Call {
    url: JsValue,
    method: String,
    body: JsValue,
    headers: JsValue,
    idempotency_key: Option<String>,
    fetch: Function,
}

impl Call {
    fn new(request: &JsValue) -> Self {
        Self {
            url: get(request, "url"),
            method: get(request, "method").as_string().unwrap_or_default(),
            body: get(request, "body"),
            headers: get(request, "headers"),
            idempotency_key: get(request, "idempotencyKey").as_string(),
            fetch: get(request, "fetch").unchecked_into(),
        }
    }

    async fn send(&self, signal: JsValue) -> Result<JsValue, JsValue> {
        let headers = self.resolve_headers().await?;
        let init = RequestInit::new();
        init.set_method(&self.method);
        init.set_headers(&headers);
        init.set_signal(Some(signal.unchecked_ref()));
        if !self.body.is_undefined() {
            init.set_body(&self.body);
        }
        let response = self.fetch.call2(&JsValue::UNDEFINED, &self.url, &init)?;
        let response = JsFuture::from(Promise::resolve(&response)).await?.unchecked_into::<Response>();
        read(response, &self.name(), self.method != "HEAD").await
    }

    /// Asked anew for every attempt, so that a token never goes stale (R19).
    async fn resolve_headers(&self) -> Result<Headers, JsValue> {
        let given = match self.headers.dyn_ref::<Function>() {
            Some(resolve) => JsFuture::from(Promise::resolve(&resolve.call0(&JsValue::UNDEFINED)?)).await?,
            None => self.headers.clone(),
        };
        let headers = if given.is_object() {
            Headers::new_with_record_from_str_to_str(given.unchecked_ref())?
        } else {
            Headers::new()?
        };
        if !self.body.is_undefined() && !headers.has("content-type")? {
            headers.set("content-type", "application/json")?;
        }
        if let Some(key) = &self.idempotency_key {
            headers.set("idempotency-key", key)?;
        }
        Ok(headers)
    }

    /// For messages, without the query, which may hold a secret.
    fn name(&self) -> String {
        let url = text_of(&self.url);
        let path = url.split(['?', '#']).next().unwrap_or_default();
        [&self.method, " ", path].concat()
    }
}
