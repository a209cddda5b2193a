//! Runs that are opened on records of any kind, in any order, and then played to their end.

use arbitrary::Arbitrary;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::journal::{Record, Restored};
use sluicegate::core::retry::RetryPolicy;
use sluicegate::core::retry::failure::Failure;
use sluicegate::core::run::config::{FailureMode, Order, RunConfig};

#[derive(Arbitrary, Debug)]
pub struct Story {
    items: u8,
    limit: u8,
    order: u8,
    reconciles: bool,
    stops: bool,
    records: Vec<(u8, bool, u8)>,
    replies: Vec<u8>,
}

fn record_of(number: u8) -> Record {
    let (repeatable, has_value) = (number & 4 != 0, number & 8 != 0);
    match number & 3 {
        0 => Record::Waiting { has_value },
        1 => Record::Fulfilled,
        2 => Record::Rejected { repeatable },
        _ => Record::Started { repeatable, has_value },
    }
}

pub fn play(story: Story) {
    let items = u32::from(story.items % 16);
    let mode = Some(if story.stops { FailureMode::Stop } else { FailureMode::Continue });
    let order = match story.order % 4 {
        0 => Order::Pool,
        1 => Order::Batches(u32::from(story.order) / 4 + 1),
        number => Order::InOrder { prepares: number == 2 },
    };
    let retry = RetryPolicy { attempts: 3, reconciles: story.reconciles, ..RetryPolicy::default() };
    let limit = u32::from(story.limit % 4) + 1;
    let mut engine = Engine::new();
    let config = RunConfig { items, limit, order, retry, on_failure: [mode; 2], ..RunConfig::default() };
    let run = engine.open(config, 0.0);
    engine.hold(run, f64::INFINITY, 0.0);
    for &(item, step, number) in &story.records {
        let item = u32::from(item % 20);
        let restored = engine.restore(run, item, u8::from(step), record_of(number), 0.0);
        if restored == Restored::Unconfirmed {
            engine.follow_rejection(run, u8::from(step), false, None, 0.0);
        }
    }
    let settled: Vec<u32> = (0..items).filter(|&item| engine.inspect_item(run, item, 0.0).is_none()).collect();
    engine.hold(run, 0.0, 0.0);
    let (mut now, mut replies, mut is_over) = (0.0, story.replies.iter().copied().chain(std::iter::repeat(0)), false);
    let mut slots = Vec::new();
    for step in 0.. {
        assert!(step < 20_000, "the run does not end");
        match engine.poll(now) {
            Some(Output::Start { slot, item, .. }) => {
                assert!(!settled.contains(&item), "{item} has its outcome and is started");
                slots.push(slot);
            }
            Some(Output::Finished { .. }) => is_over = true,
            Some(_) => {}
            None if is_over && slots.is_empty() => break,
            None => match slots.pop() {
                Some(slot) => match replies.next() {
                    Some(1) => drop(engine.failed(slot, &Failure::REFUSED, now)),
                    Some(2) => drop(engine.failed(slot, &Failure::FINAL, now)),
                    Some(3) => drop(engine.not_found(slot, now)),
                    Some(4) => {
                        engine.cancel(run, now);
                        slots.push(slot);
                    }
                    _ => drop(engine.fulfilled(slot, now)),
                },
                None => {
                    now = engine.wake_at().expect("something is to come").max(now);
                    engine.tick(now);
                }
            },
        }
    }
}
