//! Whose turn it is at a limiter.

use super::engine::Engine;
use super::gate::Admission;
use super::output::{GateId, RunId};
use super::timers::Timer;

impl Engine {
    /// Whether the run may start an attempt now, as far as its limiter is concerned; if not, it waits for its turn. If so,
    /// whether by the place of the call around it.
    pub(super) fn admit(&mut self, id: RunId, now: f64) -> Option<bool> {
        let run = self.runs.get_mut(id as usize)?;
        let Some(gate_id) = run.config.gate else { return Some(false) };
        let gate = self.gates.get_mut(gate_id as usize)?;
        if std::mem::take(&mut run.has_turn) {
            gate.end_turn();
            // Since the turn was given, a call may have been refused.
            if gate.admission(now, false) == Admission::Now {
                return Some(false);
            }
        }
        if run.config.borrows && run.borrower.is_none() {
            return match gate.admission(now, true) {
                Admission::Now => Some(true),
                // It has its place, and waits for the time alone: in the queue it would wait for a second place.
                Admission::At(at) => {
                    self.wake_run(id, at);
                    None
                }
                Admission::WhenFree => None,
            };
        }
        if !run.is_queued {
            run.is_queued = true;
            gate.enqueue(id, run.config.priority);
            self.serve(gate_id, now);
        }
        // Its turn may have come at once.
        let run = self.runs.get_mut(id as usize)?;
        if std::mem::take(&mut run.has_turn) {
            self.gates.get_mut(gate_id as usize)?.end_turn();
            return Some(false);
        }
        None
    }

    /// A run has its turn at its limiter and nothing to start: the next one's turn.
    pub(super) fn pass_turn(&mut self, id: RunId, now: f64) {
        if let Some(run) = self.runs.get_mut(id as usize)
            && std::mem::take(&mut run.has_turn)
            && let Some(gate_id) = run.config.gate
        {
            if let Some(gate) = self.gates.get_mut(gate_id as usize) {
                gate.end_turn();
            }
            self.serve(gate_id, now);
        }
    }

    /// It waits for its limiter no more.
    pub(super) fn leave_queue(&mut self, id: RunId) {
        let Some(run) = self.runs.get_mut(id as usize) else { return };
        if std::mem::take(&mut run.is_queued)
            && let Some(gate) = run.config.gate.and_then(|gate| self.gates.get_mut(gate as usize))
        {
            let runs = &self.runs;
            gate.leave(|waiter| runs.get(waiter as usize).is_some_and(|run| run.is_queued));
        }
    }

    /// Gives turns at a limiter as far as it has free places.
    pub(super) fn serve(&mut self, id: GateId, now: f64) {
        while let Some(gate) = self.gates.get_mut(id as usize)
            && !gate.is_queue_empty()
        {
            match gate.admission(now, false) {
                Admission::Now => {
                    let Some(waiter) = gate.grant() else { return };
                    match self.runs.get_mut(waiter as usize).filter(|run| run.is_queued) {
                        Some(run) => {
                            run.is_queued = false;
                            run.has_turn = true;
                            self.make_ready(waiter);
                        }
                        None => {
                            gate.end_turn();
                            gate.pass_gone();
                        }
                    }
                }
                Admission::At(at) => {
                    if at < gate.wake_at {
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
    use crate::core::output::{GateId, Output, RunId, Slot};

    fn one_of(gate: GateId) -> RunConfig {
        RunConfig { items: 1, gate: Some(gate), ..RunConfig::default() }
    }

    fn starts(engine: &mut Engine, now: f64) -> Vec<(RunId, Slot)> {
        let mut started = Vec::new();
        while let Some(output) = engine.poll(now) {
            if let Output::Start { run, slot, .. } = output {
                started.push((run, slot));
            }
        }
        started
    }

    #[test]
    fn a_nested_call_waits_for_the_end_of_a_cooldown_and_for_no_place_r21() {
        let mut engine = Engine::new();
        let gate = engine.open_gate(GateConfig::default());
        let outer = engine.open(one_of(gate), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(outer, 0)]);
        engine.cool_gate(gate, 50.0, 0.0);
        let nested = engine.open(RunConfig { borrows: true, ..one_of(gate) }, 1.0);
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
}
