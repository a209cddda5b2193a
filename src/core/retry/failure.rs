//! The facts of a failed attempt, and what they allow.

use super::classify::Verdict;

/// The decision of the caller's `classify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Another attempt may be made.
    Retry,
    /// The item fails.
    Fail,
    /// The item fails, and the run pauses until it is resumed.
    Pause,
    /// The server is asked first whether it did the work.
    Reconcile,
}

/// Methods of requests that are safe to repeat.
pub const SAFE_METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Returns whether a repetition is not paid twice: the request carries a key, has a safe method, or the caller says so
/// (`resend`).
pub fn is_keyed(has_key: bool, is_safe: bool, resends: bool) -> bool {
    has_key || is_safe || resends
}

/// The facts of a failed attempt. [`RetryPolicy`](super::RetryPolicy) and the engine decide what follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Verdict of the default rules on the error.
    pub verdict: Verdict,
    /// Verdict on its innermost failure: the last one of a `RetryError`.
    pub cause: Verdict,
    /// Whether the request may have been sent. If not, the server did no work.
    pub sent: bool,
    /// Whether the call is keyed.
    pub keyed: bool,
    /// Whether the server refused because of its load, so that the limiter cools.
    pub throttled: bool,
    /// Whether the error is the reason of the end of the run: the task gave up because of it.
    pub is_end_reason: bool,
    /// Decision of the caller; `None` follows the default rules.
    pub decision: Option<Decision>,
    /// Wait hint of the server, in milliseconds.
    pub retry_after: Option<f64>,
    /// Wait that replaces the formula, in milliseconds.
    pub delay: Option<f64>,
    /// Random number from 0 to 1, for the jitter.
    pub random: f64,
}

impl Failure {
    /// Creates a failure that a retry cannot fix.
    pub const FINAL: Self = Self {
        verdict: Verdict::Final,
        cause: Verdict::Final,
        sent: true,
        keyed: false,
        throttled: false,
        is_end_reason: false,
        decision: None,
        retry_after: None,
        delay: None,
        random: 0.0,
    };

    /// Creates a failure that may be retried.
    pub const REFUSED: Self = Self { verdict: Verdict::Refused, cause: Verdict::Refused, ..Self::FINAL };

    /// Returns the verdict. A request that was not sent is refused, not ambiguous.
    pub fn verdict_of(verdict: Verdict, sent: bool) -> Verdict {
        if verdict == Verdict::Ambiguous && !sent { Verdict::Refused } else { verdict }
    }

    /// Returns whether the server may have received the request and begun the work.
    pub fn may_be_sent(&self) -> bool {
        self.sent && self.verdict != Verdict::Refused
    }

    /// Returns whether the server may have done the work, and has to be asked first.
    pub fn is_uncertain(&self) -> bool {
        Self::verdict_of(self.cause, self.sent) == Verdict::Ambiguous || self.decision == Some(Decision::Reconcile)
    }

    /// Returns whether the server refused because of its load, and did no work.
    pub fn is_refusal(&self) -> bool {
        self.throttled && self.verdict == Verdict::Refused
    }

    /// Returns whether another attempt is allowed. With `reconcile` a run may repeat all work that was not done.
    pub fn is_repeatable(&self, reconciles: bool) -> bool {
        match self.decision {
            Some(Decision::Retry | Decision::Reconcile) => true,
            Some(Decision::Fail | Decision::Pause) => false,
            None => match Self::verdict_of(self.verdict, self.sent) {
                Verdict::Refused => true,
                Verdict::Ambiguous => self.keyed || reconciles,
                Verdict::Final | Verdict::Unknown => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMBIGUOUS: Failure = Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, ..Failure::FINAL };

    #[test]
    fn an_ambiguous_failure_is_repeated_only_where_it_is_not_paid_twice() {
        assert!(!AMBIGUOUS.is_repeatable(false));
        assert!(AMBIGUOUS.is_repeatable(true));
        assert!(Failure { keyed: true, ..AMBIGUOUS }.is_repeatable(false));
        assert!(Failure::REFUSED.is_repeatable(false));
        assert!(!Failure { keyed: true, ..Failure::FINAL }.is_repeatable(true));
    }

    #[test]
    fn a_key_a_safe_method_or_the_caller_makes_a_call_keyed() {
        assert!(is_keyed(true, false, false) && is_keyed(false, true, false) && is_keyed(false, false, true));
        assert!(!is_keyed(false, false, false));
    }

    #[test]
    fn work_may_have_begun_unless_the_request_was_refused_or_never_sent() {
        assert!(AMBIGUOUS.may_be_sent() && Failure::FINAL.may_be_sent());
        assert!(!Failure::REFUSED.may_be_sent());
        assert!(!Failure { sent: false, ..AMBIGUOUS }.may_be_sent());
    }

    #[test]
    fn a_request_that_was_not_sent_is_repeatable_and_certain() {
        let unsent = Failure { sent: false, ..AMBIGUOUS };
        assert!(unsent.is_repeatable(false));
        assert!(AMBIGUOUS.is_uncertain() && !unsent.is_uncertain());
        assert!(!Failure { sent: false, ..Failure::FINAL }.is_repeatable(false));
    }

    #[test]
    fn the_decision_of_the_caller_wins() {
        let decided = |decision, failure: Failure| Failure { decision: Some(decision), ..failure }.is_repeatable(false);
        assert!(decided(Decision::Retry, Failure::FINAL));
        assert!(decided(Decision::Reconcile, Failure::FINAL));
        assert!(!decided(Decision::Fail, Failure::REFUSED));
        assert!(!decided(Decision::Pause, Failure::REFUSED));
        assert!(Failure { decision: Some(Decision::Reconcile), ..Failure::FINAL }.is_uncertain());
    }

    #[test]
    fn the_last_cause_says_whether_the_server_may_have_done_the_work() {
        assert!(Failure { cause: Verdict::Ambiguous, ..Failure::FINAL }.is_uncertain());
        assert!(!Failure { verdict: Verdict::Ambiguous, ..Failure::FINAL }.is_uncertain());
    }

    #[test]
    fn a_refusal_is_throttled_and_did_no_work() {
        let throttled = |failure: Failure| Failure { throttled: true, ..failure };
        assert!(throttled(Failure::REFUSED).is_refusal());
        assert!(!Failure::REFUSED.is_refusal() && !throttled(AMBIGUOUS).is_refusal());
    }
}
