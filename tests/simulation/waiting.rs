//! Items that are looked at before they start, and wait for others of any run.

use std::collections::HashMap;

use sluicegate::core::ids::RunId;
use sluicegate::core::run::items::ItemState;

use crate::inspecting::Promises;
use crate::world::World;

/// An item, with the serial number of its run.
type Node = (u64, RunId, u32);

/// What items wait for, what the engine has said of that, and the states of items of removed runs.
#[derive(Default)]
pub struct Waits {
    inputs: HashMap<Node, Vec<Node>>,
    pub removed: HashMap<(u64, RunId), Vec<ItemState>>,
    pub promises: Promises,
}

impl World {
    /// Looks at an item before it is started.
    pub fn check(&mut self, run: RunId, item: u32, may_skip: bool) {
        let (passes, fails, waits) = (self.rng.u8(0..4) == 0, self.rng.bool(), self.rng.bool());
        let serial = self.runs[&run].0;
        let it = self.run(run);
        let index = item as usize;
        let has_inputs = it.config.has_inputs;
        assert!(it.config.checks, "an item is looked at without need");
        assert_eq!(may_skip, !it.items[index].requested, "R8: a requested item is skipped");
        assert!(has_inputs || may_skip, "a requested item is looked at without need");
        assert!(!it.items[index].checked || it.steered, "an item is looked at twice");
        assert_eq!(it.items[index].state, ItemState::Waiting);
        if passes && may_skip {
            let outcome = if fails { ItemState::Rejected } else { ItemState::Skipped };
            it.outcome(index, outcome);
            assert!(self.engine.decline(run, item, outcome));
        } else if has_inputs && waits {
            self.wait_for_others((serial, run, item));
        } else {
            it.items[index].checked = true;
            self.engine.accept(run, item);
        }
    }

    /// Lets an item wait for one or two others, of any run.
    fn wait_for_others(&mut self, node: Node) {
        let (_, run, item) = node;
        let mut inputs = Vec::new();
        for _ in 0..self.rng.u32(1..3) {
            let known = self.runs.iter().filter(|(_, (_, it))| !it.discarded && !it.items.is_empty());
            let mut runs: Vec<(u64, RunId)> = known.map(|(&id, (serial, _))| (*serial, id)).collect();
            runs.sort_unstable();
            let &(serial, id) = self.rng.choice(&runs).expect("there is one");
            let items = self.runs[&id].1.items.len() as u32;
            let on = (serial, id, self.rng.u32(0..items));
            let expected = !self.waits_for(on, node);
            assert_eq!(self.engine.depend((run, item), (id, on.2)), expected, "R29: whether an item waits for itself");
            if !expected {
                self.run(run).outcome(item as usize, ItemState::Rejected);
                assert!(self.engine.decline(run, item, ItemState::Rejected));
                return;
            }
            inputs.push(on);
        }
        let it = &mut self.run(run).items[item as usize];
        (it.checked, it.deferred) = (true, true);
        self.engine.defer(run, item);
        self.waits.inputs.insert(node, inputs);
        self.counts.waited += 1;
    }

    /// Whether an item waits for another, be it by way of others.
    fn waits_for(&self, node: Node, other: Node) -> bool {
        let is_deferred = |&(serial, run, item): &Node| {
            self.runs.get(&run).is_some_and(|(known, it)| *known == serial && it.items[item as usize].deferred)
        };
        let mut seen = vec![node];
        let mut next = 0;
        while let Some(&at) = seen.get(next) {
            if at == other {
                return true;
            }
            for on in self.waits.inputs.get(&at).filter(|_| is_deferred(&at)).into_iter().flatten() {
                if !seen.contains(on) {
                    seen.push(*on);
                }
            }
            next += 1;
        }
        false
    }

    fn state_of(&self, (serial, run, item): Node) -> ItemState {
        match self.runs.get(&run).filter(|(known, _)| *known == serial) {
            Some((_, it)) => it.items[item as usize].state,
            None => self.waits.removed[&(serial, run)][item as usize],
        }
    }

    /// Tells the engine of items whose inputs have come, or cannot come any more.
    pub fn bring_inputs(&mut self) {
        // What one comes to may be what another waits for.
        while self.bring_some() {}
    }

    fn bring_some(&mut self) -> bool {
        let mut is_any = false;
        let mut waiting: Vec<Node> = self.waits.inputs.keys().copied().collect();
        waiting.sort_unstable();
        for node in waiting {
            let (serial, run, item) = node;
            let states: Vec<ItemState> = self.waits.inputs[&node].iter().map(|&on| self.state_of(on)).collect();
            let fails = states.iter().any(|state| matches!(state, ItemState::Rejected | ItemState::Cancelled));
            if !fails && !states.iter().all(|state| state.is_settled()) {
                continue;
            }
            self.waits.inputs.remove(&node);
            is_any = true;
            let now = self.now;
            let Some(it) = self.run_of(run, serial).filter(|it| !it.discarded) else { continue };
            let waits = std::mem::take(&mut it.items[item as usize].deferred);
            self.engine_time = self.engine_time.max(now);
            let may_go_on =
                if fails { self.engine.inputs_failed(run, item) } else { self.engine.inputs_ready(run, item, now) };
            // It may have been cancelled meanwhile.
            let is_settled = self.engine.inspect_item(run, item, now).is_none();
            assert!(may_go_on == waits || is_settled, "R29: it waits");
            if fails && may_go_on {
                self.run(run).outcome(item as usize, ItemState::Rejected);
            }
        }
        is_any
    }
}
