//! Makes JavaScript values, awaits promises and reads what they give into types.

use js_sys::{Array, Function, Promise, eval};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::package;

#[wasm_bindgen(module = "/tests/web/probe.js")]
extern "C" {
    fn within(promise: &Promise, milliseconds: f64) -> Promise;

    /// A value as text, so that nothing is taken for something else.
    pub fn show(value: &JsValue) -> String;

    /// One turn of the event loop.
    pub async fn turn();

    pub async fn sleep(milliseconds: f64);

    /// The globals of an iframe.
    #[wasm_bindgen(js_name = foreignRealm)]
    pub fn foreign_realm() -> JsValue;

    /// Tasks that the test settles.
    pub type Gate;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Gate;
    #[wasm_bindgen(method, getter)]
    pub fn task(this: &Gate) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn count(this: &Gate) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn most(this: &Gate) -> u32;
    #[wasm_bindgen(method)]
    pub async fn called(this: &Gate, count: u32);
    #[wasm_bindgen(method)]
    pub fn open(this: &Gate, call: u32, value: JsValue);
    #[wasm_bindgen(method)]
    pub fn shut(this: &Gate, call: u32, error: JsValue);
    #[wasm_bindgen(method)]
    pub fn items(this: &Gate) -> String;
    #[wasm_bindgen(method)]
    pub fn context(this: &Gate, call: u32) -> JsValue;

    /// An AbortController with its listeners counted.
    pub type Canceller;
    #[wasm_bindgen(constructor)]
    pub fn new(make: &str) -> Canceller;
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Canceller) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn added(this: &Canceller) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn removed(this: &Canceller) -> u32;
    #[wasm_bindgen(method)]
    pub fn abort(this: &Canceller, reason: &JsValue);

    /// Records errors that were not caught.
    pub type Uncaught;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Uncaught;
    #[wasm_bindgen(method)]
    async fn end(this: &Uncaught) -> JsValue;

    /// A fetch that answers by a script.
    pub type Backend;
    #[wasm_bindgen(constructor)]
    pub fn new(script: JsValue) -> Backend;
    #[wasm_bindgen(method, getter)]
    pub fn fetch(this: &Backend) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn count(this: &Backend) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn requests(this: &Backend) -> JsValue;
}

impl Uncaught {
    /// Returns the errors that were recorded.
    pub async fn heard(&self) -> String {
        self.end().await.as_string().unwrap()
    }
}

/// An argument: a value, JavaScript's text for one, or nothing.
pub trait Js {
    fn js(self) -> JsValue;
}

impl Js for &str {
    fn js(self) -> JsValue {
        eval(&format!("({self})")).unwrap_or_else(|error| panic!("{self}: {}", show(&error)))
    }
}

impl Js for JsValue {
    fn js(self) -> JsValue {
        self
    }
}

impl Js for &JsValue {
    fn js(self) -> JsValue {
        self.clone()
    }
}

impl Js for () {
    fn js(self) -> JsValue {
        JsValue::UNDEFINED
    }
}

/// Calls the function that `code` is: the way by which JavaScript gets hold of what a test has.
pub fn make(code: &str, args: &[&JsValue]) -> JsValue {
    let function: Function = code.js().unchecked_into();
    let args = args.iter().copied().collect::<Array>();
    function.apply(&JsValue::UNDEFINED, &args).unwrap_or_else(|error| panic!("{code}: {}", show(&error)))
}

/// The items 0 to `count` - 1.
pub fn range(count: u32) -> JsValue {
    (0..count).map(JsValue::from).collect::<Array>().into()
}

/// Begins `settleWithConcurrency`.
pub fn settle(items: impl Js, limit: f64, task: impl Js, options: impl Js) -> Promise {
    package::settle_with_concurrency(&items.js(), &limit.into(), &task.js(), &options.js())
}

/// Begins `processWithConcurrency`.
pub fn process(items: impl Js, limit: f64, task: impl Js, options: impl Js) -> Promise {
    package::process_with_concurrency(&items.js(), &limit.into(), &task.js(), &options.js())
}

/// Begins `processPhase`.
pub fn phase(call: impl Js, options: impl Js) -> Promise {
    package::process_phase(&call.js(), &options.js())
}

/// Begins `retry`.
pub fn retry(call: impl Js, policy: impl Js, options: impl Js) -> Promise {
    package::retry(&call.js(), &policy.js(), &options.js())
}

/// Begins `callPhase`.
pub fn call(url: &str, body: impl Js, options: impl Js) -> Promise {
    package::call_phase(&url.into(), &body.js(), &options.js())
}

/// Returns the result of a promise that settles within the patience of a test.
pub async fn result(promise: Promise) -> Result<JsValue, JsValue> {
    result_within(promise, 10_000.0).await
}

pub async fn result_within(promise: Promise, milliseconds: f64) -> Result<JsValue, JsValue> {
    JsFuture::from(within(&promise, milliseconds)).await
}

/// The value of a promise that fulfils.
pub async fn value(promise: Promise) -> JsValue {
    result(promise).await.unwrap_or_else(|error| panic!("rejected: {}", show(&error)))
}

/// The reason of a promise that rejects.
pub async fn reason(promise: Promise) -> JsValue {
    match result(promise).await {
        Ok(value) => panic!("fulfilled: {}", show(&value)),
        Err(reason) => reason,
    }
}

/// The error that a promise rejects with.
pub async fn failure(promise: Promise) -> Failure {
    read(&reason(promise).await)
}

/// The report that a run of `settle` resolves to.
pub async fn report(promise: Promise) -> Report {
    read(&value(promise).await)
}

/// A JavaScript value as a type.
pub fn read<T: DeserializeOwned>(value: &JsValue) -> T {
    serde_wasm_bindgen::from_value(value.clone()).unwrap_or_else(|error| panic!("{}: {error}", show(value)))
}

/// A property of an object, as text.
pub fn field(object: &JsValue, path: &str) -> String {
    show(&make(&format!("(object) => object.{path}"), &[object]))
}

#[derive(Deserialize)]
pub struct Report {
    pub status: String,
    pub outcomes: Vec<Outcome>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub error: JsValue,
    pub progress: Progress,
}

impl Report {
    pub fn values(&self) -> String {
        show(&self.values)
    }

    /// The first letters of the outcomes: fulfilled, rejected, cancelled, skipped.
    pub fn statuses(&self) -> String {
        self.outcomes.iter().map(|outcome| &outcome.status[..1]).collect()
    }

    pub fn reason(&self, index: usize) -> String {
        show(&self.outcomes[index].reason)
    }
}

#[derive(Deserialize)]
pub struct Outcome {
    pub index: u32,
    pub key: String,
    pub status: String,
    pub attempts: u32,
    pub elapsed: f64,
    pub started: Option<bool>,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub value: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub reason: JsValue,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub completed: f64,
    pub in_progress: f64,
    pub total: Option<f64>,
    pub failed: f64,
    pub cancelled: f64,
    pub skipped: f64,
    pub fraction: f64,
    pub eta: Option<f64>,
    pub elapsed: f64,
}

impl Progress {
    /// Items that have their outcome.
    pub fn settled(&self) -> f64 {
        self.completed + self.failed + self.cancelled + self.skipped
    }
}

/// An error, with what the errors of this package add.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub name: String,
    pub message: String,
    pub status: Option<f64>,
    pub attempts: Option<u32>,
    pub retry_after: Option<f64>,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub body: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub chunk: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub errors: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    pub cause: JsValue,
}
