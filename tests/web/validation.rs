//! Bad input is refused at once, with the name of the option and the value received.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Js, field, make, phase, process, result, retry, settle, show, turn, value};
use crate::package;

const NONE: JsValue = JsValue::UNDEFINED;

/// Asserts that a promise rejects with an error that names the option and the value.
async fn check(refused: Promise, name: &str, got: &str, what: &str) {
    let Err(error) = result(refused).await else { panic!("{what} was taken") };
    let text = show(&error);
    assert_eq!(field(&error, "name"), "\"TypeError\"", "{what}: {text}");
    assert!(text.contains(&format!("`{name}`")), "{what}: {text} does not name {name}");
    assert!(text.contains(got), "{what}: {text} does not say {got}");
}

/// Returns the words of a message for a value that is written like this.
fn said(code: &str) -> &str {
    match code.as_bytes()[0] {
        b'\'' => code.trim_matches('\''),
        b'{' => "an object",
        b'[' => "an array",
        b'(' => "a function",
        _ => code,
    }
}

#[wasm_bindgen_test]
async fn concurrency_is_an_integer_of_at_least_1_or_infinity() {
    let log = Array::new();
    let task = make("(log) => () => log.push(1)", &[&log]);
    for bad in ["NaN", "0", "-1", "1.5", "'3'", "undefined", "null", "-Infinity", "true", "10n", "{}", "[2]", "() => 2"]
    {
        let items = "[1, 2]".js();
        let limit = bad.js();
        check(package::process_with_concurrency(&items, &limit, &task, &NONE), "concurrency", "", bad).await;
        let refused = package::settle_with_concurrency(&items, &limit, &task, &NONE);
        check(refused, "concurrency", said(bad).trim_end_matches('n'), bad).await;
    }
    turn().await;
    assert_eq!(log.length(), 0);
    for good in [1.0, 2.0, 1e12, f64::INFINITY] {
        value(process("[1]", good, "(x) => x", ())).await;
    }
}

#[wasm_bindgen_test]
async fn the_task_is_a_function() {
    for bad in ["undefined", "null", "5", "'f'", "{}", "[]", "Promise.resolve()"] {
        let said = if bad.starts_with('P') { "a promise" } else { said(bad) };
        let task = bad.js();
        check(package::process_with_concurrency(&"[]".js(), &1.into(), &task, &NONE), "task", said, bad).await;
        check(package::process_phase(&task, &NONE), "call", said, bad).await;
        check(package::retry(&task, &NONE, &NONE), "call", said, bad).await;
    }
}

#[wasm_bindgen_test]
async fn the_items_are_iterable() {
    for bad in ["undefined", "null", "5", "true", "{}", "{ length: 2 }", "() => []", "{ [Symbol.iterator]: 1 }"] {
        let items = bad.js();
        let refused = package::settle_with_concurrency(&items, &1.into(), &"() => 1".js(), &NONE);
        check(refused, "items", said(bad), bad).await;
    }
}

/// Options that a run refuses: name and values.
const RUN_OPTIONS: [(&str, &[&str]); 10] = [
    (
        "signal",
        &[
            "5",
            "'abort'",
            "{}",
            "{ aborted: false }",
            "() => 1",
            "{ aborted: 'no', addEventListener() {} }",
            "{ aborted: false, addEventListener() {} }",
        ],
    ),
    ("stagger", &["-1", "NaN", "'5'", "null", "{}"]),
    ("timeout", &["-1", "NaN", "'5'", "null", "[]"]),
    ("retry", &["5", "'3'", "true", "() => 1"]),
    ("onFailure", &["'halt'", "5", "null", "true", "{}"]),
    ("onCancel", &["'stop'", "5", "null", "() => 1"]),
    ("key", &["'id'", "5", "null", "{}"]),
    ("skip", &["true", "5", "null", "[]"]),
    ("onProgress", &["5", "null", "{}"]),
    ("onOutcome", &["5", "null", "{}"]),
];

/// Of a retry policy: name and values.
const POLICY: [(&str, &[&str]); 8] = [
    ("attempts", &["0", "-1", "1.5", "NaN", "'3'", "null"]),
    ("minDelay", &["-1", "NaN", "'5'", "null"]),
    ("maxDelay", &["-1", "NaN", "'5'", "null"]),
    ("factor", &["0.5", "-1", "NaN", "'2'", "null"]),
    ("jitter", &["-0.1", "1.1", "NaN", "'0'", "null"]),
    ("delay", &["5", "null", "'1'", "{}"]),
    ("maxRetryAfter", &["-1", "NaN", "'5'", "null"]),
    ("classify", &["'retry'", "5", "null", "{}"]),
];

#[wasm_bindgen_test]
async fn a_run_refuses_what_it_cannot_use() {
    for (name, values) in RUN_OPTIONS {
        for bad in values {
            let options = format!("{{ {name}: {bad} }}");
            let refused = package::process_with_concurrency(&range(), &1.into(), &task(), &options.as_str().js());
            check(refused, name, said(bad), &options).await;
            let refused = package::settle_with_concurrency(&range(), &1.into(), &task(), &options.as_str().js());
            check(refused, name, said(bad), &options).await;
        }
    }
}

#[wasm_bindgen_test]
async fn a_retry_policy_refuses_what_it_cannot_use() {
    for (name, values) in POLICY {
        for bad in values {
            let policy = format!("{{ {name}: {bad} }}");
            let options = format!("{{ retry: {policy} }}");
            let nested = format!("retry.{name}");
            check(package::retry(&task(), &policy.as_str().js(), &NONE), &format!("policy.{name}"), said(bad), &policy)
                .await;
            let options = options.as_str().js();
            check(
                package::settle_with_concurrency(&range(), &1.into(), &task(), &options),
                &nested,
                said(bad),
                &policy,
            )
            .await;
            check(package::process_phase(&task(), &options), &nested, said(bad), &policy).await;
            check(package::call_phase(&"/".into(), &NONE, &options), &nested, said(bad), &policy).await;
        }
    }
    for bad in ["5", "'x'"] {
        check(package::retry(&task(), &bad.js(), &NONE), "policy", said(bad), bad).await;
    }
}

#[wasm_bindgen_test]
async fn a_phase_refuses_what_it_cannot_use() {
    for (name, values) in [
        ("signal", &["5", "{}"][..]),
        ("startIndex", &["-1", "1.5", "NaN", "'0'", "null"]),
        ("stagger", &["-1", "NaN", "'5'"]),
        ("timeout", &["-1", "NaN"]),
        ("onCancel", &["'stop'"]),
        ("maxChunks", &["0", "-1", "1.5", "NaN", "'3'", "null"]),
        ("next", &["5", "null", "{}"]),
        ("onChunk", &["5", "null", "{}"]),
        ("progress", &["5", "null", "{}"]),
        ("onProgress", &["5", "null", "{}"]),
    ] {
        for bad in values {
            let options = format!("{{ {name}: {bad} }}");
            check(package::process_phase(&task(), &options.as_str().js()), name, said(bad), &options).await;
        }
    }
}

#[wasm_bindgen_test]
async fn a_call_refuses_what_it_cannot_use() {
    for (name, values) in [
        ("signal", &["5", "{}"][..]),
        ("timeout", &["-1", "NaN", "'5'"]),
        ("method", &["5", "''", "null", "{}"]),
        ("idempotencyKey", &["5", "''", "null", "{}"]),
        ("resend", &["'never'", "true", "null"]),
        ("fetch", &["5", "null", "{}"]),
    ] {
        for bad in values {
            let options = format!("{{ {name}: {bad} }}");
            let refused = package::call_phase(&"/".into(), &NONE, &options.as_str().js());
            check(refused, name, said(bad), &options).await;
        }
    }
    for bad in ["undefined", "null", "5"] {
        check(package::call_phase(&bad.js(), &NONE, &NONE), "url", said(bad), bad).await;
    }
    for method in ["GET", "head"] {
        let options = make("(method) => ({ method })", &[&method.into()]);
        check(package::call_phase(&"/".into(), &"{ a: 1 }".js(), &options), "body", "an object", method).await;
    }
}

#[wasm_bindgen_test]
async fn options_are_an_object() {
    for bad in ["5", "'x'", "true", "() => 1"] {
        let options = bad.js();
        check(package::process_with_concurrency(&range(), &1.into(), &task(), &options), "options", said(bad), bad)
            .await;
        check(package::process_phase(&task(), &options), "options", said(bad), bad).await;
        check(package::call_phase(&"/".into(), &NONE, &options), "options", said(bad), bad).await;
        check(package::retry(&task(), &NONE, &options), "options", said(bad), bad).await;
    }
}

#[wasm_bindgen_test]
async fn options_that_are_undefined_are_absent() {
    let absent = "{ signal: undefined, stagger: undefined, retry: undefined, timeout: undefined, onFailure: undefined,
        onCancel: undefined, key: undefined, skip: undefined, onProgress: undefined, onOutcome: undefined }";
    value(process("[1]", 1.0, "(x) => x", absent)).await;
    value(settle("[1]", 1.0, "(x) => x", absent)).await;
    let done = "() => ({ hasMore: false })";
    let absent = "{ signal: undefined, startIndex: undefined, stagger: undefined, retry: undefined, timeout: undefined,
        maxChunks: undefined, next: undefined, onChunk: undefined, progress: undefined, onProgress: undefined }";
    value(phase(done, absent)).await;
    let policy =
        "{ attempts: undefined, minDelay: undefined, delay: undefined, classify: undefined, jitter: undefined }";
    value(retry(done, policy, "{ signal: undefined, timeout: undefined }")).await;
}

#[wasm_bindgen_test]
async fn infinity_is_a_number_where_it_makes_sense() {
    let options = "{ timeout: Infinity, retry: { attempts: Infinity, maxDelay: Infinity, maxRetryAfter: Infinity } }";
    assert_eq!(show(&value(process("[1]", 1.0, "(x) => x", options)).await), "[1]");
}

#[wasm_bindgen_test]
async fn a_refused_run_leaves_no_listener_and_calls_nothing() {
    let canceller = crate::harness::Canceller::new("native");
    let log = Array::new();
    let code =
        "(signal, log) => ({ signal, timeout: -1, onProgress: () => log.push(1), onOutcome: () => log.push(1) })";
    let options = make(code, &[&canceller.signal(), &log]);
    let task = make("(log) => () => log.push(1)", &[&log]);
    assert!(result(package::process_with_concurrency(&range(), &1.into(), &task, &options)).await.is_err());
    turn().await;
    assert_eq!((canceller.added(), log.length()), (0, 0));
}

fn range() -> JsValue {
    crate::harness::range(2)
}

fn task() -> JsValue {
    "() => 1".js()
}
