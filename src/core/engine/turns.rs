//! Whose turn it is at a limiter, or in the place of an attempt that others are nested in.

use slab::Slab;

use crate::core::attempt::Attempt;
use crate::core::engine::Engine;
use crate::core::engine::nesting::parent_place;
use crate::core::engine::timers::Timer;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::Admission;
use crate::core::run::Run;

/// The queues that a run may wait in: that of its limiter, and that of the place around it.
const OWN: u8 = 1;
const AROUND: u8 = 2;

/// Which of the run's queues this one is; 0 for none. (A name in a queue may be another run's now.)
fn queue_of(attempts: &Slab<Attempt>, run: &Run, id: LimiterId) -> u8 {
    if run.config.limiter == Some(id) {
        OWN
    } else if parent_place(attempts, run) == Some(id) {
        AROUND
    } else {
        0
    }
}

impl Engine {
    /// Whether the run may start an attempt now, as far as its limiter is concerned, and in what place; if not, it
    /// waits for
    /// its turn.
    pub(crate) fn admit(&mut self, id: RunId, now: f64) -> Option<Option<LimiterId>> {
        let run = self.runs.get(id.index())?;
        let Some(limiter) = run.config.limiter else { return Some(None) };
        let parent = parent_place(&self.attempts, run);
        if let Some(turn) = self.end_turn(id)
            // Since the turn was given, a call may have been refused.
            && self.admission(turn, now) == Admission::Now
        {
            return Some(Some(turn));
        }
        // In the place around it, it is in nobody's way.
        if let Some(parent) = parent
            && self.admission(parent, now) == Admission::Now
        {
            self.leave_queue(id);
            return Some(Some(parent));
        }
        let run = self.runs.get_mut(id.index())?;
        if !run.is_queued {
            run.is_queued = true;
            if let Some(parent) = parent {
                self.enter_queue(id, AROUND, parent);
                self.serve(parent, now);
            }
            self.enter_queue(id, OWN, limiter);
            self.serve(limiter, now);
        }
        // Its turn may have come at once.
        self.end_turn(id).map(Some)
    }

    /// When the next may start there.
    fn admission(&self, id: LimiterId, now: f64) -> Admission {
        let Some(place) = self.limiters.get(id.index()) else { return Admission::WhenFree };
        let limiter = place.parent.and_then(|parent| self.limiters.get(parent.index())).unwrap_or(place);
        place.admission(now, limiter.cool_until())
    }

    /// The turn that the run has, if it has one. It is over; the attempt in whose place it was may be over as well.
    fn end_turn(&mut self, id: RunId) -> Option<LimiterId> {
        let run = self.runs.get_mut(id.index())?;
        let turn = run.turn.take()?;
        if queue_of(&self.attempts, run, turn) == 0 {
            return None;
        }
        self.limiters.get_mut(turn.index())?.end_turn();
        Some(turn)
    }

    /// A run has its turn at its limiter and nothing to start: the next one's turn.
    pub(crate) fn pass_turn(&mut self, id: RunId, now: f64) {
        if let Some(turn) = self.end_turn(id) {
            self.serve(turn, now);
        }
    }

    /// It waits there, where it has been or as the last.
    fn enter_queue(&mut self, id: RunId, queue: u8, limiter: LimiterId) {
        if let Some(run) = self.runs.get_mut(id.index()).filter(|run| run.is_queued)
            && let Some(limiter) = self.limiters.get_mut(limiter.index())
        {
            if run.entries & queue != 0 {
                limiter.drop_stale();
            } else {
                limiter.enqueue(id, run.config.priority);
            }
            run.entries |= queue;
        }
    }

    /// It waits for its limiter no more.
    pub(crate) fn leave_queue(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && std::mem::take(&mut run.is_queued)
        {
            let (limiter, parent, entries) = (run.config.limiter, parent_place(&self.attempts, run), run.entries);
            self.leave(limiter, entries & OWN);
            self.leave(parent, entries & AROUND);
        }
    }

    /// One that is in that queue waits there no more.
    fn leave(&mut self, limiter: Option<LimiterId>, queue: u8) {
        if queue != 0
            && let Some(limiter) = limiter.and_then(|limiter| self.limiters.get_mut(limiter.index()))
        {
            limiter.leave(&mut |waiter| {
                self.runs.get_mut(waiter.index()).is_some_and(|run| {
                    if !run.is_queued {
                        run.entries &= !queue;
                    }
                    run.entries & queue != 0
                })
            });
        }
    }

    /// Takes the first out of a queue; it waits nowhere any more. None, if it did not.
    pub(crate) fn take_first(&mut self, id: LimiterId) -> Option<RunId> {
        let limiter = self.limiters.get_mut(id.index())?;
        let waiter = limiter.take_first()?;
        if let Some(run) = self.runs.get_mut(waiter.index()) {
            let queue = queue_of(&self.attempts, run, id);
            let is_in_it = run.entries & queue != 0;
            run.entries &= !queue;
            if is_in_it && run.is_queued {
                self.leave_queue(waiter);
                return Some(waiter);
            }
        }
        limiter.drop_stale();
        None
    }

    /// Gives turns at a limiter as far as it has free places.
    pub(crate) fn serve(&mut self, id: LimiterId, now: f64) {
        while self.limiters.get(id.index()).is_some_and(|limiter| !limiter.is_queue_empty()) {
            match self.admission(id, now) {
                Admission::Now => {
                    if let Some(waiter) = self.take_first(id)
                        && let Some(run) = self.runs.get_mut(waiter.index())
                        && let Some(limiter) = self.limiters.get_mut(id.index())
                    {
                        limiter.grant();
                        run.turn = Some(id);
                        self.make_ready(waiter);
                    }
                }
                Admission::At(at) => {
                    if let Some(limiter) = self.limiters.get_mut(id.index()).filter(|limiter| at < limiter.wake_at) {
                        limiter.wake_at = at;
                        self.timers.push(at, Timer::Limiter(id));
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
    use crate::core::engine::Engine;
    use crate::core::ids::Slot;
    use crate::core::limiter::LimiterConfig;
    use crate::core::run::config::RunConfig;
    use crate::core::testing::{one_of, starts};

    #[test]
    fn a_nested_call_waits_for_the_end_of_a_cooldown_and_for_no_place() {
        let mut engine = Engine::new();
        let limiter = engine.open_limiter(LimiterConfig::SINGLE);
        let outer = engine.open(one_of(limiter), 0.0);
        assert_eq!(starts(&mut engine, 0.0), [(outer, Slot(0))]);
        engine.cool_limiter(limiter, 50.0, 0.0);
        let nested = engine.open(RunConfig { parent: Some(Slot(0)), ..one_of(limiter) }, 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        assert_eq!(engine.wake_at(), Some(50.0));
        // It was made longer in the meantime.
        engine.cool_limiter(limiter, 50.0, 10.0);
        engine.tick(50.0);
        assert!(starts(&mut engine, 50.0).is_empty());
        assert_eq!(engine.wake_at(), Some(60.0));
        engine.tick(60.0);
        assert_eq!(starts(&mut engine, 60.0), [(nested, Slot(1))]);
        assert_eq!(engine.limiter(limiter).map(|(_, in_flight, waiting, _)| (in_flight, waiting)), Some((1, 0)));
    }

    #[test]
    fn a_queue_keeps_no_turn_for_a_run_that_is_gone() {
        let mut engine = Engine::new();
        let [one, other] = [0, 1].map(|_| engine.open_limiter(LimiterConfig::SINGLE));
        let busy = [one, other].map(|limiter| engine.open(one_of(limiter), 0.0));
        assert_eq!(starts(&mut engine, 0.0), [(busy[0], Slot(0)), (busy[1], Slot(1))]);
        let stale = engine.open(one_of(one), 0.0);
        starts(&mut engine, 0.0);
        engine.cancel(stale, 0.0);
        starts(&mut engine, 0.0);
        engine.forget(stale);
        // Its name is given to a run that waits for another limiter.
        assert_eq!(engine.open(one_of(other), 0.0), stale);
        starts(&mut engine, 0.0);
        engine.fulfilled(Slot(0), 1.0);
        assert!(starts(&mut engine, 1.0).is_empty());
        let next = engine.open(one_of(one), 1.0);
        assert_eq!(starts(&mut engine, 1.0), [(next, Slot(0))]);
        engine.fulfilled(Slot(1), 2.0);
        assert_eq!(starts(&mut engine, 2.0), [(stale, Slot(1))]);
    }
}
