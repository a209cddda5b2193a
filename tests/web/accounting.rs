//! Outcomes: each is reported once, because credits are charged by it.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Uncaught, field, make, process, range, read, reason, report, settle, show, sleep, turn, value,
};

#[wasm_bindgen_test]
async fn an_outcome_says_which_item_how_often_and_how_long() {
    let options = "{ key: (x) => `scene ${x}`, retry: { attempts: 3, minDelay: 1 } }";
    let task = "async (x, i, { attempt }) => {
        await new Promise((done) => setTimeout(done, 10));
        if (attempt < 2) throw { status: 503 };
        return x;
    }";
    let report = report(settle("['a', 'b']", 2.0, task, options)).await;
    for (place, outcome) in report.outcomes.iter().enumerate() {
        assert_eq!((outcome.index, outcome.attempts, outcome.started), (place as u32, 2, None));
        assert!(outcome.elapsed >= 8.0, "{}", outcome.elapsed);
    }
    assert_eq!(report.outcomes[1].key, "scene b");
}

#[wasm_bindgen_test]
async fn without_key_the_index_is_the_key() {
    let report = report(settle("['a', 'b', 'c']", 2.0, "(x) => x", ())).await;
    let keys: Vec<_> = report.outcomes.iter().map(|outcome| outcome.key.as_str()).collect();
    assert_eq!(keys, ["0", "1", "2"]);
}

#[wasm_bindgen_test]
async fn key_is_told_item_and_index_and_numbers_are_text() {
    for (key, expected) in [("x + i", "b1"), ("i * 10", "10")] {
        let options = format!("{{ key: (x, i) => {key} }}");
        let report = report(settle("['a', 'b']", 1.0, "(x) => x", options.as_str())).await;
        assert_eq!(report.outcomes[1].key, expected);
    }
}

#[wasm_bindgen_test]
async fn a_duplicate_key_is_a_type_error_and_nothing_starts() {
    let gate = Gate::new();
    let same = make("() => ({ key: () => 'same' })", &[]);
    let refused = reason(settle(range(2), 1.0, gate.task(), &same)).await;
    assert!(
        show(&refused).starts_with("TypeError: `key`") && show(&refused).contains("\"same\""),
        "{}",
        show(&refused)
    );
    turn().await;
    assert_eq!(gate.count(), 0);
    // Of a source it is known only when the item is read.
    let refused = reason(process("new Set([1, 2])", 1.0, "(x) => x", &same)).await;
    assert!(show(&refused).starts_with("TypeError: `key`"), "{}", show(&refused));
}

#[wasm_bindgen_test]
async fn a_key_that_throws_rejects_its_item_only() {
    for items in ["[1, 2, 3]", "new Set([1, 2, 3])"] {
        let gate = Array::new();
        let options = "{ key: (x) => { if (x === 2) throw new Error('no key'); return `k${x}`; } }";
        let report = report(settle(items, 1.0, make("(log) => (x) => log.push(x)", &[&gate]), options)).await;
        assert_eq!((report.statuses().as_str(), report.reason(1).as_str()), ("frf", "Error: no key"), "{items}");
        assert_eq!(gate.join(" "), "1 3");
        assert_eq!(report.outcomes[1].attempts, 0, "no attempt was made, {items}");
        assert_eq!(report.outcomes[2].key, "k3");
    }
}

#[wasm_bindgen_test]
async fn skipped_items_are_never_called_and_may_have_a_value() {
    let gate = Array::new();
    let skip = "{ skip: (x, i) => [true, { value: `had ${i}` }, false, { value: undefined }][x] }";
    let task = make("(log) => (x) => { log.push(x); return x; }", &[&gate]);
    let report = report(settle(range(4), 2.0, &task, skip)).await;
    assert_eq!((report.status.as_str(), report.statuses().as_str()), ("completed", "ssfs"));
    assert_eq!((report.values().as_str(), gate.join(" ")), (r#"["had 1", 2, undefined]"#, "2".into()));
    assert_eq!((report.outcomes[0].attempts, report.outcomes[0].elapsed), (0, 0.0));
    assert_eq!((report.progress.skipped, report.progress.completed), (3.0, 1.0));
    let values = value(process(range(4), 2.0, &task, skip)).await;
    assert_eq!(show(&values), r#"[undefined, "had 1", 2, undefined]"#);
}

#[wasm_bindgen_test]
async fn a_skip_that_throws_rejects_its_item_only() {
    let skip = "{ skip: (x) => { if (x === 1) throw new Error('who knows'); return false; } }";
    let report = report(settle(range(3), 1.0, "(x) => x", skip)).await;
    assert_eq!((report.statuses().as_str(), report.reason(1).as_str()), ("frf", "Error: who knows"));
    assert_eq!(report.outcomes[1].attempts, 0, "no attempt was made");
    assert_eq!(show(&reason(process(range(3), 1.0, "(x) => x", skip)).await), "Error: who knows");
}

#[wasm_bindgen_test]
async fn skip_is_asked_once_an_item_and_not_once_an_attempt() {
    let log = Array::new();
    let options = "(log) => ({ skip: (x) => { log.push(x); return false; }, retry: { minDelay: 0 } })";
    let task = "(x, i, { attempt }) => { if (attempt < 3) throw { status: 503 }; }";
    value(process(range(2), 1.0, task, make(options, &[&log]))).await;
    assert_eq!(log.join(" "), "0 1");
}

#[wasm_bindgen_test]
async fn on_outcome_gets_every_item_once_whatever_its_outcome() {
    for (on_cancel, expected) in [
        ("drain", "0 fulfilled, 1 rejected, 2 skipped, 3 fulfilled, 4 cancelled, 5 cancelled"),
        ("abort", "0 cancelled true, 1 rejected, 2 skipped, 3 cancelled true, 4 cancelled false, 5 cancelled false"),
    ] {
        let canceller = Canceller::new("native");
        let log = Array::new();
        let code = "(signal, onCancel, log) => ({
            signal, onCancel, skip: (x) => x === 2,
            onOutcome: (outcome, item) => {
                if (outcome.index !== item) log.push('another item');
                const started = onCancel === 'abort' && outcome.started !== undefined ? ` ${outcome.started}` : '';
                log.push(`${item} ${outcome.status}${started}`);
            },
        })";
        let gate = Gate::new();
        let options = make(code, &[&canceller.signal(), &on_cancel.into(), &log]);
        let run = settle(range(6), 2.0, gate.task(), options);
        gate.called(2).await;
        gate.shut(1, "no".into());
        gate.called(3).await;
        canceller.abort(&JsValue::UNDEFINED);
        gate.open(0, 0.into());
        gate.open(2, 0.into());
        report(run).await;
        turn().await;
        assert_eq!(log.sort().join(", "), expected, "{on_cancel}");
    }
}

#[wasm_bindgen_test]
async fn on_outcome_gets_the_outcomes_of_the_report_also_in_process() {
    let log = Array::new();
    let options = make("(log) => ({ onOutcome: (outcome) => log.push(outcome) })", &[&log]);
    let report = value(settle(range(3), 1.0, "(x) => x", &options)).await;
    let same = make("(log, { outcomes }) => log.every((outcome, i) => outcome === outcomes[i])", &[&log, &report]);
    assert_eq!((same, log.length()), (JsValue::TRUE, 3));
    log.set_length(0);
    reason(process(range(4), 1.0, "(x) => { if (x) throw x; }", &options)).await;
    let statuses = make("(log) => log.map(({ status }) => status).join(' ')", &[&log]);
    assert_eq!(statuses, "fulfilled rejected cancelled cancelled");
}

#[wasm_bindgen_test]
async fn on_outcome_gets_an_item_that_waited_for_another_attempt() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let code = "(signal, log) => ({ signal, retry: { minDelay: 1e6 }, onOutcome: (outcome) => log.push(outcome) })";
    let options = make(code, &[&canceller.signal(), &log]);
    let run = settle("[1]", 1.0, "async () => { throw { status: 503 } }", options);
    turn().await;
    canceller.abort(&"enough".into());
    assert_eq!(report(run).await.status, "cancelled");
    assert_eq!(log.length(), 1);
    let outcome: crate::harness::Outcome = read(&log.get(0));
    assert_eq!((outcome.status.as_str(), outcome.started, outcome.attempts), ("cancelled", Some(true), 1));
}

#[wasm_bindgen_test]
async fn a_timed_out_item_has_one_outcome_though_its_task_ends_later() {
    let log = Array::new();
    let gate = Gate::new();
    let options = make("(log) => ({ timeout: 2, onOutcome: ({ status }) => log.push(status) })", &[&log]);
    let report = report(settle(range(2), 2.0, gate.task(), options)).await;
    gate.open(0, "late".into());
    gate.shut(1, "late".into());
    turn().await;
    assert_eq!((log.join(" "), report.statuses().as_str()), ("rejected rejected".into(), "rr"));
}

#[wasm_bindgen_test]
async fn on_outcome_is_awaited_before_the_run_resolves() {
    for fails in [false, true] {
        let gate = Gate::new();
        let log = Array::new();
        let options = make("(onOutcome) => ({ onOutcome })", &[&gate.task()]);
        let task = if fails { "(x) => { throw x }" } else { "(x) => x" };
        let run = process("[1]", 1.0, task, options);
        make("(run, log) => { run.catch(() => {}).then(() => log.push('over')); }", &[&run, &log]);
        gate.called(1).await;
        turn().await;
        assert_eq!(log.length(), 0);
        gate.open(0, JsValue::UNDEFINED);
        turn().await;
        assert_eq!(log.length(), 1);
    }
}

#[wasm_bindgen_test]
async fn on_outcome_holds_no_place() {
    let gate = Gate::new();
    let outcomes = Gate::new();
    let run = process(range(3), 1.0, gate.task(), make("(onOutcome) => ({ onOutcome })", &[&outcomes.task()]));
    for call in 0..3 {
        gate.called(call + 1).await;
        gate.open(call, call.into());
    }
    outcomes.called(3).await;
    for call in 0..3 {
        outcomes.open(call, JsValue::UNDEFINED);
    }
    assert_eq!(show(&value(run).await), "[0, 1, 2]");
}

#[wasm_bindgen_test]
async fn callbacks_that_throw_or_reject_are_reported_and_harm_nothing() {
    for options in [
        "{ onOutcome() { throw new Error('mine') } }",
        "{ async onOutcome() { throw new Error('mine') } }",
        "{ onOutcome: () => ({ get then() { throw new Error('mine') } }) }",
        "{ onProgress() { throw new Error('mine') } }",
    ] {
        let uncaught = Uncaught::new();
        let report = report(settle(range(2), 1.0, "(x) => x", options)).await;
        assert_eq!((report.status.as_str(), report.values().as_str()), ("completed", "[0, 1]"), "{options}");
        let heard = uncaught.heard().await;
        assert!(heard.contains("error Error: mine") && !heard.contains("rejection"), "{options}: {heard}");
    }
}

#[wasm_bindgen_test]
async fn a_report_holds_what_the_run_knows() {
    let report = value(settle(range(2), 1.0, "(x) => x", ())).await;
    assert_eq!(
        show(&make("(report) => Object.keys(report)", &[&report])),
        r#"["status", "outcomes", "values", "error", "progress"]"#
    );
    assert_eq!(field(&report, "outcomes[1].status"), "\"fulfilled\"");
    assert_eq!(field(&report, "progress.inProgress"), "0");
}

#[wasm_bindgen_test]
async fn a_run_that_waits_for_on_outcome_is_past_cancelling() {
    let canceller = Canceller::new("native");
    let outcomes = Gate::new();
    let code = "(signal, onOutcome) => ({ signal, onOutcome })";
    let run = settle("[1]", 1.0, "(x) => x", make(code, &[&canceller.signal(), &outcomes.task()]));
    outcomes.called(1).await;
    sleep(1.0).await;
    canceller.abort(&JsValue::UNDEFINED);
    outcomes.open(0, JsValue::UNDEFINED);
    assert_eq!(report(run).await.status, "completed");
}
