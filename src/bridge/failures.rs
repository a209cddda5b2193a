//! Exports that return the verdict on a failure. All texts are passed as one string, separated by NUL.

use wasm_bindgen::prelude::*;

use super::attempts::number_of_verdict;
use super::known;
use crate::core::reply::is_throttling;
use crate::core::reply::wait_hint::{ReplyFacts, wait_hint};
use crate::core::retry::classify::{ErrorFacts, Facts, classify};
use crate::table::verdict;

#[inline(never)]
fn split(texts: &str) -> Vec<&[u8]> {
    texts.as_bytes().split(|&byte| byte == 0).collect()
}

/// Returns the verdict on a failure. `status` may be NaN. `retryable` is 1 or 0 if the reply says so, or else NaN.
/// `texts` are the code in the body, and then the name, message and code of the error and of each of its causes.
#[wasm_bindgen(js_name = classifyFailure)]
pub fn classify_failure(status: f64, retryable: f64, texts: &str) -> u32 {
    let texts = split(texts);
    let Some((body_code, errors)) = texts.split_first() else { return verdict::FINAL };
    let errors: Vec<ErrorFacts> =
        errors.chunks_exact(3).map(|parts| ErrorFacts { name: parts[0], message: parts[1], code: parts[2] }).collect();
    let facts = Facts {
        status: known(status).map(|status| status as u16),
        retryable: known(retryable).map(|retryable| retryable != 0.0),
        body_code,
        errors: &errors,
    };
    number_of_verdict(classify(&facts))
}

/// Returns whether a failure with this status cools the limiter.
#[unsafe(no_mangle)]
pub extern "C" fn engine_is_throttling(status: f64) -> u32 {
    u32::from(is_throttling(status as u16))
}

/// Returns the wait hint of a reply in milliseconds, or NaN. `texts` are a duration in the body, and then the headers
/// of `WAIT_HINT_HEADERS`.
#[wasm_bindgen(js_name = waitHint)]
pub fn wait_hint_of(status: f64, texts: &str, milliseconds: f64, seconds: f64, now: f64) -> f64 {
    let texts = split(texts);
    let Some((body_duration, headers)) = texts.split_first() else { return f64::NAN };
    let reply = ReplyFacts {
        status: status as u16,
        headers,
        body_milliseconds: known(milliseconds),
        body_seconds: known(seconds),
        body_duration,
        now,
    };
    wait_hint(&reply).unwrap_or(f64::NAN)
}
