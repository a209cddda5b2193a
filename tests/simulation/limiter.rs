//! A limiter as its users see it.

use sluicegate::core::ids::LimiterId;
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::limiter::rate::Rate;

pub struct ModelLimiter {
    pub id: LimiterId,
    stagger: f64,
    rate: Option<Rate>,
    pub bounds: (u32, u32),
    pub in_flight: u32,
    /// Of all attempts that took a place of their own, however they ended.
    starts: Vec<f64>,
    pub cool_until: f64,
}

impl ModelLimiter {
    pub fn new(id: LimiterId, config: LimiterConfig) -> Self {
        Self {
            id,
            stagger: config.stagger,
            rate: config.rate,
            bounds: config.adaptive.unwrap_or((config.limit, config.limit)),
            in_flight: 0,
            starts: Vec::new(),
            cool_until: f64::NEG_INFINITY,
        }
    }

    /// Records a start in this limiter, whose limit is now `limit`.
    pub fn start(&mut self, limit: u32, uses_parent_place: bool, now: f64) {
        assert!((self.bounds.0..=self.bounds.1).contains(&limit), "R21: the limit leaves its bounds");
        assert!(now >= self.cool_until, "R21: a start while it cools");
        if uses_parent_place {
            return;
        }
        assert!(self.in_flight < limit, "R21: more than {limit} in flight");
        let last_start = self.starts.last().copied().unwrap_or(f64::NEG_INFINITY);
        assert!(now - last_start >= self.stagger - 1e-6, "R21: a start within the limiter's stagger");
        self.starts.push(now);
        if let Some(Rate { limit, interval }) = self.rate {
            // The window that ends with this start: every other one is part of such a one.
            let within = self.starts.iter().filter(|&&at| now - at < interval - 1e-6).count();
            assert!(within <= limit as usize, "R21: {within} starts within {interval} ms, {limit} are allowed");
        }
        self.in_flight += 1;
    }

    /// Returns the time at which the window allows another start.
    fn window_opens_at(&self) -> f64 {
        let before = |Rate { limit, interval }: Rate| {
            Some(self.starts.get(self.starts.len().checked_sub(limit as usize)?)? + interval)
        };
        self.rate.and_then(before).unwrap_or(f64::NEG_INFINITY)
    }

    pub fn has_full_window(&self, now: f64) -> bool {
        self.window_opens_at() > now
    }

    /// Returns the time from which a start needs nothing but a place.
    pub fn ready_at(&self) -> f64 {
        let last_start = self.starts.last().copied().unwrap_or(f64::NEG_INFINITY);
        self.cool_until.max(last_start + self.stagger).max(self.window_opens_at())
    }
}
