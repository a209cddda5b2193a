//! Runs with handles, limiters and modes (R3-R13, R18, R21, R25, R28): what each scenario asks is in `runs.js`.

use js_sys::{Function, Object, Reflect};
use sluicegate::bridge::{Gate, limiter, run_limited, start_batches, start_in_order, start_pipeline, start_run};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/tests/web/runs.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn scenario(name: &str, api: &JsValue) -> Result<JsValue, JsValue>;

    fn names() -> String;
}

type Given = Result<JsValue, JsValue>;

/// The bridge's functions, for JavaScript.
fn api() -> JsValue {
    let api = Object::new();
    let set = |name: &str, closure: JsValue| {
        Reflect::set(&api, &name.into(), &closure).expect("an object of ours");
    };
    let three = |act: fn(JsValue, JsValue, JsValue) -> Given| {
        Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Given>::new(act).into_js_value()
    };
    set("startRun", three(|items, task, options| Ok(start_run(&items, &task, &options)?.into())));
    set("startInOrder", three(|items, options, _| Ok(start_in_order(&items, &options)?.into())));
    set("startPipeline", three(|phases, options, _| Ok(start_pipeline(&phases, &options)?.into())));
    set("limiter", three(|options, _, _| Ok(limiter(&options)?.into())));
    set(
        "runLimited",
        three(|gate, task, options| Ok(run_limited(gate.unchecked_ref::<Gate>(), &task, &options)?.into())),
    );
    let batches = |items: JsValue, size: JsValue, task: JsValue, options: JsValue| -> Given {
        Ok(start_batches(&items, &size, &task, &options)?.into())
    };
    set("startBatches", Closure::<dyn Fn(JsValue, JsValue, JsValue, JsValue) -> Given>::new(batches).into_js_value());
    api.into()
}

async fn holds(name: &str) {
    if let Err(error) = scenario(name, &api()).await {
        let text = Function::new_with_args("error", "return `${error?.stack ?? error}`").call1(&JsValue::NULL, &error);
        panic!("{name}: {}", text.ok().and_then(|text| text.as_string()).unwrap_or_default());
    }
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(
            #[wasm_bindgen_test]
            async fn $name() {
                holds(stringify!($name)).await;
            }
        )*

        #[wasm_bindgen_test]
        fn no_scenario_is_forgotten() {
            assert_eq!(names(), [$(stringify!($name)),*].join(" "));
        }
    };
}

scenarios! {
    pause_and_resume
    a_run_paused_by_its_last_item_stays_paused
    two_clicks_are_one_retry
    a_retry_is_reached_by_cancel
    items_are_cancelled_by_name_and_the_rest_drains
    items_are_added_and_outcomes_iterated
    a_snapshot_changes_only_when_something_did
    batches_have_a_barrier_and_a_frozen_context
    in_order_prepares_ahead_and_threads_the_carry
    in_order_at_concurrency_1_is_serial
    pipelines_thread_skip_weigh_and_resume
    a_limiter_is_shared_and_its_place_borrowed
    a_429_cools_all_who_share_a_limiter
    steps_are_bought_once
    silence_is_a_timeout
    a_traced_attempt_is_a_measure
    arguments_are_refused_at_once
}
