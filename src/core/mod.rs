//! The engine: decides what starts when, and does nothing else.
//!
//! It has no clock, no randomness and no I/O. Times (milliseconds on a monotonic clock) and random numbers are
//! arguments;
//! what the host has to do comes out of [`Engine::poll`](engine::Engine::poll). The same code runs in a browser and,
//! natively, through many thousands of simulated schedules a second.

pub mod attempt;
pub mod continuation;
pub mod due;
pub mod engine;
pub mod ids;
pub mod journal;
pub mod limiter;
pub mod poll;
pub mod progress;
pub mod reply;
pub mod retry;
pub mod run;
#[cfg(test)]
mod testing;
