//! A limiter: how many attempts all runs that share it may have in flight, and when the next may start.

mod adaptive;
pub mod inspecting;
pub mod permits;
pub mod rate;
mod reporting;
pub mod tabs;

use crate::core::due::Schedule;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::adaptive::Adaptive;
use crate::core::limiter::permits::Permits;
use crate::core::limiter::rate::{Rate, Window};

/// Number of connections of a browser to one host over HTTP/1.1, for all tabs together. By default one of them stays
/// free for a status or cancel call.
pub const HOST_CONNECTIONS: u32 = 6;

/// Number of places of a limiter that was given none.
pub const DEFAULT_LIMIT: u32 = HOST_CONNECTIONS - 1;

/// Least limit of an adaptive limiter that was given none. Its greatest is the limit that it begins with.
pub const DEFAULT_LEAST: u32 = 1;

/// Cooldown after a refusal without a wait hint, in milliseconds.
pub const COOLDOWN: f64 = 1_000.0;

/// Longest cooldown, in milliseconds. A server that asks for more does not want a pause: it refuses.
const LONGEST_COOLDOWN: f64 = 60_000.0;

/// The options of a limiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterConfig {
    /// Number of places, at least 1.
    pub limit: u32,
    /// Pause between starts, in milliseconds.
    pub stagger: f64,
    /// Bounds of an adaptive limit, the least and the greatest.
    pub adaptive: Option<(u32, u32)>,
    /// How many attempts may start in any interval.
    pub rate: Option<Rate>,
}

impl Default for LimiterConfig {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, stagger: 0.0, adaptive: None, rate: None }
    }
}

impl LimiterConfig {
    /// A limiter with one place.
    pub const SINGLE: Self = Self { limit: 1, stagger: 0.0, adaptive: None, rate: None };

    /// Returns the configuration with an adaptive limit. Bounds that were not given are the defaults.
    #[must_use]
    pub fn adaptive(self, least: Option<u32>, most: Option<u32>) -> Self {
        Self { adaptive: Some((least.unwrap_or(DEFAULT_LEAST), most.unwrap_or(self.limit))), ..self }
    }
}

/// A limiter. Runs wait in its queue, not items: so a cancel touches no queue, a cooldown applies to all that are
/// queued, runs take turns, and a million waiting items cost nothing.
///
/// The place of an attempt with nested runs is itself a limiter, with limit 1.
pub(crate) struct Limiter {
    config: LimiterConfig,
    /// The limiter that this is a place of, if it is the place of an attempt.
    pub parent: Option<LimiterId>,
    /// Like `parent`, if the attempt settled while a nested one used its place: the limiter whose place becomes free
    /// when the nested one settles.
    pub place: Option<LimiterId>,
    /// Set when the limiter has no more users: it is removed with its last attempt.
    pub is_closed: bool,
    limit: u32,
    adaptive: Option<Adaptive>,
    window: Option<Window>,
    /// Number of unsettled attempts.
    pub in_flight: u32,
    /// Number of turns that were given and not yet used.
    granted: u32,
    last_start: f64,
    cool_until: f64,
    /// Attempts of one burst share an epoch: they cause one reduction, and their late successes count for nothing.
    epoch: u32,
    /// By priority, then by arrival.
    waiters: Schedule,
    /// Number of stale entries in the queue.
    stale: usize,
    /// The timer that is set for this limiter.
    pub wake_at: f64,
    /// Set if the starts are decided outside the engine.
    pub permits: Option<Box<Permits>>,
}

/// When a start may happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Admission {
    Now,
    At(f64),
    WhenFree,
}

impl Limiter {
    /// Creates a limiter. `parent` is given for the place of an attempt.
    pub fn new(config: LimiterConfig, parent: Option<LimiterId>) -> Self {
        Self {
            limit: config.limit,
            adaptive: config.adaptive.map(|(min, max)| Adaptive::new(min, max)),
            window: config.rate.map(Window::new),
            config,
            parent,
            place: None,
            is_closed: false,
            in_flight: 0,
            granted: 0,
            last_start: f64::NEG_INFINITY,
            cool_until: f64::NEG_INFINITY,
            epoch: 0,
            waiters: Schedule::new(),
            stale: 0,
            wake_at: f64::INFINITY,
            permits: None,
        }
    }

    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Returns the least and the greatest limit that may be set.
    pub fn bounds(&self) -> (u32, u32) {
        self.config.adaptive.unwrap_or((1, u32::MAX))
    }

    /// Changes the present limit, and returns whether it is within the bounds. An adaptive limiter goes on from there.
    pub fn set_limit(&mut self, limit: u32) -> bool {
        let (least, most) = self.bounds();
        let is_within = (least..=most).contains(&limit);
        if is_within {
            self.limit = limit;
            if let Some(permits) = &mut self.permits {
                permits.news.limit = limit;
            }
        }
        is_within
    }

    pub fn waiting(&self) -> usize {
        self.waiters.len().saturating_sub(self.stale)
    }

    #[cfg(test)]
    pub fn entries(&self) -> usize {
        self.waiters.len()
    }

    pub fn is_queue_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// Counts a stale entry. Compacts the queue when more than half of its entries are stale.
    pub fn leave(&mut self, waits: &mut dyn FnMut(RunId) -> bool) {
        self.stale += 1;
        if self.stale * 2 > self.waiters.len() + 16 {
            self.waiters.retain(&mut |run| waits(RunId(run)));
            self.stale = 0;
        }
    }

    /// Uncounts a stale entry that was taken out of the queue, or is in use again.
    pub fn drop_stale(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }

    pub fn cool_until(&self) -> f64 {
        self.cool_until
    }

    /// Returns when the next start may happen. The cooldown of an attempt's place is that of its limiter.
    pub fn admission(&self, now: f64, cool_until: f64) -> Admission {
        if let Some(permits) = &self.permits {
            let is_free = permits.stock > self.granted;
            return match is_free {
                false => Admission::WhenFree,
                true if cool_until > now => Admission::At(cool_until),
                true => Admission::Now,
            };
        }
        if self.in_flight + self.granted >= self.limit {
            return Admission::WhenFree;
        }
        let (staggered, rated) = self.ready_times(now);
        let ready_at = cool_until.max(staggered).max(rated);
        if ready_at > now { Admission::At(ready_at) } else { Admission::Now }
    }

    /// Returns when the stagger allows the next start, and when the rate does. A turn that was given counts as a start
    /// of now.
    fn ready_times(&self, now: f64) -> (f64, f64) {
        let last_start = if self.granted > 0 { now } else { self.last_start };
        let rated = self.window.as_ref().map_or(f64::NEG_INFINITY, |window| window.ready_at(self.granted, now));
        (last_start + self.config.stagger, rated)
    }

    pub fn enqueue(&mut self, run: RunId, priority: i32) {
        self.waiters.push(-f64::from(priority), run.0);
    }

    /// Returns the first run in the queue.
    pub fn first(&self) -> Option<RunId> {
        self.waiters.peek().map(|(_, run)| RunId(run))
    }

    pub fn take_first(&mut self) -> Option<RunId> {
        self.waiters.pop().map(RunId)
    }

    /// Gives a turn.
    pub fn grant(&mut self) {
        self.granted += 1;
    }

    /// Ends a turn, used or not.
    pub fn end_turn(&mut self) {
        self.granted -= 1;
    }

    pub fn start(&mut self, now: f64) {
        self.in_flight += 1;
        match &mut self.permits {
            Some(permits) => {
                permits.stock = permits.stock.saturating_sub(1);
                permits.news.starts += 1;
            }
            None => self.record_start(now),
        }
    }

    fn record_start(&mut self, now: f64) {
        self.last_start = now;
        if let Some(window) = &mut self.window {
            window.start(now);
        }
    }

    /// Returns the epoch of attempts that start now.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn release(&mut self) {
        self.in_flight -= 1;
    }

    /// Cools the limiter until this time. A shorter cooldown does not shorten a longer one.
    pub fn cool(&mut self, until: f64) {
        self.cool_until = self.cool_until.max(until);
    }

    /// Cools the limiter after a refusal with this wait hint.
    pub fn cool_after(&mut self, now: f64, hint: Option<f64>) {
        // Each refusal moves the end, so that it is told: a page that was frozen hears late of an earlier cooldown,
        // which is over elsewhere.
        let least = if self.permits.is_some() { self.cool_until + 1.0 } else { f64::NEG_INFINITY };
        self.cool((now + hint.unwrap_or(COOLDOWN).min(LONGEST_COOLDOWN)).max(least));
    }

    /// Lowers the limit after a refusal. Only the first refusal of an epoch counts.
    pub fn throttled(&mut self, epoch: u32) {
        if let Some(permits) = self.permits.as_mut().filter(|_| epoch == self.epoch) {
            permits.news.refusals += 1;
        }
        if let Some(adaptive) = self.adaptive.as_mut().filter(|_| epoch == self.epoch) {
            self.limit = adaptive.refused(self.limit, self.in_flight);
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    /// Counts a success. It proves nothing about the limit unless all places are taken.
    pub fn succeeded(&mut self, epoch: u32) {
        if let Some(permits) = self.permits.as_mut().filter(|_| epoch == self.epoch) {
            permits.news.successes += 1;
        }
        let is_full = self.in_flight >= self.limit;
        if let Some(adaptive) = self.adaptive.as_mut().filter(|_| is_full && epoch == self.epoch) {
            self.limit = adaptive.succeeded(self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adaptive(limit: u32) -> Limiter {
        Limiter::new(LimiterConfig { limit, adaptive: Some((1, limit)), ..LimiterConfig::default() }, None)
    }

    #[test]
    fn one_burst_is_one_reduction() {
        let mut limiter = adaptive(8);
        let epoch = limiter.epoch();
        (0..8).for_each(|_| limiter.start(0.0));
        (0..8).for_each(|_| limiter.throttled(epoch));
        assert_eq!(limiter.limit(), 4);
        // Successes of the burst itself do not raise the limit.
        (0..20).for_each(|_| limiter.succeeded(epoch));
        assert_eq!(limiter.limit(), 4);
    }

    #[test]
    fn a_limit_that_nobody_fills_is_not_proven_and_does_not_grow() {
        let mut limiter = adaptive(8);
        let epoch = limiter.epoch();
        (0..8).for_each(|_| limiter.start(0.0));
        limiter.throttled(epoch);
        limiter.in_flight = 3;
        (0..100).for_each(|_| limiter.succeeded(limiter.epoch));
        assert_eq!(limiter.limit(), 4);
        limiter.in_flight = 4;
        (0..4).for_each(|_| limiter.succeeded(limiter.epoch));
        assert_eq!(limiter.limit(), 5);
    }

    #[test]
    fn a_limit_that_is_set_stays_within_the_bounds_and_grows_from_there() {
        let mut limiter =
            Limiter::new(LimiterConfig { limit: 8, ..LimiterConfig::default() }.adaptive(Some(2), None), None);
        assert_eq!(limiter.bounds(), (2, 8));
        assert_eq!([1, 9].map(|limit| limiter.set_limit(limit)), [false, false]);
        assert_eq!(limiter.limit(), 8);
        assert!(limiter.set_limit(2) && limiter.limit() == 2);
        limiter.in_flight = 8;
        (0..100).for_each(|_| limiter.succeeded(limiter.epoch));
        assert_eq!(limiter.limit(), 8);
        let mut plain = Limiter::new(LimiterConfig::SINGLE, None);
        assert!(plain.set_limit(u32::MAX) && plain.limit() == u32::MAX);
        let defaults = LimiterConfig::default().adaptive(None, Some(9)).adaptive;
        assert_eq!(defaults, Some((DEFAULT_LEAST, 9)));
    }

    #[test]
    fn a_server_that_asks_for_hours_refuses_and_holds_nobody_back_for_so_long() {
        let mut limiter = adaptive(2);
        limiter.cool_after(500.0, None);
        assert_eq!(limiter.cool_until(), 500.0 + COOLDOWN);
        limiter.cool_after(500.0, Some(86_400_000.0));
        assert_eq!(limiter.cool_until(), 500.0 + LONGEST_COOLDOWN);
    }

    #[test]
    fn a_shorter_cooldown_never_shortens_a_longer_one() {
        let mut limiter = Limiter::new(LimiterConfig { limit: 2, ..LimiterConfig::default() }, None);
        limiter.cool(500.0);
        limiter.cool(100.0);
        assert_eq!(limiter.cool_until(), 500.0);
        assert_eq!(limiter.admission(200.0, 500.0), Admission::At(500.0));
        assert_eq!(limiter.admission(500.0, 500.0), Admission::Now);
    }

    #[test]
    fn turns_go_by_priority_and_then_by_arrival() {
        let mut limiter = Limiter::new(LimiterConfig { limit: 9, ..LimiterConfig::default() }, None);
        for (run, priority) in [(1, 0), (2, 5), (3, 0), (4, 5)] {
            limiter.enqueue(RunId(run), priority);
        }
        let order: Vec<RunId> = std::iter::from_fn(|| limiter.take_first()).collect();
        assert_eq!(order, [2, 4, 1, 3].map(RunId));
    }

    #[test]
    fn stale_entries_are_dropped_when_they_are_more_than_half_of_a_long_queue() {
        let mut limiter = Limiter::new(LimiterConfig::SINGLE, None);
        (0..20).for_each(|run| limiter.enqueue(RunId(run), 0));
        (0..18).for_each(|_| limiter.leave(&mut |_| true));
        assert_eq!((limiter.entries(), limiter.waiting()), (20, 2));
        limiter.leave(&mut |run| run == RunId(19));
        assert_eq!((limiter.entries(), limiter.waiting(), limiter.first()), (1, 1, Some(RunId(19))));
        limiter.leave(&mut |_| true);
        let stale = limiter.waiting();
        limiter.drop_stale();
        assert_eq!((stale, limiter.waiting()), (0, 1));
    }
}
