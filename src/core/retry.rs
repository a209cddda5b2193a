//! Whether a failed attempt is followed by another, and when.

use super::backoff::Backoff;

/// How often, and after what waits, an item is tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Attempts in all; 1 is no retry.
    pub attempts: u32,
    /// The waits between them.
    pub backoff: Backoff,
    /// A server's wait hint up to this is obeyed; a longer one ends the retries. Milliseconds.
    pub max_retry_after: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, backoff: Backoff::default(), max_retry_after: 60_000.0 }
    }
}

/// What is repeated without any wait, and fails at once each time, would leave the host no turn for anything else. Milliseconds.
const LEAST_WAIT: f64 = 1.0;

impl RetryPolicy {
    /// One attempt, and no other.
    pub const NONE: Self = Self {
        attempts: 1,
        backoff: Backoff { min_delay: 0.0, max_delay: 0.0, factor: 1.0, jitter: 0.0 },
        max_retry_after: 0.0,
    };
}

/// What the host knows of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Whether another attempt may be made; of a doubtful one, once the server has said that it did not do the work.
    pub repeatable: bool,
    /// Whether a repetition is known not to be paid twice, so that it may be made even where the server cannot tell.
    pub keyed: bool,
    /// Whether the server may have done the work all the same, so that it is to be asked first.
    pub doubtful: bool,
    /// Whether the task gave up because its run was ended.
    pub withdrawn: bool,
    /// Whether the server refused because too much came at once.
    pub throttled: bool,
    /// How long the server asked to wait, in milliseconds.
    pub retry_after: Option<f64>,
    /// A wait that replaces the formula's.
    pub delay: Option<f64>,
    /// In 0..1, for the jitter.
    pub random: f64,
}

impl Failure {
    /// A failure that no other attempt can mend.
    pub const FINAL: Self = Self {
        repeatable: false,
        keyed: false,
        doubtful: false,
        withdrawn: false,
        throttled: false,
        retry_after: None,
        delay: None,
        random: 0.0,
    };
}

/// A failure of which nobody knows whether the server did the work, while the server is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// The wait before the next attempt if the server has not done it; `None` if there is none left.
    pub delay: Option<f64>,
    /// Whether there may be another attempt even if the server does not say.
    pub keyed: bool,
}

impl Doubt {
    /// The wait before the next attempt, if the server cannot tell.
    pub fn unresolved(&self) -> Option<f64> {
        self.delay.filter(|_| self.keyed)
    }
}

impl RetryPolicy {
    /// What follows when the server has been asked about the failure of attempt number `attempt`.
    pub fn doubt(&self, attempt: u32, failure: &Failure) -> Doubt {
        Doubt { delay: self.next_delay(attempt, failure), keyed: failure.keyed }
    }

    /// The wait before the next attempt, after `attempt` attempts were made; `None` ends the retries.
    pub fn next_delay(&self, attempt: u32, failure: &Failure) -> Option<f64> {
        if !failure.repeatable || attempt >= self.attempts {
            return None;
        }
        match failure.retry_after {
            Some(hint) if hint > self.max_retry_after => None,
            Some(hint) => Some(hint.max(LEAST_WAIT)),
            None => Some(failure.delay.unwrap_or_else(|| self.backoff.delay(attempt, failure.random)).max(LEAST_WAIT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPEATABLE: Failure = Failure { repeatable: true, ..Failure::FINAL };

    #[test]
    fn ends_after_the_last_attempt_r14() {
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
        let delays = [1, 2, 3, 4].map(|attempt| policy.next_delay(attempt, &REPEATABLE));
        assert_eq!(delays, [Some(1_000.0), Some(2_000.0), None, None]);
    }

    #[test]
    fn a_wait_hint_wins_over_delay_and_formula_up_to_its_cap_r14() {
        let policy = RetryPolicy::default();
        let hinted = |retry_after| Failure { retry_after: Some(retry_after), delay: Some(5.0), ..REPEATABLE };
        assert_eq!(policy.next_delay(1, &hinted(7_000.0)), Some(7_000.0));
        assert_eq!(policy.next_delay(1, &hinted(60_000.0)), Some(60_000.0));
        assert_eq!(policy.next_delay(1, &hinted(60_001.0)), None);
        assert_eq!(policy.next_delay(1, &Failure { delay: Some(5.0), ..REPEATABLE }), Some(5.0));
    }

    #[test]
    fn nothing_is_repeated_without_any_wait_r14() {
        let policy = RetryPolicy { attempts: 9, ..RetryPolicy::NONE };
        let told = [Some(0.0), None].map(|retry_after| Failure { retry_after, delay: Some(0.0), ..REPEATABLE });
        assert_eq!(told.map(|failure| policy.next_delay(1, &failure)), [Some(1.0); 2]);
        assert_eq!(policy.next_delay(1, &REPEATABLE), Some(1.0));
    }

    #[test]
    fn a_final_failure_is_not_repeated() {
        assert_eq!(RetryPolicy::default().next_delay(1, &Failure::FINAL), None);
        assert_eq!(RetryPolicy::NONE.next_delay(1, &REPEATABLE), None);
    }
}
