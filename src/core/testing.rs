//! Helpers for tests.

use crate::core::engine::Engine;
use crate::core::engine::output::Output;
use crate::core::ids::{LimiterId, RunId, Slot};
use crate::core::run::config::RunConfig;

/// Returns the configuration of a run of one item with a limiter.
pub fn one_of(limiter: LimiterId) -> RunConfig {
    RunConfig { items: 1, limiter: Some(limiter), ..RunConfig::default() }
}

/// Polls the engine until it is idle, and returns the starts.
pub fn starts_of_items(engine: &mut Engine, now: f64) -> Vec<(RunId, u32, Slot)> {
    let mut started = Vec::new();
    while let Some(output) = engine.poll(now) {
        if let Output::Start { run, item, slot, .. } = output {
            started.push((run, item, slot));
        }
    }
    started
}

/// Returns the starts without their items.
pub fn starts(engine: &mut Engine, now: f64) -> Vec<(RunId, Slot)> {
    starts_of_items(engine, now).into_iter().map(|(run, _, slot)| (run, slot)).collect()
}
