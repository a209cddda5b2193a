//! Tests of the items of a run.

use super::*;

fn settled(states: &[ItemState]) -> Items {
    let mut items = Items::new(states.len() as u32, false);
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
    assert_eq!([0, 1, 2, 3, 4].map(|item| items.fulfilled_before(item)), [None, Some(0), Some(0), Some(2), Some(2)]);
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
fn a_deferred_item_is_passed_until_its_inputs_are_there_and_then_keeps_its_turn() {
    let mut items = Items::new(3, false);
    let start = |items: &mut Items| {
        let item = items.next_waiting(u32::MAX)?;
        items.take_waiting();
        items.set(item, ItemState::Running);
        Some(item)
    };
    items.defer(0);
    assert_eq!(start(&mut items), Some(1));
    items.resume(0);
    assert_eq!([start(&mut items), start(&mut items), start(&mut items)], [Some(0), Some(2), None]);
    assert!(items.is_accepted(0) && !items.is_deferred(0));
}

#[test]
fn ranked_items_start_by_priority_then_in_order_also_again() {
    let mut items = Items::new(4, true);
    for (item, priority) in [1.0, 2.0, 1.0, -1.0].into_iter().enumerate() {
        items.rank(item as u32, priority);
    }
    let mut order = Vec::new();
    items.defer(1);
    while let Some(item) = items.next_waiting(u32::MAX) {
        items.take_waiting();
        items.set(item, ItemState::Rejected);
        order.push(item);
        match order[..] {
            [0] => items.resume(1),
            [0, 1] => items.reopen(0),
            _ => {}
        }
    }
    assert_eq!(order, [0, 1, 0, 2, 3]);
}

#[test]
fn a_prepared_item_stays_prepared_until_it_is_regenerated() {
    let mut items = Items::new(1, false);
    items.set(0, ItemState::Prepared);
    items.set(0, ItemState::Rejected);
    items.reopen(0);
    assert_eq!(items.state(0), ItemState::Prepared);
    items.set(0, ItemState::Rejected);
    items.request(0, true);
    assert_eq!(items.state(0), ItemState::Waiting);
}

#[test]
fn the_frontier_is_the_first_item_without_an_outcome() {
    let mut items = settled(&[ItemState::Fulfilled, ItemState::Skipped]);
    assert_eq!(items.frontier(), None);
    items.add(1);
    assert_eq!(items.frontier(), Some(2));
}

#[test]
fn an_outcome_takes_back_what_the_item_was_accepted_requested_and_deferred_for() {
    let mut items = Items::new(2, false);
    items.accept(0);
    items.defer(0);
    assert_eq!((items.is_accepted(0), items.is_deferred(0), items.deferred()), (true, true, 1));
    items.defer(0);
    assert_eq!(items.deferred(), 1);
    items.set(0, ItemState::Rejected);
    assert_eq!((items.is_accepted(0), items.is_deferred(0), items.deferred()), (false, false, 0));
    items.request(0, false);
    assert!(items.is_requested(0));
    items.set(0, ItemState::Fulfilled);
    assert!(!items.is_requested(0));
}

#[test]
fn an_item_begins_once_until_it_ends() {
    let mut items = Items::new(1, false);
    assert_eq!([items.begin(0), items.begin(0)], [true, false]);
    assert_eq!([items.end(0), items.end(0), items.begin(0)], [true, false, true]);
}

#[test]
fn a_bound_holds_back_the_items_from_it_on_also_those_that_are_queued() {
    let mut items = Items::new(3, false);
    assert_eq!((items.next_waiting(0), items.next_waiting(1)), (None, Some(0)));
    let mut items = settled(&[ItemState::Fulfilled, ItemState::Rejected]);
    items.add(1);
    items.reopen(1);
    assert_eq!([0, 1, 2].map(|bound| items.next_waiting(bound)), [None, None, Some(1)]);
    let mut items = Items::new(0, false);
    assert_eq!(items.next_waiting(9), None);
}

#[test]
fn a_requested_item_gives_its_carry_up_at_once() {
    let mut items = settled(&[ItemState::Fulfilled, ItemState::Fulfilled]);
    items.request(1, true);
    assert_eq!(items.fulfilled_before(9), Some(0));
}

#[test]
fn a_requested_item_stays_first_for_its_second_step() {
    let mut items = settled(&[ItemState::Rejected]);
    items.request(0, false);
    items.unqueue(0);
    assert_eq!(items.requested().next(), None);
    items.keep_requested(0);
    assert_eq!(items.requested().collect::<Vec<_>>(), [0]);
}
