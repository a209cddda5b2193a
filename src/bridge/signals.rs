//! Lets runs and waits follow `AbortSignal`s. A signal has one listener, however many follow it, removed with the last.

use std::cell::RefCell;

use js_sys::Function;
use slab::Slab;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

#[wasm_bindgen(raw_module = "../src/runtime/imports.ts")]
extern "C" {
    /// Returns the abort listener of a signal: it calls what follows the signal.
    #[wasm_bindgen(js_name = abortListener)]
    fn abort_listener(signal: &AbortSignal) -> Function;
}

/// A signal with a listener, and the numbers of what follows it.
struct Followed {
    signal: AbortSignal,
    listener: Function,
    followers: Vec<u32>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", &self.listener);
    }
}

thread_local! {
    static FOLLOWED: RefCell<Slab<Followed>> = const { RefCell::new(Slab::new()) };
}

/// Follows a signal that has not aborted. Returns the number by which the signal is known from now on. It must be a
/// signal of the platform, because no user code may run in here: the runtime listens to others itself.
#[wasm_bindgen(js_name = followSignal)]
pub fn follow_signal(signal: AbortSignal, follower: u32) -> u32 {
    let listener = abort_listener(&signal);
    // It cannot fail: the signal is the platform's own.
    let _ = signal.add_event_listener_with_callback("abort", &listener);
    let followed = Followed { signal, listener, followers: vec![follower] };
    FOLLOWED.with_borrow_mut(|all| all.insert(followed) as u32)
}

/// Adds a follower to a signal.
#[unsafe(no_mangle)]
pub extern "C" fn engine_follow(signal: u32, follower: u32) {
    FOLLOWED.with_borrow_mut(|all| {
        if let Some(followed) = all.get_mut(signal as usize) {
            followed.followers.push(follower);
        }
    });
}

/// Removes a follower. Returns whether it was the last: then the listener is removed, and the number is free.
#[unsafe(no_mangle)]
pub extern "C" fn engine_unfollow(signal: u32, follower: u32) -> u32 {
    let removed = FOLLOWED.with_borrow_mut(|all| {
        let followed = all.get_mut(signal as usize)?;
        followed.followers.retain(|other| *other != follower);
        followed.followers.is_empty().then(|| all.remove(signal as usize))
    });
    // Dropped here: that removes the listener, by a function that a page may have replaced.
    u32::from(removed.is_some())
}

/// Returns what follows a signal, in the order of its beginning.
#[wasm_bindgen(js_name = followersOfSignal)]
pub fn followers_of_signal(signal: u32) -> Vec<u32> {
    FOLLOWED.with_borrow(|all| all.get(signal as usize).map_or(Vec::new(), |followed| followed.followers.clone()))
}
