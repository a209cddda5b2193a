//! Where each item of a run stands: a byte an item, and none for those that nobody has touched yet.

use std::ops::Range;

/// Where an item stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemState {
    /// Not started, or to be started again.
    #[default]
    Waiting,
    /// An attempt that counts is under way.
    Running,
    /// Between two attempts.
    BackingOff,
    /// Its first step is done, the second waits for its turn.
    Prepared,
    /// Has a value.
    Fulfilled,
    /// Has failed for good.
    Rejected,
    /// Was cancelled.
    Cancelled,
    /// Was passed over.
    Skipped,
}

impl ItemState {
    /// By number.
    const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Running,
        Self::BackingOff,
        Self::Prepared,
        Self::Fulfilled,
        Self::Rejected,
        Self::Cancelled,
        Self::Skipped,
    ];

    /// Whether this is an outcome.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Rejected | Self::Cancelled | Self::Skipped)
    }
}

/// A stand and these flags.
#[derive(Clone, Copy, Default)]
struct Item(u8);

/// The value of its first step is at hand: what was bought is not bought again.
const PREPARED: u8 = 8;
/// It was asked for by name, and goes before all others.
const REQUESTED: u8 = 16;
/// Has begun and has no outcome yet.
const BEGUN: u8 = 32;

impl Item {
    fn state(self) -> ItemState {
        ItemState::ALL[usize::from(self.0 & 7)]
    }

    fn set_state(&mut self, state: ItemState) {
        self.0 = self.0 & !7 | state as u8;
    }

    /// Where it stands when it is to be started again.
    fn again(self) -> ItemState {
        if self.has(PREPARED) { ItemState::Prepared } else { ItemState::Waiting }
    }

    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.0 = if on { self.0 | flag } else { self.0 & !flag };
    }
}

#[derive(Default)]
pub(crate) struct Items {
    touched: Vec<Item>,
    count: u32,
    /// All before this have been started, or settled without.
    cursor: u32,
    /// All before this have their outcome.
    frontier: u32,
    /// Settled items that are to be started again in their turn, the last first.
    reopened: Vec<u32>,
    /// Items that were asked for by name.
    requested: Vec<u32>,
    last_fulfilled: Option<u32>,
}

impl Items {
    pub fn new(count: u32) -> Self {
        Self { count, ..Self::default() }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn add(&mut self, items: u32) {
        self.count += items;
    }

    fn get(&self, item: u32) -> Item {
        self.touched.get(item as usize).copied().unwrap_or_default()
    }

    fn touch(&mut self, item: u32) -> &mut Item {
        let at = item as usize;
        while self.touched.len() <= at {
            self.touched.push(Item::default());
        }
        &mut self.touched[at]
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

    /// It is in progress. Whether it was not before.
    pub fn begin(&mut self, item: u32) -> bool {
        let it = self.touch(item);
        let was_begun = it.has(BEGUN);
        it.set(BEGUN, true);
        !was_begun
    }

    /// It is no longer in progress. Whether it was.
    pub fn end(&mut self, item: u32) -> bool {
        let it = self.touch(item);
        let was_begun = it.has(BEGUN);
        it.set(BEGUN, false);
        was_begun
    }

    pub fn set(&mut self, item: u32, state: ItemState) {
        let it = self.touch(item);
        it.set_state(state);
        if state == ItemState::Prepared {
            it.set(PREPARED, true);
        }
        if state.is_settled() {
            it.set(REQUESTED, false);
            if state == ItemState::Fulfilled {
                self.last_fulfilled = self.last_fulfilled.max(Some(item));
            } else if self.last_fulfilled == Some(item) {
                self.last_fulfilled = self.fulfilled_before(item);
            }
        }
        self.advance_frontier();
    }

    fn advance_frontier(&mut self) {
        while self.frontier < self.count && self.state(self.frontier).is_settled() {
            self.frontier += 1;
        }
    }

    /// The first item without an outcome.
    pub fn frontier(&self) -> Option<u32> {
        (self.frontier < self.count).then_some(self.frontier)
    }

    /// The nearest item before this one that has a value: whose carry goes on (R7).
    pub fn fulfilled_before(&self, item: u32) -> Option<u32> {
        match self.last_fulfilled {
            Some(last) if last < item => Some(last),
            _ => (0..item.min(self.touched.len() as u32)).rev().find(|&at| self.state(at) == ItemState::Fulfilled),
        }
    }

    /// The next item to start for the first time, or to be started again in its turn, below `bound`.
    pub fn next_waiting(&mut self, bound: u32) -> Option<u32> {
        if let Some(&item) = self.reopened.last() {
            return (item < bound).then_some(item);
        }
        let is_passed = |item: Item| item.state() != ItemState::Waiting || item.has(REQUESTED);
        while self.cursor < self.count && is_passed(self.get(self.cursor)) {
            self.cursor += 1;
        }
        (self.cursor < self.count.min(bound)).then_some(self.cursor)
    }

    /// Takes what `next_waiting` gave.
    pub fn take_waiting(&mut self) {
        if self.reopened.pop().is_none() {
            self.cursor += 1;
        }
    }

    /// In a pool: the items whose turn it is and that nobody has touched, none where others come before them.
    pub fn untouched(&self) -> Range<u32> {
        let is_their_turn = self.requested.is_empty() && self.reopened.is_empty();
        // What has been touched may have been passed over, asked for, or cancelled.
        if is_their_turn && self.touched.len() == self.cursor as usize { self.cursor..self.count } else { 0..0 }
    }

    /// In a pool: the untouched items before this are fulfilled. How many. What is kept for other orders (the frontier,
    /// the carry)
    /// is left for the next `set`.
    pub fn fulfil_before(&mut self, next: u32) -> u32 {
        let fulfilled = next.min(self.untouched().end).saturating_sub(self.cursor);
        self.cursor += fulfilled;
        self.touched.resize(self.touched.len() + fulfilled as usize, Item(ItemState::Fulfilled as u8));
        fulfilled
    }

    /// In a pool: `done` is what is fulfilled, and not `running`. Whether it was the other way round.
    pub fn swap(&mut self, done: u32, running: u32) -> bool {
        let is_so =
            done < running && self.state(done) == ItemState::Running && self.state(running) == ItemState::Fulfilled;
        if is_so {
            self.touched.swap(done as usize, running as usize);
        }
        is_so
    }

    pub fn requested(&self) -> impl Iterator<Item = u32> + '_ {
        self.requested.iter().copied()
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

    /// The first step of an item that was asked for by name is done: its second goes before all others as well.
    pub fn keep_requested(&mut self, item: u32) {
        self.requested.push(item);
    }

    /// Starts a settled item again, in its turn.
    pub fn reopen(&mut self, item: u32) {
        let it = self.touch(item);
        it.set_state(it.again());
        if it.state() == ItemState::Waiting && item < self.cursor {
            let at = self.reopened.partition_point(|&other| other > item);
            self.reopened.insert(at, item);
        }
        self.frontier = self.frontier.min(item);
    }

    /// No longer to be started.
    pub fn unqueue(&mut self, item: u32) {
        for list in [&mut self.requested, &mut self.reopened] {
            list.retain(|&other| other != item);
        }
    }

    /// Nothing is to be started any more.
    pub fn clear(&mut self) {
        self.requested.clear();
        self.reopened.clear();
        self.cursor = self.count;
    }

    /// One past the last item that was touched.
    pub fn touched(&self) -> u32 {
        self.touched.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(states: &[ItemState]) -> Items {
        let mut items = Items::new(states.len() as u32);
        for (item, &state) in states.iter().enumerate() {
            items.next_waiting(u32::MAX);
            items.take_waiting();
            items.set(item as u32, state);
        }
        items
    }

    #[test]
    fn the_carry_is_the_nearest_earlier_success() {
        let items = settled(&[ItemState::Fulfilled, ItemState::Rejected, ItemState::Fulfilled, ItemState::Rejected]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|item| items.fulfilled_before(item)),
            [None, Some(0), Some(0), Some(2), Some(2)]
        );
    }

    #[test]
    fn an_item_that_was_fulfilled_and_then_fails_gives_its_carry_up() {
        let mut items = settled(&[ItemState::Fulfilled, ItemState::Fulfilled]);
        items.request(1, true);
        items.set(1, ItemState::Rejected);
        assert_eq!(items.fulfilled_before(9), Some(0));
    }

    #[test]
    fn reopened_items_go_first_and_in_order() {
        let mut items = settled(&[ItemState::Rejected, ItemState::Fulfilled, ItemState::Rejected]);
        items.add(1);
        items.reopen(2);
        items.reopen(0);
        let order: Vec<u32> = std::iter::from_fn(|| {
            let item = items.next_waiting(u32::MAX)?;
            items.take_waiting();
            items.set(item, ItemState::Running);
            Some(item)
        })
        .collect();
        assert_eq!(order, [0, 2, 3]);
        assert_eq!(items.frontier(), Some(0));
    }

    #[test]
    fn a_prepared_item_stays_prepared_until_it_is_made_afresh() {
        let mut items = Items::new(1);
        items.set(0, ItemState::Prepared);
        items.set(0, ItemState::Rejected);
        items.reopen(0);
        assert_eq!(items.state(0), ItemState::Prepared);
        items.set(0, ItemState::Rejected);
        items.request(0, true);
        assert_eq!(items.state(0), ItemState::Waiting);
    }
}
