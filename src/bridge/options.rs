//! Reads and checks what the caller passes. Whatever cannot be used is a `TypeError` that names the option and the value.
//!
//! By `Reflect`, not by serde-wasm-bindgen: see "Weight" in the README for what each adds.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

use super::abort::Signal;
use super::errors::bad_option;
use crate::core::backoff::Backoff;
use crate::core::retry::RetryPolicy;
use crate::core::run::{CancelMode, RunConfig};

/// An object of options, all of them optional.
pub struct Options<'a> {
    object: &'a JsValue,
    /// What its names are prefixed with in messages.
    prefix: &'static str,
}

impl<'a> Options<'a> {
    /// `name` is what the object itself is called in messages.
    pub fn new(object: &'a JsValue, name: &str, prefix: &'static str) -> Result<Self, JsValue> {
        if object.is_object() || is_absent(object) {
            return Ok(Self { object, prefix });
        }
        Err(bad_option(name, "an object", object))
    }

    /// The option as it is, `undefined` where it is absent.
    pub fn get(&self, name: &str) -> Result<JsValue, JsValue> {
        if is_absent(self.object) {
            return Ok(JsValue::UNDEFINED);
        }
        Reflect::get(self.object, &JsValue::from_str(name))
    }

    fn refuse(&self, name: &str, expected: &str, value: &JsValue) -> JsValue {
        bad_option(&[self.prefix, name].concat(), expected, value)
    }

    /// A number for which `fits` holds.
    pub fn number(&self, name: &str, expected: &str, fits: impl Fn(f64) -> bool) -> Result<Option<f64>, JsValue> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        match value.as_f64() {
            Some(number) if fits(number) => Ok(Some(number)),
            _ => Err(self.refuse(name, expected, &value)),
        }
    }

    /// A span of time.
    pub fn milliseconds(&self, name: &str) -> Result<Option<f64>, JsValue> {
        self.number(name, "a number of milliseconds from 0", |number| number >= 0.0)
    }

    /// A number of things, at least one; `Infinity` is the greatest.
    pub fn count(&self, name: &str) -> Result<Option<u32>, JsValue> {
        let number = self.number(name, COUNT, is_count)?;
        Ok(number.map(to_count))
    }

    /// A function.
    pub fn function(&self, name: &str) -> Result<Option<Function>, JsValue> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        value.dyn_into().map(Some).map_err(|value| self.refuse(name, "a function", &value))
    }

    /// One of these words; its place among them.
    pub fn one_of(&self, name: &str, words: &[&str], expected: &str) -> Result<Option<usize>, JsValue> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        let word = value.as_string().and_then(|word| words.iter().position(|known| *known == word));
        word.map(Some).ok_or_else(|| self.refuse(name, expected, &value))
    }

    /// `signal`.
    pub fn signal(&self) -> Result<Option<Signal>, JsValue> {
        Signal::read(self.get("signal")?)
    }

    /// `retry`, and its policy; the default where it is absent.
    pub fn retry(&self, default: RetryPolicy) -> Result<(JsValue, RetryPolicy), JsValue> {
        let value = self.get("retry")?;
        let policy = if value.is_undefined() { default } else { retry_policy(&value, "retry", "retry.")? };
        Ok((value, policy))
    }
}

const COUNT: &str = "an integer of at least 1 or Infinity";

fn is_count(number: f64) -> bool {
    number >= 1.0 && (number.fract() == 0.0 || number.is_infinite())
}

fn to_count(number: f64) -> u32 {
    number as u32 // saturates: Infinity is the greatest
}

fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// `concurrency`, an argument of its own.
pub fn concurrency(value: &JsValue) -> Result<u32, JsValue> {
    let number = value.as_f64().filter(|&number| is_count(number));
    number.map(to_count).ok_or_else(|| bad_option("concurrency", COUNT, value))
}

/// An argument that has to be a function.
pub fn function(name: &str, value: &JsValue) -> Result<(), JsValue> {
    if value.is_function() { Ok(()) } else { Err(bad_option(name, "a function", value)) }
}

/// Reads a retry policy. `name` and `prefix` are for messages.
pub fn retry_policy(value: &JsValue, name: &str, prefix: &'static str) -> Result<RetryPolicy, JsValue> {
    let options = Options::new(value, name, prefix)?;
    let default = RetryPolicy::default();
    options.function("delay")?;
    options.function("classify")?;
    Ok(RetryPolicy {
        attempts: options.count("attempts")?.unwrap_or(default.attempts),
        backoff: Backoff {
            min_delay: options.milliseconds("minDelay")?.unwrap_or(default.backoff.min_delay),
            max_delay: options.milliseconds("maxDelay")?.unwrap_or(default.backoff.max_delay),
            factor: options
                .number("factor", "a number of at least 1", |number| number >= 1.0)?
                .unwrap_or(default.backoff.factor),
            jitter: options
                .number("jitter", "a number from 0 to 1", |number| (0.0..=1.0).contains(&number))?
                .unwrap_or(default.backoff.jitter),
        },
        max_retry_after: options.milliseconds("maxRetryAfter")?.unwrap_or(default.max_retry_after),
    })
}

/// Whether a run has to read the clock: only where something in it counts time.
pub fn counts_time(config: &RunConfig) -> bool {
    config.stagger > 0.0 || config.timeout.is_finite() || config.retry.attempts > 1
}

/// What `RunOptions` say, with the policy as it was passed.
pub fn run_options(
    options: &Options,
    limit: u32,
    on_cancel: CancelMode,
    retry: RetryPolicy,
) -> Result<(RunConfig, JsValue), JsValue> {
    let (policy, retry) = options.retry(retry)?;
    let words = "\"continue\", \"stop\" or a function";
    if !options.get("onFailure")?.is_function() {
        options.one_of("onFailure", &["continue", "stop"], words)?;
    }
    for name in ["key", "skip", "onProgress", "onOutcome"] {
        options.function(name)?;
    }
    let on_cancel = match options.one_of("onCancel", &["drain", "abort"], "\"drain\" or \"abort\"")? {
        Some(0) => CancelMode::Drain,
        Some(_) => CancelMode::Abort,
        None => on_cancel,
    };
    let config = RunConfig {
        limit,
        stagger: options.milliseconds("stagger")?.unwrap_or(0.0),
        timeout: options.milliseconds("timeout")?.unwrap_or(f64::INFINITY),
        retry,
        on_cancel,
        ..RunConfig::default()
    };
    Ok((config, policy))
}
