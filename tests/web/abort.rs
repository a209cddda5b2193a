//! Cancelling: before, during, between and after, and what is left behind.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Uncaught, field, make, phase, process, range, reason, report, result, retry, settle, show, turn,
    value,
};

const MAKES: [&str; 3] = ["native", "plain", "iframe"];

fn options(canceller: &Canceller, on_cancel: &str) -> JsValue {
    make("(signal, onCancel) => ({ signal, onCancel })", &[&canceller.signal(), &on_cancel.into()])
}

#[wasm_bindgen_test]
async fn a_signal_that_has_aborted_starts_nothing_and_gets_no_listener() {
    for kind in MAKES {
        let canceller = Canceller::new(kind);
        canceller.abort(&"before".into());
        let gate = Gate::new();
        let only_signal = make("(signal) => ({ signal })", &[&canceller.signal()]);
        for run in [
            process(range(3), 2.0, gate.task(), &only_signal),
            process("[]", 2.0, gate.task(), &only_signal),
            phase(gate.task(), &only_signal),
            retry(gate.task(), (), &only_signal),
        ] {
            assert_eq!(show(&reason(run).await), "\"before\"", "{kind}");
        }
        let report = report(settle(range(3), 2.0, gate.task(), &only_signal)).await;
        assert_eq!((report.status.as_str(), report.statuses().as_str()), ("cancelled", "ccc"));
        assert_eq!((report.reason(2).as_str(), report.outcomes[2].started), ("\"before\"", Some(false)));
        assert_eq!((gate.count(), canceller.added()), (0, 0));
    }
}

#[wasm_bindgen_test]
async fn an_abort_right_after_the_call_still_starts_nothing() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = settle(range(3), 2.0, gate.task(), options(&canceller, "drain"));
    canceller.abort(&"now".into());
    assert_eq!(report(run).await.statuses(), "ccc");
    assert_eq!(gate.count(), 0);
}

#[wasm_bindgen_test]
async fn drain_keeps_the_results_in_flight() {
    for kind in MAKES {
        let canceller = Canceller::new(kind);
        let gate = Gate::new();
        let run = settle(range(9), 3.0, gate.task(), options(&canceller, "drain"));
        gate.called(3).await;
        gate.open(0, "before".into());
        gate.called(4).await;
        canceller.abort(&"enough".into());
        assert_eq!(field(&gate.context(3), "signal.aborted"), "false", "{kind}");
        assert_eq!(field(&gate.context(3), "cancelled.reason"), "\"enough\"", "{kind}");
        gate.open(3, "paid".into());
        gate.shut(1, "failed".into());
        gate.open(2, "paid too".into());
        let report = report(run).await;
        assert_eq!((report.status.as_str(), report.statuses().as_str()), ("cancelled", "frffccccc"));
        assert_eq!(report.values(), r#"["before", "paid too", "paid"]"#);
        assert_eq!((report.reason(8).as_str(), report.outcomes[8].started), ("\"enough\"", Some(false)));
        turn().await;
        assert_eq!(gate.count(), 4, "something started after the cancel");
    }
}

#[wasm_bindgen_test]
async fn abort_ends_the_run_at_once_and_keeps_its_results() {
    for kind in MAKES {
        let canceller = Canceller::new(kind);
        let gate = Gate::new();
        let run = settle(range(9), 2.0, gate.task(), options(&canceller, "abort"));
        gate.called(2).await;
        gate.open(0, "done".into());
        gate.called(3).await;
        let seen = [1, 2].map(|call| make("({ signal }) => signal", &[&gate.context(call)]));
        canceller.abort(&"enough".into());
        // Synchronously.
        for signal in &seen {
            assert_eq!(field(signal, "reason"), "\"enough\"", "{kind}");
        }
        let report = report(run).await;
        assert_eq!((report.status.as_str(), report.statuses().as_str()), ("cancelled", "fcccccccc"));
        assert_eq!((report.outcomes[1].started, report.outcomes[3].started), (Some(true), Some(false)));
        assert_eq!((report.outcomes[1].attempts, report.outcomes[3].attempts), (1, 0));
        // Late results are ignored.
        gate.open(1, "late".into());
        gate.shut(2, "late".into());
        turn().await;
        assert_eq!((report.values().as_str(), gate.count()), ("[\"done\"]", 3));
    }
}

#[wasm_bindgen_test]
async fn process_rejects_with_the_reason_as_it_is_and_aborts_by_default() {
    for reason_text in ["new Error('mine')", "'text'", "0", "null", "false", "{ code: 1 }"] {
        let canceller = Canceller::new("native");
        let gate = Gate::new();
        let run = process(range(3), 2.0, gate.task(), make("(signal) => ({ signal })", &[&canceller.signal()]));
        gate.called(2).await;
        let given = make(&format!("() => ({reason_text})"), &[]);
        canceller.abort(&given);
        assert!(Object::is(&reason(run).await, &given), "{reason_text}");
        assert!(Object::is(&make("({ signal }) => signal.reason", &[&gate.context(0)]), &given), "{reason_text}");
    }
}

#[wasm_bindgen_test]
async fn an_abort_without_a_reason_is_an_abort_error() {
    for kind in MAKES {
        let canceller = Canceller::new(kind);
        let run = process(range(3), 2.0, Gate::new().task(), options(&canceller, "abort"));
        turn().await;
        canceller.abort(&JsValue::UNDEFINED);
        let reason = reason(run).await;
        assert_eq!(field(&reason, "name"), "\"AbortError\"", "{kind}");
        assert_eq!(field(&reason, "constructor.name"), "\"DOMException\"", "{kind}");
    }
}

#[wasm_bindgen_test]
async fn a_signal_asked_for_after_the_abort_has_aborted() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = process(range(1), 1.0, gate.task(), options(&canceller, "abort"));
    gate.called(1).await;
    canceller.abort(&"why".into());
    reason(run).await;
    assert_eq!(field(&gate.context(0), "signal.reason"), "\"why\"");
    assert_eq!(field(&gate.context(0), "cancelled.reason"), "\"why\"");
}

#[wasm_bindgen_test]
async fn a_cancel_while_the_last_tasks_run_is_cancelled_and_not_completed() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = settle(range(2), 2.0, gate.task(), options(&canceller, "drain"));
    let strict = process(range(1), 2.0, gate.task(), options(&canceller, "drain"));
    gate.called(3).await;
    canceller.abort(&"late".into());
    for call in 0..3 {
        gate.open(call, call.into());
    }
    let report = report(run).await;
    assert_eq!((report.status.as_str(), report.values().as_str()), ("cancelled", "[0, 1]"));
    assert_eq!(show(&reason(strict).await), "\"late\"");
}

#[wasm_bindgen_test]
async fn an_abort_after_the_end_changes_nothing() {
    let canceller = Canceller::new("native");
    let run = settle(range(3), 2.0, "(x) => x", options(&canceller, "drain"));
    let before = report(run.clone()).await;
    canceller.abort(&"late".into());
    turn().await;
    assert_eq!((before.status.as_str(), report(run).await.status.as_str()), ("completed", "completed"));
}

#[wasm_bindgen_test]
async fn the_one_listener_is_removed_however_the_run_ends() {
    for kind in MAKES {
        for (task, on_cancel, abort) in [
            ("(x) => x", "drain", false),
            ("async () => { throw 1 }", "drain", false),
            ("async (x) => { if (x > 3) throw 1 }", "abort", false),
            ("() => new Promise((done) => setTimeout(done, 2))", "drain", true),
            ("() => new Promise(() => {})", "abort", true),
        ] {
            let canceller = Canceller::new(kind);
            let run = process(range(5), 2.0, task, options(&canceller, on_cancel));
            let other = settle(range(5), 2.0, task, options(&canceller, on_cancel));
            assert_eq!((canceller.added(), canceller.removed()), (1, 0), "{kind} {task}");
            turn().await;
            if abort {
                canceller.abort(&JsValue::UNDEFINED);
            }
            let _ = result(run).await;
            value(other).await;
            assert_eq!((canceller.added(), canceller.removed()), (1, 1), "{kind} {task}");
        }
    }
}

#[wasm_bindgen_test]
async fn phases_and_single_calls_leave_no_listener_either() {
    let canceller = Canceller::new("native");
    let only_signal = make("(signal) => ({ signal, stagger: 0 })", &[&canceller.signal()]);
    value(phase("({ chunk }) => ({ hasMore: chunk < 3, nextStartIndex: chunk + 1 })", &only_signal)).await;
    reason(phase("() => ({ hasMore: true })", &only_signal)).await;
    let signal = make("({ signal }) => ({ signal })", &[&only_signal]);
    value(retry("({ attempt }) => { if (attempt < 3) throw { status: 503 } }", "{ minDelay: 0 }", &signal)).await;
    reason(retry("() => { throw 1 }", (), &signal)).await;
    assert_eq!((canceller.added(), canceller.removed()), (4, 4));
}

#[wasm_bindgen_test]
async fn a_signal_that_calls_a_removed_listener_cancels_no_other_run() {
    let signal = make(
        "() => ({ aborted: false, calls: [], addEventListener(_, call) { this.calls.push(call) }, removeEventListener() {} })",
        &[],
    );
    value(process(range(3), 2.0, "(x) => x", make("(signal) => ({ signal })", &[&signal]))).await;
    let gate = Gate::new();
    let other = process(range(2), 2.0, gate.task(), ());
    gate.called(2).await;
    make("(signal) => { signal.aborted = true; signal.calls[0](); }", &[&signal]);
    gate.open(0, 0.into());
    gate.open(1, 1.into());
    assert_eq!(show(&value(other).await), "[0, 1]");
}

/// Ways to abort a run from within it, at about the third item.
const WITHIN: [(&str, &str); 7] = [
    ("a task", "{ task: (x) => { if (x === 2) stop(); return x; } }"),
    ("a task that then throws", "{ task: (x) => { if (x === 2) { stop(); throw new Error('then'); } return x; } }"),
    ("a task, later", "{ task: async (x) => { await null; if (x === 2) stop(); return x; } }"),
    ("skip", "{ skip: (x) => { if (x === 2) stop(); return false; } }"),
    ("skip that then says so", "{ skip: (x) => { if (x === 2) stop(); return x === 2; } }"),
    ("onProgress", "{ onProgress: ({ completed }) => { if (completed === 2) stop(); } }"),
    ("onOutcome", "{ onOutcome: ({ index }) => { if (index === 2) stop(); } }"),
];

#[wasm_bindgen_test]
async fn an_abort_by_a_task_ends_its_run_and_harms_nothing() {
    for (what, within) in WITHIN {
        for on_cancel in ["drain", "abort"] {
            let uncaught = Uncaught::new();
            let canceller = Canceller::new("native");
            let log = Array::new();
            let both = format!(
                "(signal, canceller, onCancel, log) => {{
                    const stop = () => canceller.abort('inside');
                    const {{ task = (x) => x, ...own }} = {within};
                    const onOutcome = (outcome) => {{ log.push(outcome.index); own.onOutcome?.(outcome); }};
                    return {{ task, options: {{ ...own, signal, onCancel, onOutcome }} }};
                }}"
            );
            let made = make(&both, &[&canceller.signal(), &canceller, &on_cancel.into(), &log]);
            let task = make("({ task }) => task", &[&made]);
            let run = settle(range(9), 2.0, &task, make("({ options }) => options", &[&made]));
            let report = report(run).await;
            assert_eq!(report.status, "cancelled", "{what}, {on_cancel}");
            assert_eq!((report.outcomes.len(), report.statuses().ends_with("cccc")), (9, true), "{what}, {on_cancel}");
            let once = make("(log) => log.sort().join() === '0,1,2,3,4,5,6,7,8'", &[&log]);
            assert_eq!(once, JsValue::TRUE, "onOutcome of {what}, {on_cancel}: {}", log.join(" "));
            assert_eq!((canceller.added(), canceller.removed()), (1, 1), "{what}, {on_cancel}");
            assert_eq!(uncaught.heard().await, "", "{what}, {on_cancel}");
            // The places that it used are as good as new.
            let next = value(process(range(9), 4.0, "(x) => x", ())).await;
            assert_eq!(show(&next), "[0, 1, 2, 3, 4, 5, 6, 7, 8]", "after {what}, {on_cancel}");
        }
    }
}

#[wasm_bindgen_test]
async fn an_item_that_skip_cancelled_was_not_started() {
    for on_cancel in ["drain", "abort"] {
        let canceller = Canceller::new("native");
        let code = "(canceller, onCancel) => ({
            signal: canceller.signal, onCancel, skip: (x) => { if (x === 1) canceller.abort('skip'); return false; },
        })";
        let gate = Gate::new();
        let run = settle(range(3), 1.0, gate.task(), make(code, &[&canceller, &on_cancel.into()]));
        gate.called(1).await;
        gate.open(0, 0.into());
        let report = report(run).await;
        assert_eq!((report.statuses().as_str(), gate.count()), ("fcc", 1));
        assert_eq!((report.outcomes[1].started, report.outcomes[1].attempts), (Some(false), 0), "{on_cancel}");
    }
}

#[wasm_bindgen_test]
async fn an_abort_in_the_retry_policy_ends_the_call_with_its_reason() {
    for policy in ["classify: () => { stop(); return 'retry'; }", "delay: () => { stop(); return 0; }"] {
        let uncaught = Uncaught::new();
        let canceller = Canceller::new("native");
        let code = format!("(canceller) => {{ const stop = () => canceller.abort('policy'); return {{ {policy} }}; }}");
        let call = "async () => { throw { status: 503 } }";
        let options = make("({ signal }) => ({ signal })", &[&canceller]);
        let run = retry(call, make(&code, &[&canceller]), options);
        assert_eq!(show(&reason(run).await), "\"policy\"", "{policy}");
        assert_eq!(uncaught.heard().await, "", "{policy}");
        assert_eq!(show(&value(process("[1]", 1.0, "(x) => x", ())).await), "[1]", "after {policy}");
    }
}

#[wasm_bindgen_test]
async fn a_cancel_after_a_failure_has_stopped_the_run_is_a_cancel() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = process(range(3), 2.0, gate.task(), options(&canceller, "drain"));
    gate.called(2).await;
    gate.shut(0, "failure".into());
    turn().await;
    canceller.abort(&"cancelled by me".into());
    gate.open(1, 1.into());
    assert_eq!(show(&reason(run).await), "\"cancelled by me\"");
}

#[wasm_bindgen_test]
async fn context_cancelled_aborts_in_a_drain_so_that_nested_runs_can_end() {
    let canceller = Canceller::new("native");
    let inner = Gate::new();
    let run = settle(
        range(4),
        1.0,
        "(x, i, { cancelled }) => new Promise((done) => {
        cancelled.addEventListener('abort', () => done(`${x} ended by ${cancelled.reason}`));
    })",
        options(&canceller, "drain"),
    );
    turn().await;
    canceller.abort(&"the user".into());
    let report = report(run).await;
    assert_eq!((report.values().as_str(), report.statuses().as_str()), ("[\"0 ended by the user\"]", "fccc"));
    assert_eq!(inner.count(), 0);
}

#[wasm_bindgen_test]
async fn one_signal_ends_many_runs_at_once() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let runs: Vec<_> = (0..50).map(|_| process(range(3), 2.0, gate.task(), options(&canceller, "abort"))).collect();
    gate.called(100).await;
    canceller.abort(&"all".into());
    let reasons = futures::future::join_all(runs.into_iter().map(reason)).await;
    assert!(reasons.iter().all(|reason| show(reason) == "\"all\""));
    assert_eq!((gate.count(), canceller.added(), canceller.removed()), (100, 1, 1));
}
