//! Holds the one engine, and everything that lives as long as a run.
//!
//! The functions named `engine_*` are the executor's: they take and give numbers only, so they need no glue. A call costs
//! about 2 ns, which is why an output is read field by field.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::abort::{AbortListener, govern};
use super::config::{NUMBERS, config_of};
use super::executor::{Run, begin, bind, drain_soon, soon_drainer};
use crate::core::engine::Engine;
use crate::core::engine::output::{Output, Overdue, RunId};
use crate::core::progress::ServerCounts;
use crate::core::run::Status;

/// A timer that is so late will not fire any more, in milliseconds.
const GONE: f64 = 1_000.0;

/// So many fields has an output at most: run, slot, item, attempt, more, carry. `more` is the step of a start (2 more where the
/// server is asked what became of it), what of an attempt took too long, the item after the last, or a status.
const FIELDS: usize = 6;

/// The first carry of all: -1 in JavaScript.
const NO_CARRY: u32 = u32::MAX;

/// Browsers take a longer delay for none at all.
const LONGEST_TIMEOUT: f64 = 2_147_483_647.0;

#[wasm_bindgen(module = "/src/bridge/clock.js")]
extern "C" {
    fn now() -> f64;
}

pub struct Host {
    pub engine: Engine,
    is_bound: bool,
    /// The last output, for the executor to read: what of its fields it has.
    output: [u32; FIELDS],
    /// The only timer, and when it fires.
    timer: Option<(f64, Timeout)>,
    /// By run: what listens to its signals until it is over.
    listeners: Vec<Vec<AbortListener>>,
}

thread_local! {
    static HOST: RefCell<Host> = const { RefCell::new(Host::new()) };
}

pub fn with_host<R>(use_it: impl FnOnce(&mut Host) -> R) -> R {
    HOST.with_borrow_mut(use_it)
}

/// Opens the run in the engine and begins it.
pub fn open(run: &Run) -> Promise {
    load();
    let mut numbers = [0.0; NUMBERS];
    run.numbers().copy_to(&mut numbers);
    let id = with_host(|host| host.engine.open(config_of(&numbers), now()));
    let promise = begin(run, id);
    let listeners = govern(run);
    if !listeners.is_empty() {
        with_host(|host| {
            let of = id as usize;
            if host.listeners.len() <= of {
                host.listeners.resize_with(of + 1, Vec::new);
            }
            host.listeners[of] = listeners;
        });
    }
    promise
}

/// Hands the engine over to JavaScript, once.
#[wasm_bindgen(start)]
pub fn load() {
    if with_host(|host| std::mem::replace(&mut host.is_bound, true)) {
        return;
    }
    bind(&wasm_bindgen::exports(), &soon_drainer());
}

/// The server's own counts for a run.
#[unsafe(no_mangle)]
pub extern "C" fn engine_report(run: RunId, completed: f64, total: f64) {
    let counts = ServerCounts { completed, total: (!total.is_nan()).then_some(total) };
    with_host(|host| host.engine.report(run, counts, now()));
}

/// The next output's kind; 0 if there is none. Its fields are read with `engine_output`.
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll(now: f64) -> u32 {
    with_host(|host| match host.engine.poll(now) {
        Some(output) => host.note(output),
        None => {
            host.set_timer(now);
            0
        }
    })
}

impl Host {
    /// Known when it is compiled: so nothing has to ask whether it is there.
    const fn new() -> Self {
        Self { engine: Engine::new(), is_bound: false, output: [0; FIELDS], timer: None, listeners: Vec::new() }
    }

    /// The kind; the numbers of the kinds are those of the constants in `executor.js`.
    fn note(&mut self, output: Output) -> u32 {
        let [run_at, slot_at, item_at, attempt_at, more_at, carry_at] = &mut self.output;
        match output {
            Output::Start { run, slot, item, attempt, reconciles, step, carry_from } => {
                (*run_at, *slot_at, *item_at, *attempt_at) = (run, slot, item, attempt);
                *more_at = u32::from(step) | (u32::from(reconciles) << 1);
                *carry_at = carry_from.unwrap_or(NO_CARRY);
                1
            }
            Output::Pull { run } => {
                *run_at = run;
                2
            }
            Output::CloseSource { run } => {
                *run_at = run;
                3
            }
            Output::TimedOut { slot, overdue } => {
                *slot_at = slot;
                *more_at = match overdue {
                    Overdue::Attempt => 0,
                    Overdue::Silent => 1,
                    Overdue::Item => 2,
                };
                4
            }
            Output::Abandon { run, item, attempts, slot } => {
                (*run_at, *item_at, *attempt_at, *slot_at) = (run, item, attempts, slot);
                5
            }
            Output::Cancelled { run, item, attempts } => {
                (*run_at, *item_at, *attempt_at) = (run, item, attempts);
                6
            }
            Output::NeverStarted { run, from, to } => {
                (*run_at, *item_at, *more_at) = (run, from, to);
                7
            }
            Output::Finished { run, status } => {
                *run_at = run;
                *more_at = match status {
                    Status::Completed => 0,
                    Status::Partial => 1,
                    Status::Cancelled => 2,
                    Status::Failed => 3,
                };
                8
            }
            Output::Inspect { run, item } => {
                (*run_at, *item_at) = (run, item);
                9
            }
            Output::Expired { run, item, attempts, step } => {
                (*run_at, *item_at, *attempt_at, *more_at) = (run, item, attempts, u32::from(step));
                10
            }
        }
    }

    fn set_timer(&mut self, now: f64) {
        let Some(at) = self.engine.wake_at() else {
            self.timer = None;
            return;
        };
        // One that is long overdue is gone with the clock that a test had put in place.
        if self.timer.as_ref().is_some_and(|&(set_for, _)| set_for == at && now < at + GONE) {
            return;
        }
        // Rounded up: timers are cut to whole milliseconds, and one that fires early would be set again and again.
        let delay = (at - now).clamp(0.0, LONGEST_TIMEOUT).ceil();
        self.timer = Some((at, Timeout::new(delay as u32, wake)));
    }
}

/// The timer has fired. Nothing of the user's runs in here: the executor goes on when the stack is empty.
fn wake() {
    with_host(|host| {
        // What has fired must not stand for a timer that is still to fire. (It may have been cut to the longest one.)
        if let Some((set_for, _)) = &mut host.timer {
            *set_for = f64::NAN;
        }
        host.engine.tick(now());
    });
    drain_soon();
}

/// A field of the last output; the order is that in `engine.js`.
#[unsafe(no_mangle)]
pub extern "C" fn engine_output(field: u32) -> u32 {
    with_host(|host| host.output.get(field as usize).copied().unwrap_or(0))
}

/// See [`Engine::push`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_push(run: RunId, items: u32) {
    with_host(|host| host.engine.push(run, items));
}

/// See [`Engine::close`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_close(run: RunId) {
    with_host(|host| host.engine.close(run));
}

/// See [`Engine::source_failed`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_source_failed(run: RunId) {
    with_host(|host| host.engine.source_failed(run));
}

/// See [`Engine::cancel`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_cancel(run: RunId, now: f64) {
    with_host(|host| host.engine.cancel(run, now));
}

/// See [`Engine::stop`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_stop(run: RunId, now: f64) {
    with_host(|host| host.engine.stop(run, now));
}

/// The run is over: its signals are listened to no more.
#[unsafe(no_mangle)]
pub extern "C" fn engine_end(run: RunId) {
    // Not dropped while the host is borrowed: removing a listener calls the signal, which may be anybody's object.
    drop(with_host(|host| host.listeners.get_mut(run as usize).map(std::mem::take)));
}

/// See [`Engine::forget`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_forget(run: RunId) {
    with_host(|host| host.engine.forget(run));
}

/// One number of a run's progress, NaN where it is unknown. The order is that of `progressOf` in `progress.js`.
#[unsafe(no_mangle)]
pub extern "C" fn engine_progress(run: RunId, field: u32, now: f64) -> f64 {
    with_host(|host| {
        let Some((progress, known)) = host.engine.progress(run) else { return f64::NAN };
        let (completed, total) = progress.counts(known);
        match field {
            0 => completed,
            1 => f64::from(progress.in_progress),
            2 => total.unwrap_or(f64::NAN),
            3 => f64::from(progress.failed),
            4 => f64::from(progress.cancelled),
            5 => f64::from(progress.skipped),
            6 => progress.fraction(known),
            7 => progress.eta(known, now).unwrap_or(f64::NAN),
            _ => progress.elapsed(now),
        }
    })
}
