//! Limiters whose starts are decided outside the engine: reports go out, permits come in.

use crate::core::engine::Engine;
use crate::core::engine::output::Output;
use crate::core::engine::timer::Timer;
use crate::core::ids::LimiterId;
use crate::core::limiter::LimiterConfig;
use crate::core::limiter::permits::{Grant, Needs, Permits, Report};

impl Engine {
    /// Opens a limiter that starts nothing without permits.
    pub fn open_shared_limiter(&mut self, config: LimiterConfig) -> LimiterId {
        let id = self.open_limiter(config);
        if let Some(limiter) = self.limiters.get_mut(id.index()) {
            limiter.need_permits();
            self.shared += 1;
        }
        id
    }

    /// Lets a shared limiter report, because something has changed outside, and cools it until this time.
    pub fn ask_for_report(&mut self, id: LimiterId, cool_until: f64) {
        if let Some(limiter) = self.limiters.get_mut(id.index()) {
            limiter.cool(cool_until);
        }
        if let Some(permits) = self.permits(id) {
            permits.ask();
        }
    }

    pub(crate) fn permits(&mut self, id: LimiterId) -> Option<&mut Permits> {
        self.limiters.get_mut(id.index())?.permits.as_deref_mut()
    }

    /// Returns the next shared limiter that has something to report. Called when nothing else is to do, so that one
    /// report has all that happened.
    #[inline(never)]
    pub(crate) fn next_report(&mut self) -> Option<Output> {
        if self.shared == 0 {
            return None;
        }
        let mut ids = (0..self.limiters.capacity()).map(LimiterId::new);
        let limiter = ids.find(|&id| self.needs_of(id).is_some_and(|(_, has_news)| has_news))?;
        Some(Output::Report { limiter })
    }

    /// Returns what a shared limiter needs, and whether there is something to report.
    fn needs_of(&mut self, id: LimiterId) -> Option<(Needs, bool)> {
        self.permits(id)?;
        self.has_waiter(id);
        let limiter = self.limiters.get(id.index())?;
        let first = limiter.first().and_then(|run| self.runs.get(run.index()));
        let needs = limiter.needs(first.map_or(0, |run| run.config.limiter_priority));
        Some((needs, limiter.has_news(needs)))
    }

    /// Returns the report of [`Output::Report`]. It is answered by [`permit`](Self::permit).
    pub fn take_report(&mut self, id: LimiterId) -> Option<Report> {
        let (needs, _) = self.needs_of(id)?;
        self.limiters.get_mut(id.index())?.report(needs)
    }

    /// Applies the answer to a report. Returns whether nothing starts because of it; otherwise another report follows.
    pub fn permit(&mut self, id: LimiterId, grant: Grant, now: f64) -> bool {
        let now = self.advance(now);
        let Some(limiter) = self.limiters.get_mut(id.index()) else { return true };
        let due_at = limiter.permit(grant);
        if due_at.is_finite() {
            self.timers.push(due_at, Timer::Report(id));
        }
        self.serve(id, now);
        let is_idle = self.ready.is_empty();
        if !is_idle {
            self.ask_for_report(id, f64::NEG_INFINITY);
        }
        is_idle
    }
}

#[cfg(test)]
mod tests;
