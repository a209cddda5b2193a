//! Which items the items of a run wait for.

use crate::core::ids::RunId;

/// An item of a run.
pub(crate) type Node = (RunId, u32);

/// What the items of a run wait for, and how many items wait for each of them.
#[derive(Default)]
pub(crate) struct Dependencies {
    inputs: Vec<Vec<Node>>,
    awaited: Vec<u32>,
}

impl Dependencies {
    pub fn inputs_of(&self, item: u32) -> &[Node] {
        self.inputs.get(item as usize).map_or(&[], Vec::as_slice)
    }

    pub fn add_input(&mut self, item: u32, on: Node) {
        let at = item as usize;
        if self.inputs.len() <= at {
            self.inputs.resize_with(at + 1, Vec::new);
        }
        self.inputs[at].push(on);
    }

    pub fn take_inputs(&mut self, item: u32) -> Vec<Node> {
        self.inputs.get_mut(item as usize).map(std::mem::take).unwrap_or_default()
    }

    pub fn count_awaited(&mut self, item: u32, change: i32) {
        let at = item as usize;
        if self.awaited.len() <= at {
            self.awaited.resize(at + 1, 0);
        }
        self.awaited[at] = self.awaited[at].saturating_add_signed(change);
    }

    pub fn is_awaited(&self, item: u32) -> bool {
        self.awaited.get(item as usize).is_some_and(|&count| count > 0)
    }

    pub fn is_any_awaited(&self) -> bool {
        self.awaited.iter().any(|&count| count > 0)
    }

    /// Drops all inputs that are items of a run.
    pub fn drop_inputs_of(&mut self, run: RunId) {
        self.inputs.iter_mut().for_each(|inputs| inputs.retain(|&(on, _)| on != run));
    }

    pub fn into_inputs(self) -> impl Iterator<Item = Node> {
        self.inputs.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_awaited_until_each_that_waits_for_it_waits_no_more() {
        let mut dependencies = Dependencies::default();
        assert!(!dependencies.is_awaited(2) && !dependencies.is_any_awaited());
        for (change, expected) in [(1, true), (1, true), (-1, true), (-1, false)] {
            dependencies.count_awaited(2, change);
            assert_eq!((dependencies.is_awaited(2), dependencies.is_any_awaited()), (expected, expected));
        }
        assert!(!dependencies.is_awaited(0) && !dependencies.is_awaited(3));
    }

    #[test]
    fn inputs_of_a_removed_run_are_dropped_and_the_others_stay() {
        let mut dependencies = Dependencies::default();
        let (gone, other) = ((RunId(1), 0), (RunId(2), 0));
        for input in [gone, other] {
            dependencies.add_input(1, input);
        }
        dependencies.drop_inputs_of(RunId(1));
        assert_eq!((dependencies.inputs_of(0), dependencies.inputs_of(1)), (&[][..], &[other][..]));
        assert_eq!((dependencies.take_inputs(1), dependencies.take_inputs(1)), (vec![other], vec![]));
    }
}
