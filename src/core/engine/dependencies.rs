//! Items that wait for inputs. They hold no place and have not started; others start before them.

use crate::core::engine::Engine;
use crate::core::ids::RunId;
use crate::core::run::dependencies::{Dependencies, Node};
use crate::core::run::items::ItemState;

impl Engine {
    /// Records that an item that is being checked waits for the result of another, of any run. Returns whether that
    /// can arrive: `false` if the other waits for this one.
    pub fn depend(&mut self, node: (RunId, u32), on: (RunId, u32)) -> bool {
        let (id, item) = node;
        let is_awaited = on == node || self.dependencies(id).is_some_and(|it| it.is_awaited(item));
        // An item that no other waits for cannot close a cycle. This is the usual case.
        let mut seen = if is_awaited { vec![on] } else { Vec::new() };
        let mut next = 0;
        while let Some(&at) = seen.get(next) {
            if at == node {
                return false;
            }
            let inputs = if self.is_deferred(at) { self.dependencies(at.0) } else { None };
            for &input in inputs.map_or(&[][..], |it| it.inputs_of(at.1)) {
                if !seen.contains(&input) {
                    seen.push(input);
                }
            }
            next += 1;
        }
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.dependencies.add_input(item, on);
            self.count_awaited(on, 1);
        }
        true
    }

    fn dependencies(&self, id: RunId) -> Option<&Dependencies> {
        self.runs.get(id.index()).map(|run| &run.dependencies)
    }

    fn count_awaited(&mut self, (id, item): Node, change: i32) {
        if let Some(run) = self.runs.get_mut(id.index()).filter(|run| item < run.items.count()) {
            run.dependencies.count_awaited(item, change);
        }
    }

    /// The item waits for nothing more.
    pub(crate) fn clear_inputs(&mut self, id: RunId, item: u32) {
        let inputs = self.runs.get_mut(id.index()).map(|run| run.dependencies.take_inputs(item));
        for input in inputs.unwrap_or_default() {
            self.count_awaited(input, -1);
        }
    }

    /// Drops what the items of a run wait for, and what waits for them: its name may become that of another.
    pub(crate) fn discard_dependencies(&mut self, id: RunId) {
        let Some(run) = self.runs.get_mut(id.index()) else { return };
        let dependencies = std::mem::take(&mut run.dependencies);
        let is_awaited = dependencies.is_any_awaited();
        for input in dependencies.into_inputs() {
            self.count_awaited(input, -1);
        }
        if is_awaited {
            for (_, run) in &mut self.runs {
                run.dependencies.drop_inputs_of(id);
            }
        }
    }

    fn is_deferred(&self, (id, item): Node) -> bool {
        self.runs.get(id.index()).is_some_and(|run| run.items.is_deferred(item))
    }

    /// The host's answer to [`Output::Check`](crate::core::engine::output::Output::Check): the item waits for its
    /// inputs, until [`inputs_ready`](Engine::inputs_ready) or [`inputs_failed`](Engine::inputs_failed).
    pub fn defer(&mut self, id: RunId, item: u32) {
        if let Some(run) = self.runs.get_mut(id.index())
            && run.items.state(item) == ItemState::Waiting
            && item < run.items.count()
        {
            run.items.defer(item);
            self.make_ready(id);
        }
    }

    /// The inputs of a deferred item are lost: it is rejected without being started. Returns whether it still waits
    /// for them.
    pub fn inputs_failed(&mut self, id: RunId, item: u32) -> bool {
        let waits = self.is_deferred((id, item));
        if waits {
            self.clear_inputs(id, item);
        }
        waits && self.decline(id, item, ItemState::Rejected)
    }

    /// Says whether somebody waits for an item that the source has not given yet. Until then it is read on.
    pub fn seek(&mut self, id: RunId, seeks: bool) {
        if let Some(run) = self.runs.get_mut(id.index()) {
            run.seeks = seeks;
            self.make_ready(id);
        }
    }

    /// The inputs of a deferred item are there: it is started in its turn. Returns whether it still waits for them.
    pub fn inputs_ready(&mut self, id: RunId, item: u32, now: f64) -> bool {
        self.advance(now);
        let waits = self.is_deferred((id, item));
        if let Some(run) = self.runs.get_mut(id.index()).filter(|_| waits) {
            run.items.resume(item);
            self.clear_inputs(id, item);
            self.make_ready(id);
        }
        waits
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::{RunId, Slot};
    use crate::core::limiter::LimiterConfig;
    use crate::core::run::Status;
    use crate::core::run::config::{RunConfig, Source};
    use crate::core::run::items::ItemState;
    use crate::core::testing::starts_of_items as starts;

    fn with_inputs(items: u32) -> RunConfig {
        RunConfig { limit: 1, items, checks: true, has_inputs: true, ..RunConfig::default() }
    }

    fn checked(engine: &mut Engine, run: RunId, item: u32) {
        assert_eq!(engine.poll(0.0), Some(Output::Check { run, item, may_skip: true }));
    }

    #[test]
    fn a_deferred_item_holds_no_place_and_starts_when_its_inputs_are_there() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig { limit: 1, ..LimiterConfig::default() });
        let run = engine.open(RunConfig { limiter: Some(limiter), ..with_inputs(2) }, 0.0);
        checked(&mut engine, run, 0);
        assert!(engine.depend((run, 0), (run, 1)));
        engine.defer(run, 0);
        checked(&mut engine, run, 1);
        engine.accept(run, 1);
        assert_eq!(starts(&mut engine, 0.0), [(run, 1, Slot(0))]);
        assert!(engine.inputs_ready(run, 0, 1.0) && !engine.inputs_ready(run, 0, 1.0));
        assert_eq!(engine.poll(1.0), None, "its place is taken");
        engine.fulfilled(Slot(0), 2.0);
        assert_eq!(starts(&mut engine, 2.0), [(run, 0, Slot(0))]);
    }

    #[test]
    fn a_deferred_item_is_rejected_if_its_inputs_fail_and_can_be_cancelled() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(3), 0.0);
        for item in 0..3 {
            checked(&mut engine, run, item);
            engine.defer(run, item);
        }
        assert_eq!(engine.poll(0.0), None);
        assert!(engine.inputs_failed(run, 0) && !engine.inputs_failed(run, 0));
        engine.cancel_item(run, 1, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::NeverStarted { run, from: 1, to: 2 }));
        engine.cancel(run, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::NeverStarted { run, from: 2, to: 3 }));
        assert_eq!(engine.poll(0.0), Some(Output::Finished { run, status: Status::Cancelled }));
        assert!(!engine.inputs_ready(run, 2, 0.0), "it was cancelled");
    }

    #[test]
    fn a_source_is_read_on_past_items_that_wait_while_one_is_sought() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { source: Source::Pulled, ..with_inputs(0) }, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::Pull { run }));
        engine.push(run, 1);
        checked(&mut engine, run, 0);
        engine.defer(run, 0);
        assert_eq!(engine.poll(0.0), None, "its place is kept for what waits");
        engine.seek(run, true);
        assert_eq!(engine.poll(0.0), Some(Output::Pull { run }));
        engine.push(run, 1);
        engine.seek(run, false);
        checked(&mut engine, run, 1);
        engine.accept(run, 1);
        assert_eq!(starts(&mut engine, 0.0), [(run, 1, Slot(0))]);
    }

    #[test]
    fn what_would_wait_for_itself_is_refused_also_over_several_runs() {
        let mut engine = Engine::new();
        let (run, other) = (engine.open(with_inputs(3), 0.0), engine.open(with_inputs(1), 0.0));
        assert!(!engine.depend((run, 0), (run, 0)));
        let edges = [((run, 0), (other, 0)), ((other, 0), (run, 1)), ((run, 1), (run, 2))];
        for (dependent, on) in edges {
            assert!(engine.depend(dependent, on));
            engine.defer(dependent.0, dependent.1);
        }
        assert!(!engine.depend((run, 2), (run, 0)));
        // Nothing waits for it any more once one of these goes on.
        assert!(engine.inputs_ready(other, 0, 0.0));
        assert!(engine.depend((run, 2), (run, 0)));
    }

    #[test]
    fn two_items_cannot_wait_for_each_other() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(2), 0.0);
        assert!(engine.depend((run, 0), (run, 1)));
        engine.defer(run, 0);
        assert!(!engine.depend((run, 1), (run, 0)));
    }

    #[test]
    fn what_an_item_waited_for_before_it_was_requested_again_counts_no_more() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(2), 0.0);
        checked(&mut engine, run, 0);
        assert!(engine.depend((run, 0), (run, 1)));
        engine.defer(run, 0);
        engine.inputs_failed(run, 0);
        engine.retry_item(run, 0, false, 0.0);
        assert_eq!(engine.poll(0.0), Some(Output::Check { run, item: 0, may_skip: false }));
        engine.defer(run, 0);
        assert!(engine.depend((run, 1), (run, 0)), "the other one does not wait for anything");
    }

    #[test]
    fn the_name_of_a_discarded_run_brings_no_dependencies_to_the_next() {
        for discards_dependent in [true, false] {
            let mut engine = Engine::new();
            let (run, other) = (engine.open(with_inputs(1), 0.0), engine.open(with_inputs(1), 0.0));
            assert!(engine.depend((run, 0), (other, 0)));
            engine.defer(run, 0);
            let (discarded, kept) = if discards_dependent { (run, other) } else { (other, run) };
            engine.cancel(discarded, 0.0);
            engine.discard(discarded);
            let next = engine.open(with_inputs(1), 0.0);
            assert_eq!(next, discarded);
            engine.defer(next, 0);
            engine.defer(kept, 0);
            let (dependent, on) = if discards_dependent { (kept, next) } else { (next, kept) };
            assert!(engine.depend((dependent, 0), (on, 0)), "{discards_dependent}");
        }
    }

    #[test]
    fn an_item_that_is_requested_is_checked_again_and_may_wait_after_the_end() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(1), 0.0);
        checked(&mut engine, run, 0);
        engine.decline(run, 0, ItemState::Rejected);
        assert!(matches!(engine.poll(0.0), Some(Output::Finished { .. })));
        assert!(engine.retry_item(run, 0, false, 0.0));
        assert_eq!(engine.poll(0.0), Some(Output::Check { run, item: 0, may_skip: false }));
        engine.defer(run, 0);
        assert_eq!((engine.poll(0.0), engine.is_busy(run)), (None, true));
        assert!(engine.inputs_ready(run, 0, 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(run, 0, Slot(0))]);
    }

    #[test]
    fn a_discarded_run_neither_waits_nor_is_awaited() {
        let mut engine = Engine::new();
        let (first, second) = (engine.open(with_inputs(2), 0.0), engine.open(with_inputs(2), 0.0));
        assert!(engine.depend((first, 0), (second, 0)) && engine.depend((second, 1), (first, 1)));
        assert!(engine.runs[second.index()].dependencies.is_awaited(0));
        engine.discard(first);
        assert!(!engine.runs[second.index()].dependencies.is_awaited(0));
        assert_eq!(engine.runs[second.index()].dependencies.inputs_of(1), []);
    }

    #[test]
    fn an_item_that_a_run_does_not_have_is_neither_awaited_nor_deferred() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(1), 0.0);
        assert!(engine.depend((run, 0), (run, 1)));
        assert!(!engine.runs[run.index()].dependencies.is_any_awaited());
        engine.defer(run, 1);
        assert!(!engine.inputs_ready(run, 1, 0.0));
    }

    #[test]
    fn an_item_whose_inputs_are_there_is_no_longer_awaited() {
        let mut engine = Engine::new();
        let run = engine.open(with_inputs(2), 0.0);
        checked(&mut engine, run, 0);
        assert!(engine.depend((run, 0), (run, 1)));
        engine.defer(run, 0);
        assert!(engine.inputs_ready(run, 0, 0.0));
        assert!(!engine.runs[run.index()].dependencies.is_any_awaited());
    }
}
