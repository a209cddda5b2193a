//! The bridge to an `AbortSignal`: one listener a run, removed when the run is over, none on a signal that has aborted.

use js_sys::Function;

use super::executor::{Run, SignalLike, cancel, canceller};

/// Lets the run's signal cancel it, for as long as what is returned lives.
pub fn govern(run: &Run) -> Option<AbortListener> {
    let signal = run.signal()?;
    if signal.aborted() {
        cancel(run, &signal);
        return None;
    }
    let listener = canceller(run, &signal);
    // It may be anybody's object: what it throws is no reason to fail a run that was paid for.
    let _ = signal.add_event_listener("abort", &listener);
    Some(AbortListener { signal, listener })
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
