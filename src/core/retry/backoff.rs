//! The wait before the next attempt.

/// Exponential backoff with a cap and jitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Wait after the first failed attempt, in milliseconds.
    pub min_delay: f64,
    /// Longest wait without jitter, in milliseconds.
    pub max_delay: f64,
    /// Ratio of a wait to the one before it.
    pub factor: f64,
    /// Largest random addition, as a share of the wait from 0 to 1.
    pub jitter: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { min_delay: 1_000.0, max_delay: 30_000.0, factor: 2.0, jitter: 0.2 }
    }
}

impl Backoff {
    /// Returns the wait after failed attempt number `attempt` (1 is the first). `random` is in 0..1.
    pub fn delay(&self, attempt: u32, random: f64) -> f64 {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let delay = (self.min_delay * self.factor.powi(exponent)).min(self.max_delay);
        delay * (1.0 + self.jitter * random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_the_cap() {
        let backoff = Backoff { min_delay: 1_000.0, max_delay: 16_000.0, factor: 2.0, jitter: 0.2 };
        let delays = |random| [1, 2, 3, 4, 5, 6].map(|attempt| backoff.delay(attempt, random));
        assert_eq!(delays(0.0), [1e3, 2e3, 4e3, 8e3, 16e3, 16e3]);
        assert_eq!(delays(0.5), [1.1e3, 2.2e3, 4.4e3, 8.8e3, 17.6e3, 17.6e3]);
    }

    #[test]
    fn never_leaves_the_numbers_however_many_attempts() {
        let backoff = Backoff { max_delay: 60_000.0, ..Backoff::default() };
        assert_eq!(backoff.delay(u32::MAX, 0.0), 60_000.0);
        assert_eq!(Backoff { min_delay: 0.0, ..backoff }.delay(5, 0.9), 0.0);
    }
}
