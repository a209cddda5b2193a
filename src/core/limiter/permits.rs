//! The permits of a limiter whose starts are decided outside the engine, as by the tabs that share it.
//!
//! The engine reports what the limiter needs and what has happened in it, and gets the number of permits. Each permit
//! is for one start.

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
    pub reported: Option<Needs>,
    /// The timer that is set for the next report.
    pub report_at: f64,
}

impl Permits {
    /// Lets the limiter report again, also if nothing has changed.
    pub fn ask(&mut self) {
        self.reported = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::{LimiterId, Slot};
    use crate::core::limiter::LimiterConfig;
    use crate::core::retry::failure::Failure;
    use crate::core::run::config::RunConfig;
    use crate::core::testing::one_of;

    /// An engine with a limiter whose starts are decided here, and a run of three items in it.
    fn shared() -> (Engine, LimiterId) {
        let mut engine = Engine::new();
        let limiter = engine.open_shared_limiter(LimiterConfig { limit: 5, ..LimiterConfig::default() });
        engine.open(RunConfig { items: 3, limit: 3, ..one_of(limiter) }, 0.0);
        (engine, limiter)
    }

    fn grant(permits: u32, report_at: f64) -> Grant {
        Grant { permits, limit: 4, epoch: 1, report_at }
    }

    /// Returns the report that is due, after these starts.
    fn report(engine: &mut Engine, limiter: LimiterId, starts: usize) -> Option<Report> {
        let started = (0..starts).filter(|_| matches!(engine.poll(0.0), Some(Output::Start { .. }))).count();
        assert_eq!(started, starts);
        let output = engine.poll(0.0)?;
        assert_eq!(output, Output::Report { limiter });
        engine.take_report(limiter)
    }

    #[test]
    fn nothing_starts_without_permits_and_each_permit_is_for_one_start() {
        let (mut engine, limiter) = shared();
        let asks = report(&mut engine, limiter, 0).map(|report| (report.needs.waiting, report.news));
        assert_eq!(asks, Some((1, News::default())));
        assert!(report(&mut engine, limiter, 0).is_none(), "nothing has changed");
        assert!(!engine.permit(limiter, grant(2, f64::INFINITY), 0.0), "two start because of it");
        let reported = report(&mut engine, limiter, 2).map(|report| (report.needs.in_flight, report.news.starts));
        assert_eq!(reported, Some((2, 2)));
        assert!(engine.permit(limiter, grant(0, f64::INFINITY), 0.0));
        assert_eq!(engine.limiter(limiter).map(|(limit, ..)| limit), Some(4));
    }

    #[test]
    fn a_report_has_what_has_happened_since_the_last_one() {
        let (mut engine, limiter) = shared();
        report(&mut engine, limiter, 0);
        engine.permit(limiter, grant(3, f64::INFINITY), 0.0);
        report(&mut engine, limiter, 3);
        engine.permit(limiter, grant(0, f64::INFINITY), 0.0);
        engine.fulfilled(Slot(0), 1.0);
        engine.failed(Slot(1), &Failure { throttled: true, ..Failure::REFUSED }, 1.0);
        assert!(engine.set_limiter_limit(limiter, 2, 1.0));
        while !matches!(engine.poll(1.0), Some(Output::Report { .. })) {}
        let Some(Report { needs, news, epoch }) = engine.take_report(limiter) else { panic!("a report") };
        assert_eq!(news, News { starts: 0, limit: 2, successes: 1, refusals: 1 });
        assert_eq!((needs.in_flight, epoch), (1, 1));
        assert!(needs.cool_until > 1.0);
    }

    #[test]
    fn a_limiter_reports_when_it_was_told_to_and_when_something_has_changed_outside() {
        let (mut engine, limiter) = shared();
        report(&mut engine, limiter, 0);
        engine.permit(limiter, grant(0, 50.0), 0.0);
        assert!(report(&mut engine, limiter, 0).is_none());
        assert_eq!(engine.wake_at(), Some(50.0));
        engine.tick(50.0);
        assert!(report(&mut engine, limiter, 0).is_some());
        engine.ask_for_report(limiter, 70.0);
        assert_eq!(report(&mut engine, limiter, 0).map(|report| report.needs.cool_until), Some(70.0));
        engine.permit(limiter, grant(1, f64::INFINITY), 50.0);
        assert!(report(&mut engine, limiter, 0).is_none(), "it is held back, and waits for the time");
        assert_eq!(engine.wake_at(), Some(70.0));
    }
}
