//! Runs over lists of items, and over one.

use js_sys::{Promise, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use super::errors::bad_option;
use super::executor::{Kind, Run};
use super::host::{Kept, open};
use super::options::{Options, concurrency, counts_time, function, retry_policy, run_options};
use crate::core::retry::RetryPolicy;
use crate::core::run::{CancelMode, RunConfig};

/// Values in input order, or the first failure.
#[wasm_bindgen(js_name = processWithConcurrency, skip_typescript)]
pub fn process_with_concurrency(
    items: &JsValue,
    limit: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    run(Kind::Process, CancelMode::Abort, items, limit, task, options)
}

/// One outcome for every item.
#[wasm_bindgen(js_name = settleWithConcurrency, skip_typescript)]
pub fn settle_with_concurrency(
    items: &JsValue,
    limit: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    run(Kind::Settle, CancelMode::Drain, items, limit, task, options)
}

fn run(
    kind: Kind,
    on_cancel: CancelMode,
    items: &JsValue,
    limit: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    let limit = concurrency(limit)?;
    function("task", task)?;
    if !is_iterable(items) {
        return Err(bad_option("items", "iterable", items));
    }
    let read = Options::new(options, "options", "")?;
    let (config, retry) = run_options(&read, limit, on_cancel, RetryPolicy::NONE)?;
    let signal = read.signal()?;
    let run = Run::new(kind as u8, task, options, &retry, counts_time(&config));
    run.take(items)?;
    Ok(open(&run, config, signal, Kept::new()))
}

fn is_iterable(items: &JsValue) -> bool {
    let has = |symbol: Symbol| Reflect::get(items, &symbol).is_ok_and(|method| method.is_function());
    items.is_string() || (items.is_object() && (has(Symbol::iterator()) || has(Symbol::async_iterator())))
}

/// One call, repeated while its failures allow it.
#[wasm_bindgen(skip_typescript)]
pub fn retry(call: &JsValue, policy: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    function("call", call)?;
    let policy = if policy.is_undefined() { &JsValue::from(js_sys::Object::new()) } else { policy };
    let retry = retry_policy(policy, "policy", "policy.")?;
    let read = Options::new(options, "options", "")?;
    let config = RunConfig {
        timeout: read.milliseconds("timeout")?.unwrap_or(f64::INFINITY),
        retry,
        on_cancel: CancelMode::Abort,
        ..RunConfig::default()
    };
    let signal = read.signal()?;
    let items = js_sys::Array::of1(&JsValue::UNDEFINED);
    let run = Run::new(Kind::One as u8, call, options, policy, true);
    run.take(&items)?;
    Ok(open(&run, config, signal, Kept::new()))
}
