//! The order of items that have priorities.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// An item by its priority: the higher first, of equal ones the earlier.
#[derive(Clone, Copy, PartialEq)]
struct Ranked {
    priority: f64,
    item: u32,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.total_cmp(&other.priority).then(other.item.cmp(&self.item))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Ranked {}

/// Items by priority. An entry whose item cannot start any more is dropped when it is the first.
#[derive(Default)]
pub(crate) struct Ranking {
    priorities: Vec<f64>,
    waiting: BinaryHeap<Ranked>,
}

impl Ranking {
    /// Adds an item.
    pub fn add(&mut self, item: u32, priority: f64) {
        let at = item as usize;
        if self.priorities.len() <= at {
            self.priorities.resize(at + 1, 0.0);
        }
        // -0 is 0.
        self.priorities[at] = priority + 0.0;
        self.put_back(item);
    }

    /// Adds an item again, with the priority that it has.
    pub fn put_back(&mut self, item: u32) {
        let priority = self.priorities.get(item as usize).copied().unwrap_or(0.0);
        self.waiting.push(Ranked { priority, item });
    }

    /// Returns the first item that has not been passed over.
    pub fn next(&mut self, is_passed: impl Fn(u32) -> bool) -> Option<u32> {
        while let Some(&Ranked { item, .. }) = self.waiting.peek() {
            if !is_passed(item) {
                return Some(item);
            }
            self.waiting.pop();
        }
        None
    }

    /// Takes the item that `next` returned, if it returned one.
    pub fn take(&mut self) -> Option<u32> {
        self.waiting.pop().map(|it| it.item)
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(ranking: &mut Ranking) -> Vec<u32> {
        std::iter::from_fn(|| ranking.take()).collect()
    }

    #[test]
    fn the_higher_priority_goes_first_and_of_equal_ones_the_earlier_item() {
        let mut ranking = Ranking::default();
        for (item, priority) in [(3, 0.0), (0, -1.0), (2, -0.0), (1, 5.0)] {
            ranking.add(item, priority);
        }
        assert_eq!(order(&mut ranking), [1, 2, 3, 0]);
    }

    #[test]
    fn an_item_that_is_put_back_keeps_its_priority() {
        let mut ranking = Ranking::default();
        ranking.add(1, 5.0);
        ranking.take();
        assert!(ranking.is_empty());
        (0..3).for_each(|item| ranking.put_back(item));
        assert!(!ranking.is_empty());
        assert_eq!(order(&mut ranking), [1, 0, 2]);
    }

    #[test]
    fn entries_that_are_passed_over_are_dropped_and_a_clear_drops_all() {
        let mut ranking = Ranking::default();
        (0..3).for_each(|item| ranking.add(item, 0.0));
        assert_eq!((ranking.next(|item| item == 0), ranking.take()), (Some(1), Some(1)));
        ranking.clear();
        assert_eq!((ranking.next(|_| false), ranking.is_empty()), (None, true));
    }
}
