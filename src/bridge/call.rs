//! One JSON call of a backend: send, read, and leave the rest to the retries.

use std::rc::Rc;

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, RequestInit, Response};

use super::classify::get;
use super::errors::{bad_option, text_of};
use super::executor::{Kind, Run};
use super::host::open;
use super::options::Options;
use super::reply::read;
use crate::core::retry::RetryPolicy;
use crate::core::run::{CancelMode, RunConfig};

/// A POST of `body` as JSON; its parsed reply.
#[wasm_bindgen(js_name = callPhase, skip_typescript)]
pub fn call_phase(url: &JsValue, body: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    let read = Options::new(options, "options", "")?;
    let call = Rc::new(Call::new(url, body, &read)?);
    let (policy, retry) = read.retry(RetryPolicy::default())?;
    let policy = if policy.is_undefined() { js_sys::Object::new().into() } else { policy };
    let config = RunConfig {
        timeout: read.milliseconds("timeout")?.unwrap_or(f64::INFINITY),
        retry,
        on_cancel: CancelMode::Abort,
        ..RunConfig::default()
    };
    let resend = read.one_of("resend", &["keyed", "always"], "\"keyed\" or \"always\"")?;
    let signal = read.signal()?;
    let is_repeatable = call.is_repeatable() || resend == Some(1);
    let task = Closure::<dyn Fn(JsValue) -> Promise>::new(move |context: JsValue| {
        future_to_promise(Rc::clone(&call).send(get(&context, "signal")))
    });
    let items = Array::of1(&JsValue::UNDEFINED);
    let run = Run::new(Kind::One as u8, task.as_ref(), options, &policy, true);
    run.take(&items)?;
    run.set_resend(is_repeatable);
    Ok(open(&run, config, signal, vec![Box::new(task)]))
}

struct Call {
    url: JsValue,
    method: String,
    /// Written once, so that every attempt sends the same.
    body: JsValue,
    headers: JsValue,
    idempotency_key: Option<String>,
    fetch: Option<Function>,
}

impl Call {
    fn new(url: &JsValue, body: &JsValue, options: &Options) -> Result<Self, JsValue> {
        if !url.is_string() && !url.is_object() {
            return Err(bad_option("url", "a string or a URL", url));
        }
        let text = |name: &str| {
            let value = options.get(name)?;
            let is_text = value.is_undefined() || value.as_string().is_some_and(|text| !text.is_empty());
            if is_text { Ok(value.as_string()) } else { Err(bad_option(name, "a string that is not empty", &value)) }
        };
        let written = if body.is_undefined() { JsValue::UNDEFINED } else { JSON::stringify(body)?.into() };
        let method = text("method")?.map_or_else(|| "POST".into(), |method| method.to_ascii_uppercase());
        if matches!(method.as_str(), "GET" | "HEAD") && !body.is_undefined() {
            return Err(bad_option("body", "undefined where the method is GET or HEAD", body));
        }
        Ok(Self {
            url: url.clone(),
            method,
            body: written,
            headers: options.get("headers")?,
            idempotency_key: text("idempotencyKey")?,
            fetch: options.function("fetch")?,
        })
    }

    /// Whether a repetition is not paid twice.
    fn is_repeatable(&self) -> bool {
        self.idempotency_key.is_some() || matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    async fn send(self: Rc<Self>, signal: JsValue) -> Result<JsValue, JsValue> {
        let headers = self.resolve_headers().await?;
        let init = RequestInit::new();
        init.set_method(&self.method);
        init.set_headers(&headers);
        init.set_signal(Some(signal.unchecked_ref()));
        if !self.body.is_undefined() {
            init.set_body(&self.body);
        }
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => Reflect::get(&js_sys::global(), &"fetch".into())?.unchecked_into(),
        };
        let response = fetch.call2(&JsValue::UNDEFINED, &self.url, &init)?;
        let response = JsFuture::from(Promise::resolve(&response)).await?.unchecked_into::<Response>();
        read(response, &self.name()).await
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
