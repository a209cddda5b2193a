//! Holds the engine, exports its outputs, and wakes it by a timer.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use slab::Slab;
use wasm_bindgen::prelude::*;

use crate::core::engine::Engine;
use crate::core::engine::output::{Output, Overdue};
use crate::core::ids::RunId;
use crate::core::poll::Poll;
use crate::core::run::Status;
use crate::rows::ReportRow;
use crate::table::{carry, field, output, overdue, report, status};

/// How late a timer may be, in milliseconds. A later one was removed together with the fake clock of a test.
const LATE: f64 = 1_000.0;

/// In milliseconds: what the subtraction of two times may leave over.
const REST: f64 = 0.001;

/// Longest delay of a timer, in milliseconds. Browsers treat a longer one as 0.
const LONGEST_TIMEOUT: f64 = 2_147_483_647.0;

#[wasm_bindgen(raw_module = "../src/runtime/imports.ts")]
extern "C" {
    /// Records when the engine is to be woken, for a hidden page; infinite if nothing waits.
    #[wasm_bindgen(js_name = setAlarm)]
    fn set_alarm(at: f64);

    /// Ticks and runs the executor when the stack is empty: the timer that was set for this time has fired.
    #[wasm_bindgen(js_name = wakeSoon)]
    fn wake_soon(at: f64);
}

pub(super) struct Host {
    pub engine: Engine,
    pub polls: Slab<Poll>,
    /// The fields of the last output, for the runtime to read.
    output: [u32; field::COUNT as usize],
    /// The last report of a limiter, for the runtime to read.
    pub report: ReportRow,
    /// The only timer.
    timer: Option<Timer>,
}

/// The timer. `fires_at` is earlier than `set_for` if the wait exceeds the browser's limit.
struct Timer {
    set_for: f64,
    fires_at: f64,
    _timeout: Timeout,
}

thread_local! {
    static HOST: RefCell<Host> = const { RefCell::new(Host::new()) };
}

/// Calls `use_it` with the host. `use_it` must not call `with_host` again, so it calls no JavaScript but timers.
pub(super) fn with_host<R>(use_it: impl FnOnce(&mut Host) -> R) -> R {
    HOST.with_borrow_mut(use_it)
}

pub(super) fn with_engine<R>(use_it: impl FnOnce(&mut Engine) -> R) -> R {
    with_host(|host| use_it(&mut host.engine))
}

/// Returns the kind of the next output, and writes its fields to the address of [`engine_output`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_poll(now: f64) -> u32 {
    with_host(|host| match host.engine.poll(now) {
        Some(output) => host.write(output),
        None => {
            host.set_timer(now);
            output::IDLE
        }
    })
}

/// Returns the address of the fields of an output.
#[unsafe(no_mangle)]
pub extern "C" fn engine_output() -> *const u32 {
    with_host(|host| host.output.as_ptr())
}

impl Host {
    const fn new() -> Self {
        Self {
            engine: Engine::new(),
            polls: Slab::new(),
            output: [0; field::COUNT as usize],
            report: [0.0; report::COUNT as usize],
            timer: None,
        }
    }

    fn write(&mut self, output: Output) -> u32 {
        let mut set = |field: u32, value: u32| {
            if let Some(place) = self.output.get_mut(field as usize) {
                *place = value;
            }
        };
        match output {
            Output::Start { run, slot, item, attempt, reconciles, step, carry_from } => {
                set(field::RUN, run.0);
                set(field::SLOT, slot.0);
                set(field::ITEM, item);
                set(field::ATTEMPT, attempt);
                set(field::MORE, u32::from(step) | (u32::from(reconciles) << 1));
                set(field::CARRY, carry_from.unwrap_or(carry::NONE));
                output::START
            }
            Output::Pull { run } => {
                set(field::RUN, run.0);
                output::PULL
            }
            Output::CloseSource { run } => {
                set(field::RUN, run.0);
                output::CLOSE_SOURCE
            }
            Output::TimedOut { slot, overdue } => {
                set(field::SLOT, slot.0);
                set(field::MORE, number_of_overdue(overdue));
                output::TIMED_OUT
            }
            Output::Abandon { run, item, attempts, slot } => {
                set(field::RUN, run.0);
                set(field::ITEM, item);
                set(field::ATTEMPT, attempts);
                set(field::SLOT, slot.0);
                output::ABANDON
            }
            Output::Cancelled { run, item, attempts } => {
                set(field::RUN, run.0);
                set(field::ITEM, item);
                set(field::ATTEMPT, attempts);
                output::CANCELLED
            }
            Output::NeverStarted { run, from, to } => {
                set(field::RUN, run.0);
                set(field::ITEM, from);
                set(field::MORE, to);
                output::NEVER_STARTED
            }
            Output::Finished { run, status } => {
                set(field::RUN, run.0);
                set(field::MORE, number_of_status(status));
                output::FINISHED
            }
            Output::Check { run, item, may_skip } => {
                set(field::RUN, run.0);
                set(field::ITEM, item);
                set(field::MORE, u32::from(may_skip));
                output::CHECK
            }
            Output::Report { limiter } => {
                set(field::RUN, limiter.0);
                output::REPORT
            }
            Output::Expired { run, item, attempts, step } => {
                set(field::RUN, run.0);
                set(field::ITEM, item);
                set(field::ATTEMPT, attempts);
                set(field::MORE, u32::from(step));
                output::EXPIRED
            }
        }
    }

    fn set_timer(&mut self, now: f64) {
        let Some(at) = self.engine.wake_at() else {
            if self.timer.take().is_some() {
                set_alarm(f64::INFINITY);
            }
            return;
        };
        if self.timer.as_ref().is_some_and(|timer| timer.set_for == at && now < at + LATE) {
            return;
        }
        // Rounded up: browsers truncate delays, and a timer that fires early would be set again and again. The rest of
        // a subtraction is no part of the wait.
        let delay = (at - now - REST).clamp(0.0, LONGEST_TIMEOUT).ceil();
        let fires_at = at.min(now + delay);
        set_alarm(at);
        self.timer = Some(Timer { set_for: at, fires_at, _timeout: Timeout::new(delay as u32, wake) });
    }
}

/// Fires what is due.
#[unsafe(no_mangle)]
pub extern "C" fn engine_tick(now: f64) {
    with_engine(|engine| engine.tick(now));
}

/// Handles the timer. All else happens when the stack is empty, because no code of a page may run in here.
fn wake() {
    let fired = with_host(|host| {
        let timer = host.timer.as_mut()?;
        // A timer that has fired must not pass for one that is still to fire.
        timer.set_for = f64::NAN;
        Some(timer.fires_at)
    });
    if let Some(at) = fired {
        wake_soon(at);
    }
}

fn number_of_overdue(overdue: Overdue) -> u32 {
    match overdue {
        Overdue::Attempt => overdue::ATTEMPT,
        Overdue::Silent => overdue::IDLE,
        Overdue::Item => overdue::ITEM,
    }
}

pub(super) fn number_of_status(status: Status) -> u32 {
    match status {
        Status::Completed => status::COMPLETED,
        Status::Partial => status::PARTIAL,
        Status::Cancelled => status::CANCELLED,
        Status::Failed => status::FAILED,
    }
}

/// See [`Engine::accepts`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_accepts(run: u32) -> u32 {
    with_engine(|engine| u32::from(engine.accepts(RunId(run))))
}

/// See [`Engine::push`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_push(run: u32, items: u32) {
    with_engine(|engine| engine.push(RunId(run), items));
}

/// See [`Engine::close`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_close(run: u32) {
    with_engine(|engine| engine.close(RunId(run)));
}

/// See [`Engine::source_failed`]. Returns whether this ended the run.
#[unsafe(no_mangle)]
pub extern "C" fn engine_source_failed(run: u32) -> u32 {
    with_engine(|engine| u32::from(engine.source_failed(RunId(run))))
}
