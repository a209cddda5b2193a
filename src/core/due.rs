//! Queues that are ordered by time.

use core::cmp::Ordering;
use std::collections::BinaryHeap;

use slab::Slab;

/// An id with its due time.
#[derive(PartialEq)]
struct Due {
    at: f64,
    sequence: u64,
    id: u32,
}

// Reversed, because `BinaryHeap` is a max-heap. Entries of the same time keep their order of arrival.
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

impl Eq for Due {}

/// Ids by due time. The only heap in the engine: each instance of the generic is code to download.
#[derive(Default)]
pub struct Schedule {
    heap: BinaryHeap<Due>,
    sequence: u64,
}

impl Schedule {
    /// Creates an empty queue.
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0 }
    }

    /// Adds `id`, due at `at`.
    pub fn push(&mut self, at: f64, id: u32) {
        self.sequence += 1;
        self.heap.push(Due { at, sequence: self.sequence, id });
    }

    /// Returns the earliest id and its due time.
    pub fn peek(&self) -> Option<(f64, u32)> {
        self.heap.peek().map(|due| (due.at, due.id))
    }

    /// Removes and returns the earliest, due or not.
    pub fn pop(&mut self) -> Option<u32> {
        self.heap.pop().map(|due| due.id)
    }

    /// Drops all that `accept` refuses.
    pub fn retain(&mut self, accept: &mut dyn FnMut(u32) -> bool) {
        // Not by `BinaryHeap::retain`: that is another way to build a heap, for every user to download.
        for due in std::mem::take(&mut self.heap).into_vec() {
            if accept(due.id) {
                self.heap.push(due);
            }
        }
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Returns whether the queue is empty.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

/// Values by due time.
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
    /// Creates an empty queue.
    pub const fn new() -> Self {
        Self { schedule: Schedule::new(), things: Slab::new() }
    }

    /// Adds `what`, due at `at`.
    pub fn push(&mut self, at: f64, what: T) {
        let id = self.things.insert(what);
        self.schedule.push(at, id as u32);
    }

    /// Iterates over all values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().map(|(_, what)| what)
    }

    /// Returns the time of the earliest.
    pub fn next_at(&self) -> Option<f64> {
        self.schedule.peek().map(|(at, _)| at)
    }

    /// Returns the earliest with its time.
    pub fn peek(&self) -> Option<(f64, &T)> {
        let (at, id) = self.schedule.peek()?;
        Some((at, self.things.get(id as usize)?))
    }

    /// Returns the earliest, if it is due by `now`.
    pub fn peek_due(&self, now: f64) -> Option<&T> {
        self.peek().filter(|&(at, _)| at <= now).map(|(_, what)| what)
    }

    /// Removes and returns the earliest, if it is due by `now`.
    pub fn pop_due(&mut self, now: f64) -> Option<T> {
        if self.next_at()? <= now { self.pop() } else { None }
    }

    /// Removes and returns the earliest, due or not.
    pub fn pop(&mut self) -> Option<T> {
        let id = self.schedule.pop()?;
        self.things.try_remove(id as usize)
    }

    /// Drops all that `accept` refuses.
    pub fn retain(&mut self, mut accept: impl FnMut(&T) -> bool) {
        let things = &mut self.things;
        self.schedule.retain(&mut |id| {
            let kept = things.get(id as usize).is_some_and(&mut accept);
            if !kept {
                things.try_remove(id as usize);
            }
            kept
        });
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.schedule.len()
    }

    /// Returns whether the queue is empty.
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
        assert_eq!((queue.next_at(), queue.is_empty()), (Some(1.0), false));
        assert_eq!(queue.pop_due(0.5), None);
        let order: String = core::iter::from_fn(|| queue.pop_due(5.0)).collect();
        assert_eq!(order, "abcd");
        assert!(queue.is_empty());
    }

    #[test]
    fn retain_drops_the_other_entries() {
        let mut queue = DueQueue::default();
        (0..10).for_each(|n| queue.push(f64::from(n), n));
        queue.retain(|n| n % 2 == 0);
        assert_eq!((queue.len(), queue.pop(), queue.pop()), (5, Some(0), Some(2)));
    }
}
