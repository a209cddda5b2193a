//! Attempts inside an attempt of the same limiter: they use its place, one at a time.
//!
//! Else they would wait for a second place while the first is held for nothing but that wait, in a full limiter for ever. The
//! place is a gate of its own, of limit 1; what finds it taken waits there and at the limiter, whichever comes first.

use slab::Slab;

use super::attempt::Attempt;
use super::config::RunConfig;
use super::engine::Engine;
use super::gate::{Gate, GateConfig};
use super::output::{GateId, RunId};
use super::run::Run;

/// The place around a run, as long as it is held. (Not inlined: each copy of it is code to download.)
#[inline(never)]
pub(super) fn place_around(attempts: &Slab<Attempt>, run: &Run) -> Option<GateId> {
    let (slot, generation) = run.around?;
    attempts.get(slot as usize).filter(|attempt| attempt.generation == generation)?.inside
}

impl Engine {
    /// Where the attempt that the new run is nested in holds a place of the run's limiter, the run may use it.
    pub(super) fn find_place_around(&mut self, id: RunId) {
        let Some(RunConfig { gate: Some(limiter), around: Some(slot), .. }) =
            self.runs.get(id as usize).map(|run| run.config)
        else {
            return;
        };
        let Some(&Attempt { run: around, inside, generation, .. }) = self.attempts.get(slot as usize) else { return };
        if self.runs.get(around as usize).is_none_or(|run| run.config.gate != Some(limiter)) {
            return;
        }
        let inside = inside.unwrap_or_else(|| self.add_gate(GateConfig::default(), Some(limiter)));
        if let Some(attempt) = self.attempts.get_mut(slot as usize)
            && let Some(run) = self.runs.get_mut(id as usize)
        {
            attempt.inside = Some(inside);
            run.around = Some((slot, generation));
        }
    }

    pub(super) fn add_gate(&mut self, config: GateConfig, limiter: Option<GateId>) -> GateId {
        self.gates.insert(Gate::new(config, limiter)) as GateId
    }

    /// An attempt of the run starts in this place. The epoch of its limiter.
    pub(super) fn take_place(&mut self, id: RunId, place: Option<GateId>, now: f64) -> u32 {
        if let Some(gate) = place.and_then(|place| self.gates.get_mut(place as usize)) {
            gate.start(now);
        }
        let limiter = self.runs.get(id as usize).and_then(|run| run.config.gate);
        limiter.and_then(|limiter| self.gates.get(limiter as usize)).map_or(0, Gate::epoch)
    }

    /// An attempt has settled: its place is free, unless one that is nested in it is in it. Then that one keeps it.
    pub(super) fn vacate(&mut self, attempt: &Attempt, now: f64) {
        let Some(mut place) = attempt.gate else { return };
        let inside = attempt.inside.and_then(|inside| self.gates.get_mut(inside as usize));
        if let Some(heir) = inside.filter(|inside| inside.in_flight > 0) {
            heir.place = Some(place);
        } else {
            self.remove_gate(attempt.inside);
            while let Some(gate) = self.gates.get_mut(place as usize) {
                gate.release();
                let Some(around) = gate.place else { break };
                self.remove_gate(Some(place));
                place = around;
            }
        }
        // Where the place is kept, the limit may have grown all the same.
        self.serve(place, now);
    }

    fn remove_gate(&mut self, id: Option<GateId>) {
        if let Some(id) = id {
            self.gates.try_remove(id as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::config::RunConfig;
    use crate::core::engine::Engine;
    use crate::core::gate::GateConfig;
    use crate::core::output::Slot;
    use crate::core::testing::{one_of, starts};

    /// Of the one limiter: attempts in flight, and runs that wait.
    fn counts(engine: &Engine) -> Option<(u32, usize)> {
        engine.gate(0).map(|(_, in_flight, waiting, _)| (in_flight, waiting))
    }

    fn nested(slot: Slot) -> RunConfig {
        RunConfig { around: Some(slot), ..one_of(0) }
    }

    #[test]
    fn a_place_is_lent_to_one_nested_attempt_at_a_time_by_priority_r21() {
        let mut engine = Engine::new();
        engine.open_gate(GateConfig::default());
        engine.open(one_of(0), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        let first = engine.open(RunConfig { items: 2, limit: 5, ..nested(0) }, 0.0);
        let other = engine.open(one_of(0), 0.0);
        let second = engine.open(nested(0), 0.0);
        let urgent = engine.open(RunConfig { priority: 1, ..nested(0) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(first, 1)]);
        assert_eq!(counts(&engine), Some((1, 4)));
        for (run, waiting) in [(urgent, 3), (first, 2), (second, 1)] {
            engine.fulfilled(1, 1.0);
            assert_eq!(starts(&mut engine, 1.0), [(run, 1)]);
            assert_eq!(counts(&engine), Some((1, waiting)));
        }
        engine.fulfilled(1, 2.0);
        assert!(starts(&mut engine, 2.0).is_empty());
        engine.fulfilled(0, 3.0);
        assert_eq!(starts(&mut engine, 3.0), [(other, 0)]);
    }

    #[test]
    fn nested_attempts_take_free_places_as_well_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig { limit: 3, ..GateConfig::default() });
        engine.open(one_of(gate), 0.0);
        starts(&mut engine, 0.0);
        let run = engine.open(RunConfig { items: 9, limit: 9, ..nested(0) }, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, 1), (run, 2), (run, 3)]);
        engine.set_gate_limit(gate, 4, 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(run, 4)]);
        assert_eq!(counts(&engine), Some((4, 1)));
    }

    #[test]
    fn whoever_is_in_the_place_of_an_attempt_that_has_settled_keeps_it_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        // Each in the place of the one before.
        let runs = [one_of(gate), nested(0), nested(1), nested(2)].map(|config| {
            let run = engine.open(config, 0.0);
            assert_eq!(starts(&mut engine, 0.0).len(), 1);
            run
        });
        let next = engine.open(one_of(gate), 0.0);
        let late = engine.open(nested(1), 0.0);
        for slot in [1, 0, 3] {
            engine.fulfilled(slot, 1.0);
            let left: Vec<_> = starts(&mut engine, 1.0).into_iter().filter(|(run, _)| !runs.contains(run)).collect();
            assert_eq!((left, counts(&engine)), (vec![], Some((1, 2))), "{slot}");
        }
        engine.fulfilled(2, 2.0);
        let started = starts(&mut engine, 2.0);
        assert_eq!(started.iter().map(|&(run, _)| run).collect::<Vec<_>>(), [next]);
        // Whose call is over waits as any other, also where the slot is another's now.
        assert_eq!((counts(&engine), engine.gates()), (Some((1, 1)), 1));
        engine.fulfilled(started[0].1, 3.0);
        assert_eq!(starts(&mut engine, 3.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [late]);
    }

    #[test]
    fn a_nested_run_of_many_items_is_in_each_queue_once_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        engine.open(one_of(gate), 0.0);
        starts(&mut engine, 0.0);
        let runs = [0, 1].map(|_| engine.open(RunConfig { items: 1_000, ..nested(0) }, 0.0));
        for item in 0..1_000 {
            for run in runs {
                assert_eq!(starts(&mut engine, 1.0), [(run, 1)], "{item}");
                assert!(engine.gates.iter().all(|(_, gate)| gate.entries() <= 2));
                engine.fulfilled(1, 1.0);
            }
        }
        starts(&mut engine, 1.0);
        assert_eq!(counts(&engine), Some((1, 0)));
    }

    #[test]
    fn whoever_starts_in_the_place_around_it_waits_for_no_other_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        engine.open(one_of(gate), 0.0);
        starts(&mut engine, 0.0);
        engine.cool_gate(gate, 50.0, 0.0);
        let run = engine.open(nested(0), 0.0);
        assert!(starts(&mut engine, 0.0).is_empty());
        assert_eq!(counts(&engine), Some((1, 1)));
        // Something else makes it look before its timer does.
        engine.set_limit(run, 2);
        assert_eq!(starts(&mut engine, 50.0), [(run, 1)]);
        assert_eq!(counts(&engine), Some((1, 0)));
    }

    #[test]
    fn a_turn_in_a_place_that_is_gone_is_none_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        engine.open(one_of(gate), 0.0);
        starts(&mut engine, 0.0);
        engine.open(nested(0), 0.0);
        let next = engine.open(nested(0), 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 1);
        // Its turn comes, and the place goes before it is taken; another limiter gets its name.
        engine.fulfilled(1, 1.0);
        engine.fulfilled(0, 1.0);
        let other = engine.open_gate(GateConfig::default());
        assert_eq!(starts(&mut engine, 1.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [next]);
        let last = engine.open(one_of(other), 1.0);
        assert_eq!(starts(&mut engine, 1.0).iter().map(|&(run, _)| run).collect::<Vec<_>>(), [last]);
        assert_eq!(counts(&engine), Some((1, 0)));
    }
}
