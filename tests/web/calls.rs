//! One JSON call of a backend, its replies and its repetitions.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Backend, Canceller, Failure, call, failure, field, make, read, reason, report, settle, show, sleep, value,
};

/// Options that send to `backend` and do not wait long.
fn with(backend: &Backend, more: &str) -> JsValue {
    make(&format!("(fetch) => ({{ fetch, retry: {{ minDelay: 0 }}, ...{more} }})"), &[&backend.fetch()])
}

fn backend(script: &str) -> Backend {
    Backend::new(make(&format!("() => ({script})"), &[]))
}

/// A property of the first request.
fn sent(backend: &Backend, path: &str) -> String {
    field(&backend.requests(), &format!("at(0).{path}"))
}

#[wasm_bindgen_test]
async fn a_body_is_posted_as_json_and_the_reply_is_parsed() {
    let server = backend("[{ json: { title: 'A', n: 1 } }]");
    let reply = value(call("/api", "{ phase: 'script', list: [1] }", with(&server, "{}"))).await;
    assert_eq!(show(&reply), r#"{title: "A", n: 1}"#);
    assert_eq!(sent(&server, "url"), "\"/api\"");
    assert_eq!(sent(&server, "method"), "\"POST\"");
    assert_eq!(sent(&server, "body"), show(&r#"{"phase":"script","list":[1]}"#.into()));
    assert_eq!(sent(&server, "headers"), show(&make("() => ({ 'content-type': 'application/json' })", &[])));
}

#[wasm_bindgen_test]
async fn falsy_bodies_and_replies_are_json_too() {
    for text in ["null", "0", "false", "\"\""] {
        let server = backend(&format!("[{{ text: {} }}]", show(&text.into())));
        let reply = value(call("/api", text, with(&server, "{}"))).await;
        assert_eq!((show(&reply), sent(&server, "body")), (text.to_string(), show(&text.into())));
    }
}

#[wasm_bindgen_test]
async fn a_get_has_no_body_and_no_content_type() {
    let server = backend("[{ json: 1 }]");
    value(call("/api", (), with(&server, "{ method: 'get' }"))).await;
    assert_eq!((sent(&server, "method"), sent(&server, "body")), ("\"GET\"".into(), "undefined".into()));
    assert_eq!(sent(&server, "headers"), "{}");
}

#[wasm_bindgen_test]
async fn a_reply_that_has_nothing_to_say_is_undefined() {
    for status in [204, 205] {
        let server = backend(&format!("[{{ status: {status}, text: null }}]"));
        assert_eq!(show(&value(call("/api", (), with(&server, "{}"))).await), "undefined", "{status}");
    }
    let server = backend("[{ text: '' }]");
    assert_eq!(show(&value(call("/api", (), with(&server, "{ method: 'HEAD' }"))).await), "undefined");
}

#[wasm_bindgen_test]
async fn a_success_without_a_body_is_asked_for_again() {
    let server = backend("[{ text: '' }]");
    let failure = failure(call("/api", (), with(&server, "{}"))).await;
    assert_eq!((failure.message.as_str(), failure.status), ("POST /api answered 200 without a body", Some(200.0)));
    let server = backend("[{ text: '' }, { json: 1 }]");
    assert_eq!(show(&value(call("/api", (), with(&server, "{ idempotencyKey: 'k' }"))).await), "1");
}

#[wasm_bindgen_test]
async fn the_url_may_be_a_url() {
    let server = backend("[{ json: 1 }]");
    let url = make("() => new URL('http://127.0.0.1/a?b=1')", &[]);
    value(crate::package::call_phase(&url, &JsValue::UNDEFINED, &with(&server, "{}"))).await;
    assert_eq!(sent(&server, "url"), "\"http://127.0.0.1/a?b=1\"");
}

#[wasm_bindgen_test]
async fn without_a_fetch_it_is_the_pages_own() {
    let failure = failure(call("/there-is-no-such-page", (), "{ method: 'GET' }")).await;
    assert_eq!((failure.name.as_str(), failure.status), ("HttpError", Some(404.0)));
}

#[wasm_bindgen_test]
async fn a_failure_has_the_message_of_the_server() {
    let reply = "{ status: 402, json: { error: 'no credits', creditsRequired: 9 }, headers: { 'x-request': '7' } }";
    let server = backend(&format!("[{reply}]"));
    let error = reason(call("/api?token=secret#x", "{}", with(&server, "{}"))).await;
    let failure: Failure = read(&error);
    assert_eq!((failure.name.as_str(), failure.status, failure.retry_after), ("HttpError", Some(402.0), None));
    assert_eq!(show(&failure.body), r#"{error: "no credits", creditsRequired: 9}"#);
    assert_eq!(field(&error, "headers.get('x-request')"), "\"7\"");
    assert_eq!(failure.message, "POST /api answered 402: no credits");
    assert_eq!((make("(e) => e instanceof Error", &[&error]), server.count()), (JsValue::TRUE, 1));
}

#[wasm_bindgen_test]
async fn an_error_page_is_text_and_no_parse_error() {
    let server = backend("[{ status: 418, text: '<html>teapot</html>' }]");
    let failure = failure(call("/api", "{}", with(&server, "{}"))).await;
    assert_eq!((failure.status, show(&failure.body).as_str()), (Some(418.0), "\"<html>teapot</html>\""));
}

#[wasm_bindgen_test]
async fn a_success_that_is_no_json_is_an_error_with_its_status() {
    // The work was done: repeated only where it is not paid twice.
    for (options, attempts) in [("{}", 1), ("{ idempotencyKey: 'k' }", 3)] {
        let server = backend("[{ text: '{\"half\": ' }]");
        let error = reason(call("/api", "{}", with(&server, options))).await;
        let error = if attempts > 1 { make("(error) => error.cause", &[&error]) } else { error };
        let failure: Failure = read(&error);
        assert_eq!((failure.name.as_str(), failure.status, server.count()), ("HttpError", Some(200.0), attempts));
        assert_eq!(show(&failure.body), r#""{\"half\": ""#);
    }
}

#[wasm_bindgen_test]
async fn a_refusal_is_repeated_to_the_reply() {
    let server = backend("[{ status: 503 }, { status: 429, json: { code: 'SLOW' } }, { json: 'done' }]");
    assert_eq!(show(&value(call("/api", "{}", with(&server, "{}"))).await), "\"done\"");
    assert_eq!(server.count(), 3);
}

/// A first reply, further options, and how often the backend is called until it gives up.
const REPEATS: [(&str, &str, u32); 16] = [
    ("{ status: 503 }", "{}", 3),
    ("{ status: 429, json: { code: 'DAILY_LIMIT_REACHED' } }", "{}", 1),
    ("{ status: 500 }", "{}", 1),
    ("{ status: 500 }", "{ idempotencyKey: 'k' }", 3),
    ("{ status: 500 }", "{ resend: 'always' }", 3),
    ("{ status: 500 }", "{ resend: 'keyed' }", 1),
    ("{ status: 500 }", "{ method: 'GET' }", 3),
    ("{ status: 500 }", "{ method: 'head' }", 3),
    ("{ status: 500 }", "{ method: 'OPTIONS' }", 3),
    ("{ status: 500 }", "{ method: 'PUT' }", 1),
    ("{ fail: new TypeError('Failed to fetch') }", "{}", 1),
    ("{ fail: new TypeError('Failed to fetch') }", "{ idempotencyKey: 'k' }", 3),
    ("{ fail: new TypeError('is not a function') }", "{ idempotencyKey: 'k' }", 1),
    ("{ status: 400 }", "{ idempotencyKey: 'k' }", 1),
    ("{ status: 503 }", "{ retry: { attempts: 1 } }", 1),
    ("{ status: 500 }", "{ retry: { classify: () => 'retry', minDelay: 0, attempts: 2 } }", 2),
];

#[wasm_bindgen_test]
async fn calls_are_repeated_only_where_that_is_not_paid_twice() {
    for (reply, options, calls) in REPEATS {
        let server = backend(&format!("[{reply}]"));
        let failure = failure(call("/api", (), with(&server, options))).await;
        assert_eq!(server.count(), calls, "{reply} {options}");
        assert_eq!(failure.name == "RetryError", calls > 1, "{reply} {options}: {}", failure.name);
    }
}

#[wasm_bindgen_test]
async fn the_key_is_sent_with_every_attempt() {
    let server = backend("[{ status: 500 }, { status: 503 }, { json: 1 }]");
    value(call("/api", "{}", with(&server, "{ idempotencyKey: 'scene 7', headers: { 'Idempotency-Key': 'other' } }")))
        .await;
    let keys = make("(requests) => requests.map(({ headers }) => headers['idempotency-key'])", &[&server.requests()]);
    assert_eq!(show(&keys), r#"["scene 7", "scene 7", "scene 7"]"#);
}

#[wasm_bindgen_test]
async fn headers_may_come_in_every_form() {
    for headers in [
        "{ 'X-Own': 'a' }",
        "[['x-own', 'a']]",
        "new Headers({ 'x-own': 'a' })",
        "() => ({ 'x-own': 'a' })",
        "async () => new Headers([['x-own', 'a']])",
    ] {
        let server = backend("[{ json: 1 }]");
        value(call("/api", "{}", with(&server, &format!("{{ headers: {headers} }}")))).await;
        assert_eq!(sent(&server, "headers['x-own']"), "\"a\"", "{headers}");
        assert_eq!(sent(&server, "headers['content-type']"), "\"application/json\"", "{headers}");
    }
}

#[wasm_bindgen_test]
async fn a_content_type_of_the_callers_own_stays() {
    let server = backend("[{ json: 1 }]");
    value(call("/api", "{}", with(&server, "{ headers: { 'Content-Type': 'application/vnd.own+json' } }"))).await;
    assert_eq!(sent(&server, "headers['content-type']"), "\"application/vnd.own+json\"");
}

#[wasm_bindgen_test]
async fn headers_that_are_a_function_are_asked_for_every_attempt() {
    for kind in ["", "async "] {
        let server = backend("[{ status: 503 }, { status: 503 }, { json: 1 }]");
        let code = format!("((n) => ({{ headers: {kind}() => ({{ authorization: `token ${{++n}}` }}) }}))(0)");
        value(call("/api", "{}", with(&server, &code))).await;
        let tokens = make("(requests) => requests.map(({ headers }) => headers.authorization)", &[&server.requests()]);
        assert_eq!(show(&tokens), r#"["token 1", "token 2", "token 3"]"#, "{kind}");
    }
}

#[wasm_bindgen_test]
async fn a_failure_of_the_headers_function_fails_the_call() {
    for headers in ["() => { throw new Error('no token') }", "async () => { throw new Error('no token') }"] {
        let server = backend("[{ json: 1 }]");
        let reason = reason(call("/api", "{}", with(&server, &format!("{{ headers: {headers} }}")))).await;
        assert_eq!((show(&reason).as_str(), server.count()), ("Error: no token", 0));
    }
}

#[wasm_bindgen_test]
async fn every_attempt_sends_the_body_as_it_was_at_the_call() {
    let server = backend("[{ status: 503 }, { json: 1 }]");
    let body = make("() => ({ n: 1 })", &[]);
    let run = call("/api", &body, with(&server, "{}"));
    make("(body) => { body.n = 2 }", &[&body]);
    value(run).await;
    let bodies = make("(requests) => requests.map(({ body }) => body).join(' ')", &[&server.requests()]);
    assert_eq!(bodies, r#"{"n":1} {"n":1}"#);
}

/// Headers and body of a 429, and the wait that they ask for, in milliseconds.
const HINTS: [(&str, Option<f64>); 17] = [
    ("headers: { 'retry-after': '7' }", Some(7_000.0)),
    ("headers: { 'retry-after': '0.5' }", Some(500.0)),
    ("headers: { 'retry-after-ms': '1234', 'retry-after': '9' }", Some(1_234.0)),
    ("headers: { 'ratelimit-reset': '3' }", Some(3_000.0)),
    ("headers: { 'ratelimit': 'limit=10, remaining=0, reset=4' }", Some(4_000.0)),
    ("headers: { 'ratelimit': '\"default\";r=0;t=5' }", Some(5_000.0)),
    ("headers: { 'ratelimit': '\"default\";r=0' }", None),
    ("headers: { 'ratelimit-reset': '3' }, status: 500", None),
    ("headers: { 'retry-after': '' }", None),
    ("headers: { 'retry-after': '2' }, json: { retryAfterMs: 9 }", Some(2_000.0)),
    ("json: { retryAfterMs: 250 }", Some(250.0)),
    ("json: { retry_after_seconds: 4 }", Some(4_000.0)),
    ("json: { retryAfterMs: '250' }", None),
    ("headers: { 'retry-after': '-5' }", None),
    ("headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }", None),
    ("headers: { 'retry-after': 'soon' }", None),
    ("json: null", None),
];

#[wasm_bindgen_test]
async fn wait_hints_are_read_wherever_servers_put_them() {
    for (reply, expected) in HINTS {
        let server = backend(&format!("[{{ status: 429, {reply} }}]"));
        let failure = failure(call("/api", "{}", with(&server, "{ retry: { attempts: 1 } }"))).await;
        assert_eq!(failure.retry_after, expected, "{reply}");
    }
    let server = backend("[{ status: 503, headers: { 'retry-after': new Date(Date.now() + 30_000).toUTCString() } }]");
    let failure = failure(call("/api", "{}", with(&server, "{ retry: { attempts: 1 } }"))).await;
    let hint = failure.retry_after.unwrap();
    assert!((20_000.0..=30_000.0).contains(&hint), "{hint}");
}

#[wasm_bindgen_test]
async fn a_wait_hint_is_waited_and_one_that_is_too_long_ends_the_retries() {
    let hinted = "[{ status: 429, headers: { 'retry-after-ms': '15' } }, { json: 'done' }]";
    let server = backend(hinted);
    let started = js_sys::Date::now();
    let reply = value(call("/api", "{}", with(&server, "{ retry: { minDelay: 1e8 } }"))).await;
    assert_eq!(show(&reply), "\"done\"");
    assert!(js_sys::Date::now() - started >= 14.0);
    let server = backend("[{ status: 429, headers: { 'retry-after': '61' } }, { json: 'done' }]");
    assert_eq!(failure(call("/api", "{}", with(&server, "{}"))).await.status, Some(429.0));
    assert_eq!(server.count(), 1);
}

#[wasm_bindgen_test]
async fn a_timeout_aborts_the_fetch_with_a_timeout_error() {
    let server = backend("[{ hang: true }]");
    let failure = failure(call("/api", "{}", with(&server, "{ timeout: 5 }"))).await;
    assert_eq!((failure.name.as_str(), server.count()), ("TimeoutError", 1));
    assert_eq!(sent(&server, "signal.reason.name"), "\"TimeoutError\"");
    // A keyed call may be sent again.
    let server = backend("[{ hang: true }, { json: 'done' }]");
    let reply = value(call("/api", "{}", with(&server, "{ timeout: 300, idempotencyKey: 'k' }"))).await;
    assert_eq!((show(&reply).as_str(), server.count()), ("\"done\"", 2));
}

#[wasm_bindgen_test]
async fn an_abort_aborts_the_fetch_with_its_reason() {
    let canceller = Canceller::new("native");
    let server = backend("[{ hang: true }]");
    let code = "(fetch, signal) => ({ fetch, signal })";
    let run = call("/api", "{}", make(code, &[&server.fetch(), &canceller.signal()]));
    while server.count() < 1 {
        sleep(1.0).await;
    }
    canceller.abort(&"enough".into());
    assert_eq!(sent(&server, "signal.reason"), "\"enough\"");
    assert_eq!(show(&reason(run).await), "\"enough\"");
    assert_eq!((canceller.added(), canceller.removed()), (1, 1));
}

#[wasm_bindgen_test]
async fn an_aborted_signal_sends_nothing() {
    let canceller = Canceller::new("native");
    canceller.abort(&"before".into());
    let server = backend("[{ json: 1 }]");
    let code = "(fetch, signal) => ({ fetch, signal })";
    let run = call("/api", "{}", make(code, &[&server.fetch(), &canceller.signal()]));
    assert_eq!((show(&reason(run).await).as_str(), server.count()), ("\"before\"", 0));
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_at_once_is_a_failure_like_any() {
    let options = "{ fetch() { throw new Error('blocked') } }";
    assert_eq!(show(&reason(call("/api", "{}", options)).await), "Error: blocked");
}

#[wasm_bindgen_test]
async fn a_body_that_json_cannot_hold_is_refused_at_once() {
    let circular = make("() => { const a = {}; a.a = a; return a; }", &[]);
    let refused = reason(call("/api", circular, ())).await;
    assert_eq!(field(&refused, "name"), "\"TypeError\"");
}

#[wasm_bindgen_test]
async fn calls_in_a_run_keep_their_own_retries() {
    let server = backend("[{ status: 503 }, { json: 1 }, { status: 503 }, { json: 2 }]");
    let log = Array::new();
    let begin = wasm_bindgen::closure::Closure::<dyn Fn(JsValue) -> js_sys::Promise>::new({
        let options = with(&server, "{}");
        move |item: JsValue| call("/api", item, &options)
    });
    log.push(begin.as_ref());
    let report = report(settle("['a', 'b']", 1.0, log.get(0), ())).await;
    assert_eq!((report.values().as_str(), server.count()), ("[1, 2]", 4));
}
