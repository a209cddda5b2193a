//! The edge to JavaScript. It holds the engine, turns numbers into its types and back, and decides nothing.
//!
//! - [`verbs`]: opens runs and limiters, one export for each verb of the package.
//! - [`host`]: the one engine, its outputs and its timer.
//! - [`attempts`], [`steering`], [`limiters`], [`polls`], [`phases`]: what the runtime tells the engine, in numbers.
//! - [`failures`]: facts of a failure become a verdict.
//! - [`replies`]: reads the reply of a call.
//!
//! The exports named `engine_*` take and give numbers only, so they need no glue. No code of a user runs inside a call.

mod attempts;
mod config;
mod failures;
mod host;
mod limiters;
mod phases;
mod polls;
mod replies;
mod steering;
mod verbs;

/// A number that may be missing, which is NaN in JavaScript.
fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}
