//! The progress of a run and its remaining time.

use crate::core::run::items::ItemState;

/// Weight of an item that was given none.
pub const WEIGHT: f64 = 1.0;

/// Factor by which each interval reduces the weight of older ones. About twenty intervals count, so that a burst of
/// results does not make the estimate jump.
const MEMORY: f64 = 0.95;

/// Counts of a run's items, a fraction that never falls, and a smoothed remaining time.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Fulfilled items.
    pub completed: u32,
    /// Rejected items.
    pub failed: u32,
    /// Cancelled items.
    pub cancelled: u32,
    /// Skipped items.
    pub skipped: u32,
    /// Settled items that were removed. They are in none of the other counts.
    pub removed: u32,
    /// Items that have started and have no outcome, including those with a pending retry.
    pub in_progress: u32,
    opened_at: f64,
    ended_at: Option<f64>,
    fraction: f64,
    server: Option<ServerCounts>,
    last_at: f64,
    intervals: f64,
    counted: f64,
    /// Number of items that ended at `last_at` and are not counted in the intervals yet.
    burst: u32,
    /// Weights of the items, if they differ.
    weights: Vec<f64>,
    /// Weight of settled items and of reported fractions.
    done: f64,
    parts: f64,
}

/// The server's own counts, which replace ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerCounts {
    /// Number of items that are done.
    pub completed: f64,
    /// Number of items, if the server reports it.
    pub total: Option<f64>,
}

impl Progress {
    /// Creates the progress of a run that starts at `now`.
    pub fn new(now: f64) -> Self {
        Self { opened_at: now, last_at: now, ..Self::default() }
    }

    /// Sets the weight of an item; 1 by default.
    pub fn weigh(&mut self, item: u32, weight: f64) {
        while self.weights.len() <= item as usize {
            self.weights.push(WEIGHT);
        }
        self.weights[item as usize] = weight;
    }

    fn weight_of(&self, item: u32) -> f64 {
        self.weights.get(item as usize).copied().unwrap_or(WEIGHT)
    }

    /// Changes the fraction of an item in progress.
    pub fn part(&mut self, item: u32, from: f64, to: f64) {
        self.parts += self.weight_of(item) * (to - from);
    }

    /// Counts an outcome, or (with `times` -1) uncounts that of an item that is retried.
    pub fn count(&mut self, item: u32, state: ItemState, times: i32) {
        let counter = match state {
            ItemState::Fulfilled => &mut self.completed,
            ItemState::Rejected => &mut self.failed,
            ItemState::Cancelled => &mut self.cancelled,
            ItemState::Skipped => &mut self.skipped,
            _ => return,
        };
        *counter = counter.saturating_add_signed(times);
        // Cancelled items do not count as reached.
        if state != ItemState::Cancelled {
            self.done += f64::from(times) * self.weight_of(item);
        }
    }

    /// Uncounts an item that is removed. Its work was done, so the fraction stays.
    pub fn remove(&mut self, item: u32, state: ItemState) {
        let done = self.done;
        self.count(item, state, -1);
        self.done = done;
        self.removed += 1;
    }

    /// Counts fulfilled items of equal weight: like [`count`](Progress::count) and [`worked`](Progress::worked) for
    /// each.
    pub fn fulfilled(&mut self, items: u32, now: f64) {
        self.completed += items;
        self.done += f64::from(items);
        self.worked_on(items, now);
    }

    /// Returns whether the weights of items differ.
    pub fn is_weighted(&self) -> bool {
        !self.weights.is_empty()
    }

    /// Returns the number of items with an outcome.
    pub fn settled(&self) -> u32 {
        self.completed + self.failed + self.cancelled + self.skipped
    }

    /// Records that an item ended at `now`, for the estimate of the remaining time.
    pub fn worked(&mut self, now: f64) {
        self.worked_on(1, now);
    }

    fn worked_on(&mut self, items: u32, now: f64) {
        if self.server.is_some() {
            return;
        }
        if now > self.last_at {
            self.observe(f64::from(items), now);
        } else {
            self.burst += items;
        }
    }

    /// Sets the counts of the server.
    pub fn report(&mut self, counts: ServerCounts, now: f64) {
        let before = self.server.map_or(0.0, |server| server.completed);
        if counts.completed > before {
            self.observe(counts.completed - before, now);
        }
        self.server = Some(counts);
    }

    /// Records the end of the run.
    pub fn end(&mut self, now: f64) {
        self.ended_at = Some(now);
    }

    #[inline(never)]
    fn observe(&mut self, done: f64, now: f64) {
        let (intervals, counted) = self.observed();
        self.burst = 0;
        let kept = MEMORY.powi(done.min(1_000.0) as i32);
        (self.intervals, self.counted) = (intervals * kept + (now - self.last_at), counted * kept + done);
        self.last_at = now;
    }

    /// Returns the sum of the weighted intervals, and the number of items that ended in them.
    fn observed(&self) -> (f64, f64) {
        let counted = self.counted + f64::from(self.burst);
        // Items that ended together have the weight of a single interval.
        let share = (1.0 / ((1.0 - MEMORY) * counted)).min(1.0);
        (self.intervals * share, counted * share)
    }

    /// Returns the work done and the total, by the counts of the server or else by ours. `known` is the number of
    /// items.
    pub fn counts(&self, known: Option<u32>) -> (f64, Option<f64>) {
        match self.server {
            Some(server) => (server.completed, server.total),
            None => (f64::from(self.completed), known.map(f64::from)),
        }
    }

    /// Returns the fraction from 0 to 1. It never falls, and is 0 while the total is unknown.
    pub fn fraction(&mut self, known: Option<u32>) -> f64 {
        let (done, total) = match self.server {
            Some(server) => (server.completed, server.total),
            None => (self.done + self.parts_under_way(), known.map(|items| self.total_weight(items + self.removed))),
        };
        let reached = match total {
            Some(total) if total > 0.0 => (done / total).clamp(0.0, 1.0),
            Some(_) => 1.0,
            None => 0.0,
        };
        self.fraction = self.fraction.max(reached);
        self.fraction
    }

    /// Resets to zero when nothing is in progress, to drop floating-point residue.
    fn parts_under_way(&self) -> f64 {
        if self.in_progress == 0 { 0.0 } else { self.parts }
    }

    fn total_weight(&self, items: u32) -> f64 {
        let listed: f64 = self.weights.iter().sum();
        listed + f64::from(items) - self.weights.len() as f64
    }

    /// Returns the remaining milliseconds; `None` until an item has finished, and while the total is unknown.
    pub fn eta(&self, known: Option<u32>, now: f64) -> Option<f64> {
        let (done, total) = match self.server {
            Some(server) => (server.completed, server.total?),
            None => (f64::from(self.settled()), f64::from(known?)),
        };
        if self.ended_at.is_some() {
            return Some(0.0);
        }
        let (intervals, counted) = self.observed();
        if counted == 0.0 {
            return None;
        }
        let remaining = (total - done).max(0.0) * intervals / counted;
        Some((remaining - (now - self.last_at)).max(0.0))
    }

    /// Returns the milliseconds from the start to `now` or to the end.
    pub fn elapsed(&self, now: f64) -> f64 {
        self.ended_at.unwrap_or(now) - self.opened_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_never_falls_when_the_total_grows() {
        let mut progress = Progress::new(0.0);
        assert_eq!(progress.fraction(None), 0.0);
        (0..5).for_each(|item| progress.count(item, ItemState::Fulfilled, 1));
        assert_eq!(progress.fraction(Some(10)), 0.5);
        assert_eq!(progress.fraction(Some(100)), 0.5);
        assert_eq!(Progress::new(0.0).fraction(Some(0)), 1.0);
    }

    #[test]
    fn the_remaining_time_stays_calm_when_results_come_in_bursts() {
        let mut progress = Progress::new(0.0);
        assert_eq!(progress.eta(Some(100), 0.0), None);
        let mut estimates = Vec::new();
        for burst in 1..=10 {
            let now = f64::from(burst) * 1_000.0;
            for _ in 0..5 {
                progress.count(0, ItemState::Fulfilled, 1);
                progress.worked(now);
            }
            let total_estimate = now + progress.eta(Some(100), now).expect("items have been finished");
            estimates.push(total_estimate);
        }
        // 100 items at 5 a second take 20 s.
        assert!(estimates.iter().all(|estimate| (16_000.0..24_000.0).contains(estimate)), "{estimates:?}");
    }

    #[test]
    fn the_remaining_time_counts_down_between_results_and_ends_at_zero() {
        let mut progress = Progress::new(0.0);
        progress.count(0, ItemState::Fulfilled, 1);
        progress.worked(100.0);
        assert_eq!(progress.eta(Some(3), 100.0), Some(200.0));
        assert_eq!(progress.eta(Some(3), 150.0), Some(150.0));
        assert_eq!(progress.eta(Some(3), 900.0), Some(0.0));
        progress.end(900.0);
        assert_eq!((progress.eta(Some(3), 950.0), progress.elapsed(950.0)), (Some(0.0), 900.0));
    }

    #[test]
    fn the_servers_own_counts_take_over() {
        let mut progress = Progress::new(0.0);
        progress.report(ServerCounts { completed: 4.0, total: Some(16.0) }, 400.0);
        assert_eq!(progress.fraction(None), 0.25);
        assert_eq!(progress.counts(None), (4.0, Some(16.0)));
        assert_eq!(progress.eta(None, 400.0), Some(1_200.0));
    }

    #[test]
    fn weights_and_parts_make_the_fraction() {
        // 002: script 0-10 %, audio 10-40 %, images 40-90 %, finalize to 100 %.
        let mut progress = Progress::new(0.0);
        [10.0, 30.0, 50.0, 10.0].iter().enumerate().for_each(|(item, &weight)| progress.weigh(item as u32, weight));
        progress.count(0, ItemState::Fulfilled, 1);
        assert_eq!(progress.fraction(Some(4)), 0.1);
        progress.in_progress = 1;
        progress.part(1, 0.0, 0.5);
        assert_eq!(progress.fraction(Some(4)), 0.25);
        progress.part(1, 0.5, 0.0);
        progress.count(1, ItemState::Fulfilled, 1);
        assert_eq!(progress.fraction(Some(4)), 0.4);
    }

    #[test]
    fn a_finished_run_has_a_fraction_of_exactly_one() {
        let mut progress = Progress::new(0.0);
        let parts = [0.6, 0.7, 0.8, 0.9, 0.7];
        parts.iter().zip(0..).for_each(|(&part, item)| progress.part(item, 0.0, part));
        parts.iter().zip(0..).for_each(|(&part, item)| progress.part(item, part, 0.0));
        progress.fulfilled(5, 1.0);
        assert!((progress.done + progress.parts) / 5.0 < 1.0, "nothing is left to be rounded");
        assert_eq!(progress.fraction(Some(5)), 1.0);
    }

    #[test]
    fn many_that_ended_at_once_say_little_of_those_that_follow() {
        // A thousand were there already; each of the others takes 60 ms.
        for together in [true, false] {
            let mut progress = Progress::new(0.0);
            match together {
                true => progress.fulfilled(1_000, 2.0),
                false => (0..1_000).for_each(|_| progress.fulfilled(1, 2.0)),
            }
            (1..=20).for_each(|item| progress.fulfilled(1, 2.0 + f64::from(item) * 60.0));
            let left = progress.eta(Some(1_040), 1_202.0).expect("items have been finished");
            assert!((600.0..1_300.0).contains(&left), "{left}");
        }
    }

    #[test]
    fn cancelled_items_do_not_count_as_reached() {
        let mut progress = Progress::new(0.0);
        progress.count(0, ItemState::Fulfilled, 1);
        (1..4).for_each(|item| progress.count(item, ItemState::Cancelled, 1));
        assert_eq!((progress.fraction(Some(4)), progress.settled()), (0.25, 4));
    }

    #[test]
    fn of_the_counts_of_a_server_only_what_is_new_is_timed() {
        let mut progress = Progress::new(100.0);
        progress.report(ServerCounts { completed: 4.0, total: Some(16.0) }, 500.0);
        progress.report(ServerCounts { completed: 4.0, total: Some(16.0) }, 600.0);
        progress.report(ServerCounts { completed: 6.0, total: Some(16.0) }, 700.0);
        let left = progress.eta(None, 700.0).expect("items have been finished");
        assert!((left - 1_000.0).abs() < 1e-6, "{left}");
        assert_eq!(progress.elapsed(700.0), 600.0);
    }

    #[test]
    fn items_that_end_together_share_one_interval() {
        let mut progress = Progress::new(0.0);
        (0..2).for_each(|_| progress.fulfilled(1, 100.0));
        assert_eq!(progress.eta(Some(4), 100.0), Some(100.0));
    }

    #[test]
    fn a_burst_has_the_weight_of_one_interval_beside_the_next_one() {
        // Of a hundred at 100, the memory keeps 20 at 20; of those, 19 at 19 are left after the next one at 160.
        let mut progress = Progress::new(0.0);
        (0..100).for_each(|_| progress.fulfilled(1, 100.0));
        progress.fulfilled(1, 160.0);
        let left = progress.eta(Some(201), 160.0).expect("items have been finished");
        assert!((left - 100.0 * (19.0 + 60.0) / (19.0 + 1.0)).abs() < 1e-6, "{left}");
    }
}
