//! Reads the facts of a failure from whatever was thrown.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::core::retry::classify::{Facts, Verdict, classify};

/// The verdict as a number, for the executor: 0 final, 1 refused, 2 ambiguous.
#[wasm_bindgen(js_name = engine_verdict, skip_typescript)]
pub fn verdict(error: JsValue) -> u32 {
    let text = |name: &str| get(&error, name).as_string().unwrap_or_default();
    let body = get(&error, "body");
    // Flat in most bodies, inside of `error` in some.
    let code = code_in(&get(&body, "error")).or_else(|| code_in(&body));
    let facts = Facts {
        status: get(&error, "status").as_f64(),
        body_retryable: get(&body, "isRetryable").as_bool(),
        body_code: code.as_deref(),
        name: &text("name"),
        message: &text("message"),
    };
    match classify(&facts) {
        Verdict::Final => 0,
        Verdict::Refused => 1,
        Verdict::Ambiguous => 2,
    }
}

#[inline(never)]
fn code_in(part: &JsValue) -> Option<String> {
    static FIELDS: [&str; 3] = ["code", "errorCode", "type"];
    FIELDS.iter().find_map(|name| get(part, name).as_string())
}

/// A property, `undefined` where there is none or it cannot be read.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}
