//! The edge of the second wasm, which has the rules of limiters that several tabs share. Only those download it who
//! share one.

use wasm_bindgen::prelude::*;

use crate::core::limiter::tabs::{TabEvent, Tabs};
use crate::rows;
use crate::table::{limiter, tab_event};

/// The rules of one limiter, in one tab.
#[wasm_bindgen]
pub struct TabRules(Tabs);

#[wasm_bindgen]
impl TabRules {
    /// Opens a limiter with these options. `tab` is an integer from 1 that no other tab has.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &[f64], tab: f64) -> Self {
        Self(Tabs::new(tab, rows::limiter(options)))
    }

    /// See [`Tabs::handle`]. The numbers are a message, the tabs that live, or the tab that was closed.
    pub fn handle(&mut self, kind: u32, numbers: &[f64], now: f64) -> f64 {
        let event = match kind {
            tab_event::MESSAGE => TabEvent::Message(numbers),
            tab_event::LEAD => TabEvent::Lead(numbers),
            tab_event::CLOSED => TabEvent::Closed(numbers.first().copied().unwrap_or_default()),
            _ => TabEvent::Deposed,
        };
        self.0.handle(event, now)
    }

    /// See [`Tabs::exchange`]. Returns the permits, the limit, the epoch, the time of the next report, and 1 if this
    /// tab is to take over.
    pub fn exchange(&mut self, report: &[f64], now: f64) -> Vec<f64> {
        let Some(row) = report.first_chunk() else { return Vec::new() };
        let (grant, takes_over) = self.0.exchange(&rows::report(row), now);
        vec![grant.permits.into(), grant.limit.into(), grant.epoch.into(), grant.report_at, takes_over.into()]
    }

    /// See [`Tabs::inspect`]. Returns a row by the fields of a limiter; what the engine knows is NaN.
    pub fn inspect(&self, now: f64) -> Vec<f64> {
        let (tabs, shared) = self.0.inspect(now);
        let number = |count: Option<u32>| count.map_or(f64::NAN, f64::from);
        let mut row = vec![f64::NAN; limiter::COUNT as usize];
        for (field, value) in [
            (limiter::READY_AT, shared.ready_at.unwrap_or(f64::NAN)),
            (limiter::RATE_LIMIT, number(shared.rate.map(|rate| rate.limit))),
            (limiter::RATE_INTERVAL, shared.rate.map_or(f64::NAN, |rate| rate.interval)),
            (limiter::RATE_USED, number(shared.rate.map(|rate| rate.used))),
            (limiter::PROVEN, number(shared.adaptive.and_then(|adaptive| adaptive.proven))),
            (limiter::REFUSED, number(shared.adaptive.and_then(|adaptive| adaptive.refused))),
            (limiter::ROLE, f64::from(tabs.role as u32)),
            (limiter::TABS, tabs.count.into()),
            (limiter::TABS_IN_FLIGHT, tabs.in_flight.into()),
            (limiter::PERMITS, tabs.permits.into()),
        ] {
            row[field as usize] = value;
        }
        row
    }

    /// See [`Tabs::take_message`].
    pub fn message(&mut self, is_idle: bool, now: f64) -> Vec<f64> {
        self.0.take_message(is_idle, now)
    }
}
