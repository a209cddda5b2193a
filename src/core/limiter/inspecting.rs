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
    /// What an adaptive limit has learned.
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
