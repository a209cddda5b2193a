//! The bridge to an `AbortSignal`: one listener a run and signal, removed when the run is over, none on a signal that has aborted.

use js_sys::Function;
use wasm_bindgen::JsCast;

use super::executor::{Run, SignalLike, cancel, canceller};

/// Lets the run's signals cancel it, for as long as what is returned lives.
pub fn govern(run: &Run) -> Vec<AbortListener> {
    let signals: Vec<SignalLike> = run.signals().iter().map(JsCast::unchecked_into).collect();
    if let Some(signal) = signals.iter().find(|signal| signal.aborted()) {
        cancel(run, signal);
        return Vec::new();
    }
    signals.into_iter().map(|signal| listen(run, signal)).collect()
}

fn listen(run: &Run, signal: SignalLike) -> AbortListener {
    let listener = canceller(run, &signal);
    // It may be anybody's object: what it throws is no reason to fail a run that was paid for.
    let _ = signal.add_event_listener("abort", &listener);
    AbortListener { signal, listener }
}

/// Removes the listener when it is dropped.
#[must_use = "the signal is listened to only as long as this lives"]
pub struct AbortListener {
    signal: SignalLike,
    listener: Function,
}

impl Drop for AbortListener {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener("abort", &self.listener);
    }
}
