//! Reads a `Response`: its body, and how long the server asks to wait.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response};

use super::classify::get;
use super::errors::{http_error, number_of};

/// The parsed body of a success, or the error that a failure is.
pub async fn read(response: Response, request: JsValue, reads_body: bool) -> Result<JsValue, JsValue> {
    let status = response.status();
    let headers = response.headers();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let has_none = !reads_body || status == 204 || status == 205;
    let parsed = if text.is_empty() { Ok(JsValue::UNDEFINED) } else { JSON::parse(&text) };
    let failed = |problem: &str, body: JsValue| {
        let wait = retry_after(status, &headers, &body);
        Err(http_error(&request, status, problem, &body, &headers, wait))
    };
    match parsed {
        // Whoever has nothing to say answers 204: this reply was lost on its way.
        Ok(body) if response.ok() && text.is_empty() && !has_none => failed(" without a body", body),
        Ok(body) if response.ok() => Ok(body),
        Ok(body) => {
            let nested = get(&body, "error");
            let told = [get(&body, "error"), get(&nested, "message"), get(&body, "message")];
            let mut told = told.iter().find_map(JsValue::as_string);
            if let Some(told) = &mut told {
                told.insert_str(0, ": ");
            }
            failed(&told.unwrap_or_default(), body)
        }
        // A gateway's page, say; or a success that was cut off.
        Err(_) => failed(if response.ok() { " with a body that is not JSON" } else { "" }, JsValue::from(text)),
    }
}

/// The server's wait hint in milliseconds, or `undefined`.
fn retry_after(status: u16, headers: &Headers, body: &JsValue) -> JsValue {
    let header = |name| header(headers, name);
    let number = |name| header(name).and_then(number_in);
    let seconds = |number: f64| number * 1_000.0;
    let hint = number("retry-after-ms")
        .or_else(|| number("retry-after").map(seconds))
        .or_else(|| {
            let until = Date::parse(&header("retry-after")?) - Date::now();
            (!until.is_nan()).then_some(until)
        })
        .or_else(|| get(body, "retryAfterMs").as_f64())
        .or_else(|| get(body, "retry_after_seconds").as_f64().map(seconds));
    // How long a quota lasts is told with every reply: it is a wait only where the quota is why.
    let is_limited = status == 429 || status == 503;
    let quota = || {
        let reset = number("ratelimit-reset").or_else(|| {
            let header = header("ratelimit")?;
            let fields = header.split([',', ';']).map(str::trim_ascii);
            let reset = fields.filter_map(|field| field.strip_prefix("t=").or_else(|| field.strip_prefix("reset=")));
            reset.map(number_of).find(|number| !number.is_nan())
        });
        reset.filter(|_| is_limited).map(seconds)
    };
    hint.or_else(quota).filter(|hint| hint.is_finite()).map_or(JsValue::UNDEFINED, |hint| hint.max(0.0).into())
}

#[inline(never)]
fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten().filter(|value| !value.is_empty())
}

#[inline(never)]
fn number_in(text: String) -> Option<f64> {
    Some(number_of(&text)).filter(|number| !number.is_nan())
}
