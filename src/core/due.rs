//! A queue ordered by time: what is due first comes out first.

use core::cmp::Ordering;
use std::collections::BinaryHeap;

struct Due<T> {
    at: f64,
    sequence: u64,
    what: T,
}

// Reversed, because `BinaryHeap` gives out its greatest; entries of one time keep the order in which they came.
impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.sequence.cmp(&self.sequence))
    }
}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Due<T> {}

/// Things that become due, the earliest first.
pub struct DueQueue<T> {
    heap: BinaryHeap<Due<T>>,
    sequence: u64,
}

impl<T> Default for DueQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> DueQueue<T> {
    /// An empty one.
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0 }
    }

    /// Adds `what`, due at `at`.
    pub fn push(&mut self, at: f64, what: T) {
        self.sequence += 1;
        self.heap.push(Due { at, sequence: self.sequence, what });
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.heap.iter().map(|due| &due.what)
    }

    /// When the earliest is due.
    pub fn next_at(&self) -> Option<f64> {
        self.heap.peek().map(|due| due.at)
    }

    /// The earliest, and when it is due.
    pub fn peek(&self) -> Option<(f64, &T)> {
        self.heap.peek().map(|due| (due.at, &due.what))
    }

    /// The earliest, if it is due by `now`.
    pub fn peek_due(&self, now: f64) -> Option<&T> {
        self.heap.peek().filter(|due| due.at <= now).map(|due| &due.what)
    }

    /// Takes the earliest, if it is due by `now`.
    pub fn pop_due(&mut self, now: f64) -> Option<T> {
        self.peek_due(now)?;
        self.pop()
    }

    /// Takes the earliest, due or not.
    pub fn pop(&mut self) -> Option<T> {
        self.heap.pop().map(|due| due.what)
    }

    /// Drops all that `keep` refuses.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.heap.retain(|due| keep(&due.what));
    }

    /// How many are queued.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is queued.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_out_by_time_and_then_by_arrival() {
        let mut queue = DueQueue::default();
        for (at, what) in [(5.0, 'c'), (1.0, 'a'), (5.0, 'd'), (2.0, 'b')] {
            queue.push(at, what);
        }
        assert_eq!(queue.next_at(), Some(1.0));
        assert_eq!(queue.pop_due(0.5), None);
        let order: String = core::iter::from_fn(|| queue.pop_due(5.0)).collect();
        assert_eq!(order, "abcd");
    }

    #[test]
    fn forgets_what_is_not_kept() {
        let mut queue = DueQueue::default();
        (0..10).for_each(|n| queue.push(f64::from(n), n));
        queue.retain(|n| n % 2 == 0);
        assert_eq!((queue.len(), queue.pop(), queue.pop()), (5, Some(0), Some(2)));
    }
}
