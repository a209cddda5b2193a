//! What users do to runs while they go: all of it, at random.

use fastrand::Rng;
use sluicegate::core::config::Source;
use sluicegate::core::engine::Engine;
use sluicegate::core::items::Stand;
use sluicegate::core::output::RunId;
use sluicegate::core::run::Status;

use crate::model::ModelRun;

/// One random act of a run's user.
pub fn steer(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, now: f64) {
    run.steered = true;
    let count = run.items.len();
    let item = if count > 0 { rng.usize(0..count) } else { 0 };
    match rng.u8(0..11) {
        0 => {
            if run.finished.is_none() && run.ended.is_none() {
                run.paused = true;
            }
            engine.pause(id);
        }
        1..=3 => {
            let retry_failed = rng.bool();
            if run.paused && run.ended.is_none() && retry_failed {
                let failed = run.items.iter_mut().filter(|item| item.stand == Stand::Rejected);
                failed.for_each(|item| item.stand = if item.prepared { Stand::Prepared } else { Stand::Waiting });
            }
            if run.ended.is_none() {
                run.paused = false;
            }
            engine.resume(id, retry_failed, now);
        }
        4 | 5 => retry(rng, engine, id, run, item, now),
        6 => {
            // The outcome comes out of the engine.
            if let Some(item) = run.items.get_mut(item) {
                item.unwanted = item.stand == Stand::Running;
            }
            engine.cancel_item(id, item as u32, now);
        }
        10 => {
            run.not_before = now + f64::from(rng.u32(0..150));
            engine.hold(id, run.not_before, now);
        }
        7 => {
            run.config.limit = rng.u32(1..6);
            engine.set_limit(id, run.config.limit);
        }
        8 => {
            if run.config.source == Source::Open && run.source_open {
                let items = rng.u32(0..4);
                if run.ended.is_none() {
                    run.add(items);
                }
                engine.push(id, items);
            }
        }
        _ => {
            if rng.bool() {
                run.end(Status::Cancelled);
                engine.cancel(id, now);
            }
        }
    }
}

fn retry(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, index: usize, now: f64) {
    let afresh = rng.u8(0..4) == 0;
    let will_come = engine.retry_item(id, index as u32, afresh, now);
    let ended = run.ended.is_some();
    let Some(item) = run.items.get_mut(index) else {
        assert!(!will_come, "an item that is none");
        return;
    };
    let is_good = matches!(item.stand, Stand::Fulfilled | Stand::Skipped);
    let expected = !item.stand.is_settled() || !(ended || (is_good && !afresh));
    assert_eq!(will_come, expected, "R8: what a retry says of {item:?}");
    if will_come && item.stand.is_settled() {
        item.forced = true;
        item.prepared &= !afresh;
        item.stand = if item.prepared { Stand::Prepared } else { Stand::Waiting };
    }
}
