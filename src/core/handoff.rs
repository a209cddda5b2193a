//! The shortest way from one item to the next: a place that is handed on.

use super::attempt::Standing;
use super::engine::Engine;
use super::output::Slot;
use super::run::State;

impl Engine {
    /// The attempt succeeded, and its place goes to the next item at once, under the same slot and for a first attempt: that
    /// item. The same as [`fulfilled`](Engine::fulfilled) and [`poll`](Engine::poll), and a tenth of the work.
    ///
    /// `None` where anything else could have a claim to the place, or there is anything else to do: then nothing has
    /// happened, and the host says `fulfilled`.
    #[inline]
    pub fn hand_off(&mut self, slot: Slot, now: f64) -> Option<u32> {
        if !(self.outputs.is_empty() && self.expired.is_empty() && self.ready.is_empty()) {
            return None;
        }
        let attempt = self.attempts.get_mut(slot as usize)?;
        let run = self.runs.get_mut(attempt.run as usize)?;
        let is_first = attempt.number == 1 && attempt.doubt.is_none();
        if attempt.standing != Standing::Live || !is_first || !run.may_hand_off(self.now) {
            return None;
        }
        if now > self.now {
            self.now = now;
        }
        let next = run.items.hand_off(attempt.item)?;
        if attempt.fraction != 0.0 {
            run.drop_part(attempt);
        }
        run.progress.fulfilled_one(attempt.item, self.now);
        attempt.item = next;
        Some(next)
    }
}

impl super::run::Run {
    /// Whether the next item waits for nothing but a place. (And nobody asks when the last attempt started or was heard of.)
    #[inline]
    fn may_hand_off(&self, now: f64) -> bool {
        self.is_plain
            && self.state == State::Running
            && self.held == 0
            && self.not_before <= now
            && self.live + self.given_up <= self.config.limit
    }
}
