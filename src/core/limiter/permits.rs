//! The permits of a limiter whose starts are decided outside the engine, as by the tabs that share it.
//!
//! The engine reports what the limiter needs and what has happened in it, and gets the number of permits. Each permit
//! is for one start.

use crate::core::limiter::Limiter;

/// What a limiter needs now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Needs {
    /// Number of unsettled attempts.
    pub in_flight: u32,
    /// Number of turns that were given and not used.
    pub turns: u32,
    /// Number of runs in the queue.
    pub waiting: u32,
    /// Priority of the first run in the queue.
    pub priority: i32,
    /// End of the cooldown.
    pub cool_until: f64,
}

/// What has happened in a limiter since the last report.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct News {
    /// Number of starts.
    pub starts: u32,
    /// The limit that was set; 0 if none was.
    pub limit: u32,
    /// Number of successes in the present epoch.
    pub successes: u32,
    /// Number of refusals in the present epoch.
    pub refusals: u32,
}

/// The report of a limiter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// What it needs now.
    pub needs: Needs,
    /// What has happened since the last report.
    pub news: News,
    /// The epoch of these attempts.
    pub epoch: u32,
}

/// The answer to a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grant {
    /// Number of permits that the limiter has and has not used.
    pub permits: u32,
    /// The present limit.
    pub limit: u32,
    /// The present epoch.
    pub epoch: u32,
    /// When the limiter is to report again, if nothing happens before.
    pub report_at: f64,
}

/// The permits of a limiter.
pub(crate) struct Permits {
    /// Number of permits that are not used.
    pub stock: u32,
    /// What is to be reported.
    pub news: News,
    /// What was reported last.
    reported: Option<Needs>,
    /// The timer that is set for the next report.
    pub report_at: f64,
}

impl Permits {
    /// Lets the limiter report again, also if nothing has changed.
    pub fn ask(&mut self) {
        self.reported = None;
    }
}

impl Limiter {
    /// Makes it a limiter whose starts are decided outside the engine.
    pub fn need_permits(&mut self) {
        let permits = Permits { stock: 0, news: News::default(), reported: None, report_at: f64::INFINITY };
        self.permits = Some(Box::new(permits));
        (self.adaptive, self.window) = (None, None);
    }

    /// Returns what it needs now. `priority` is that of the first run in the queue.
    pub fn needs(&self, priority: i32) -> Needs {
        let (in_flight, turns, cool_until) = (self.in_flight, self.granted, self.cool_until);
        Needs { in_flight, turns, waiting: self.waiting() as u32, priority, cool_until }
    }

    /// Returns whether there is something to report.
    pub fn has_news(&self, needs: Needs) -> bool {
        let permits = self.permits.as_ref();
        permits.is_some_and(|permits| permits.reported != Some(needs) || permits.news != News::default())
    }

    /// Reports what it needs, and what has happened since the last report.
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
