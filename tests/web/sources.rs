//! Iterators as sources: read only as far as needed, and closed when they are not read to their end.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Uncaught, field, make, process, reason, report, settle, show, sleep, turn, value,
};

/// Iterables of both kinds over 0..count that log what they are asked for.
const BOTH: [(&str, &str); 2] = [
    (
        "sync",
        "(log, count) => ({ [Symbol.iterator]() {
        let next = 0;
        return {
            next() { log.push('next'); return next < count ? { done: false, value: next++ } : { done: true }; },
            return() { log.push('return'); return {}; },
        };
    } })",
    ),
    (
        "async",
        "(log, count) => ({ [Symbol.asyncIterator]() {
        let next = 0;
        return {
            async next() { log.push('next'); return next < count ? { done: false, value: next++ } : { done: true }; },
            async return() { log.push('return'); return {}; },
        };
    } })",
    ),
];

fn count(log: &Array, what: &str) -> u32 {
    log.iter().filter(|entry| entry == &JsValue::from(what)).count() as u32
}

#[wasm_bindgen_test]
async fn a_source_is_read_only_when_a_place_is_free() {
    for (kind, source) in BOTH {
        let log = Array::new();
        let gate = Gate::new();
        let run = process(make(source, &[&log, &9.into()]), 2.0, gate.task(), ());
        for settled in 0..9 {
            gate.called(9.min(settled + 2)).await;
            turn().await;
            // The tenth call of `next` is the last.
            assert_eq!(count(&log, "next"), 10.min(settled + 2), "{kind}");
            gate.open(settled, settled.into());
        }
        assert_eq!(show(&value(run).await), "[0, 1, 2, 3, 4, 5, 6, 7, 8]");
        assert_eq!((count(&log, "next"), count(&log, "return"), gate.most()), (10, 0, 2), "{kind}");
    }
}

#[wasm_bindgen_test]
async fn a_source_is_never_asked_twice_at_once() {
    let gate = Gate::new();
    let source = make("(next) => ({ [Symbol.asyncIterator]: () => ({ next }) })", &[&gate.task()]);
    let run = process(source, 5.0, "(x) => x", ());
    for call in 0..3 {
        gate.called(call + 1).await;
        turn().await;
        assert_eq!(gate.count(), call + 1);
        gate.open(call, make("(value) => ({ done: value === 2, value })", &[&call.into()]));
    }
    assert_eq!(show(&value(run).await), "[0, 1]");
}

#[wasm_bindgen_test]
async fn a_source_is_closed_once_when_a_failure_stops_the_run() {
    for (kind, source) in BOTH {
        let log = Array::new();
        let run = process(make(source, &[&log, &9.into()]), 2.0, "(x) => { if (x === 3) throw x; }", ());
        assert_eq!(show(&reason(run).await), "3");
        turn().await;
        let read = count(&log, "next");
        assert!((4..=5).contains(&read), "{kind}: {read}");
        assert_eq!(count(&log, "return"), 1, "{kind}");
    }
}

#[wasm_bindgen_test]
async fn a_source_is_closed_once_when_the_run_is_cancelled() {
    for (kind, source) in BOTH {
        for on_cancel in ["drain", "abort"] {
            let canceller = Canceller::new("native");
            let log = Array::new();
            let gate = Gate::new();
            let options =
                make("(signal, onCancel) => ({ signal, onCancel })", &[&canceller.signal(), &on_cancel.into()]);
            let run = settle(make(source, &[&log, &9.into()]), 2.0, gate.task(), options);
            gate.called(2).await;
            canceller.abort(&JsValue::UNDEFINED);
            gate.open(0, 0.into());
            gate.open(1, 1.into());
            let report = report(run).await;
            turn().await;
            // An item that was never read has no outcome.
            let expected = if on_cancel == "drain" { "ff" } else { "cc" };
            assert_eq!((report.statuses().as_str(), report.status.as_str()), (expected, "cancelled"), "{kind}");
            assert_eq!((count(&log, "next"), count(&log, "return")), (2, 1), "{kind}, {on_cancel}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_finally_of_a_generator_runs_when_the_run_ends_early() {
    for generator in ["function*", "async function*"] {
        let log = Array::new();
        let code =
            format!("(log) => ({generator} () {{ try {{ yield 1; yield 2; }} finally {{ log.push('finally') }} }})()");
        reason(process(make(&code, &[&log]), 1.0, "(x) => { throw x }", ())).await;
        turn().await;
        assert_eq!(log.join(" "), "finally", "{generator}");
    }
}

#[wasm_bindgen_test]
async fn a_source_that_throws_fails_the_run() {
    for source in [
        "(function* () { yield 1; yield 2; throw new Error('source'); })()",
        "(async function* () { yield 1; yield 2; throw new Error('source'); })()",
        "{ [Symbol.iterator]: () => ({ next() { throw new Error('source') } }) }",
        "{ [Symbol.asyncIterator]: () => ({ next() { throw new Error('source') } }) }",
        "{ [Symbol.asyncIterator]: () => ({ next: () => ({ get then() { throw new Error('source') } }) }) }",
    ] {
        let uncaught = Uncaught::new();
        assert_eq!(show(&reason(process(source, 1.0, "(x) => x", ())).await), "Error: source", "{source}");
        assert_eq!(uncaught.heard().await, "", "{source}");
    }
}

#[wasm_bindgen_test]
async fn a_source_that_throws_leaves_its_results_and_its_error_in_the_report() {
    let gate = Gate::new();
    let run = settle("(async function* () { yield 1; throw new Error('source'); })()", 2.0, gate.task(), ());
    gate.called(1).await;
    turn().await;
    gate.open(0, "done".into());
    let report = report(run).await;
    assert_eq!((report.status.as_str(), report.values().as_str()), ("failed", "[\"done\"]"));
    assert_eq!(field(&report.error, "errors"), "[Error: source]");
}

#[wasm_bindgen_test]
async fn an_iterator_whose_answers_are_no_results_fails_the_run() {
    for source in [
        "{ [Symbol.iterator]: () => ({ next: () => 5 }) }",
        "{ [Symbol.iterator]: () => ({ next: () => null }) }",
        "{ [Symbol.asyncIterator]: () => ({ next: async () => 5 }) }",
        "{ [Symbol.asyncIterator]: () => ({ next: async () => {} }) }",
        "{ [Symbol.iterator]: () => ({}) }",
        "{ [Symbol.iterator]: () => undefined }",
        "{ [Symbol.iterator]: () => ({ next: () => ({ get done() { throw new TypeError('done') } }) }) }",
        "{ [Symbol.asyncIterator]: () => ({ next: async () => ({ get done() { throw new TypeError('done') } }) }) }",
    ] {
        let uncaught = Uncaught::new();
        let reason = reason(process(source, 1.0, "(x) => x", ())).await;
        assert!(show(&reason).starts_with("TypeError: "), "{source}: {}", show(&reason));
        assert_eq!(uncaught.heard().await, "", "{source}");
    }
}

#[wasm_bindgen_test]
async fn a_slow_source_does_not_delay_a_cancel() {
    let uncaught = Uncaught::new();
    let canceller = Canceller::new("native");
    let source = "(async function* () { yield 1; await new Promise(() => {}); })()";
    let run = settle(source, 2.0, "(x) => x", make("(signal) => ({ signal })", &[&canceller.signal()]));
    sleep(2.0).await;
    canceller.abort(&"enough".into());
    let report = report(run).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("cancelled", "f"));
    assert_eq!(uncaught.heard().await, "");
}

#[wasm_bindgen_test]
async fn items_that_a_source_gives_after_the_end_are_ignored() {
    for late in
        ["(answer) => answer.open(1, { done: false, value: 2 })", "(answer) => answer.shut(1, new Error('late'))"]
    {
        let uncaught = Uncaught::new();
        let canceller = Canceller::new("native");
        let answers = Gate::new();
        let gate = Gate::new();
        let source = make("(next) => ({ [Symbol.asyncIterator]: () => ({ next }) })", &[&answers.task()]);
        let run = settle(source, 2.0, gate.task(), make("(signal) => ({ signal })", &[&canceller.signal()]));
        answers.called(1).await;
        answers.open(0, make("() => ({ done: false, value: 1 })", &[]));
        gate.called(1).await;
        answers.called(2).await;
        // It drains still when the source answers.
        canceller.abort(&JsValue::UNDEFINED);
        make(late, &[&answers]);
        turn().await;
        gate.open(0, "paid".into());
        let report = report(run).await;
        assert_eq!((report.status.as_str(), report.values().as_str()), ("cancelled", "[\"paid\"]"));
        assert_eq!((report.outcomes.len(), gate.count()), (1, 1));
        assert_eq!(uncaught.heard().await, "");
    }
}

#[wasm_bindgen_test]
async fn a_return_that_throws_or_rejects_harms_nothing() {
    for ending in ["() { throw new Error('return') }", "async () => { throw new Error('return') }", "undefined"] {
        let uncaught = Uncaught::new();
        let member = if ending.starts_with("()") { format!("return{ending}") } else { format!("return: {ending}") };
        let source =
            format!("{{ [Symbol.iterator]: () => ({{ next: () => ({{ done: false, value: 1 }}), {member} }}) }}");
        assert_eq!(show(&reason(process(source.as_str(), 1.0, "() => { throw 'mine' }", ())).await), "\"mine\"");
        assert_eq!(uncaught.heard().await, "", "{ending}");
    }
}

#[wasm_bindgen_test]
async fn an_endless_source_ends_with_the_run() {
    for source in [
        "(function* () { for (let i = 0; ; i++) yield i; })()",
        "(async function* () { for (let i = 0; ; i++) yield i; })()",
    ] {
        let run = process(source, 4.0, "async (x) => { if (x === 500) throw 'found'; }", ());
        assert_eq!(show(&reason(run).await), "\"found\"");
    }
}
