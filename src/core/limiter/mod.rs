//! A limiter: what all runs that share it may have in flight, and when the next may start.

mod adaptive;

use crate::core::due::Schedule;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::adaptive::Adaptive;

/// The connections that a browser gives one host over HTTP/1.1, all tabs together. By default one of them stays free
/// for a
/// status or cancel call.
pub const HOST_CONNECTIONS: u32 = 6;

/// A throttled call without a wait hint holds the others back for so long, in milliseconds.
pub const COOLDOWN: f64 = 1_000.0;

/// And never for longer than this: a server that asks for more does not ask for a pause, it refuses.
const LONGEST_COOLDOWN: f64 = 60_000.0;

/// What a limiter is opened with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterConfig {
    /// How many attempts may be unsettled at any time, at least 1.
    pub limit: u32,
    /// Pause between starts, in milliseconds.
    pub stagger: f64,
    /// The bounds between which the limit adapts itself to what the server refuses.
    pub adaptive: Option<(u32, u32)>,
}

impl Default for LimiterConfig {
    fn default() -> Self {
        Self { limit: HOST_CONNECTIONS - 1, stagger: 0.0, adaptive: None }
    }
}

impl LimiterConfig {
    /// One attempt at a time.
    pub const SINGLE: Self = Self { limit: 1, stagger: 0.0, adaptive: None };
}

/// Runs wait here, not single claims: so a cancel touches no queue, a cooldown reaches all that is queued, places go
/// round,
/// and a million waiting items cost nothing.
///
/// The place of an attempt with nested ones is itself a limiter, of limit 1: one of them at a time may be in it.
pub(crate) struct Limiter {
    config: LimiterConfig,
    /// Of the place of an attempt: the limiter that it is a place of.
    pub parent: Option<LimiterId>,
    /// The same, once that attempt has settled while a nested one was in its place: where the place is free when that
    /// one
    /// has settled as well.
    pub place: Option<LimiterId>,
    /// Nobody can use it any more: it is removed with its last attempt.
    pub is_closed: bool,
    limit: u32,
    adaptive: Option<Adaptive>,
    /// Attempts that are unsettled.
    pub in_flight: u32,
    /// Turns that were given and not yet taken.
    granted: u32,
    last_start: f64,
    cool_until: f64,
    /// Attempts of one burst are of one epoch: they count as one reduction, and their late successes as none.
    epoch: u32,
    /// By priority, then by arrival.
    waiters: Schedule,
    /// So many of them wait no more, and are still in the queue.
    stale: usize,
    /// The timer that is set for this limiter.
    pub wake_at: f64,
}

/// Whether a start may happen now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Admission {
    Now,
    At(f64),
    WhenFree,
}

impl Limiter {
    /// For the place of an attempt, with the limiter that it is a place of.
    pub fn new(config: LimiterConfig, parent: Option<LimiterId>) -> Self {
        Self {
            limit: config.limit,
            adaptive: config.adaptive.map(|(min, max)| Adaptive::new(min, max)),
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
        }
    }

    pub fn limit(&self) -> u32 {
        self.limit
    }

    pub fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
        self.config.limit = limit;
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.set_most(limit);
        }
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

    /// A run that is in the queue waits no more. Those that do not are dropped when they are the greater part.
    pub fn leave(&mut self, waits: &mut dyn FnMut(RunId) -> bool) {
        self.stale += 1;
        if self.stale * 2 > self.waiters.len() + 16 {
            self.waiters.retain(&mut |run| waits(RunId(run)));
            self.stale = 0;
        }
    }

    /// One that did not wait any more came up, or waits again where it had been.
    pub fn drop_stale(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }

    pub fn cool_until(&self) -> f64 {
        self.cool_until
    }

    /// When the next may start. In the place of an attempt, it is the limiter that cools.
    pub fn admission(&self, now: f64, cool_until: f64) -> Admission {
        let staggered = self.config.stagger > 0.0;
        if self.in_flight + self.granted >= self.limit || (staggered && self.granted > 0) {
            return Admission::WhenFree;
        }
        let ready_at = cool_until.max(self.last_start + self.config.stagger);
        if ready_at > now { Admission::At(ready_at) } else { Admission::Now }
    }

    pub fn enqueue(&mut self, run: RunId, priority: i32) {
        self.waiters.push(-f64::from(priority), run.0);
    }

    /// The run whose turn is next.
    pub fn first(&self) -> Option<RunId> {
        self.waiters.peek().map(|(_, run)| RunId(run))
    }

    pub fn take_first(&mut self) -> Option<RunId> {
        self.waiters.pop().map(RunId)
    }

    /// It is a run's turn.
    pub fn grant(&mut self) {
        self.granted += 1;
    }

    /// A turn is over, be it used or not.
    pub fn end_turn(&mut self) {
        self.granted -= 1;
    }

    pub fn start(&mut self, now: f64) {
        self.in_flight += 1;
        self.last_start = now;
    }

    /// Of the attempts that start now.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn release(&mut self) {
        self.in_flight -= 1;
    }

    /// Nothing starts before this; a shorter wait never shortens a longer one.
    pub fn cool(&mut self, until: f64) {
        self.cool_until = self.cool_until.max(until);
    }

    /// The server refused one because too much came, and asked for this wait.
    pub fn cool_after(&mut self, now: f64, hint: Option<f64>) {
        self.cool(now + hint.unwrap_or(COOLDOWN).min(LONGEST_COOLDOWN));
    }

    /// An attempt of this epoch was refused because too much came. Of a burst, only the first counts.
    pub fn throttled(&mut self, epoch: u32) {
        if let Some(adaptive) = self.adaptive.as_mut().filter(|_| epoch == self.epoch) {
            self.limit = adaptive.refused(self.limit, self.in_flight);
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    /// An attempt of this epoch succeeded. Where places are free, that proves nothing of the limit.
    pub fn succeeded(&mut self, epoch: u32) {
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
        Limiter::new(LimiterConfig { limit, stagger: 0.0, adaptive: Some((1, limit)) }, None)
    }

    #[test]
    fn one_burst_is_one_reduction() {
        let mut limiter = adaptive(8);
        let epoch = limiter.epoch();
        (0..8).for_each(|_| limiter.start(0.0));
        (0..8).for_each(|_| limiter.throttled(epoch));
        assert_eq!(limiter.limit(), 4);
        // Successes of the burst itself do not grow it back.
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
}
