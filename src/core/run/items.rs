//! The states of the items of a run: one byte for each touched item.

use std::ops::Range;

pub use super::item::ItemState;
use super::item::{ACCEPTED, BEGUN, DEFERRED, Item, PREPARED, REQUESTED};
use super::ranking::Ranking;
use super::touched::Touched;

#[derive(Default)]
pub(crate) struct Items {
    touched: Touched,
    count: u32,
    /// All items before this were started or settled.
    cursor: u32,
    /// All items before this have their outcomes.
    frontier: u32,
    /// Items that their turn has passed, or all, where they have priorities.
    queue: Ranking,
    is_ranked: bool,
    /// Number of items that wait for their inputs.
    deferred: u32,
    /// Requested items.
    requested: Vec<u32>,
    last_fulfilled: Option<u32>,
}

impl Items {
    pub fn new(count: u32, is_ranked: bool) -> Self {
        Self { count, is_ranked, ..Self::default() }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn add(&mut self, items: u32) {
        self.count += items;
    }

    fn get(&self, item: u32) -> Item {
        self.touched.get(item)
    }

    fn touch(&mut self, item: u32) -> &mut Item {
        self.touched.touch(item)
    }

    pub fn state(&self, item: u32) -> ItemState {
        self.get(item).state()
    }

    pub fn is_prepared(&self, item: u32) -> bool {
        self.get(item).has(PREPARED)
    }

    pub fn is_requested(&self, item: u32) -> bool {
        self.get(item).has(REQUESTED)
    }

    /// Marks an item as begun. Returns whether it was not.
    pub fn begin(&mut self, item: u32) -> bool {
        let it = self.touch(item);
        let was_begun = it.has(BEGUN);
        it.set(BEGUN, true);
        !was_begun
    }

    /// Marks an item as ended. Returns whether it had begun.
    pub fn end(&mut self, item: u32) -> bool {
        let it = self.touch(item);
        let was_begun = it.has(BEGUN);
        it.set(BEGUN, false);
        was_begun
    }

    pub fn set(&mut self, item: u32, state: ItemState) {
        if state.is_settled() {
            self.set_deferred(item, false);
        }
        let it = self.touch(item);
        it.set_state(state);
        if state == ItemState::Prepared {
            it.set(PREPARED, true);
        }
        if state.is_settled() {
            it.set(REQUESTED | ACCEPTED, false);
            if state == ItemState::Fulfilled {
                self.last_fulfilled = self.last_fulfilled.max(Some(item));
            }
        }
        self.advance_frontier();
    }

    fn advance_frontier(&mut self) {
        while self.frontier < self.count && self.state(self.frontier).is_settled() {
            self.frontier += 1;
        }
    }

    /// Returns the first item without an outcome.
    pub fn frontier(&self) -> Option<u32> {
        (self.frontier < self.count).then_some(self.frontier)
    }

    /// Returns the nearest earlier item with a value, whose carry is used (R7).
    pub fn fulfilled_before(&self, item: u32) -> Option<u32> {
        match self.last_fulfilled {
            Some(last) if last < item => Some(last),
            _ => (0..item.min(self.touched.len())).rev().find(|&at| self.state(at) == ItemState::Fulfilled),
        }
    }

    /// Returns the next item below `bound` to start, for the first time or again in its turn.
    pub fn next_waiting(&mut self, bound: u32) -> Option<u32> {
        let touched = &self.touched;
        let queued = self.queue.next(|item| is_passed(touched.get(item)));
        if queued.is_some() || self.is_ranked {
            return queued.filter(|&item| item < bound);
        }
        self.advance_cursor();
        (self.cursor < self.count.min(bound)).then_some(self.cursor)
    }

    fn advance_cursor(&mut self) {
        while self.cursor < self.count && is_passed(self.get(self.cursor)) {
            self.cursor += 1;
        }
    }

    /// Takes the item of `next_waiting`.
    pub fn take_waiting(&mut self) {
        if self.queue.take().is_none() {
            self.cursor += 1;
        }
    }

    /// For pools: returns the untouched items, if no others are due before them.
    pub fn untouched(&self) -> Range<u32> {
        let is_their_turn = self.requested.is_empty() && self.queue.is_empty();
        // A touched item may be skipped, requested, or cancelled.
        if is_their_turn && self.touched.len() == self.cursor { self.cursor..self.count } else { 0..0 }
    }

    /// For pools: fulfills the untouched items before `next`. Returns their number. The next `set` updates the frontier
    /// and the carry, which pools do not need.
    pub fn fulfil_before(&mut self, next: u32) -> u32 {
        let fulfilled = next.min(self.untouched().end).saturating_sub(self.cursor);
        self.cursor += fulfilled;
        self.touched.extend(fulfilled, ItemState::Fulfilled);
        fulfilled
    }

    /// For pools: marks `done` as fulfilled and `running` as running. Returns `true` if the two items were swapped.
    pub fn swap(&mut self, done: u32, running: u32) -> bool {
        let is_so =
            done < running && self.state(done) == ItemState::Running && self.state(running) == ItemState::Fulfilled;
        if is_so {
            self.touched.swap(done, running);
            // What was requested is done.
            self.touch(running).set(REQUESTED, false);
        }
        is_so
    }

    pub fn requested(&self) -> impl Iterator<Item = u32> + '_ {
        self.requested.iter().copied()
    }

    /// Gives an item its priority, where the run has such.
    pub fn rank(&mut self, item: u32, priority: f64) {
        if self.is_ranked {
            self.queue.add(item, priority);
        }
    }

    /// The host lets a waiting item start.
    pub fn accept(&mut self, item: u32) {
        let it = self.touch(item);
        it.set(ACCEPTED, it.state() == ItemState::Waiting);
    }

    pub fn is_accepted(&self, item: u32) -> bool {
        self.get(item).has(ACCEPTED)
    }

    /// The item waits for its inputs: others start before it.
    pub fn defer(&mut self, item: u32) {
        self.set_deferred(item, true);
    }

    fn set_deferred(&mut self, item: u32, is_deferred: bool) {
        let it = self.touch(item);
        let was_deferred = it.has(DEFERRED);
        it.set(DEFERRED, is_deferred);
        self.deferred = self.deferred + u32::from(is_deferred) - u32::from(was_deferred);
    }

    /// Returns the number of items that wait for their inputs.
    pub fn deferred(&self) -> u32 {
        self.deferred
    }

    pub fn is_deferred(&self, item: u32) -> bool {
        self.get(item).has(DEFERRED)
    }

    /// The inputs of a deferred item are there: it starts in its turn.
    pub fn resume(&mut self, item: u32) {
        self.set_deferred(item, false);
        let it = self.touch(item);
        it.set(ACCEPTED, true);
        if !it.has(REQUESTED) {
            self.enqueue(item);
        }
    }

    /// Puts an item that its turn has passed where it is found again.
    fn enqueue(&mut self, item: u32) {
        if self.is_ranked || item < self.cursor {
            self.queue.put_back(item);
        }
    }

    /// Starts a settled item again, before all others.
    pub fn request(&mut self, item: u32, regenerate: bool) {
        let it = self.touch(item);
        it.set(REQUESTED, true);
        if regenerate {
            it.set(PREPARED, false);
        }
        it.set_state(it.again());
        self.requested.push(item);
        if self.last_fulfilled == Some(item) {
            self.last_fulfilled = self.fulfilled_before(item);
        }
    }

    /// Keeps a requested item first for its second step, too.
    pub fn keep_requested(&mut self, item: u32) {
        self.requested.push(item);
    }

    /// Reopens a settled item: it starts again in its turn.
    pub fn reopen(&mut self, item: u32) {
        let it = self.touch(item);
        it.set_state(it.again());
        if it.state() == ItemState::Waiting {
            self.enqueue(item);
        }
        self.frontier = self.frontier.min(item);
    }

    /// Removes a settled item for good. Without `frees` it keeps its state, so that others find what they follow.
    pub fn remove(&mut self, item: u32, frees: bool) {
        self.touched.remove(item, frees);
    }

    pub fn is_removed(&self, item: u32) -> bool {
        self.touched.is_removed(item)
    }

    /// Removes an item from the lists of items to start.
    pub fn unqueue(&mut self, item: u32) {
        self.requested.retain(|&other| other != item);
    }

    /// Lets nothing start any more.
    pub fn clear(&mut self) {
        self.requested.clear();
        self.queue.clear();
        self.cursor = self.count;
    }

    /// Returns the index after the last touched item.
    pub fn touched(&self) -> u32 {
        self.touched.len()
    }
}

/// Returns whether an item does not start in its turn.
fn is_passed(item: Item) -> bool {
    item.state() != ItemState::Waiting || item.has(REQUESTED | DEFERRED)
}

#[cfg(test)]
mod tests;
