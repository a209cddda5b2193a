//! Messages of other tabs that share a limiter, of any numbers.

use arbitrary::Arbitrary;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::limiter::rate::Rate;
use sluicegate::core::limiter::tabs::{TabEvent, Tabs};
use sluicegate::core::run::config::RunConfig;

#[derive(Arbitrary, Debug)]
pub struct Story {
    limit: u8,
    is_adaptive: bool,
    is_staggered: bool,
    events: Vec<Event>,
}

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
    Known {
        from: u8,
        kind: u8,
        rest: Vec<Number>,
    },
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

pub fn play(story: Story) {
    let Story { limit, is_adaptive, is_staggered, events } = story;
    let limit = u32::from(limit % 8) + 1;
    let rate = is_staggered.then_some(Rate { limit: 3, interval: 50.0 });
    let config = LimiterConfig { limit, stagger: if is_staggered { 5.0 } else { 0.0 }, rate, adaptive: None };
    let config = if is_adaptive { config.adaptive(None, None) } else { config };
    let (mut engine, mut tabs) = (Engine::new(), Tabs::new(1.0, config));
    let id = engine.open_shared_limiter(config);
    engine.open(RunConfig { items: 20, limit: 20, limiter: Some(id), ..RunConfig::default() }, 0.0);
    let (mut now, mut slots) = (0.0, Vec::new());
    for event in events {
        let handle = |tabs: &mut Tabs, event: TabEvent<'_>| tabs.handle(event, now);
        let cool_until = match event {
            Event::Message(message) => handle(&mut tabs, TabEvent::Message(&numbers(message).collect::<Vec<_>>())),
            Event::Known { from, kind, rest } => {
                let head = [1.0, f64::from(from), f64::from(kind % 4)];
                let message: Vec<f64> = head.into_iter().chain(numbers(rest)).collect();
                handle(&mut tabs, TabEvent::Message(&message))
            }
            Event::Lead(ids) => handle(&mut tabs, TabEvent::Lead(&ids.into_iter().map(f64::from).collect::<Vec<_>>())),
            Event::Closed(tab) => handle(&mut tabs, TabEvent::Closed(f64::from(tab))),
            Event::Deposed => handle(&mut tabs, TabEvent::Deposed),
            Event::Fulfilled => {
                if let Some(slot) = slots.pop() {
                    engine.fulfilled(slot, now);
                }
                f64::NEG_INFINITY
            }
            Event::Pass(milliseconds) => {
                now += f64::from(milliseconds);
                engine.tick(now);
                f64::NEG_INFINITY
            }
        };
        engine.ask_for_report(id, cool_until);
        // A message that was ignored must not make the tab speak for ever.
        for told in 0.. {
            assert!(told < 1_000, "the tab does not become idle");
            match engine.poll(now) {
                Some(Output::Start { slot, .. }) => slots.push(slot),
                Some(Output::Report { limiter }) => {
                    let report = engine.take_report(limiter).expect("it has something to report");
                    let (grant, _) = tabs.exchange(&report, now);
                    let is_idle = engine.permit(limiter, grant, now);
                    tabs.take_message(is_idle, now);
                }
                Some(_) => {}
                None => break,
            }
        }
    }
}
