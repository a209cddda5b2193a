//! A limiter: what all runs that share it may have in flight, and when the next may start.

use std::collections::BinaryHeap;

use super::output::RunId;

/// A throttled call without a wait hint holds the others back for so long, in milliseconds.
pub const COOLDOWN: f64 = 1_000.0;

/// What a gate is opened with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateConfig {
    /// How many attempts may be unsettled at any time, at least 1.
    pub limit: u32,
    /// Pause between starts, in milliseconds.
    pub stagger: f64,
    /// The bounds between which the limit adapts itself to what the server refuses.
    pub adaptive: Option<(u32, u32)>,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self { limit: 1, stagger: 0.0, adaptive: None }
    }
}

/// A run that waits for its turn: by priority, then by arrival.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiter {
    priority: i32,
    arrival: core::cmp::Reverse<u64>,
    run: RunId,
}

/// Runs wait here, not single claims: so a cancel touches no queue, a cooldown reaches all that is queued, places go round,
/// and a million waiting items cost nothing.
pub(super) struct Gate {
    config: GateConfig,
    limit: u32,
    /// Attempts that are unsettled.
    pub in_flight: u32,
    /// Turns that were given and not yet taken.
    granted: u32,
    last_start: f64,
    cool_until: f64,
    /// Attempts of one burst are of one epoch: they count as one reduction, and their late successes as none.
    epoch: u32,
    successes: u32,
    waiters: BinaryHeap<Waiter>,
    /// So many of them have ended without their turn, and are still in the queue.
    gone: usize,
    arrivals: u64,
    /// The timer that is set for this gate.
    pub wake_at: f64,
}

/// Whether a start may happen now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Admission {
    Now,
    At(f64),
    WhenFree,
}

impl Gate {
    pub fn new(config: GateConfig) -> Self {
        Self {
            limit: config.limit,
            config,
            in_flight: 0,
            granted: 0,
            last_start: f64::NEG_INFINITY,
            cool_until: f64::NEG_INFINITY,
            epoch: 0,
            successes: 0,
            waiters: BinaryHeap::new(),
            gone: 0,
            arrivals: 0,
            wake_at: f64::INFINITY,
        }
    }

    pub fn limit(&self) -> u32 {
        self.limit
    }

    pub fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
        self.config.limit = limit;
        if let Some((min, max)) = &mut self.config.adaptive {
            (*min, *max) = ((*min).min(limit), limit);
        }
    }

    pub fn waiting(&self) -> usize {
        self.waiters.len().saturating_sub(self.gone)
    }

    pub fn is_queue_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// A run ended that waited here. Those that have are dropped when they are the greater part.
    pub fn leave(&mut self, waits: impl Fn(RunId) -> bool) {
        self.gone += 1;
        if self.gone * 2 > self.waiters.len() + 16 {
            self.waiters.retain(|waiter| waits(waiter.run));
            self.gone = 0;
        }
    }

    /// One that had ended came up.
    pub fn pass_gone(&mut self) {
        self.gone = self.gone.saturating_sub(1);
    }

    pub fn cool_until(&self) -> f64 {
        self.cool_until
    }

    /// When the next may start. One that borrows the place of a call around it needs none of its own.
    pub fn admission(&self, now: f64, borrows: bool) -> Admission {
        let staggered = self.config.stagger > 0.0;
        let is_full = self.in_flight + self.granted >= self.limit || (staggered && self.granted > 0);
        if is_full && !borrows {
            return Admission::WhenFree;
        }
        let ready_at =
            if borrows { self.cool_until } else { self.cool_until.max(self.last_start + self.config.stagger) };
        if ready_at > now { Admission::At(ready_at) } else { Admission::Now }
    }

    pub fn enqueue(&mut self, run: RunId, priority: i32) {
        self.arrivals += 1;
        self.waiters.push(Waiter { priority, arrival: core::cmp::Reverse(self.arrivals), run });
    }

    /// The run whose turn is next.
    pub fn first(&self) -> Option<RunId> {
        self.waiters.peek().map(|waiter| waiter.run)
    }

    /// It has nothing to start any more.
    pub fn leave_first(&mut self) {
        self.waiters.pop();
    }

    /// The run whose turn it is.
    pub fn grant(&mut self) -> Option<RunId> {
        let waiter = self.waiters.pop()?;
        self.granted += 1;
        Some(waiter.run)
    }

    /// A turn is over, be it used or not.
    pub fn end_turn(&mut self) {
        self.granted -= 1;
    }

    /// An attempt starts; its epoch.
    pub fn start(&mut self, now: f64) -> u32 {
        self.in_flight += 1;
        self.last_start = now;
        self.epoch
    }

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

    /// An attempt of this epoch was refused for coming too fast.
    pub fn throttled(&mut self, epoch: u32) {
        if let Some((min, _)) = self.config.adaptive
            && epoch == self.epoch
        {
            self.limit = (self.limit / 2).max(min);
            self.epoch = self.epoch.wrapping_add(1);
            self.successes = 0;
        }
    }

    /// An attempt of this epoch succeeded: a whole round of successes lets the limit grow by one.
    pub fn succeeded(&mut self, epoch: u32) {
        if let Some((_, max)) = self.config.adaptive
            && epoch == self.epoch
        {
            self.successes += 1;
            if self.successes >= self.limit && self.limit < max {
                self.limit += 1;
                self.successes = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adaptive(limit: u32) -> Gate {
        Gate::new(GateConfig { limit, stagger: 0.0, adaptive: Some((1, limit)) })
    }

    #[test]
    fn one_burst_is_one_reduction_r21() {
        let mut gate = adaptive(8);
        let epochs: Vec<u32> = (0..8).map(|_| gate.start(0.0)).collect();
        epochs.iter().for_each(|&epoch| gate.throttled(epoch));
        assert_eq!(gate.limit(), 4);
        // Successes of the burst itself do not grow it back.
        epochs.iter().for_each(|&epoch| gate.succeeded(epoch));
        assert_eq!(gate.limit(), 4);
    }

    #[test]
    fn recovers_by_one_after_each_round_of_successes_r21() {
        let mut gate = adaptive(8);
        let first = gate.start(0.0);
        gate.throttled(first);
        let epoch = gate.start(1.0);
        let mut limits = vec![];
        for _ in 0..40 {
            gate.succeeded(epoch);
            limits.push(gate.limit());
        }
        assert_eq!((limits[2], limits[3], limits[7], limits[8], limits[39]), (4, 5, 5, 6, 8));
    }

    #[test]
    fn never_falls_below_its_least_and_never_to_none() {
        let mut gate = adaptive(3);
        for _ in 0..10 {
            let epoch = gate.start(0.0);
            gate.throttled(epoch);
        }
        assert_eq!(gate.limit(), 1);
    }

    #[test]
    fn a_shorter_cooldown_never_shortens_a_longer_one_r21() {
        let mut gate = Gate::new(GateConfig { limit: 2, ..GateConfig::default() });
        gate.cool(500.0);
        gate.cool(100.0);
        assert_eq!(gate.admission(200.0, false), Admission::At(500.0));
        assert_eq!(gate.admission(200.0, true), Admission::At(500.0));
        assert_eq!(gate.admission(500.0, false), Admission::Now);
    }

    #[test]
    fn turns_go_by_priority_and_then_by_arrival_r21() {
        let mut gate = Gate::new(GateConfig { limit: 9, ..GateConfig::default() });
        for (run, priority) in [(1, 0), (2, 5), (3, 0), (4, 5)] {
            gate.enqueue(run, priority);
        }
        let order: Vec<RunId> = std::iter::from_fn(|| gate.grant()).collect();
        assert_eq!(order, [2, 4, 1, 3]);
    }
}
