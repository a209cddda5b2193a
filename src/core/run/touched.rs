//! The touched items of a run. The first ones are freed when all of them were removed.

use super::item::{Item, REMOVED};
use super::items::ItemState;

/// Removed items that are freed together.
const FREED_TOGETHER: u32 = 1_024;

#[derive(Default)]
pub(super) struct Touched {
    items: Vec<Item>,
    /// Number of items that were freed, before those in `items`.
    freed: u32,
    /// All items before this were removed.
    removed: u32,
}

impl Touched {
    /// Returns the index after the last touched item.
    pub fn len(&self) -> u32 {
        self.freed + self.items.len() as u32
    }

    pub fn get(&self, item: u32) -> Item {
        match item.checked_sub(self.freed) {
            Some(at) => self.items.get(at as usize).copied().unwrap_or_default(),
            None => Item::removed(ItemState::Fulfilled),
        }
    }

    /// Touches an item that was not removed.
    pub fn touch(&mut self, item: u32) -> &mut Item {
        let at = item.saturating_sub(self.freed) as usize;
        while self.items.len() <= at {
            self.items.push(Item::default());
        }
        &mut self.items[at]
    }

    /// Touches the next items.
    pub fn extend(&mut self, items: u32, state: ItemState) {
        self.items.resize(self.items.len() + items as usize, Item::at(state));
    }

    /// Swaps the states of two items.
    pub fn swap(&mut self, one: u32, other: u32) {
        let (first, second) = (self.get(one), self.get(other));
        *self.touch(one) = second;
        *self.touch(other) = first;
    }

    pub fn is_removed(&self, item: u32) -> bool {
        let it = self.get(item);
        it.state().is_settled() && it.has(REMOVED)
    }

    /// Removes a settled item. With `frees`, its state is freed together with others.
    pub fn remove(&mut self, item: u32, frees: bool) {
        self.touch(item).set(REMOVED, true);
        while frees && self.is_removed(self.removed) {
            self.removed += 1;
        }
        let first = self.removed - self.freed;
        // Moves at most as many items as it frees.
        if first >= FREED_TOGETHER.max(self.items.len() as u32 / 2) {
            self.items.drain(..first as usize);
            self.freed = self.removed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(items: u32) -> Touched {
        let mut touched = Touched::default();
        touched.extend(items, ItemState::Fulfilled);
        touched
    }

    #[test]
    fn removed_items_are_freed_and_stay_removed() {
        let mut touched = done(0);
        for item in 0..100_000 {
            *touched.touch(item) = Item::at(if item % 3 == 0 { ItemState::Rejected } else { ItemState::Fulfilled });
            touched.remove(item, true);
        }
        assert!(touched.items.capacity() <= 2 * FREED_TOGETHER as usize, "{}", touched.items.capacity());
        assert_eq!((touched.len(), touched.freed), (100_000, 100_000 / FREED_TOGETHER * FREED_TOGETHER));
        assert!((0..100_000).all(|item| touched.is_removed(item)));
        assert!(!touched.is_removed(100_000));
    }

    #[test]
    fn an_item_that_is_not_removed_keeps_its_state_and_those_behind_it() {
        let mut touched = done(3 * FREED_TOGETHER);
        *touched.touch(FREED_TOGETHER) = Item::at(ItemState::Running);
        for item in (0..2 * FREED_TOGETHER).rev().filter(|&item| item != FREED_TOGETHER) {
            touched.remove(item, true);
        }
        assert_eq!(touched.freed, 0, "the others are more");
        (2 * FREED_TOGETHER..3 * FREED_TOGETHER).for_each(|item| touched.remove(item, true));
        assert_eq!(touched.freed, 0);
        *touched.touch(FREED_TOGETHER) = Item::at(ItemState::Rejected);
        touched.remove(FREED_TOGETHER, true);
        assert_eq!((touched.freed, touched.items.len()), (3 * FREED_TOGETHER, 0));
    }

    #[test]
    fn items_whose_states_others_follow_are_not_freed() {
        let mut touched = done(2 * FREED_TOGETHER);
        *touched.touch(7) = Item::at(ItemState::Rejected);
        (0..2 * FREED_TOGETHER).for_each(|item| touched.remove(item, false));
        assert!(touched.is_removed(7) && touched.get(7).state() == ItemState::Rejected);
    }
}
