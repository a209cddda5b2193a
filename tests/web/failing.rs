//! The effect of a failure on the rest of a run.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Gate, Uncaught, failure, field, make, process, range, reason, report, settle, show, turn};

const FAILS: &str = "async (x) => { if (x % 2) throw new Error(`no ${x}`); return x; }";

#[wasm_bindgen_test]
async fn process_rejects_with_the_first_failure_as_it_is_and_starts_nothing_after_it() {
    let gate = Gate::new();
    let run = process(range(9), 3.0, gate.task(), ());
    gate.called(3).await;
    let error = make("() => new Error('first')", &[]);
    gate.shut(1, error.clone());
    assert!(js_sys::Object::is(&reason(run).await, &error));
    gate.open(0, JsValue::UNDEFINED);
    gate.shut(2, "late".into());
    turn().await;
    assert_eq!(gate.count(), 3);
}

#[wasm_bindgen_test]
async fn process_aborts_the_siblings_in_flight_of_a_failure() {
    let gate = Gate::new();
    let run = process(range(3), 2.0, gate.task(), ());
    gate.called(2).await;
    let signal = make("({ signal }) => signal", &[&gate.context(0)]);
    gate.shut(1, "no".into());
    assert_eq!(show(&reason(run).await), "\"no\"");
    assert_eq!(field(&signal, "aborted"), "true");
    assert_eq!(field(&signal, "reason.name"), "\"AbortError\"");
}

#[wasm_bindgen_test]
async fn a_stopped_run_that_drains_waits_for_what_is_in_flight() {
    let gate = Gate::new();
    let run = settle(range(4), 2.0, gate.task(), "{ onFailure: 'stop' }");
    gate.called(2).await;
    gate.shut(0, "no".into());
    turn().await;
    assert_eq!(field(&gate.context(1), "signal.aborted"), "false");
    assert_eq!(field(&gate.context(1), "cancelled.aborted"), "true");
    gate.open(1, "paid".into());
    let report = report(run).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("failed", "rfcc"));
    assert_eq!((report.values().as_str(), gate.count()), ("[\"paid\"]", 2));
    assert!(report.reason(3).starts_with("AbortError: "), "{}", report.reason(3));
}

#[wasm_bindgen_test]
async fn the_first_failure_in_time_is_the_one_that_counts() {
    let gate = Gate::new();
    let run = process(range(2), 2.0, gate.task(), "{ onCancel: 'drain' }");
    gate.called(2).await;
    gate.shut(1, "first".into());
    turn().await;
    gate.shut(0, "second".into());
    assert_eq!(show(&reason(run).await), "\"first\"");
}

#[wasm_bindgen_test]
async fn continue_goes_through_all_and_rejects_with_the_failures_in_input_order() {
    let gate = Gate::new();
    let run = process(range(4), 4.0, gate.task(), "{ onFailure: 'continue' }");
    gate.called(4).await;
    for call in [3, 1, 2] {
        gate.shut(call, call.into());
        turn().await;
    }
    gate.open(0, JsValue::UNDEFINED);
    let failure = failure(run).await;
    assert_eq!((failure.name.as_str(), show(&failure.errors).as_str()), ("AggregateError", "[1, 2, 3]"));
    assert!(failure.message.contains("3 of 4"), "{}", failure.message);
}

#[wasm_bindgen_test]
async fn undefined_is_a_failure() {
    let task = "(x) => x ? x : Promise.reject()";
    assert_eq!(show(&reason(process("[1, 0, 1]", 1.0, task, ())).await), "undefined");
    let failure = failure(process("[1, 0, 0]", 1.0, task, "{ onFailure: 'continue' }")).await;
    assert_eq!(show(&failure.errors), "[undefined, undefined]");
    let report = report(settle("[1, 0]", 1.0, task, ())).await;
    assert_eq!((report.status.as_str(), report.error.is_undefined()), ("partial", false));
}

#[wasm_bindgen_test]
async fn on_failure_decides_by_reason_and_item() {
    let log = Array::new();
    let decide = "(log) => ({ onFailure: (reason, item) => {
        log.push(`${reason.message} ${item}`);
        return item === 3 ? 'stop' : 'continue';
    } })";
    let report = report(settle(range(9), 1.0, FAILS, make(decide, &[&log]))).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("failed", "frfrccccc"));
    assert_eq!(log.join(", "), "no 1 1, no 3 3");
    assert_eq!(field(&report.error, "errors.length"), "2");
}

#[wasm_bindgen_test]
async fn on_failure_is_asked_once_an_item_and_not_once_an_attempt() {
    let log = Array::new();
    let options = "(log) => ({
        retry: { attempts: 3, minDelay: 0 },
        onFailure: (reason) => { log.push(reason.name); return 'continue'; },
    })";
    let task = "() => { throw Object.assign(new Error('busy'), { status: 503 }) }";
    report(settle("[1, 2]", 1.0, task, make(options, &[&log]))).await;
    assert_eq!(log.join(" "), "RetryError RetryError");
}

#[wasm_bindgen_test]
async fn an_on_failure_that_throws_stops_the_run_and_is_reported() {
    let uncaught = Uncaught::new();
    let options = "{ onFailure() { throw new Error('mine') } }";
    let report = report(settle(range(4), 1.0, FAILS, options)).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("failed", "frcc"));
    assert_eq!(uncaught.heard().await, "error Error: mine");
}

#[wasm_bindgen_test]
async fn settle_reports_failures_and_never_rejects() {
    let report = report(settle(range(4), 2.0, FAILS, ())).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("partial", "frfr"));
    assert_eq!((report.values().as_str(), report.reason(3).as_str()), ("[0, 2]", "Error: no 3"));
    assert_eq!(field(&report.error, "constructor === AggregateError"), "true");
    assert_eq!(field(&report.error, "errors"), "[Error: no 1, Error: no 3]");
    assert!(js_sys::Object::is(&report.outcomes[1].reason, &make("(e) => e.errors[0]", &[&report.error])));
}

#[wasm_bindgen_test]
async fn a_clean_run_is_completed_without_an_error() {
    let report = report(settle(range(3), 2.0, "(x) => x", ())).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("completed", "fff"));
    assert!(report.error.is_undefined());
}

/// Every way in which a rejection could be left alone.
const ORPHANS: [(&str, &str, &str); 7] = [
    ("rejections of all at once", "async (x) => { throw x }", "{}"),
    ("rejections after the stop", "(x) => new Promise((_, no) => setTimeout(no, x * 4, x))", "{}"),
    ("rejections while it drains", "(x) => new Promise((_, no) => setTimeout(no, x * 4, x))", "{ onCancel: 'drain' }"),
    ("late rejections after a timeout", "(x) => new Promise((_, no) => setTimeout(no, 12, x))", "{ timeout: 2 }"),
    (
        "rejections by the signal",
        "(x, i, { signal }) => new Promise((_, no) => {
        signal.addEventListener('abort', () => no(signal.reason));
        if (x === 1) no(x);
    })",
        "{ onFailure: 'stop', onCancel: 'abort' }",
    ),
    ("failed retries", "async (x) => { throw { status: 503 } }", "{ retry: { attempts: 2, minDelay: 1 } }"),
    ("throws", "(x) => { throw x }", "{ onFailure: 'continue' }"),
];

#[wasm_bindgen_test]
async fn no_rejection_is_ever_left_unhandled() {
    for (what, task, options) in ORPHANS {
        let uncaught = Uncaught::new();
        reason(process(range(4), 3.0, task, options)).await;
        report(settle(range(4), 3.0, task, options)).await;
        crate::harness::sleep(20.0).await;
        assert_eq!(uncaught.heard().await, "", "{what}");
    }
}

#[wasm_bindgen_test]
async fn the_uncaught_are_heard_by_this_suite() {
    let uncaught = Uncaught::new();
    make("() => { Promise.reject(new Error('orphan')); }", &[]);
    assert_eq!(uncaught.heard().await, "rejection Error: orphan");
}
