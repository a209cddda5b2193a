//! Reports of a limiter whose starts are decided outside the engine. The tests are in `permits.rs`.

use crate::core::limiter::Limiter;
use crate::core::limiter::permits::{Grant, Needs, News, Permits, Report};

impl Limiter {
    /// Lets the starts of this limiter be decided outside the engine.
    pub fn need_permits(&mut self) {
        let permits = Permits { stock: 0, news: News::default(), reported: None, report_at: f64::INFINITY };
        self.permits = Some(Box::new(permits));
        (self.adaptive, self.window) = (None, None);
    }

    /// Returns the present needs of this limiter. `priority` is that of the first run in the queue.
    pub fn needs(&self, priority: i32) -> Needs {
        let (in_flight, turns, cool_until) = (self.in_flight, self.granted, self.cool_until);
        Needs { in_flight, turns, waiting: self.waiting() as u32, priority, cool_until }
    }

    /// Returns whether there is something to report.
    pub fn has_news(&self, needs: Needs) -> bool {
        let permits = self.permits.as_ref();
        permits.is_some_and(|permits| permits.reported != Some(needs) || permits.news != News::default())
    }

    /// Returns a report: the needs, and the events since the last report.
    pub fn report(&mut self, needs: Needs) -> Option<Report> {
        let permits = self.permits.as_mut()?;
        permits.reported = Some(needs);
        Some(Report { needs, news: std::mem::take(&mut permits.news), epoch: self.epoch })
    }

    /// Applies the answer to a report. Returns when a timer is to be set for the next one.
    pub fn permit(&mut self, Grant { permits, limit, epoch, report_at }: Grant) -> f64 {
        let Some(own) = &mut self.permits else { return f64::INFINITY };
        own.stock = permits;
        (self.limit, self.epoch) = (limit, epoch);
        let is_set = std::mem::replace(&mut own.report_at, report_at) == report_at;
        if is_set { f64::INFINITY } else { report_at }
    }
}
