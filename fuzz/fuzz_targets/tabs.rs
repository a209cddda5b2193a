//! Messages of other tabs that share a limiter, of any numbers.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::limiter::rate::Rate;
use sluicegate::core::limiter::tabs::TabEvent;
use sluicegate::core::run::config::RunConfig;

#[derive(Arbitrary, Debug)]
enum Number {
    /// As numbers in messages are.
    Small(u8),
    Any(f64),
}

#[derive(Arbitrary, Debug)]
enum Event {
    Message(Vec<Number>),
    /// A message whose first numbers are valid.
    Known { from: u8, kind: u8, rest: Vec<Number> },
    Lead(Vec<u8>),
    Closed(u8),
    Deposed,
    Fulfilled,
    Pass(u16),
}

fn numbers(given: Vec<Number>) -> impl Iterator<Item = f64> {
    given.into_iter().map(|number| match number {
        Number::Small(number) => f64::from(number),
        Number::Any(number) => number,
    })
}

fuzz_target!(|given: (u8, bool, bool, Vec<Event>)| {
    let (limit, is_adaptive, is_staggered, events) = given;
    let limit = u32::from(limit % 8) + 1;
    let rate = is_staggered.then_some(Rate { limit: 3, interval: 50.0 });
    let config = LimiterConfig { limit, stagger: if is_staggered { 5.0 } else { 0.0 }, rate, adaptive: None };
    let config = if is_adaptive { config.adaptive(None, None) } else { config };
    let mut engine = Engine::new();
    let id = engine.open_shared_limiter(config, 1.0);
    engine.open(RunConfig { items: 20, limit: 20, limiter: Some(id), ..RunConfig::default() }, 0.0);
    let (mut now, mut slots) = (0.0, Vec::new());
    for event in events {
        match event {
            Event::Message(message) => {
                let message: Vec<f64> = numbers(message).collect();
                engine.handle(id, TabEvent::Message(&message), now);
            }
            Event::Known { from, kind, rest } => {
                let head = [1.0, f64::from(from), f64::from(kind % 4)];
                let message: Vec<f64> = head.into_iter().chain(numbers(rest)).collect();
                engine.handle(id, TabEvent::Message(&message), now);
            }
            Event::Lead(tabs) => {
                let tabs: Vec<f64> = tabs.into_iter().map(f64::from).collect();
                engine.handle(id, TabEvent::Lead(&tabs), now);
            }
            Event::Closed(tab) => engine.handle(id, TabEvent::Closed(f64::from(tab)), now),
            Event::Deposed => engine.handle(id, TabEvent::Deposed, now),
            Event::Fulfilled => {
                if let Some(slot) = slots.pop() {
                    engine.fulfilled(slot, now);
                }
            }
            Event::Pass(milliseconds) => {
                now += f64::from(milliseconds);
                engine.tick(now);
            }
        }
        // A message that was ignored must not make the engine speak for ever.
        for told in 0.. {
            assert!(told < 1_000, "the engine does not become idle");
            match engine.poll(now) {
                Some(Output::Start { slot, .. }) => slots.push(slot),
                Some(Output::Tell { limiter, .. }) => drop(engine.take_message(limiter)),
                Some(_) => {}
                None => break,
            }
        }
    }
});
