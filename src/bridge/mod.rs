//! The edge to JavaScript: what is exported, and the only place that touches callbacks, signals, timers and fetch.
//!
//! It decides nothing: the [engine](crate::core) does. Tasks, and whatever else runs per item, are called by the executor, a
//! small JavaScript module, and never from inside a call into the engine; functions that are called once a request (`headers`,
//! `fetch`) are called for a future of Rust, while nothing of the engine is borrowed.

mod abort;
mod call;
mod classify;
mod config;
mod executor;
mod handles;
mod host;
mod modules;
mod process;
mod results;
mod steering;

pub use call::{call_phase, send_call};
pub use handles::{
    Limiter, RunHandle, limiter, run_limited, start_batches, start_in_order, start_phase, start_pipeline, start_run,
};
pub use process::{open_run, poll_until, process_phase, process_with_concurrency, retry, settle_with_concurrency};
