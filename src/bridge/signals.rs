//! Lets `AbortSignal`s cancel runs: one listener a signal, however many runs follow it, removed with the last of them.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::core::ids::RunId;

#[wasm_bindgen(raw_module = "../src/runtime/signals.ts")]
extern "C" {
    /// Returns what a signal calls when it aborts: it cancels the runs that follow the signal.
    #[wasm_bindgen(js_name = abortListener)]
    fn abort_listener(signal: &AbortSignal) -> Function;
}

/// A signal that is listened to as long as this lives.
struct Followed {
    signal: AbortSignal,
    listener: Function,
    runs: Vec<RunId>,
}

impl Followed {
    fn new(signal: AbortSignal, run: RunId) -> Self {
        let listener = abort_listener(&signal);
        // It cannot fail: the signal is the platform's own.
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

/// Lets a signal that has not aborted cancel a run. It has to be the platform's own: the runtime follows any other
/// signal
/// with one of these, so that no code of a user runs in here.
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

/// The run follows no signal any more.
pub(super) fn unfollow(run: RunId) {
    FOLLOWED.with_borrow_mut(|followed| {
        for it in followed.iter_mut() {
            it.runs.retain(|other| *other != run);
        }
        followed.retain(|it| !it.runs.is_empty());
    });
}
