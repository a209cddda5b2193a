//! Turns of runs at limiters, and at the places of parent attempts.

use slab::Slab;

use crate::core::attempt::Attempt;
use crate::core::engine::Engine;
use crate::core::engine::nesting::parent_place;
use crate::core::engine::timer::Timer;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::{Admission, Limiter};
use crate::core::run::Run;

/// The queues that a run may wait in: that of its limiter, and that of its parent place.
const OWN_QUEUE: u8 = 1;
const PARENT_QUEUE: u8 = 2;

/// Returns which queue of the run this limiter is; 0 for none. (An id in a queue may belong to another run now.)
fn queue_of(attempts: &Slab<Attempt>, run: &Run, id: LimiterId) -> u8 {
    if run.config.limiter == Some(id) {
        OWN_QUEUE
    } else if parent_place(attempts, run) == Some(id) {
        PARENT_QUEUE
    } else {
        0
    }
}

impl Engine {
    /// Changes the limit of a limiter, and returns whether it is within its bounds. Attempts in flight go on.
    pub fn set_limiter_limit(&mut self, id: LimiterId, limit: u32, now: f64) -> bool {
        let now = self.advance(now);
        let is_within = self.limiters.get_mut(id.index()).is_some_and(|limiter| limiter.set_limit(limit));
        self.serve(id, now);
        is_within
    }

    /// Returns the least and the greatest limit that a limiter may be set to.
    pub fn limiter_bounds(&self, id: LimiterId) -> Option<(u32, u32)> {
        self.limiters.get(id.index()).map(Limiter::bounds)
    }

    /// Returns the place in which the run may start an attempt now, if its limiter allows one. Otherwise the run waits
    /// for its turn.
    pub(crate) fn admit(&mut self, id: RunId, now: f64) -> Option<Option<LimiterId>> {
        let run = self.runs.get(id.index())?;
        let Some(limiter) = run.config.limiter else { return Some(None) };
        let parent = parent_place(&self.attempts, run);
        if let Some(turn) = self.end_turn(id)
            // A refusal may have cooled the limiter since the turn was given.
            && self.admission(turn, now) == Admission::Now
        {
            return Some(Some(turn));
        }
        // The parent place needs no turn.
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
                self.enter_queue(id, PARENT_QUEUE, parent);
                self.serve(parent, now);
            }
            self.enter_queue(id, OWN_QUEUE, limiter);
            self.serve(limiter, now);
        }
        // Its turn may have come at once.
        self.end_turn(id).map(Some)
    }

    /// Returns when the limiter admits the next start.
    fn admission(&self, id: LimiterId, now: f64) -> Admission {
        let Some(place) = self.limiters.get(id.index()) else { return Admission::WhenFree };
        let limiter = place.parent.and_then(|parent| self.limiters.get(parent.index())).unwrap_or(place);
        place.admission(now, limiter.cool_until())
    }

    /// Ends and returns the turn of the run. `None` if it has none, or if its parent attempt has ended.
    fn end_turn(&mut self, id: RunId) -> Option<LimiterId> {
        let run = self.runs.get_mut(id.index())?;
        let turn = run.turn.take()?;
        if queue_of(&self.attempts, run, turn) == 0 {
            return None;
        }
        self.limiters.get_mut(turn.index())?.end_turn();
        Some(turn)
    }

    /// Passes the turn of a run that has nothing to start to the next one.
    pub(crate) fn pass_turn(&mut self, id: RunId, now: f64) {
        if let Some(turn) = self.end_turn(id) {
            self.serve(turn, now);
        }
    }

    /// Puts the run into a queue, or keeps its entry there.
    fn enter_queue(&mut self, id: RunId, queue: u8, limiter: LimiterId) {
        if let Some(run) = self.runs.get_mut(id.index()).filter(|run| run.is_queued)
            && let Some(limiter) = self.limiters.get_mut(limiter.index())
        {
            if run.entries & queue != 0 {
                limiter.drop_stale();
            } else {
                limiter.enqueue(id, run.config.limiter_priority);
            }
            run.entries |= queue;
        }
    }

    /// Ends the wait of the run in all queues. Its entries become stale.
    pub(crate) fn leave_queue(&mut self, id: RunId) {
        if let Some(run) = self.runs.get_mut(id.index())
            && std::mem::take(&mut run.is_queued)
        {
            let (limiter, parent, entries) = (run.config.limiter, parent_place(&self.attempts, run), run.entries);
            self.leave(limiter, entries & OWN_QUEUE);
            self.leave(parent, entries & PARENT_QUEUE);
        }
    }

    /// Counts a stale entry in a queue.
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

    /// Takes the first run out of a queue and ends its wait. `None` if its entry was stale.
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
mod tests;
