//! Stagger, timeouts, and times that no timer knows.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, field, make, process, range, read, reason, report, retry, settle, show, sleep, turn, value,
};

const CLOCKED: &str = "(log, takes) => async () => {
    log.push(performance.now());
    if (takes > 0) await new Promise((done) => setTimeout(done, takes));
    log.push(performance.now());
}";

#[wasm_bindgen_test]
async fn the_stagger_is_from_start_to_start_where_calls_overlap() {
    let log = Array::new();
    let gate = Gate::new();
    let task = make("(log, task) => (x) => { log.push(performance.now()); return task(x); }", &[&log, &gate.task()]);
    let run = process(range(4), 4.0, task, "{ stagger: 15 }");
    gate.called(4).await;
    for call in 0..4 {
        gate.open(call, 0.into());
    }
    value(run).await;
    let times: Vec<f64> = read(&log);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 14.9), "{times:?}");
}

#[wasm_bindgen_test]
async fn the_stagger_is_from_end_to_start_where_calls_do_not_overlap() {
    let log = Array::new();
    value(process(range(3), 1.0, make(CLOCKED, &[&log, &10.into()]), "{ stagger: 15 }")).await;
    let times: Vec<f64> = read(&log);
    assert!(times[2] - times[1] >= 14.9 && times[4] - times[3] >= 14.9, "{times:?}");
}

#[wasm_bindgen_test]
async fn skipped_items_are_not_staggered() {
    let log = Array::new();
    let options = "{ stagger: 1e8, skip: (x) => x !== 8 }";
    let report = report(settle(range(9), 2.0, make(CLOCKED, &[&log, &0.into()]), options)).await;
    assert_eq!(report.statuses(), "ssssssssf");
}

#[wasm_bindgen_test]
async fn a_cancel_ends_the_stagger_at_once() {
    let canceller = Canceller::new("native");
    let code = "(signal) => ({ signal, stagger: 1e8 })";
    let run = settle(range(3), 2.0, "(x) => x", make(code, &[&canceller.signal()]));
    turn().await;
    canceller.abort(&JsValue::UNDEFINED);
    assert_eq!(report(run).await.statuses(), "fcc");
}

#[wasm_bindgen_test]
async fn a_timeout_aborts_the_attempt_and_counts_from_its_own_start() {
    let gate = Gate::new();
    let run = settle(range(3), 1.0, gate.task(), "{ timeout: 500 }");
    gate.called(1).await;
    gate.open(0, "quick".into());
    gate.called(2).await;
    sleep(250.0).await;
    gate.open(1, "slow".into());
    gate.called(3).await;
    let signal = make("({ signal }) => signal", &[&gate.context(2)]);
    sleep(300.0).await;
    // The time that the second took is not its own.
    assert_eq!(field(&signal, "aborted"), "false");
    let report = report(run).await;
    assert_eq!(report.statuses(), "ffr");
    assert_eq!(field(&signal, "reason.name"), "\"TimeoutError\"");
    assert!(js_sys::Object::is(&make("({ reason }) => reason", &[&signal]), &report.outcomes[2].reason));
    assert!(report.outcomes[2].elapsed >= 499.0, "{}", report.outcomes[2].elapsed);
    assert_eq!(field(&gate.context(2), "cancelled.aborted"), "false");
}

#[wasm_bindgen_test]
async fn a_timeout_is_a_dom_exception_that_says_how_long() {
    let reason = reason(process(range(1), 1.0, Gate::new().task(), "{ timeout: 7 }")).await;
    assert_eq!(
        (field(&reason, "name"), field(&reason, "constructor.name")),
        ("\"TimeoutError\"".into(), "\"DOMException\"".into())
    );
    assert!(field(&reason, "message").contains('7'), "{}", show(&reason));
}

#[wasm_bindgen_test]
async fn timeouts_come_in_the_order_of_the_starts() {
    let gate = Gate::new();
    let log = Array::new();
    let options = make("(log) => ({ timeout: 10, onOutcome: ({ index }) => { log.push(index); } })", &[&log]);
    let report = report(settle(range(5), 5.0, gate.task(), options)).await;
    assert_eq!((report.statuses().as_str(), log.join("")), ("rrrrr", "01234".into()));
}

#[wasm_bindgen_test]
async fn a_timeout_of_zero_is_a_timeout_and_not_none() {
    let report = report(settle(range(3), 3.0, "() => new Promise(() => {})", "{ timeout: 0 }")).await;
    assert_eq!(report.statuses(), "rrr");
    // A task that settles before any timer can fire is in time.
    let values = value(process(range(3), 1.0, "async (x) => x", "{ timeout: 0 }")).await;
    assert_eq!(show(&values), "[0, 1, 2]");
}

/// Counts how often a timer is set, until what it returns is called: one that fires too early would be set again and
/// again.
const COUNT_TIMERS: &str = "() => {
    const { setTimeout } = globalThis;
    let count = 0;
    globalThis.setTimeout = (...args) => { count++; return setTimeout(...args); };
    return () => { globalThis.setTimeout = setTimeout; return count; };
}";

#[wasm_bindgen_test]
async fn times_longer_than_a_timer_knows_are_waited_and_not_none() {
    for long in ["2147483648", "3e9", "1e15", "Number.MAX_VALUE"] {
        let canceller = Canceller::new("native");
        let gate = Gate::new();
        let timeout = make(&format!("() => ({{ timeout: {long} }})"), &[]);
        let timed = process(range(1), 1.0, gate.task(), timeout);
        let code = format!("(signal) => ({{ signal, stagger: {long} }})");
        let staggered = settle(range(2), 2.0, gate.task(), make(&code, &[&canceller.signal()]));
        let calls = Array::new();
        let failing = make("(log) => () => { log.push(1); throw { status: 503 }; }", &[&calls]);
        let policy = format!("{{ minDelay: {long}, maxDelay: {long} }}");
        let backing_off = retry(failing, policy.as_str(), make("(signal) => ({ signal })", &[&canceller.signal()]));
        gate.called(2).await;
        let timers = make(COUNT_TIMERS, &[]);
        sleep(25.0).await;
        let set: u32 = read(&make("(stop) => stop()", &[&timers]));
        assert!(set < 6, "{set} timers were set in 25 ms for a wait of {long}");
        assert_eq!((gate.count(), calls.length()), (2, 1), "{long}");
        canceller.abort(&"enough".into());
        gate.open(0, "in time".into());
        gate.open(1, "in time".into());
        assert_eq!(show(&value(timed).await), "[\"in time\"]", "{long}");
        assert_eq!(report(staggered).await.statuses(), "fc", "{long}");
        assert_eq!(show(&reason(backing_off).await), "\"enough\"", "{long}");
    }
}

#[wasm_bindgen_test]
async fn waits_of_zero_do_not_spin() {
    let log = Array::new();
    let call =
        "(log) => ({ attempt }) => { log.push(attempt); if (attempt < 200) throw { status: 503 }; return attempt; }";
    let run = retry(make(call, &[&log]), "{ attempts: 500, minDelay: 0 }", ());
    assert_eq!((show(&value(run).await).as_str(), log.length()), ("200", 200));
}

#[wasm_bindgen_test]
async fn a_later_run_with_a_shorter_wait_is_not_held_up_by_a_longer_one() {
    let canceller = Canceller::new("native");
    let code = "(signal) => ({ signal, stagger: 1e8 })";
    let long = settle(range(2), 1.0, "(x) => x", make(code, &[&canceller.signal()]));
    turn().await;
    value(process(range(3), 1.0, "(x) => x", "{ stagger: 2 }")).await;
    canceller.abort(&JsValue::UNDEFINED);
    assert_eq!(report(long).await.statuses(), "fc");
}
