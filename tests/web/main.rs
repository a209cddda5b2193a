//! The package in a real browser, as it ships: these tests call `dist/index.js`.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]

use wasm_bindgen_test::wasm_bindgen_test_configure;

mod abort;
mod accounting;
mod calls;
mod events;
mod failing;
mod handles;
mod harness;
mod items;
mod limit;
mod nested;
mod package;
mod phase;
mod plain;
mod polls;
mod progress;
mod reconcile;
mod regressions;
mod retrying;
mod runs;
mod scale;
mod scenarios;
mod sources;
mod timing;
mod validation;

wasm_bindgen_test_configure!(run_in_browser);
