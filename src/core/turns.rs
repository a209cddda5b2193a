//! Whose turn it is at a limiter, or in the place of an attempt that others are nested in.

use slab::Slab;

use super::attempt::Attempt;
use super::engine::Engine;
use super::gate::Admission;
use super::nesting::place_around;
use super::output::{GateId, RunId};
use super::run::Run;
use super::timers::Timer;

/// The queues that a run may wait in: that of its limiter, and that of the place around it.
const OWN: u8 = 1;
const AROUND: u8 = 2;

/// Which of the run's queues this one is; 0 for none. (A name in a queue may be another run's now.)
fn queue_of(attempts: &Slab<Attempt>, run: &Run, id: GateId) -> u8 {
    if run.config.gate == Some(id) {
        OWN
    } else if place_around(attempts, run) == Some(id) {
        AROUND
    } else {
        0
    }
}

impl Engine {
    /// Whether the run may start an attempt now, as far as its limiter is concerned, and in what place; if not, it waits for
    /// its turn.
    pub(super) fn admit(&mut self, id: RunId, now: f64) -> Option<Option<GateId>> {
        let run = self.runs.get(id as usize)?;
        let Some(limiter) = run.config.gate else { return Some(None) };
        let around = place_around(&self.attempts, run);
        if let Some(turn) = self.end_turn(id)
            // Since the turn was given, a call may have been refused.
            && self.admission(turn, now) == Admission::Now
        {
            return Some(Some(turn));
        }
        // In the place around it, it is in nobody's way.
        if let Some(around) = around
            && self.admission(around, now) == Admission::Now
        {
            self.leave_queue(id);
            return Some(Some(around));
        }
        let run = self.runs.get_mut(id as usize)?;
        if !run.is_queued {
            run.is_queued = true;
            if let Some(around) = around {
                self.enter_queue(id, AROUND, around);
                self.serve(around, now);
            }
            self.enter_queue(id, OWN, limiter);
            self.serve(limiter, now);
        }
        // Its turn may have come at once.
        self.end_turn(id).map(Some)
    }

    /// When the next may start there.
    fn admission(&self, id: GateId, now: f64) -> Admission {
        let Some(gate) = self.gates.get(id as usize) else { return Admission::WhenFree };
        let limiter = gate.limiter.and_then(|limiter| self.gates.get(limiter as usize)).unwrap_or(gate);
        gate.admission(now, limiter.cool_until())
    }

    /// The turn that the run has, if it has one. It is over; the attempt in whose place it was may be over as well.
    fn end_turn(&mut self, id: RunId) -> Option<GateId> {
        let run = self.runs.get_mut(id as usize)?;
        let turn = run.turn.take()?;
        if queue_of(&self.attempts, run, turn) == 0 {
            return None;
        }
        self.gates.get_mut(turn as usize)?.end_turn();
        Some(turn)
    }

    /// A run has its turn at its limiter and nothing to start: the next one's turn.
    pub(super) fn pass_turn(&mut self, id: RunId, now: f64) {
        if let Some(turn) = self.end_turn(id) {
            self.serve(turn, now);
        }
    }

    /// It waits there, where it has been or as the last.
    fn enter_queue(&mut self, id: RunId, queue: u8, gate: GateId) {
        if let Some(run) = self.runs.get_mut(id as usize).filter(|run| run.is_queued)
            && let Some(gate) = self.gates.get_mut(gate as usize)
        {
            if run.entries & queue != 0 {
                gate.pass_gone();
            } else {
                gate.enqueue(id, run.config.priority);
            }
            run.entries |= queue;
        }
    }

    /// It waits for its limiter no more.
    pub(super) fn leave_queue(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id as usize)
            && std::mem::take(&mut run.is_queued)
        {
            let (limiter, around, entries) = (run.config.gate, place_around(&self.attempts, run), run.entries);
            self.leave(limiter, entries & OWN);
            self.leave(around, entries & AROUND);
        }
    }

    /// One that is in that queue waits there no more.
    fn leave(&mut self, gate: Option<GateId>, queue: u8) {
        if queue != 0
            && let Some(gate) = gate.and_then(|gate| self.gates.get_mut(gate as usize))
        {
            gate.leave(&mut |waiter| {
                self.runs.get_mut(waiter as usize).is_some_and(|run| {
                    if !run.is_queued {
                        run.entries &= !queue;
                    }
                    run.entries & queue != 0
                })
            });
        }
    }

    /// Takes the first out of a queue; it waits nowhere any more. None, if it did not.
    pub(super) fn take_first(&mut self, id: GateId) -> Option<RunId> {
        let gate = self.gates.get_mut(id as usize)?;
        let waiter = gate.take_first()?;
        if let Some(run) = self.runs.get_mut(waiter as usize) {
            let queue = queue_of(&self.attempts, run, id);
            let is_in_it = run.entries & queue != 0;
            run.entries &= !queue;
            if is_in_it && run.is_queued {
                self.leave_queue(waiter);
                return Some(waiter);
            }
        }
        gate.pass_gone();
        None
    }

    /// Gives turns at a limiter as far as it has free places.
    pub(super) fn serve(&mut self, id: GateId, now: f64) {
        while self.gates.get(id as usize).is_some_and(|gate| !gate.is_queue_empty()) {
            match self.admission(id, now) {
                Admission::Now => {
                    if let Some(waiter) = self.take_first(id)
                        && let Some(run) = self.runs.get_mut(waiter as usize)
                        && let Some(gate) = self.gates.get_mut(id as usize)
                    {
                        gate.grant();
                        run.turn = Some(id);
                        self.make_ready(waiter);
                    }
                }
                Admission::At(at) => {
                    if let Some(gate) = self.gates.get_mut(id as usize).filter(|gate| at < gate.wake_at) {
                        gate.wake_at = at;
                        self.timers.push(at, Timer::Gate(id));
                    }
                    return;
                }
                Admission::WhenFree => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::config::RunConfig;
    use crate::core::engine::Engine;
    use crate::core::gate::GateConfig;
    use crate::core::testing::{one_of, starts};

    #[test]
    fn a_nested_call_waits_for_the_end_of_a_cooldown_and_for_no_place_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        let outer = engine.open(one_of(gate), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(outer, 0)]);
        engine.cool_gate(gate, 50.0, 0.0);
        let nested = engine.open(RunConfig { around: Some(0), ..one_of(gate) }, 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        assert_eq!(engine.wake_at(), Some(50.0));
        // It was made longer in the meantime.
        engine.cool_gate(gate, 50.0, 10.0);
        engine.tick(50.0);
        assert!(starts(&mut engine, 50.0).is_empty());
        assert_eq!(engine.wake_at(), Some(60.0));
        engine.tick(60.0);
        assert_eq!(starts(&mut engine, 60.0), [(nested, 1)]);
        assert_eq!(engine.gate(gate).map(|(_, in_flight, waiting, _)| (in_flight, waiting)), Some((1, 0)));
    }

    #[test]
    fn a_queue_keeps_no_turn_for_a_run_that_is_gone_r21() {
        let mut engine = Engine::new();
        let [one, other] = [0, 1].map(|_| engine.open_gate(GateConfig::default()));
        let busy = [one, other].map(|gate| engine.open(one_of(gate), 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(busy[0], 0), (busy[1], 1)]);
        let gone = engine.open(one_of(one), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel(gone, 0.0);
        starts(&mut engine, 0.0);
        engine.forget(gone);
        // Its name is given to a run that waits for another limiter.
        assert_eq!(engine.open(one_of(other), 0.0), gone);
        starts(&mut engine, 0.0);
        engine.fulfilled(0, 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        let next = engine.open(one_of(one), 1.0);
        assert_eq!(starts(&mut engine, 1.0), [(next, 0)]);
        engine.fulfilled(1, 2.0);
        assert_eq!(starts(&mut engine, 2.0), [(gone, 1)]);
    }
}
