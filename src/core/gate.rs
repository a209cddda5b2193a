//! A limiter: what all runs that share it may have in flight, and when the next may start.

use std::collections::BinaryHeap;

use super::output::RunId;

/// A throttled call without a wait hint holds the others back for so long, in milliseconds.
pub const COOLDOWN: f64 = 1_000.0;

/// And never for longer than this: a server that asks for more does not ask for a pause, it refuses.
const LONGEST_COOLDOWN: f64 = 60_000.0;

/// Rounds of successes before a limit that was refused is tried again: at first, and at most.
const PATIENCE: (u32, u32) = (8, 64);

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
    /// Since the limit last changed, with all its places taken: fewer in flight prove nothing.
    successes: u32,
    /// The limit that has last gone through a whole round of successes.
    proven: u32,
    /// The limit that was last refused.
    refused: u32,
    /// Rounds of successes until that limit is tried again: more each time that it is refused.
    patience: u32,
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
            proven: 0,
            refused: u32::MAX,
            patience: PATIENCE.0,
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

    /// The server refused one because too much came, and asked for this wait.
    pub fn cool_after(&mut self, now: f64, hint: Option<f64>) {
        self.cool(now + hint.unwrap_or(COOLDOWN).min(LONGEST_COOLDOWN));
    }

    /// An attempt of this epoch was refused for coming too fast. One step beyond what has gone well goes back by that step;
    /// anything else halves what was in flight.
    pub fn throttled(&mut self, epoch: u32) {
        let Some((min, _)) = self.config.adaptive.filter(|_| epoch == self.epoch) else { return };
        let tried = self.limit.min(self.in_flight).max(2);
        let was_refused_before = tried >= self.refused;
        self.patience = if was_refused_before { (self.patience * 2).min(PATIENCE.1) } else { PATIENCE.0 };
        if self.proven + 1 == tried {
            self.limit = self.proven.max(min);
        } else {
            self.limit = (tried / 2).max(min);
            self.proven = 0;
        }
        self.refused = tried;
        self.epoch = self.epoch.wrapping_add(1);
        self.successes = 0;
    }

    /// An attempt of this epoch succeeded. A whole round of successes lets the limit grow by one; up to what was refused it
    /// takes ever more of them.
    pub fn succeeded(&mut self, epoch: u32) {
        let Some((_, max)) = self.config.adaptive.filter(|_| epoch == self.epoch && self.in_flight >= self.limit)
        else {
            return;
        };
        self.successes += 1;
        if self.successes < self.limit {
            return;
        }
        self.proven = self.limit;
        if self.limit >= self.refused {
            // The server takes more than it did.
            (self.refused, self.patience) = (u32::MAX, PATIENCE.0);
        }
        let rounds = if self.limit + 1 >= self.refused { self.patience } else { 1 };
        if self.limit < max && self.successes / self.limit >= rounds {
            self.limit += 1;
            self.successes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adaptive(limit: u32) -> Gate {
        Gate::new(GateConfig { limit, stagger: 0.0, adaptive: Some((1, limit)) })
    }

    /// Fills the gate; the epoch of the attempts.
    fn fill(gate: &mut Gate) -> u32 {
        while gate.in_flight < gate.limit() {
            gate.start(0.0);
        }
        gate.epoch()
    }

    /// So many attempts end well, one by one, and others take their places.
    fn succeed(gate: &mut Gate, times: u32) {
        for _ in 0..times {
            let epoch = fill(gate);
            gate.succeeded(epoch);
            gate.release();
        }
    }

    fn refuse(gate: &mut Gate) {
        let epoch = fill(gate);
        gate.throttled(epoch);
        gate.release();
    }

    #[test]
    fn one_burst_is_one_reduction_r21() {
        let mut gate = adaptive(8);
        let epoch = fill(&mut gate);
        (0..8).for_each(|_| gate.throttled(epoch));
        assert_eq!(gate.limit(), 4);
        // Successes of the burst itself do not grow it back.
        (0..8).for_each(|_| gate.succeeded(epoch));
        assert_eq!(gate.limit(), 4);
    }

    #[test]
    fn recovers_by_one_after_each_round_of_successes_r21() {
        let mut gate = adaptive(9);
        refuse(&mut gate);
        gate.in_flight = 0;
        let limits = [0, 3, 1, 4, 1, 6, 7].map(|more| {
            succeed(&mut gate, more);
            gate.limit()
        });
        assert_eq!(limits, [4, 4, 5, 5, 6, 7, 8]);
        // Nine were refused before, so these are tried only after more rounds.
        succeed(&mut gate, 8 * PATIENCE.0 - 1);
        assert_eq!(gate.limit(), 8);
        succeed(&mut gate, 1);
        assert_eq!(gate.limit(), 9);
    }

    #[test]
    fn a_step_too_far_is_taken_back_and_tried_ever_more_rarely_r21() {
        let mut gate = adaptive(10);
        refuse(&mut gate);
        gate.in_flight = 0;
        assert_eq!(gate.limit(), 5);
        let mut tries = vec![];
        let mut since = 0;
        while tries.len() < 6 {
            succeed(&mut gate, 1);
            since += 1;
            if gate.limit() == 6 {
                refuse(&mut gate);
                tries.push(since / 5);
                (since, gate.in_flight) = (0, 0);
                assert_eq!(gate.limit(), 5);
            }
        }
        assert_eq!(tries, [1, 8, 16, 32, 64, 64]);
    }

    #[test]
    fn a_limit_that_nobody_fills_is_not_proven_and_does_not_grow() {
        let mut gate = adaptive(8);
        refuse(&mut gate);
        gate.in_flight = 2;
        (0..100).for_each(|_| gate.succeeded(gate.epoch));
        assert_eq!(gate.limit(), 4);
    }

    #[test]
    fn a_limit_far_above_what_is_in_flight_falls_below_that() {
        let mut gate = adaptive(u32::MAX);
        (0..40).for_each(|_| _ = gate.start(0.0));
        gate.throttled(gate.epoch());
        assert_eq!(gate.limit(), 20);
    }

    #[test]
    fn never_falls_below_its_least_and_never_to_none() {
        let mut gate = adaptive(3);
        for _ in 0..10 {
            refuse(&mut gate);
            gate.in_flight = 0;
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
