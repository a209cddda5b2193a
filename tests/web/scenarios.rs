//! Scenarios: tests in JavaScript, each run as one of Rust's, so that they are named and counted one by one.

use js_sys::{Function, Object, Reflect};
use sluicegate::bridge::{
    Gate, call_phase, limiter, poll_until, process_with_concurrency, retry, run_limited, settle_with_concurrency,
    start_batches, start_in_order, start_phase, start_pipeline, start_run,
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/scenario.js")]
extern "C" {
    // Named, so that it is shipped with the scenarios that import it.
    type Helpers;
}

pub type Given = Result<JsValue, JsValue>;
type Verb = fn(JsValue, JsValue, JsValue, JsValue) -> Given;

/// The bridge's functions, for JavaScript.
pub fn api() -> JsValue {
    let api = Object::new();
    let set = |name: &str, closure: JsValue| {
        Reflect::set(&api, &name.into(), &closure).expect("an object of ours");
    };
    let three = |act: fn(JsValue, JsValue, JsValue) -> Given| {
        Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Given>::new(act).into_js_value()
    };
    set("startRun", three(|items, task, options| Ok(start_run(&items, &task, &options)?.into())));
    set("startInOrder", three(|items, options, _| Ok(start_in_order(&items, &options)?.into())));
    set("startPhase", three(|call, options, _| Ok(start_phase(&call, &options)?.into())));
    set("startPipeline", three(|phases, options, _| Ok(start_pipeline(&phases, &options)?.into())));
    set("retry", three(|call, policy, options| Ok(retry(&call, &policy, &options)?.into())));
    set("callPhase", three(|url, body, options| Ok(call_phase(&url, &body, &options)?.into())));
    set("pollUntil", three(|ask, options, _| Ok(poll_until(&ask, &options)?.into())));
    set("limiter", three(|options, _, _| Ok(limiter(&options)?.into())));
    set(
        "runLimited",
        three(|gate, task, options| Ok(run_limited(gate.unchecked_ref::<Gate>(), &task, &options)?.into())),
    );
    let settle = |items: JsValue, limit: JsValue, task: JsValue, options: JsValue| -> Given {
        Ok(settle_with_concurrency(&items, &limit, &task, &options)?.into())
    };
    let batches = |items: JsValue, size: JsValue, task: JsValue, options: JsValue| -> Given {
        Ok(start_batches(&items, &size, &task, &options)?.into())
    };
    let process = |items: JsValue, limit: JsValue, task: JsValue, options: JsValue| -> Given {
        Ok(process_with_concurrency(&items, &limit, &task, &options)?.into())
    };
    let verbs =
        [("startBatches", batches as Verb), ("settleWithConcurrency", settle), ("processWithConcurrency", process)];
    for (name, verb) in verbs {
        set(name, Closure::<dyn Fn(JsValue, JsValue, JsValue, JsValue) -> Given>::new(verb).into_js_value());
    }
    api.into()
}

/// Fails the test where the scenario did not hold.
pub fn holds(name: &str, outcome: Given) {
    if let Err(error) = outcome {
        let text = Function::new_with_args("error", "return `${error?.stack ?? error}`").call1(&JsValue::NULL, &error);
        panic!("{name}: {}", text.ok().and_then(|text| text.as_string()).unwrap_or_default());
    }
}

/// The scenarios of a JavaScript file, in its order.
macro_rules! scenarios {
    ($file:literal: $($name:ident)*) => {
        #[wasm_bindgen::prelude::wasm_bindgen(module = $file)]
        extern "C" {
            #[wasm_bindgen(catch)]
            async fn scenario(name: &str, api: &wasm_bindgen::JsValue) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>;

            fn names() -> String;
        }

        $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                let name = stringify!($name);
                crate::scenarios::holds(name, scenario(name, &crate::scenarios::api()).await);
            }
        )*

        #[wasm_bindgen_test::wasm_bindgen_test]
        fn no_scenario_is_forgotten() {
            assert_eq!(names(), [$(stringify!($name)),*].join(" "));
        }
    };
}
pub(crate) use scenarios;
