//! Never more unsettled tasks than allowed, and no task harms another.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Gate, Uncaught, foreign_realm, make, process, range, report, settle, show, sleep, turn, value};

#[wasm_bindgen_test]
async fn never_more_unsettled_tasks_than_the_limit() {
    for (limit, most) in [(1.0, 1), (3.0, 3), (10.0, 10), (99.0, 10), (f64::INFINITY, 10)] {
        let gate = Gate::new();
        let run = process(range(10), limit, gate.task(), ());
        for settled in 0..10 {
            let expected = 10.min(settled + most);
            gate.called(expected).await;
            turn().await;
            assert_eq!(gate.count(), expected, "limit {limit}, {settled} settled");
            gate.open(settled, settled.into());
        }
        assert_eq!(show(&value(run).await), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
        assert_eq!(gate.most(), most);
    }
}

#[wasm_bindgen_test]
async fn a_free_place_is_taken_before_the_slowest_is_done() {
    let gate = Gate::new();
    let run = process(range(5), 2.0, gate.task(), ());
    for call in 1..5 {
        gate.called(call + 1).await;
        gate.open(call, call.into());
    }
    gate.open(0, 0.into());
    assert_eq!(show(&value(run).await), "[0, 1, 2, 3, 4]");
    assert_eq!(gate.most(), 2);
}

#[wasm_bindgen_test]
async fn concurrency_1_calls_exactly_as_a_plain_loop() {
    let log = js_sys::Array::new();
    let task = "(log) => async (x) => { log.push(`${x} starts`); await null; log.push(`${x} ends`); }";
    value(process(range(3), 1.0, make(task, &[&log]), ())).await;
    assert_eq!(log.join(", "), "0 starts, 0 ends, 1 starts, 1 ends, 2 starts, 2 ends");
}

#[wasm_bindgen_test]
async fn a_timed_out_task_keeps_its_place_until_it_settles() {
    let gate = Gate::new();
    let log = js_sys::Array::new();
    let options = make("(log) => ({ timeout: 5, onOutcome: ({ status }) => log.push(status) })", &[&log]);
    let run = settle(range(4), 1.0, gate.task(), options);
    for call in 0..4 {
        gate.called(call + 1).await;
        while log.length() <= call {
            sleep(2.0).await;
        }
        sleep(10.0).await;
        assert_eq!(gate.count(), call + 1, "the next task began while a timed-out one still ran");
        // How it ends is of no more interest.
        if call % 2 == 0 { gate.open(call, "late".into()) } else { gate.shut(call, "late".into()) }
    }
    let report = report(run).await;
    assert_eq!((gate.most(), report.statuses().as_str()), (1, "rrrr"));
    assert!(report.reason(0).starts_with("TimeoutError: "), "{}", report.reason(0));
}

#[wasm_bindgen_test]
async fn a_timed_out_last_task_does_not_delay_the_end() {
    let gate = Gate::new();
    let report = report(settle("[1, 2]", 2.0, gate.task(), "{ timeout: 5 }")).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("partial", "rr"));
}

#[wasm_bindgen_test]
async fn a_retry_after_a_timeout_waits_for_the_place_of_its_first_attempt() {
    let gate = Gate::new();
    let retry = "{ timeout: 400, retry: { attempts: 2, minDelay: 0, classify: () => 'retry' } }";
    let run = settle("['a', 'b']", 1.0, gate.task(), retry);
    gate.called(1).await;
    sleep(500.0).await;
    assert_eq!(gate.count(), 1);
    gate.open(0, JsValue::UNDEFINED);
    gate.called(2).await;
    gate.open(1, "again".into());
    gate.called(3).await;
    gate.open(2, "b".into());
    assert_eq!(report(run).await.values(), r#"["again", "b"]"#);
    assert_eq!((gate.most(), gate.items().as_str()), (1, r#"["a", "a", "b"]"#));
}

#[wasm_bindgen_test]
async fn an_item_that_backs_off_keeps_its_place() {
    let log = js_sys::Array::new();
    let task = "(log) => (x, i, { attempt }) => { log.push(x + attempt); if (attempt < 2) throw { status: 503 }; }";
    let options = "{ retry: { attempts: 2, minDelay: 10 } }";
    value(process("['a', 'b']", 1.0, make(task, &[&log]), options)).await;
    assert_eq!(log.join(" "), "a1 a2 b1 b2");
}

/// Tasks whose ends must not affect each other.
const TASKS: [(&str, &str); 14] = [
    ("() => 1", "fulfilled 1"),
    ("() => undefined", "fulfilled undefined"),
    ("async () => 'a'", "fulfilled \"a\""),
    ("() => Promise.reject(new Error('no'))", "rejected Error: no"),
    ("() => Promise.reject()", "rejected undefined"),
    ("() => { throw new Error('at once') }", "rejected Error: at once"),
    ("() => { throw null }", "rejected null"),
    ("() => ({ then(done) { setTimeout(() => done('thenable')) } })", "fulfilled \"thenable\""),
    ("() => ({ then(done, fail) { fail('refused') } })", "rejected \"refused\""),
    ("() => ({ then() { throw new Error('in then') } })", "rejected Error: in then"),
    ("() => ({ get then() { throw new Error('getter') } })", "rejected Error: getter"),
    ("() => ({ then(done, fail) { done('once'); done('twice'); fail('thrice'); throw 4 } })", "fulfilled \"once\""),
    ("() => ({ then: 'no function' })", "fulfilled {then: \"no function\"}"),
    ("() => ({ then(done) { done({ then(done) { done('nested') } }) } })", "fulfilled \"nested\""),
];

#[wasm_bindgen_test]
async fn no_task_harms_a_sibling_however_it_ends() {
    let uncaught = Uncaught::new();
    let tasks = TASKS.map(|(task, _)| task).join(",\n");
    for limit in [1.0, 2.0, f64::INFINITY] {
        let report = report(settle(format!("[{tasks}]").as_str(), limit, "(task) => task()", ())).await;
        for ((task, expected), outcome) in TASKS.iter().zip(&report.outcomes) {
            let what = if outcome.status == "fulfilled" { &outcome.value } else { &outcome.reason };
            assert_eq!(format!("{} {}", outcome.status, show(what)), *expected, "{task} with limit {limit}");
        }
        assert_eq!(report.status, "partial");
    }
    assert_eq!(uncaught.heard().await, "");
}

#[wasm_bindgen_test]
async fn a_promise_with_a_then_of_its_own_that_calls_back_twice_and_at_once_harms_nobody() {
    let hostile = "() => Object.assign(Promise.resolve('own'), { then(done) { done('first'); done('second'); } })";
    let run = settle(format!("[{hostile}, () => 2, () => 3]").as_str(), 1.0, "(task) => task()", ());
    let report = report(run).await;
    assert_eq!(report.statuses(), "fff");
    assert_eq!(show(&report.outcomes[2].value), "3");
}

#[wasm_bindgen_test]
async fn a_task_that_never_settles_takes_its_place_and_nothing_else() {
    let canceller = crate::harness::Canceller::new("native");
    let log = js_sys::Array::new();
    let task = "(log) => (x) => { log.push(x); return x === 0 ? new Promise(() => {}) : x; }";
    let options = make("(signal) => ({ signal, onCancel: 'abort' })", &[&canceller.signal()]);
    let run = settle(range(6), 2.0, make(task, &[&log]), options);
    while log.length() < 6 {
        turn().await;
    }
    turn().await;
    canceller.abort(&JsValue::UNDEFINED);
    let report = report(run).await;
    assert_eq!((report.statuses().as_str(), report.values().as_str()), ("cfffff", "[1, 2, 3, 4, 5]"));
}

#[wasm_bindgen_test]
async fn promises_of_another_realm_are_awaited() {
    let task = make(
        "(realm) => (x) => x === 1 ? realm.Promise.reject(x) : new realm.Promise((done) => setTimeout(done, 1, x))",
        &[&foreign_realm()],
    );
    let report = report(settle("[0, 1, 2]", 1.0, task, ())).await;
    assert_eq!((report.statuses().as_str(), report.values().as_str()), ("frf", "[0, 2]"));
}

#[wasm_bindgen_test]
async fn runs_have_limits_of_their_own_and_nest() {
    let outer = Gate::new();
    let inner = Gate::new();
    let runs = [process(range(3), 1.0, outer.task(), ()), process(range(3), 2.0, inner.task(), ())];
    outer.called(1).await;
    inner.called(2).await;
    turn().await;
    assert_eq!((outer.count(), inner.count()), (1, 2));
    for call in 0..3 {
        outer.called(call + 1).await;
        // A run that a task of another one starts.
        let nested = value(process("[1, 2]", 1.0, "(x) => x", ())).await;
        outer.open(call, nested);
        inner.called(call + 1).await;
        inner.open(call, call.into());
    }
    let [outer, inner] = runs;
    assert_eq!(show(&value(outer).await), "[[1, 2], [1, 2], [1, 2]]");
    assert_eq!(show(&value(inner).await), "[0, 1, 2]");
}
