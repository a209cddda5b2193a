//! What a limiter is doing, and what holds back the next start.

use super::Limiter;
pub use super::adaptive::AdaptiveInspection;
pub use super::rate::RateInspection;
use crate::core::run::waiting::{Reason, Wait};

/// The state of a limiter, beyond [`Engine::limiter`](crate::core::engine::Engine::limiter).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterInspection {
    /// When stagger and rate allow the next start, if that is later than now.
    pub ready_at: Option<f64>,
    /// The rate and its window.
    pub rate: Option<RateInspection>,
    /// The findings of an adaptive limit; `None` if the limit is fixed.
    pub adaptive: Option<AdaptiveInspection>,
}

/// The part of a tab in a shared limiter. The rules of tabs know it, and not the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TabsInspection {
    /// What the tab does.
    pub role: TabRole,
    /// The number of tabs, as far as this tab knows.
    pub count: u32,
    /// The number of unsettled attempts of all tabs, as far as this tab knows.
    pub in_flight: u32,
    /// The number of permits of this tab that are not used.
    pub permits: u32,
}

/// What a tab does in a shared limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabRole {
    /// It decides for all tabs.
    Leader,
    /// Another tab decides.
    Follower,
    /// No tab is known to decide.
    Alone,
}

/// The public names of the roles, in their order.
pub const TAB_ROLES: [(TabRole, &str); 3] =
    [(TabRole::Leader, "leader"), (TabRole::Follower, "follower"), (TabRole::Alone, "alone")];

impl Limiter {
    /// Returns what holds back the next start. The cooldown of an attempt's place is that of its limiter.
    pub fn wait(&self, now: f64, cool_until: f64) -> Wait {
        let cooldown = Wait::until(Reason::Cooldown, cool_until);
        if let Some(permits) = &self.permits {
            return match permits.stock > self.granted {
                _ if cool_until > now => cooldown,
                true => Wait::START,
                false => Wait::for_(Reason::Tabs),
            };
        }
        if self.in_flight + self.granted >= self.limit {
            return if cool_until > now { cooldown } else { Wait::for_(Reason::Limiter) };
        }
        let (staggered, rated) = self.ready_times(now);
        let (reason, at) = if rated > staggered { (Reason::Rate, rated) } else { (Reason::LimiterStagger, staggered) };
        if at.max(cool_until) <= now {
            return Wait::START;
        }
        if cool_until >= at {
            return cooldown;
        }
        // A turn that was given counts as a start of now, but may be passed on unused.
        Wait { reason, until: (self.granted == 0).then_some(at) }
    }

    pub fn inspect(&self, now: f64) -> LimiterInspection {
        let (staggered, rated) = self.ready_times(now);
        let ready_at = staggered.max(rated);
        LimiterInspection {
            ready_at: (ready_at > now).then_some(ready_at),
            rate: self.window.as_ref().map(|window| window.inspect(now)),
            adaptive: self.adaptive.as_ref().map(|adaptive| adaptive.inspect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limiter::LimiterConfig;
    use crate::core::limiter::permits::Grant;
    use crate::core::limiter::rate::Rate;

    #[test]
    fn the_latest_of_cooldown_stagger_and_rate_holds_the_next_start_back() {
        let none = f64::NEG_INFINITY;
        let rate = Some(Rate { limit: 1, interval: 60.0 });
        let cases = [
            (50.0, None, 20.0, none, Wait::until(Reason::LimiterStagger, 50.0)),
            (50.0, rate, 20.0, none, Wait::until(Reason::Rate, 60.0)),
            (60.0, rate, 20.0, none, Wait::until(Reason::LimiterStagger, 60.0)),
            (50.0, rate, 20.0, 60.0, Wait::until(Reason::Cooldown, 60.0)),
            (50.0, rate, 20.0, 59.0, Wait::until(Reason::Rate, 60.0)),
            (50.0, rate, 60.0, 60.0, Wait::START),
            (50.0, None, 50.0, none, Wait::START),
        ];
        for (stagger, rate, now, cool_until, expected) in cases {
            let mut limiter = Limiter::new(LimiterConfig { limit: 2, stagger, rate, adaptive: None }, None);
            limiter.start(0.0);
            assert_eq!(limiter.wait(now, cool_until), expected, "{stagger} {rate:?} {now} {cool_until}");
        }
    }

    #[test]
    fn a_full_limiter_waits_for_a_place_or_for_its_cooldown() {
        let mut limiter = Limiter::new(LimiterConfig { limit: 2, ..LimiterConfig::default() }, None);
        limiter.start(0.0);
        assert_eq!(limiter.wait(10.0, 0.0), Wait::START);
        limiter.grant();
        assert_eq!(limiter.wait(10.0, 10.0), Wait::for_(Reason::Limiter));
        assert_eq!(limiter.wait(10.0, 11.0), Wait::until(Reason::Cooldown, 11.0));
    }

    #[test]
    fn a_turn_that_was_given_leaves_the_time_of_the_next_start_open() {
        let mut limiter = Limiter::new(LimiterConfig { limit: 2, stagger: 50.0, ..LimiterConfig::default() }, None);
        limiter.grant();
        assert_eq!(limiter.wait(10.0, 0.0), Wait::for_(Reason::LimiterStagger));
    }

    #[test]
    fn an_inspection_has_the_next_start_only_if_that_is_later() {
        let rate = Some(Rate { limit: 2, interval: 60.0 });
        let mut limiter = Limiter::new(LimiterConfig { limit: 2, stagger: 50.0, rate, adaptive: None }, None);
        limiter.start(0.0);
        let found = |now| (limiter.inspect(now).ready_at, limiter.inspect(now).rate.map(|rate| rate.used));
        assert_eq!([49.0, 50.0, 60.0].map(found), [(Some(50.0), Some(1)), (None, Some(1)), (None, Some(0))]);
    }

    #[test]
    fn a_limiter_with_permits_waits_for_its_cooldown_and_for_the_other_tabs() {
        let mut limiter = Limiter::new(LimiterConfig::SINGLE, None);
        limiter.need_permits();
        let grant = Grant { permits: 1, limit: 1, epoch: 0, report_at: f64::INFINITY };
        assert_eq!(limiter.wait(10.0, 0.0), Wait::for_(Reason::Tabs));
        limiter.permit(grant);
        assert_eq!(
            [10.0, 11.0].map(|cool| limiter.wait(10.0, cool)),
            [Wait::START, Wait::until(Reason::Cooldown, 11.0)]
        );
        limiter.grant();
        assert_eq!(limiter.wait(10.0, 10.0), Wait::for_(Reason::Tabs));
    }
}
