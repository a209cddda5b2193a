//! Which failures are repeated, after which waits, and what comes of it.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Uncaught, failure, field, make, process, range, read, reason, report, retry, settle, show, sleep,
    turn, value,
};

/// Failures, and how many of two attempts are made without a key and with one.
const FAILURES: [(&str, u32, u32); 35] = [
    ("{ status: 425 }", 2, 2),
    ("{ status: 429 }", 2, 2),
    ("{ status: 503 }", 2, 2),
    ("Object.assign(new Error('any'), { status: 503 })", 2, 2),
    ("{ status: 429, body: { code: 'SLOW_DOWN' } }", 2, 2),
    ("{ status: 429, body: { code: 'DAILY_LIMIT_REACHED' } }", 1, 1),
    ("{ status: 429, body: { errorCode: 'insufficient_quota' } }", 1, 1),
    ("{ status: 503, body: { isRetryable: false } }", 1, 1),
    ("{ status: 409, body: { isRetryable: true } }", 2, 2),
    ("{ status: 408 }", 1, 2),
    ("{ status: 500 }", 1, 2),
    ("{ status: 502 }", 1, 2),
    ("{ status: 504 }", 1, 2),
    ("{ status: 400 }", 1, 1),
    ("{ status: 401 }", 1, 1),
    ("{ status: 402 }", 1, 1),
    ("{ status: 404 }", 1, 1),
    ("{ status: 409 }", 1, 1),
    ("{ status: 422 }", 1, 1),
    ("{ status: '503' }", 1, 1),
    ("new TypeError('Failed to fetch')", 1, 2),
    ("new TypeError('NetworkError when attempting to fetch resource.')", 1, 2),
    ("new TypeError('Load failed')", 1, 2),
    ("new TypeError('fetch failed')", 1, 2),
    ("new DOMException('late', 'TimeoutError')", 1, 2),
    ("new TypeError('x is undefined')", 1, 1),
    ("new Error('Failed to fetch')", 1, 1),
    ("new Error('HTTP 503')", 1, 1),
    ("new Error('size 503x429')", 1, 1),
    ("new DOMException('stop', 'AbortError')", 1, 1),
    ("Object.assign(new Error('all failed'), { name: 'RetryError' })", 1, 1),
    ("'503'", 1, 1),
    ("503", 1, 1),
    ("null", 1, 1),
    ("undefined", 1, 1),
];

#[wasm_bindgen_test]
async fn only_attempts_that_may_help_and_are_not_paid_twice_are_retried() {
    let uncaught = Uncaught::new();
    for (error, plain, keyed) in FAILURES {
        for (reads, expected) in [("", plain), ("context.idempotencyKey;", keyed)] {
            let log = Array::new();
            let code = format!("(log) => (context) => {{ log.push(1); {reads} throw {error}; }}");
            reason(retry(make(&code, &[&log]), "{ attempts: 2, minDelay: 0 }", ())).await;
            assert_eq!(log.length(), expected, "{error} {reads}");
        }
    }
    assert_eq!(uncaught.heard().await, "");
}

#[wasm_bindgen_test]
async fn an_error_that_cannot_be_read_is_final_and_thrown_as_it_is() {
    let error = make("() => ({ get status() { throw new Error('getter') } })", &[]);
    let call = make("(error) => async () => { throw error }", &[&error]);
    let uncaught = Uncaught::new();
    assert!(js_sys::Object::is(&reason(retry(call, "{ minDelay: 0 }", ())).await, &error));
    assert!(!uncaught.heard().await.contains("rejection"));
}

#[wasm_bindgen_test]
async fn a_real_network_failure_of_this_browser_is_known() {
    for (reads, expected) in [("", 1), ("context.idempotencyKey;", 2)] {
        let log = Array::new();
        // A port that browsers refuse without asking anybody.
        let code = format!("(log) => (context) => {{ log.push(1); {reads} return fetch('http://127.0.0.1:1/'); }}");
        let reason = reason(retry(make(&code, &[&log]), "{ attempts: 2, minDelay: 0 }", ())).await;
        assert_eq!(log.length(), expected, "{}", show(&reason));
    }
}

#[wasm_bindgen_test]
async fn attempts_default_to_three() {
    let log = Array::new();
    let call = make("(log) => () => { log.push(1); throw { status: 503 }; }", &[&log]);
    reason(retry(call, "{ minDelay: 0 }", ())).await;
    assert_eq!(log.length(), 3);
}

#[wasm_bindgen_test]
async fn the_key_is_the_same_for_all_attempts_of_an_item_and_no_other() {
    let log = Array::new();
    let task = "(log) => (x, i, context) => { log.push(context.idempotencyKey); if (context.attempt < 3) throw { status: 500 }; }";
    let options = "{ retry: { minDelay: 0 } }";
    value(process(range(2), 1.0, make(task, &[&log]), options)).await;
    let keys: Vec<String> = read(&log);
    assert_eq!(keys.len(), 6);
    assert!(keys[0].len() >= 32 && keys[..3].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(keys[3..].iter().all(|key| *key == keys[3]) && keys[3] != keys[0], "{keys:?}");
}

#[wasm_bindgen_test]
async fn attempts_are_numbered_and_get_the_last_error() {
    let log = Array::new();
    let call = "(log) => ({ attempt, lastError }) => {
        log.push([attempt, lastError?.n]);
        if (attempt < 3) throw { status: 503, n: attempt };
        return 'done';
    }";
    assert_eq!(show(&value(retry(make(call, &[&log]), "{ minDelay: 0 }", ())).await), "\"done\"");
    assert_eq!(show(&log), "[[1, undefined], [2, 1], [3, 2]]");
}

#[wasm_bindgen_test]
async fn several_failures_are_a_retry_error_and_the_last_is_its_cause() {
    let call = "({ attempt }) => { throw Object.assign(new Error(`failure ${attempt}`), { status: attempt < 2 ? 503 : 400 }); }";
    let error = reason(retry(call, "{ attempts: 5, minDelay: 0 }", ())).await;
    let failure: crate::harness::Failure = read(&error);
    assert_eq!((failure.name.as_str(), failure.attempts), ("RetryError", Some(2)));
    assert_eq!(show(&failure.errors), "[Error: failure 1, Error: failure 2]");
    assert_eq!(show(&failure.cause), "Error: failure 2");
    assert!(failure.message.contains("failure 2"), "{}", failure.message);
    assert_eq!(make("(error) => error instanceof AggregateError", &[&error]), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn the_failure_of_a_single_attempt_is_thrown_as_it_is() {
    let error = make("() => ({ status: 503 })", &[]);
    let call = make("(error) => () => { throw error }", &[&error]);
    assert!(js_sys::Object::is(&reason(retry(&call, "{ attempts: 1 }", ())).await, &error));
    let report = report(settle("[1]", 1.0, &call, "{ retry: { attempts: 1 } }")).await;
    assert!(js_sys::Object::is(&report.outcomes[0].reason, &error));
}

#[wasm_bindgen_test]
async fn a_run_without_a_policy_does_not_retry() {
    let report = report(settle("[1]", 1.0, "() => { throw { status: 503 } }", ())).await;
    assert_eq!((report.statuses().as_str(), report.outcomes[0].attempts), ("r", 1));
}

#[wasm_bindgen_test]
async fn classify_replaces_the_default_and_sees_what_is_known() {
    let log = Array::new();
    let policy = "(log) => ({ minDelay: 0, classify: (error, { attempt, elapsed, maybeSent }) => {
        log.push(`${error.status} ${attempt} ${elapsed >= 0} ${maybeSent}`);
        return error.status === 418 ? 'retry' : 'fail';
    } })";
    let call = "({ attempt }) => { throw { status: attempt < 2 ? 418 : 503 } }";
    reason(retry(call, make(policy, &[&log]), ())).await;
    assert_eq!(log.join(", "), "418 1 true true, 503 2 true false");
}

#[wasm_bindgen_test]
async fn waits_grow_and_are_waited() {
    let log = Array::new();
    let call = "(log) => () => { log.push(performance.now()); throw { status: 503 }; }";
    let policy = "{ attempts: 4, minDelay: 8, factor: 2, maxDelay: 16, jitter: 0 }";
    reason(retry(make(call, &[&log]), policy, ())).await;
    let times: Vec<f64> = read(&log);
    let waits: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (wait, least) in waits.iter().zip([8.0, 16.0, 16.0]) {
        assert!(*wait >= least - 0.1, "{waits:?}");
    }
}

#[wasm_bindgen_test]
async fn a_delay_function_replaces_the_formula() {
    let log = Array::new();
    let code = "(log) => ({ minDelay: 1e8, delay: (attempt, error) => { log.push(`${attempt} ${error.status}`); return attempt * 5; } })";
    let started = js_sys::Date::now();
    reason(retry("() => { throw { status: 503 } }", make(code, &[&log]), ())).await;
    assert!(String::from(log.join(", ")).starts_with("1 503, 2 503"), "{}", log.join(", "));
    assert!(js_sys::Date::now() - started >= 14.0);
}

#[wasm_bindgen_test]
async fn a_policy_function_that_makes_no_sense_ends_the_retries_and_is_reported() {
    for (policy, word) in [
        ("{ delay: () => NaN }", "retry.delay"),
        ("{ delay: () => -1 }", "retry.delay"),
        ("{ delay: () => '5' }", "retry.delay"),
        ("{ delay: () => undefined }", "retry.delay"),
        ("{ classify: () => true }", "retry.classify"),
        ("{ classify: () => undefined }", "retry.classify"),
        ("{ classify: async () => 'retry' }", "retry.classify"),
        ("{ delay() { throw new Error('mine') } }", "mine"),
        ("{ classify() { throw new Error('mine') } }", "mine"),
    ] {
        let uncaught = Uncaught::new();
        let log = Array::new();
        let call = make("(log) => () => { log.push(1); throw { status: 503 }; }", &[&log]);
        assert_eq!(show(&reason(retry(call, policy, ())).await), "{status: 503}", "{policy}");
        let heard = uncaught.heard().await;
        assert!(heard.starts_with("error ") && heard.contains(word), "{policy}: {heard}");
        assert_eq!(log.length(), 1);
    }
}

#[wasm_bindgen_test]
async fn a_servers_wait_hint_wins_up_to_its_cap() {
    for (hint, policy, attempts) in [
        ("5", "{ attempts: 2, minDelay: 1e8 }", 2),
        ("0", "{ attempts: 2, minDelay: 1e8 }", 2),
        ("-7", "{ attempts: 2, delay: () => 1 }", 2),
        ("5", "{ attempts: 2, minDelay: 1e8, maxRetryAfter: 5 }", 2),
        ("6", "{ attempts: 2, minDelay: 0, maxRetryAfter: 5 }", 1),
        ("60001", "{ attempts: 2, minDelay: 0 }", 1),
        ("Infinity", "{ attempts: 2, minDelay: 0 }", 1),
        ("NaN", "{ attempts: 2, minDelay: 0 }", 2),
        ("'6000'", "{ attempts: 2, minDelay: 0 }", 2),
    ] {
        let log = Array::new();
        let code = format!("(log) => () => {{ log.push(1); throw {{ status: 429, retryAfter: {hint} }}; }}");
        reason(retry(make(&code, &[&log]), policy, ())).await;
        assert_eq!(log.length(), attempts, "{hint} {policy}");
    }
}

#[wasm_bindgen_test]
async fn an_abort_during_the_backoff_ends_it_at_once_with_its_reason() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let call = make("(log) => () => { log.push(1); throw { status: 503 }; }", &[&log]);
    let run = retry(&call, "{ minDelay: 1e8 }", make("(signal) => ({ signal })", &[&canceller.signal()]));
    turn().await;
    assert_eq!(log.length(), 1);
    canceller.abort(&"enough".into());
    assert_eq!(show(&reason(run).await), "\"enough\"");
    turn().await;
    assert_eq!((log.length(), canceller.added(), canceller.removed()), (1, 1, 1));
}

#[wasm_bindgen_test]
async fn an_abort_ends_the_attempt_in_flight_and_no_other_follows() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = retry(gate.task(), "{ minDelay: 0 }", make("(signal) => ({ signal })", &[&canceller.signal()]));
    gate.called(1).await;
    canceller.abort(&"enough".into());
    assert_eq!(field(&gate.context(0), "signal.reason"), "\"enough\"");
    assert_eq!(show(&reason(run).await), "\"enough\"");
    gate.shut(0, make("() => ({ status: 503 })", &[]));
    sleep(2.0).await;
    assert_eq!(gate.count(), 1);
}

#[wasm_bindgen_test]
async fn every_attempt_has_a_timeout_and_a_signal_of_its_own() {
    let log = Array::new();
    let call = "(log) => ({ signal, idempotencyKey }) => new Promise((_, no) => {
        log.push(signal.aborted);
        signal.addEventListener('abort', () => no(signal.reason));
    })";
    let failure = failure(retry(make(call, &[&log]), "{ attempts: 2, minDelay: 0 }", "{ timeout: 5 }")).await;
    assert_eq!((failure.name.as_str(), show(&log)), ("RetryError", "[false, false]".into()));
    assert_eq!(
        show(&make("(errors) => errors.map(({ name }) => name)", &[&failure.errors])),
        r#"["TimeoutError", "TimeoutError"]"#
    );
}

#[wasm_bindgen_test]
async fn a_cancelled_item_that_backs_off_is_cancelled_and_was_started() {
    let canceller = Canceller::new("native");
    let task = "(x) => { if (x === 1) throw { status: 503 }; return x; }";
    let code = "(signal) => ({ signal, retry: { minDelay: 1e8 } })";
    let run = settle(range(3), 1.0, task, make(code, &[&canceller.signal()]));
    turn().await;
    canceller.abort(&"enough".into());
    let report = report(run).await;
    assert_eq!((report.statuses().as_str(), report.reason(1).as_str()), ("fcc", "\"enough\""));
    assert_eq!((report.outcomes[1].attempts, report.outcomes[1].started), (1, Some(true)));
    assert_eq!((report.outcomes[2].attempts, report.outcomes[2].started), (0, Some(false)));
}

#[wasm_bindgen_test]
async fn a_failing_call_of_a_stopped_run_is_not_repeated() {
    let gate = Gate::new();
    let options = "{ onFailure: 'stop', retry: { minDelay: 0, classify: (e) => e === 'again' ? 'retry' : 'fail' } }";
    let run = settle(range(2), 2.0, gate.task(), options);
    gate.called(2).await;
    gate.shut(0, "final".into());
    turn().await;
    gate.shut(1, "again".into());
    let report = report(run).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str(), gate.count()), ("failed", "rr", 2));
}
