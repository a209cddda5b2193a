//! The engine: decides what starts when, and does nothing else.
//!
//! It has no clock, no randomness and no I/O of its own. Times (milliseconds on a monotonic clock) and random numbers are
//! arguments, what the host has to do comes out of [`Engine::poll`](engine::Engine::poll). So the same code runs in a
//! browser and, natively, through many thousands of simulated schedules a second.

mod adaptive;
mod attempt;
pub mod backoff;
pub mod classify;
pub mod config;
pub mod continuation;
pub mod due;
mod ending;
pub mod engine;
pub mod gate;
mod handoff;
pub mod items;
mod nesting;
pub mod output;
pub mod poll;
pub mod progress;
pub mod retry;
pub mod run;
pub mod settling;
mod steering;
#[cfg(test)]
mod testing;
mod timers;
mod turns;
