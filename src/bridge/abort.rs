//! The bridge to an `AbortSignal`: one listener a run, removed when the run is over, none on a signal that has aborted.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::errors::bad_option;
use super::executor::{Run, cancel, canceller};

#[wasm_bindgen]
extern "C" {
    // Not web-sys' AbortSignal: a signal of another realm or of a polyfill is one as well.
    type SignalLike;

    #[wasm_bindgen(method, getter, structural)]
    fn aborted(this: &SignalLike) -> JsValue;

    #[wasm_bindgen(method, structural, js_name = addEventListener)]
    fn add_event_listener(this: &SignalLike, kind: &str, listener: &Function);

    #[wasm_bindgen(method, structural, js_name = removeEventListener)]
    fn remove_event_listener(this: &SignalLike, kind: &str, listener: &Function);

    #[wasm_bindgen(method, getter, structural, js_name = addEventListener)]
    fn adder(this: &SignalLike) -> JsValue;
}

/// A signal that was given as an option.
pub struct Signal(SignalLike);

impl Signal {
    /// Reads the option; `undefined` and `null` are no signal.
    pub fn read(value: JsValue) -> Result<Option<Self>, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        let signal = value.unchecked_into::<SignalLike>();
        if signal.is_object() && signal.aborted().as_bool().is_some() && signal.adder().is_function() {
            return Ok(Some(Self(signal)));
        }
        Err(bad_option("signal", "an AbortSignal", &signal))
    }

    /// Lets the signal cancel the run, for as long as what is returned lives.
    pub fn govern(self, run: &Run) -> Option<AbortListener> {
        if self.0.aborted().is_truthy() {
            cancel(run, &self.0);
            return None;
        }
        let listener = canceller(run, &self.0);
        self.0.add_event_listener("abort", &listener);
        Some(AbortListener { signal: self.0, listener })
    }
}

/// Removes the listener when it is dropped.
#[must_use = "the signal is listened to only as long as this lives"]
pub struct AbortListener {
    signal: SignalLike,
    listener: Function,
}

impl Drop for AbortListener {
    fn drop(&mut self) {
        self.signal.remove_event_listener("abort", &self.listener);
    }
}
