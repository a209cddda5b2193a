//! The edge to JavaScript. It holds the engine, turns numbers into its types and back, and decides nothing.
//!
//! - [`verbs`]: opens runs and limiters, one export for each verb of the package.
//! - [`host`]: the engine, its outputs and its timer.
//! - [`attempts`], [`steering`], [`limiters`], [`polls`], [`phases`], [`inspecting`]: calls of the runtime to
//!   the engine, in numbers.
//! - [`journals`]: what a journal has, and what is stored.
//! - [`failures`]: the verdict on a failure.
//! - [`replies`]: reads the reply of a call.
//! - [`signals`]: lets `AbortSignal`s cancel runs.
//!
//! The exports named `engine_*` take and return numbers only, so they need no glue. No user code runs inside a call.

mod attempts;
mod config;
mod failures;
mod host;
mod inspecting;
mod journals;
mod limiters;
mod phases;
mod polls;
mod replies;
mod signals;
mod steering;
mod verbs;

/// A number that may be missing, which is NaN in JavaScript.
fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}
