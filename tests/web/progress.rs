//! How far a run has come, as it goes.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Progress, make, process, range, read, reason, report, result, settle, show, sleep, turn, value,
};

/// Options with `more`, and where their progress is written to.
fn watched(more: &str) -> (JsValue, Array) {
    let log = Array::new();
    let options = make(&format!("(log) => ({{ ...{more}, onProgress: (progress) => log.push(progress) }})"), &[&log]);
    (options, log)
}

/// Checks the rules that hold for all events of a run.
fn check(log: &Array, limit: f64, what: &str) -> Vec<Progress> {
    let events: Vec<Progress> = read(log);
    assert!(!events.is_empty(), "no event: {what}");
    for event in &events {
        assert!((0.0..=limit).contains(&event.in_progress), "{what}: {event:?}");
        assert!((0.0..=1.0).contains(&event.fraction) && event.elapsed >= 0.0, "{what}: {event:?}");
        match event.total {
            Some(total) => assert!(event.settled() + event.in_progress <= total, "{what}: {event:?}"),
            None => assert_eq!((event.fraction, event.eta), (0.0, None), "{what}: {event:?}"),
        }
        assert!(event.eta.is_none_or(|eta| eta >= 0.0 && eta.is_finite()), "{what}: {event:?}");
    }
    for pair in events.windows(2) {
        assert!(pair[0].fraction <= pair[1].fraction && pair[0].elapsed <= pair[1].elapsed, "{what}: {pair:?}");
        assert!(pair[0].settled() <= pair[1].settled(), "{what}: {pair:?}");
    }
    let last = events.last().unwrap();
    assert_eq!((last.total, last.in_progress, last.eta), (Some(last.settled()), 0.0, Some(0.0)), "{what}");
    events
}

#[wasm_bindgen_test]
async fn counts_add_up_at_every_event_of_every_kind_of_run() {
    let slow = "(x) => new Promise((done) => setTimeout(done, (x * 7) % 5, x))";
    let mixed = "async (x, i, { attempt }) => { if (x % 3 === 0) throw attempt < 2 ? { status: 503 } : x; }";
    for (task, options, limit) in [
        (slow, "{}", 3.0),
        (slow, "{ skip: (x) => x % 2 === 0 }", 2.0),
        (mixed, "{ onFailure: 'continue', retry: { minDelay: 1 } }", 4.0),
        (mixed, "{ onFailure: 'stop' }", 2.0),
        ("() => new Promise((done) => setTimeout(done, 8))", "{ timeout: 2, onFailure: 'continue' }", 2.0),
        ("(x) => x", "{}", 100.0),
        ("(x) => { throw x }", "{}", 1.0),
    ] {
        let what = format!("{task} {options}");
        for begin in [settle, process] {
            let (options, log) = watched(options);
            let _ = result(begin(range(20), limit, task, options)).await;
            let events = check(&log, limit, &what);
            assert_eq!(events.last().unwrap().total, Some(20.0), "{what}");
        }
    }
}

#[wasm_bindgen_test]
async fn each_result_is_reported_when_it_arrives() {
    let gate = Gate::new();
    let (options, log) = watched("{}");
    let run = settle(range(4), 2.0, gate.task(), options);
    gate.called(2).await;
    turn().await;
    let first: Progress = read(&log.get(0));
    assert_eq!((first.completed, first.in_progress, first.total, first.eta), (0.0, 2.0, Some(4.0), None));
    for call in 0..4 {
        gate.called((call + 1).max(2)).await;
        sleep(2.0).await;
        gate.open(call, call.into());
        turn().await;
        let event: Progress = read(&log.get(log.length() - 1));
        assert_eq!(event.completed, f64::from(call + 1));
        assert_eq!(event.fraction, f64::from(call + 1) / 4.0);
        assert!(event.eta.is_some());
    }
    let report = report(run).await;
    let events = check(&log, 2.0, "by hand");
    assert_eq!(events.last(), Some(&report.progress));
    assert_eq!((report.progress.completed, report.progress.eta, report.progress.fraction), (4.0, Some(0.0), 1.0));
}

#[wasm_bindgen_test]
async fn an_item_that_backs_off_is_in_progress() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let code = "(log, signal) => ({ signal, retry: { minDelay: 1e8 }, onProgress: (progress) => log.push(progress) })";
    let task = "() => { throw { status: 503 } }";
    let run = settle(range(3), 1.0, task, make(code, &[&log, &canceller.signal()]));
    turn().await;
    let event: Progress = read(&log.get(log.length() - 1));
    assert_eq!((event.in_progress, event.failed, event.eta), (1.0, 0.0, None));
    canceller.abort(&JsValue::UNDEFINED);
    let progress = report(run).await.progress;
    assert_eq!((progress.cancelled, progress.in_progress, progress.fraction), (3.0, 0.0, 0.0));
    check(&log, 1.0, "backing off");
}

#[wasm_bindgen_test]
async fn the_total_of_a_source_is_unknown_until_it_ends() {
    for source in
        ["(function* () { yield 1; yield 2; yield 3; })()", "(async function* () { yield 1; yield 2; yield 3; })()"]
    {
        let (options, log) = watched("{}");
        value(process(source, 1.0, "async (x) => x", options)).await;
        let events = check(&log, 1.0, source);
        assert_eq!(events[0].total, None);
        let last = events.last().unwrap();
        assert_eq!((last.total, last.completed, last.fraction), (Some(3.0), 3.0, 1.0));
    }
}

#[wasm_bindgen_test]
async fn a_cancelled_run_reports_no_completion() {
    for on_cancel in ["drain", "abort"] {
        let canceller = Canceller::new("native");
        let log = Array::new();
        let gate = Gate::new();
        let code = "(log, signal, onCancel) => ({ signal, onCancel, onProgress: (progress) => log.push(progress) })";
        let options = make(code, &[&log, &canceller.signal(), &on_cancel.into()]);
        let run = settle(range(4), 2.0, gate.task(), options);
        gate.called(2).await;
        gate.open(0, 0.into());
        gate.called(3).await;
        canceller.abort(&JsValue::UNDEFINED);
        gate.open(1, 0.into());
        gate.open(2, 0.into());
        let report = report(run).await;
        let events = check(&log, 2.0, on_cancel);
        let expected = if on_cancel == "drain" { (3.0, 1.0, 0.75) } else { (1.0, 3.0, 0.25) };
        let last = events.last().unwrap();
        assert_eq!((last.completed, last.cancelled, last.fraction), expected, "{on_cancel}");
        assert_eq!(last, &report.progress);
    }
}

#[wasm_bindgen_test]
async fn the_last_event_comes_before_the_promise_settles() {
    let log = Array::new();
    let options = make("(log) => ({ onProgress: ({ completed }) => log.push(completed) })", &[&log]);
    let run = process(range(2), 1.0, "(x) => x", options);
    make("(run, log) => { run.then(() => log.push('over')); }", &[&run, &log]);
    value(run).await;
    turn().await;
    assert_eq!(show(&make("(log) => log.slice(-2)", &[&log])), "[2, \"over\"]");
}

#[wasm_bindgen_test]
async fn nothing_is_reported_after_the_end() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let gate = Gate::new();
    let code = "(log, signal) => ({ signal, onProgress: () => log.push(1), onOutcome: () => { log.push(1) } })";
    let run = process(range(4), 2.0, gate.task(), make(code, &[&log, &canceller.signal()]));
    gate.called(2).await;
    canceller.abort(&JsValue::UNDEFINED);
    reason(run).await;
    turn().await;
    let told = log.length();
    gate.open(0, 0.into());
    gate.shut(1, 1.into());
    turn().await;
    assert_eq!(log.length(), told);
}

#[wasm_bindgen_test]
async fn progress_is_a_value_that_nobody_changes() {
    let (options, log) = watched("{}");
    value(process(range(2), 1.0, "(x) => x", options)).await;
    assert_eq!(make("(log) => log.every(Object.isFrozen)", &[&log]), JsValue::TRUE);
}
