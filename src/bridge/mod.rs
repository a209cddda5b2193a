//! The edge to JavaScript: what is exported, and the only place that touches callbacks, signals, timers and fetch.
//!
//! It decides nothing: the [engine](crate::core) does. Tasks, and whatever else runs per item, are called by the executor, a
//! small JavaScript module, and never from inside a call into the engine; functions that are called once a chunk or once a
//! request (`next`, `onChunk`, `headers`, `fetch`) are called from here, while nothing of the engine is borrowed.

mod abort;
mod call;
mod classify;
mod errors;
mod executor;
mod host;
mod options;
mod phase;
mod process;
mod reply;

pub use call::call_phase;
pub use phase::process_phase;
pub use process::{process_with_concurrency, retry, settle_with_concurrency};
