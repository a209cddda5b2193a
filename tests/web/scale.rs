//! Many items: no overflow of the stack, no page that stands still.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Canceller, Uncaught, field, make, process, range, reason, result_within, settle, show, value};

/// For runs that take the page a while, on a slow machine a long one.
const LONG: f64 = 60_000.0;

const MANY: u32 = 100_000;

async fn long(promise: js_sys::Promise) -> JsValue {
    result_within(promise, LONG).await.unwrap_or_else(|error| panic!("rejected: {}", show(&error)))
}

#[wasm_bindgen_test]
async fn a_hundred_thousand_tasks_complete() {
    let items = range(MANY);
    for task in ["(x) => x", "async (x) => x", "(x) => ({ then(done) { done(x) } })"] {
        for limit in [1.0, 10.0, f64::INFINITY] {
            let values = long(process(&items, limit, task, ())).await;
            let right = make(
                "(values, items) => values.length === items.length && values.every((x, i) => x === i)",
                &[&values, &items],
            );
            assert_eq!(right, JsValue::TRUE, "{task}, limit {limit}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_hundred_thousand_items_of_a_source_complete() {
    for kind in ["function*", "async function*"] {
        let source = format!("({kind} () {{ for (let i = 0; i < 100_000; i++) yield i; }})()");
        let values = long(process(source.as_str(), 5.0, "(x) => x", ())).await;
        assert_eq!((field(&values, "length"), field(&values, "at(-1)")), ("100000".into(), "99999".into()));
    }
}

#[wasm_bindgen_test]
async fn twenty_thousand_failures_and_throws_are_settled() {
    for task in ["async (x) => { throw x }", "(x) => { throw x }"] {
        let uncaught = Uncaught::new();
        for limit in [1.0, 100.0, f64::INFINITY] {
            let report = long(settle(range(20_000), limit, task, ())).await;
            assert_eq!(field(&report, "status"), "\"partial\"");
            assert_eq!(
                (field(&report, "error.errors.length"), field(&report, "error.errors.at(-1)")),
                ("20000".into(), "19999".into())
            );
        }
        assert_eq!(uncaught.heard().await, "");
    }
}

#[wasm_bindgen_test]
async fn twenty_thousand_skipped_items_are_settled() {
    let report = long(settle(range(20_000), 1.0, "() => { throw 'called' }", "{ skip: () => true }")).await;
    assert_eq!(field(&report, "progress.skipped"), "20000");
}

#[wasm_bindgen_test]
async fn twenty_thousand_tasks_are_aborted_at_once() {
    let uncaught = Uncaught::new();
    for settling in ["", "signal.addEventListener('abort', () => no(signal.reason))"] {
        let canceller = Canceller::new("native");
        let log = Array::new();
        let task = format!("(log) => (x, i, {{ signal }}) => new Promise((_, no) => {{ log.push(x); {settling} }})");
        let code = "(signal) => ({ signal, onCancel: 'abort' })";
        let run = settle(range(40_000), 20_000.0, make(&task, &[&log]), make(code, &[&canceller.signal()]));
        while log.length() < 20_000 {
            crate::harness::turn().await;
        }
        canceller.abort(&"enough".into());
        let report = long(run).await;
        assert_eq!(
            (field(&report, "status"), field(&report, "progress.cancelled")),
            ("\"cancelled\"".into(), "40000".into())
        );
        assert_eq!(field(&report, "outcomes[19999].started"), "true");
        assert_eq!(field(&report, "outcomes[20000].started"), "false");
    }
    assert_eq!(uncaught.heard().await, "");
}

#[wasm_bindgen_test]
async fn the_page_gets_its_turns_during_a_long_run() {
    for (task, limit) in
        [("(x) => x", 10.0), ("async (x) => x", 10.0), ("(x) => { throw x }", 1.0), ("(x) => x", f64::INFINITY)]
    {
        let counted = make(
            &format!(
                "() => {{
                    const task = {task};
                    const seen = {{ calls: 0, message: undefined, timer: undefined }};
                    const {{ port1, port2 }} = new MessageChannel();
                    port1.onmessage = () => {{ seen.message = seen.calls; port1.close(); }};
                    setTimeout(() => {{ seen.timer = seen.calls; }});
                    port2.postMessage(0);
                    return {{ seen, task: (x) => {{ seen.calls++; return task(x); }} }};
                }}"
            ),
            &[],
        );
        let task_of = make("({ task }) => task", &[&counted]);
        long(settle(range(MANY), limit, task_of, ())).await;
        let early = make("({ seen }) => seen.message < 100_000 && seen.timer < 100_000", &[&counted]);
        assert_eq!(early, JsValue::TRUE, "{task}, limit {limit}: {}", show(&counted));
    }
}

/// While the page has its turn the engine starts nothing; what happens then must not get lost.
#[wasm_bindgen_test]
async fn tasks_that_end_while_the_page_has_its_turn_are_not_lost() {
    for abort in [false, true] {
        let uncaught = Uncaught::new();
        let canceller = Canceller::new("native");
        let log = Array::new();
        let code = "(log, canceller, abort) => ({
            options: { signal: canceller.signal, onCancel: 'abort', onOutcome: ({ index }) => { log.push(index); } },
            task: async (x) => { await null; if (abort && x === 19_000) canceller.abort('inside'); return x; },
        })";
        let made = make(code, &[&log, &canceller, &abort.into()]);
        let task = make("({ task }) => task", &[&made]);
        let options = make("({ options }) => options", &[&made]);
        let report = long(settle(range(50_000), f64::INFINITY, task, options)).await;
        let expected = if abort { "\"cancelled\"" } else { "\"completed\"" };
        assert_eq!(field(&report, "status"), expected);
        let once = make("(log) => log.length === 50_000 && new Set(log).size === 50_000", &[&log]);
        assert_eq!(once, JsValue::TRUE, "{} outcomes were told, abort {abort}", log.length());
        assert_eq!(field(&report, "outcomes.filter(Boolean).length"), "50000");
        assert_eq!(uncaught.heard().await, "", "abort {abort}");
        assert_eq!(show(&value(process("[1, 2]", 1.0, "(x) => x", ())).await), "[1, 2]");
    }
}

#[wasm_bindgen_test]
async fn a_failure_far_into_a_long_run_stops_it() {
    let log = Array::new();
    let task = make("(log) => (x) => { log.push(1); if (x === 50_000) throw 'far'; }", &[&log]);
    assert_eq!(show(&reason(process(range(MANY), 1.0, task, ())).await), "\"far\"");
    assert_eq!(log.length(), 50_001);
}
