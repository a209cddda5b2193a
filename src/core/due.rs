//! Queues ordered by time: what is due first comes out first.

use core::cmp::Ordering;
use std::collections::BinaryHeap;

use slab::Slab;

/// A name, and when it is due.
struct Due {
    at: f64,
    sequence: u64,
    name: u32,
}

// Reversed, because `BinaryHeap` gives out its greatest; entries of one time keep the order in which they came.
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.sequence.cmp(&self.sequence))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

/// Names that become due, the earliest first. The only heap there is, because each kind of it is code to download.
#[derive(Default)]
pub struct Schedule {
    heap: BinaryHeap<Due>,
    sequence: u64,
}

impl Schedule {
    /// An empty one.
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0 }
    }

    /// Adds `name`, due at `at`.
    pub fn push(&mut self, at: f64, name: u32) {
        self.sequence += 1;
        self.heap.push(Due { at, sequence: self.sequence, name });
    }

    /// The earliest, and when it is due.
    pub fn peek(&self) -> Option<(f64, u32)> {
        self.heap.peek().map(|due| (due.at, due.name))
    }

    /// Takes the earliest, due or not.
    pub fn pop(&mut self) -> Option<u32> {
        self.heap.pop().map(|due| due.name)
    }

    /// Drops all that `accept` refuses.
    pub fn retain(&mut self, accept: &mut dyn FnMut(u32) -> bool) {
        // Not by `BinaryHeap::retain`: that is another way to build a heap, for every user to download.
        for due in std::mem::take(&mut self.heap).into_vec() {
            if accept(due.name) {
                self.heap.push(due);
            }
        }
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

/// Things that become due, the earliest first.
pub struct DueQueue<T> {
    schedule: Schedule,
    things: Slab<T>,
}

impl<T> Default for DueQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> DueQueue<T> {
    /// An empty one.
    pub const fn new() -> Self {
        Self { schedule: Schedule::new(), things: Slab::new() }
    }

    /// Adds `what`, due at `at`.
    pub fn push(&mut self, at: f64, what: T) {
        let name = self.things.insert(what);
        self.schedule.push(at, name as u32);
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().map(|(_, what)| what)
    }

    /// When the earliest is due.
    pub fn next_at(&self) -> Option<f64> {
        self.schedule.peek().map(|(at, _)| at)
    }

    /// The earliest, and when it is due.
    pub fn peek(&self) -> Option<(f64, &T)> {
        let (at, name) = self.schedule.peek()?;
        Some((at, self.things.get(name as usize)?))
    }

    /// The earliest, if it is due by `now`.
    pub fn peek_due(&self, now: f64) -> Option<&T> {
        self.peek().filter(|&(at, _)| at <= now).map(|(_, what)| what)
    }

    /// Takes the earliest, if it is due by `now`.
    pub fn pop_due(&mut self, now: f64) -> Option<T> {
        if self.next_at()? <= now { self.pop() } else { None }
    }

    /// Takes the earliest, due or not.
    pub fn pop(&mut self) -> Option<T> {
        let name = self.schedule.pop()?;
        self.things.try_remove(name as usize)
    }

    /// Drops all that `accept` refuses.
    pub fn retain(&mut self, mut accept: impl FnMut(&T) -> bool) {
        let things = &mut self.things;
        self.schedule.retain(&mut |name| {
            let kept = things.get(name as usize).is_some_and(&mut accept);
            if !kept {
                things.try_remove(name as usize);
            }
            kept
        });
    }

    /// How many are queued.
    pub fn len(&self) -> usize {
        self.schedule.len()
    }

    /// Whether none is queued.
    pub fn is_empty(&self) -> bool {
        self.schedule.is_empty()
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
