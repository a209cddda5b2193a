//! Whether a failed attempt is followed by another, and when.
//!
//! [`classify`] gives a verdict on an error, [`failure`] has the facts of a failed attempt, [`backoff`] the waits, and
//! [`RetryPolicy`] combines them.

pub mod backoff;
pub mod classify;
pub mod failure;

use backoff::Backoff;
use classify::Verdict;
use failure::Failure;

/// The retries of an item: their number and their waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Number of attempts in total; 1 means no retry.
    pub attempts: u32,
    /// Waits between the attempts.
    pub backoff: Backoff,
    /// Longest wait hint that is obeyed, in milliseconds. A longer one ends the retries.
    pub max_retry_after: f64,
    /// Whether the server can be asked about an ambiguous failure.
    pub reconciles: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, backoff: Backoff::default(), max_retry_after: 60_000.0, reconciles: false }
    }
}

/// Shortest wait before a retry, in milliseconds. Without it, a task that fails at once would block the host.
const MIN_WAIT: f64 = 1.0;

impl RetryPolicy {
    /// A policy with a single attempt.
    pub const NONE: Self = Self {
        attempts: 1,
        backoff: Backoff { min_delay: 0.0, max_delay: 0.0, factor: 1.0, jitter: 0.0 },
        max_retry_after: 0.0,
        reconciles: false,
    };

    /// Returns whether another attempt may follow.
    pub fn may_follow(&self, made: Made, failure: &Failure) -> bool {
        // Without a policy there is one attempt, refused or not.
        let used = if self.attempts > 1 { made.attempts.saturating_sub(made.refusals) } else { made.attempts };
        failure.is_repeatable(self.reconciles) && used < self.attempts
    }

    /// Returns the wait before the next attempt; `None` ends the retries.
    pub fn next_delay(&self, made: Made, failure: &Failure) -> Option<f64> {
        if !self.may_follow(made, failure) {
            return None;
        }
        let own = || failure.delay.unwrap_or_else(|| self.backoff.delay(made.attempts, failure.random));
        let wait = match failure.retry_after {
            Some(hint) if hint > self.max_retry_after => return None,
            // A short hint must not switch the growth off: from the second failure on, the formula is the minimum.
            Some(hint) if made.attempts > 1 => hint.max(own()),
            Some(hint) => hint,
            None => own(),
        };
        Some(wait.max(MIN_WAIT))
    }

    /// Returns the verdict for which the first failure is the last, if a caller who asked for retries may not expect
    /// that.
    pub fn unexpected_end(&self, attempts: u32, failure: &Failure) -> Option<Verdict> {
        if self.attempts == 1 || attempts > 1 || failure.decision.is_some() || failure.is_end_reason {
            return None;
        }
        match Failure::verdict_of(failure.verdict, failure.sent) {
            Verdict::Ambiguous if failure.keyed => None,
            verdict @ (Verdict::Ambiguous | Verdict::Unknown) => Some(verdict),
            Verdict::Final | Verdict::Refused => None,
        }
    }

    /// Returns the question to ask the server about a failure, if there is one to ask.
    pub fn question(&self, made: Made, failure: &Failure) -> Option<PendingQuestion> {
        (self.reconciles && failure.is_uncertain())
            .then(|| PendingQuestion { delay: self.next_delay(made, failure), keyed: failure.keyed })
    }
}

/// The attempts of an item so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Made {
    /// Number of attempts.
    pub attempts: u32,
    /// Number of refusals that cooled a limiter. They do not use up the attempts of the policy.
    pub refusals: u32,
}

impl From<u32> for Made {
    fn from(attempts: u32) -> Self {
        Self { attempts, refusals: 0 }
    }
}

/// A question to the server: whether it did the work of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingQuestion {
    /// Wait before the next attempt if the server has not done the work; `None` if no attempt is left.
    pub delay: Option<f64>,
    /// Whether another attempt is allowed even if the question fails.
    pub keyed: bool,
}

impl PendingQuestion {
    /// Returns the wait before the next attempt if the question fails.
    pub fn unanswered(&self) -> Option<f64> {
        self.delay.filter(|_| self.keyed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPEATABLE: Failure = Failure::REFUSED;

    #[test]
    fn ends_after_the_last_attempt() {
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
        let delays = [1, 2, 3, 4].map(|attempt| policy.next_delay(attempt.into(), &REPEATABLE));
        assert_eq!(delays, [Some(1_000.0), Some(2_000.0), None, None]);
    }

    #[test]
    fn the_end_by_an_unknown_or_ambiguous_first_failure_is_unexpected() {
        let policy = RetryPolicy::default();
        let of = |verdict| Failure { verdict, ..Failure::FINAL };
        let [unknown, ambiguous] = [Verdict::Unknown, Verdict::Ambiguous].map(of);
        assert_eq!(policy.unexpected_end(1, &unknown), Some(Verdict::Unknown));
        assert_eq!(policy.unexpected_end(1, &ambiguous), Some(Verdict::Ambiguous));
        let expected = [
            Failure { keyed: true, ..ambiguous },
            Failure { sent: false, ..ambiguous },
            Failure { decision: Some(failure::Decision::Fail), ..unknown },
            Failure { is_end_reason: true, ..unknown },
            Failure::FINAL,
            Failure::REFUSED,
        ];
        for failure in expected {
            assert_eq!(policy.unexpected_end(1, &failure), None, "{failure:?}");
        }
        assert_eq!(policy.unexpected_end(2, &unknown), None);
        assert_eq!(RetryPolicy { attempts: 1, ..policy }.unexpected_end(1, &unknown), None);
    }

    #[test]
    fn a_wait_hint_wins_over_delay_and_formula_up_to_its_cap() {
        let policy = RetryPolicy::default();
        let hinted = |retry_after| Failure { retry_after: Some(retry_after), delay: Some(5.0), ..REPEATABLE };
        assert_eq!(policy.next_delay(1.into(), &hinted(7_000.0)), Some(7_000.0));
        assert_eq!(policy.next_delay(1.into(), &hinted(60_000.0)), Some(60_000.0));
        assert_eq!(policy.next_delay(1.into(), &hinted(60_001.0)), None);
        assert_eq!(policy.next_delay(1.into(), &Failure { delay: Some(5.0), ..REPEATABLE }), Some(5.0));
    }

    #[test]
    fn a_short_hint_does_not_switch_the_growth_off() {
        let policy = RetryPolicy { attempts: 9, ..RetryPolicy::default() };
        let hinted = Failure { retry_after: Some(1_500.0), ..REPEATABLE };
        let delays = [1, 2, 3].map(|attempt| policy.next_delay(attempt.into(), &hinted));
        assert_eq!(delays, [Some(1_500.0), Some(2_000.0), Some(4_000.0)]);
        let long = Failure { retry_after: Some(9_000.0), ..REPEATABLE };
        assert_eq!(policy.next_delay(2.into(), &long), Some(9_000.0));
        let own = Failure { delay: Some(2_500.0), ..hinted };
        assert_eq!([1, 2].map(|attempt| policy.next_delay(attempt.into(), &own)), [Some(1_500.0), Some(2_500.0)]);
    }

    #[test]
    fn refusals_that_cool_a_limiter_do_not_use_up_attempts() {
        let policy = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        let made = |attempts, refusals| policy.next_delay(Made { attempts, refusals }, &REPEATABLE).is_some();
        assert!(made(1, 0) && !made(2, 0) && made(2, 1) && made(9, 8) && !made(9, 7));
        assert_eq!(RetryPolicy::NONE.next_delay(Made { attempts: 1, refusals: 1 }, &REPEATABLE), None);
    }

    #[test]
    fn nothing_is_repeated_without_any_wait() {
        let policy = RetryPolicy { attempts: 9, ..RetryPolicy::NONE };
        let hinted = [Some(0.0), None].map(|retry_after| Failure { retry_after, delay: Some(0.0), ..REPEATABLE });
        assert_eq!(hinted.map(|failure| policy.next_delay(1.into(), &failure)), [Some(1.0); 2]);
        assert_eq!(policy.next_delay(1.into(), &REPEATABLE), Some(1.0));
    }

    #[test]
    fn a_final_failure_is_not_repeated() {
        assert_eq!(RetryPolicy::default().next_delay(1.into(), &Failure::FINAL), None);
        assert_eq!(RetryPolicy::NONE.next_delay(1.into(), &REPEATABLE), None);
    }

    #[test]
    fn the_server_is_asked_only_where_it_can_tell_and_may_have_done_the_work() {
        let ambiguous = Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, ..Failure::FINAL };
        let asks = RetryPolicy { reconciles: true, ..RetryPolicy::default() };
        assert_eq!(RetryPolicy::default().question(1.into(), &ambiguous), None);
        assert_eq!(asks.question(1.into(), &REPEATABLE), None);
        let question = asks.question(1.into(), &ambiguous).expect("a question");
        assert_eq!((question.delay, question.unanswered()), (Some(1_000.0), None));
        let keyed = asks.question(3.into(), &Failure { keyed: true, ..ambiguous }).expect("a question");
        assert_eq!((keyed.delay, keyed.unanswered()), (None, None));
        let keyed = asks.question(2.into(), &Failure { keyed: true, ..ambiguous }).expect("a question");
        assert_eq!(keyed.unanswered(), Some(2_000.0));
    }
}
