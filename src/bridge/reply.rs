//! Reads a `Response`: its body, and how long the server asks to wait.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response};

use super::classify::get;
use super::errors::{HttpError, number_of, text_of};

/// The parsed body of a success, or the error that a failure is.
pub async fn read(response: Response, call: &str) -> Result<JsValue, JsValue> {
    let status = response.status();
    let headers = response.headers();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let parsed = if text.is_empty() { Ok(JsValue::UNDEFINED) } else { JSON::parse(&text) };
    let failed = |problem: &str, body: JsValue| {
        let message = [call, " answered ", &text_of(&status.into()), problem].concat();
        Err(HttpError::new(&message, status, &body, &headers, retry_after(&headers, &body)).into())
    };
    match parsed {
        Ok(body) if response.ok() => Ok(body),
        Ok(body) => {
            let told = ["error", "message"].iter().find_map(|name| get(&body, name).as_string());
            failed(&told.map(|told| [": ", &told].concat()).unwrap_or_default(), body)
        }
        // A gateway's page, say; or a success that was cut off.
        Err(_) => failed(if response.ok() { " with a body that is not JSON" } else { "" }, JsValue::from(text)),
    }
}

/// The server's wait hint in milliseconds, or `undefined`.
fn retry_after(headers: &Headers, body: &JsValue) -> JsValue {
    let header = |name: &str| headers.get(name).ok().flatten();
    let number = |name: &str| header(name).map(|value| number_of(&value)).filter(|number| !number.is_nan());
    let hint = number("retry-after-ms")
        .or_else(|| number("retry-after").map(|seconds| seconds * 1_000.0))
        .or_else(|| {
            let until = Date::parse(&header("retry-after")?) - Date::now();
            (!until.is_nan()).then_some(until)
        })
        .or_else(|| get(body, "retryAfterMs").as_f64())
        .or_else(|| get(body, "retry_after_seconds").as_f64().map(|seconds| seconds * 1_000.0))
        .or_else(|| number("ratelimit-reset").map(|seconds| seconds * 1_000.0));
    hint.filter(|hint| hint.is_finite()).map_or(JsValue::UNDEFINED, |hint| hint.max(0.0).into())
}
