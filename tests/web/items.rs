//! Values that may be items, and the order of results.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{Gate, make, process, report, settle, show, turn, value};

async fn values(items: &str, task: &str) -> String {
    show(&value(process(items, 2.0, task, ())).await)
}

#[wasm_bindgen_test]
async fn results_come_in_input_order_whatever_ends_first() {
    let gate = Gate::new();
    let run = process("['a', 'b', 'c']", 3.0, gate.task(), ());
    gate.called(3).await;
    for call in [2, 0, 1] {
        gate.open(call, call.into());
        turn().await;
    }
    assert_eq!(show(&value(run).await), "[0, 1, 2]");
}

#[wasm_bindgen_test]
async fn tasks_start_in_input_order_and_get_item_and_index() {
    assert_eq!(values("['a', 'b', 'c']", "(x, i) => x + i").await, r#"["a0", "b1", "c2"]"#);
    assert_eq!(values("['a']", "(...args) => args.length").await, "[3]");
    assert_eq!(values("['a']", "(x, i, { attempt, lastError }) => [attempt, lastError]").await, "[[1, undefined]]");
}

#[wasm_bindgen_test]
async fn tasks_never_start_inside_the_call_that_begins_the_run() {
    let gate = Gate::new();
    let run = process("[1]", 1.0, gate.task(), ());
    assert_eq!(gate.count(), 0);
    gate.called(1).await;
    gate.open(0, 1.into());
    value(run).await;
}

#[wasm_bindgen_test]
async fn an_empty_list_resolves() {
    for items in ["[]", "''", "new Set()", "(function* () {})()", "(async function* () {})()"] {
        assert_eq!(values(items, "() => 1").await, "[]", "{items}");
        let report = report(settle(items, 1.0, "() => 1", ())).await;
        assert_eq!((report.status.as_str(), report.values().as_str()), ("completed", "[]"), "{items}");
        assert_eq!((report.outcomes.len(), report.error.is_undefined()), (0, true));
        assert_eq!((report.progress.total, report.progress.fraction), (Some(0.0), 1.0));
    }
}

#[wasm_bindgen_test]
async fn holes_of_a_sparse_array_reach_tasks_as_undefined() {
    let seen = values("[1, , 3, ,]", "(x, i) => [x, i]").await;
    assert_eq!(seen, "[[1, 0], [undefined, 1], [3, 2], [undefined, 3]]");
}

#[wasm_bindgen_test]
async fn falsy_items_and_results_are_kept() {
    let falsy = "[0, \"\", null, undefined, false, NaN]";
    assert_eq!(values(falsy, "(x) => x").await, falsy);
    let report = report(settle(falsy, 1.0, "async (x) => x", ())).await;
    assert_eq!((report.values().as_str(), report.statuses().as_str()), (falsy, "ffffff"));
}

#[wasm_bindgen_test]
async fn anything_iterable_gives_items() {
    for (items, expected) in [
        ("'ab'", r#"["a", "b"]"#),
        ("new Set([1, 2])", "[1, 2]"),
        ("new Map([['a', 1]])", r#"[["a", 1]]"#),
        ("new Map([['a', 1]]).keys()", r#"["a"]"#),
        ("new Uint8Array([7, 8])", "[7, 8]"),
        ("(function* () { yield 1; yield 2; })()", "[1, 2]"),
        ("(async function* () { yield 1; yield 2; })()", "[1, 2]"),
        ("{ [Symbol.iterator]: () => [5][Symbol.iterator]() }", "[5]"),
        ("new (class extends Array {})(1, 2, 3)", "[1, 2, 3]"),
    ] {
        assert_eq!(values(items, "(x) => x").await, expected, "{items}");
    }
}

#[wasm_bindgen_test]
async fn promises_among_the_items_are_not_awaited() {
    let seen = values("[Promise.resolve(1), { then() { throw 1 } }]", "(x) => [typeof x.then]").await;
    assert_eq!(seen, r#"[["function"], ["function"]]"#);
}

#[wasm_bindgen_test]
async fn an_array_that_changes_during_the_run_does_not_matter() {
    let items = make("() => [1, 2, 3]", &[]);
    let task = "(items) => (x) => { items.length = 0; items.push(9, 9, 9, 9); return x; }";
    let task = make(task, &[&items]);
    let run = process(&items, 1.0, task, ());
    js_sys::Array::from(&items).set_length(0);
    make("(items) => { items[0] = 'other' }", &[&items]);
    assert_eq!(show(&value(run).await), "[1, 2, 3]");
}

#[wasm_bindgen_test]
async fn a_run_leaves_its_items_alone() {
    let items = make("() => Object.freeze([Object.freeze({ n: 1 }), 2])", &[]);
    value(process(&items, 2.0, "(x) => x", ())).await;
    assert_eq!(show(&items), "[{n: 1}, 2]");
}

#[wasm_bindgen_test]
async fn two_items_that_are_the_same_object_are_two_items() {
    let seen = values("((x) => [x, x])({ n: 0 })", "(x) => ++x.n").await;
    assert_eq!(seen, "[1, 2]");
}
