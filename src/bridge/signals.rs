//! Lets `AbortSignal`s cancel runs. Each signal has one listener, which is removed with the last run that follows it.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::core::ids::RunId;

#[wasm_bindgen(raw_module = "../src/runtime/signals.ts")]
extern "C" {
    /// Returns the abort listener of a signal. It cancels the runs that follow the signal.
    #[wasm_bindgen(js_name = abortListener)]
    fn abort_listener(signal: &AbortSignal) -> Function;
}

/// A signal with its listener, which is removed when this is dropped.
struct Followed {
    signal: AbortSignal,
    listener: Function,
    runs: Vec<RunId>,
}

impl Followed {
    fn new(signal: AbortSignal, run: RunId) -> Self {
        let listener = abort_listener(&signal);
        // It cannot fail: the signal is one of the platform.
        let _ = signal.add_event_listener_with_callback("abort", &listener);
        Self { signal, listener, runs: vec![run] }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", &self.listener);
    }
}

thread_local! {
    static FOLLOWED: RefCell<Vec<Followed>> = const { RefCell::new(Vec::new()) };
}

/// Lets a signal that has not aborted cancel a run. It must be a signal of the platform. The runtime mirrors any other
/// signal by one, so that no user code runs in here.
#[wasm_bindgen(js_name = followSignal)]
pub fn follow_signal(signal: AbortSignal, run: u32) {
    FOLLOWED.with_borrow_mut(|followed| match followed.iter_mut().find(|it| it.signal == signal) {
        Some(it) => it.runs.push(RunId(run)),
        None => followed.push(Followed::new(signal, RunId(run))),
    });
}

/// Returns the runs that follow a signal.
#[wasm_bindgen(js_name = runsOfSignal)]
pub fn runs_of_signal(signal: &AbortSignal) -> Vec<u32> {
    FOLLOWED.with_borrow(|followed| {
        let found = followed.iter().find(|it| it.signal == *signal);
        found.map_or(Vec::new(), |it| it.runs.iter().map(|run| run.0).collect())
    })
}

/// Stops following signals for a run.
pub(super) fn unfollow(run: RunId) {
    FOLLOWED.with_borrow_mut(|followed| {
        for it in followed.iter_mut() {
            it.runs.retain(|other| *other != run);
        }
        followed.retain(|it| !it.runs.is_empty());
    });
}
