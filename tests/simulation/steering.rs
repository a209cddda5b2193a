//! Commands of users to runs while they go: all of them, at random.

use fastrand::Rng;
use sluicegate::core::engine::Engine;
use sluicegate::core::ids::RunId;
use sluicegate::core::run::Status;
use sluicegate::core::run::config::Source;
use sluicegate::core::run::following::Following;
use sluicegate::core::run::items::ItemState;

use crate::model::ModelRun;
use crate::opening::rank;
use crate::world::World;

impl World {
    pub fn set_online(&mut self, is_online: bool, now: f64) {
        self.offline = !is_online;
        for (_, run) in self.runs.values_mut().filter(|(_, run)| run.config.waits_online) {
            run.offline = !is_online;
        }
        self.engine.set_online(is_online, now);
        self.counts.offline += u64::from(!is_online);
    }

    /// Nothing happens any more: what waits for the network goes on with it.
    pub fn go_online(&mut self) -> bool {
        let was_offline = self.offline;
        if was_offline {
            self.set_online(true, self.now);
        }
        was_offline
    }
}

/// One random act of a run's user.
pub fn steer(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, now: f64) {
    run.steered = true;
    let count = run.items.len();
    let item = if count > 0 { rng.usize(0..count) } else { 0 };
    match rng.u8(0..12) {
        0 => {
            if run.finished.is_none() && run.ended.is_none() {
                run.paused = true;
            }
            engine.pause(id);
        }
        1..=3 => {
            let retry_failed = rng.bool();
            if run.paused && run.ended.is_none() && retry_failed {
                for (at, item) in run.items.iter_mut().enumerate() {
                    let is_rejected = item.state == ItemState::Rejected;
                    assert_eq!(engine.reopen(id, at as u32), is_rejected);
                    if is_rejected {
                        item.state = if item.prepared { ItemState::Prepared } else { ItemState::Waiting };
                    }
                }
            }
            if run.ended.is_none() {
                run.paused = false;
            }
            engine.resume(id, now);
        }
        4 | 5 => retry(rng, engine, id, run, item, now),
        6 => {
            // The outcome comes out of the engine.
            if let Some(item) = run.items.get_mut(item) {
                item.unwanted = item.state == ItemState::Running;
            }
            engine.cancel_item(id, item as u32, now);
        }
        11 => lead_on(rng, engine, id, run, now),
        10 => {
            run.not_before = now + f64::from(rng.u32(0..150));
            engine.hold(id, run.not_before, now);
        }
        7 => {
            run.config.limit = rng.u32(1..6);
            engine.set_limit(id, run.config.limit);
        }
        8 => {
            let is_open = run.config.source == Source::Open && run.source_open;
            assert_eq!(engine.accepts(id), is_open && run.ended.is_none(), "R13: whether items may be added");
            if is_open {
                let items = rng.u32(0..4);
                let before = run.items.len() as u32;
                if run.ended.is_none() {
                    run.add(items);
                }
                engine.push(id, items);
                (before..run.items.len() as u32).for_each(|item| rank(rng, engine, id, run, item));
            }
        }
        _ => match rng.u8(0..4) {
            0 | 1 => {
                run.draining = false;
                run.end(Status::Cancelled);
                if run.following == Following::Awaited {
                    run.following = Following::Unknown;
                }
                engine.cancel(id, now);
            }
            2 => {
                if run.finished.is_none() && run.ended.is_none() {
                    run.draining = true;
                    run.end(Status::Cancelled);
                }
                engine.drain(id, now);
            }
            _ => {}
        },
    }
}

fn retry(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, index: usize, now: f64) {
    let regenerate = rng.u8(0..4) == 0;
    let will_come = engine.retry_item(id, index as u32, regenerate, now);
    let (ended, count) = (run.ended.is_some(), run.items.len());
    let Some(item) = run.items.get_mut(index) else {
        assert!(!will_come, "an item that is none");
        return;
    };
    let is_good = matches!(item.state, ItemState::Fulfilled | ItemState::Skipped);
    let is_unstored = index + 1 == count && run.following == Following::Unstored;
    let regenerate = regenerate || is_unstored;
    let expected = !item.state.is_settled() || !(ended || (is_good && !regenerate));
    assert_eq!(will_come, expected, "R8: what a retry says of {item:?}");
    if will_come && item.state.is_settled() {
        if is_unstored {
            run.following = Following::Nothing;
        }
        run.continued |= run.finished.is_some();
        item.requested = true;
        item.prepared &= !regenerate;
        item.state = if item.prepared { ItemState::Prepared } else { ItemState::Waiting };
    }
}

/// Answers whether another item follows the last one.
fn lead_on(rng: &mut Rng, engine: &mut Engine, id: RunId, run: &mut ModelRun, now: f64) {
    let kinds = [Following::Nothing, Following::Awaited, Following::Item, Following::Unknown, Following::Unstored];
    let said = kinds[rng.usize(0..kinds.len())];
    let goes_on = engine.lead_on(id, said, now);
    let is_expected = match said {
        Following::Awaited => run.finished.is_some(),
        Following::Unstored => true,
        _ => run.following == Following::Awaited,
    };
    let may_go_on = matches!(said, Following::Awaited | Following::Item);
    assert_eq!(goes_on, is_expected && may_go_on, "R41: what the engine says of {said:?}");
    if is_expected {
        run.following = said;
        if said == Following::Item {
            run.following = Following::Nothing;
            run.add(1);
            run.items.last_mut().expect("a new item").requested = true;
        }
    }
}
