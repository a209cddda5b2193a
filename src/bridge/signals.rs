//! Lets `AbortSignal`s cancel runs. A signal has one listener, however many runs follow it, removed with the last.

use std::cell::RefCell;

use js_sys::Function;
use slab::Slab;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::core::ids::RunId;

#[wasm_bindgen(raw_module = "../src/runtime/imports.ts")]
extern "C" {
    /// Returns the abort listener of a signal: it cancels the runs that follow the signal.
    #[wasm_bindgen(js_name = abortListener)]
    fn abort_listener(signal: &AbortSignal) -> Function;
}

/// A signal with a listener, and the runs that follow it.
struct Followed {
    signal: AbortSignal,
    listener: Function,
    runs: Vec<RunId>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", &self.listener);
    }
}

thread_local! {
    static FOLLOWED: RefCell<Slab<Followed>> = const { RefCell::new(Slab::new()) };
}

/// Lets a signal that has not aborted cancel a run. Returns the number by which the signal is known from now on. It
/// must be a signal of the platform, because no user code may run in here: the runtime listens to others itself.
#[wasm_bindgen(js_name = followSignal)]
pub fn follow_signal(signal: AbortSignal, run: u32) -> u32 {
    let listener = abort_listener(&signal);
    // It cannot fail: the signal is the platform's own.
    let _ = signal.add_event_listener_with_callback("abort", &listener);
    let followed = Followed { signal, listener, runs: vec![RunId(run)] };
    FOLLOWED.with_borrow_mut(|all| all.insert(followed) as u32)
}

/// Lets a followed signal cancel another run.
#[unsafe(no_mangle)]
pub extern "C" fn engine_follow(signal: u32, run: u32) {
    FOLLOWED.with_borrow_mut(|all| {
        if let Some(followed) = all.get_mut(signal as usize) {
            followed.runs.push(RunId(run));
        }
    });
}

/// Ends the following of a signal by a run. Returns whether it was the last run: then the listener is removed, and the
/// number is free.
#[unsafe(no_mangle)]
pub extern "C" fn engine_unfollow(signal: u32, run: u32) -> u32 {
    FOLLOWED.with_borrow_mut(|all| {
        let Some(followed) = all.get_mut(signal as usize) else { return 0 };
        followed.runs.retain(|other| *other != RunId(run));
        if !followed.runs.is_empty() {
            return 0;
        }
        all.remove(signal as usize);
        1
    })
}

/// Returns the runs that follow a signal.
#[wasm_bindgen(js_name = runsOfSignal)]
pub fn runs_of_signal(signal: u32) -> Vec<u32> {
    FOLLOWED.with_borrow(|all| {
        let followed = all.get(signal as usize);
        followed.map_or(Vec::new(), |followed| followed.runs.iter().map(|run| run.0).collect())
    })
}
