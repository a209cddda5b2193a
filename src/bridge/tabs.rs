//! Exports of limiters that several tabs share.

use wasm_bindgen::prelude::*;

use super::host::with_engine;
use crate::core::ids::LimiterId;
use crate::core::limiter::tabs::Heard;
use crate::table::heard;

/// Passes an event of a tab to its limiter. `numbers` are a message, the tabs that live, or the tab that is gone.
#[wasm_bindgen(js_name = hearTab)]
pub fn hear_tab(id: u32, kind: u32, numbers: &[f64], now: f64) {
    let what = match kind {
        heard::MESSAGE => Heard::Message(numbers),
        heard::LEAD => Heard::Lead(numbers),
        heard::GONE => Heard::Gone(numbers.first().copied().unwrap_or_default()),
        _ => Heard::Deposed,
    };
    with_engine(|engine| engine.hear(LimiterId(id), what, now));
}

/// See [`Engine::take_message`](crate::core::engine::Engine::take_message).
#[wasm_bindgen(js_name = takeMessage)]
pub fn take_message(id: u32) -> Vec<f64> {
    with_engine(|engine| engine.take_message(LimiterId(id)))
}
