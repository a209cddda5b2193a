//! Helpers that the tests of several files share.

use crate::core::engine::Engine;
use crate::core::engine::output::Output;
use crate::core::ids::{LimiterId, RunId, Slot};
use crate::core::run::config::RunConfig;

/// A run of one item through a limiter.
pub fn one_of(limiter: LimiterId) -> RunConfig {
    RunConfig { items: 1, limiter: Some(limiter), ..RunConfig::default() }
}

/// What starts now, while all that the engine says is heard.
pub fn starts_of_items(engine: &mut Engine, now: f64) -> Vec<(RunId, u32, Slot)> {
    let mut started = Vec::new();
    while let Some(output) = engine.poll(now) {
        if let Output::Start { run, item, slot, .. } = output {
            started.push((run, item, slot));
        }
    }
    started
}

/// The same, without the items.
pub fn starts(engine: &mut Engine, now: f64) -> Vec<(RunId, Slot)> {
    starts_of_items(engine, now).into_iter().map(|(run, _, slot)| (run, slot)).collect()
}
