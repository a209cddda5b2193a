//! Scenarios: tests in JavaScript, each run as one of Rust's, so that they are named and counted one by one.

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/scenario.js")]
extern "C" {
    // Named, so that it is shipped with the scenarios that import it.
    type Helpers;
}

#[wasm_bindgen(module = "/tests/web/api.js")]
extern "C" {
    /// The package, for scenarios.
    #[wasm_bindgen(thread_local_v2, js_name = api)]
    static API: JsValue;
}

pub fn api() -> JsValue {
    API.with(JsValue::clone)
}

/// Fails the test where the scenario did not hold.
pub fn holds(name: &str, outcome: Result<JsValue, JsValue>) {
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
            async fn scenario(name: &str, api: &wasm_bindgen::JsValue)
            -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>;

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
        fn no_scenario_is_discarded() {
            assert_eq!(names(), [$(stringify!($name)),*].join(" "));
        }
    };
}
pub(crate) use scenarios;
