//! A poll: requests, one at a time, until a reply is done, a time limit is reached, or too many requests fail.

use super::retry::classify::Verdict;
use super::retry::failure::Decision;

/// Default wait between requests, in milliseconds.
pub const INTERVAL: f64 = 1_000.0;

/// Default number of consecutive failures that end a poll.
pub const MAX_ERRORS: u32 = 3;

/// The limits of a poll, in milliseconds; infinite for no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollLimits {
    /// For the whole poll.
    pub timeout: f64,
    /// Since the last change of the replies.
    pub idle_timeout: f64,
    /// Number of consecutive failures that end the poll.
    pub errors: u32,
}

/// A time on two clocks, in milliseconds. The wall clock runs while a computer sleeps, and the monotonic clock cannot
/// be set back. The longer of the two intervals counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clocks {
    /// The wall clock.
    pub wall: f64,
    /// The monotonic clock.
    pub monotonic: f64,
}

impl Clocks {
    fn since(self, start: Self) -> f64 {
        (self.wall - start.wall).max(self.monotonic - start.monotonic)
    }
}

/// The next step of a poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Another request, after this wait in milliseconds.
    Ask(f64),
    /// The poll took longer than its timeout.
    TimedOut,
    /// The replies did not change for longer than the idle timeout.
    Idle,
    /// The last request failed for good, or too many failed in a row.
    Failed,
}

/// The facts of a failed request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskFailure {
    /// The verdict of the default rules.
    pub verdict: Verdict,
    /// The status of the reply, if the server replied.
    pub status: Option<u32>,
    /// The decision of the caller's `classify`. All but `Retry` end the poll.
    pub decision: Option<Decision>,
}

/// The growth of the wait after failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Shortest wait, unless the interval is longer.
    pub min_delay: f64,
    /// Longest wait, unless the interval is longer.
    pub max_delay: f64,
    /// Ratio of a wait to the one before it.
    pub factor: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { min_delay: 0.0, max_delay: 30_000.0, factor: 2.0 }
    }
}

/// The state of a poll.
#[derive(Clone, Debug)]
pub struct Poll {
    limits: PollLimits,
    growth: Growth,
    started: Clocks,
    /// Milliseconds from the start to the last change of the replies.
    changed_at: f64,
    errors: u32,
    has_replied: bool,
    is_asking: bool,
    /// Set if a push arrived during a request: the next request follows at once.
    is_poked: bool,
}

impl Poll {
    /// Starts a poll.
    pub fn new(limits: PollLimits, growth: Growth, now: Clocks) -> Self {
        Self {
            limits,
            growth,
            started: now,
            changed_at: 0.0,
            errors: 0,
            has_replied: false,
            is_asking: false,
            is_poked: false,
        }
    }

    /// Checks the time limits before a request: the computer may have slept since it was planned.
    pub fn ask(&mut self, now: Clocks) -> Option<Next> {
        let over = self.over(now);
        self.is_asking = over.is_none();
        self.is_poked = false;
        over
    }

    /// Handles a reply that is not done. `changed` says whether it differs from the one before. `interval` is the wait
    /// of the caller, `hint` that of the server.
    pub fn replied(&mut self, changed: bool, interval: f64, hint: Option<f64>, now: Clocks) -> Next {
        self.is_asking = false;
        self.has_replied = true;
        self.errors = 0;
        if changed {
            self.changed_at = now.since(self.started);
        }
        match self.next(interval, hint, now) {
            Next::Ask(_) if self.is_poked => Next::Ask(0.0),
            next => next,
        }
    }

    /// Handles a failure. If the caller does not decide, the poll goes on after an error without a status, after one
    /// that the default rules retry, and while what was ordered has not become visible.
    pub fn failed(&mut self, failure: AskFailure, interval: f64, hint: Option<f64>, now: Clocks) -> Next {
        self.is_asking = false;
        self.errors += 1;
        let AskFailure { verdict, status, decision } = failure;
        let goes_on = match (decision, status) {
            (Some(decision), _) => decision == Decision::Retry,
            (None, None) => true,
            (None, Some(404)) if !self.has_replied => true,
            (None, Some(_)) => !matches!(verdict, Verdict::Final | Verdict::Unknown),
        };
        if goes_on { self.next(interval, hint, now) } else { Next::Failed }
    }

    /// Handles a push. Returns whether to send a request now: not during a request, which is followed by another at
    /// once, and not during the wait after a failure.
    pub fn poke(&mut self) -> bool {
        if self.is_asking {
            self.is_poked = true;
        }
        !self.is_asking && self.errors == 0
    }

    fn over(&self, now: Clocks) -> Option<Next> {
        let elapsed = now.since(self.started);
        if elapsed >= self.limits.timeout {
            Some(Next::TimedOut)
        } else if elapsed - self.changed_at >= self.limits.idle_timeout {
            Some(Next::Idle)
        } else {
            None
        }
    }

    fn next(&self, interval: f64, hint: Option<f64>, now: Clocks) -> Next {
        if let Some(over) = self.over(now) {
            return over;
        }
        if self.errors >= self.limits.errors {
            return Next::Failed;
        }
        // The wait grows with each failure.
        let Growth { min_delay, max_delay, factor } = self.growth;
        let interval = interval.max(0.0);
        let first = if self.errors > 0 { interval.max(min_delay) } else { interval };
        let growths = self.errors.saturating_sub(1).min(16) as i32;
        let backoff = (first * factor.powi(growths)).min(max_delay.max(first));
        Next::Ask(hint.map_or(backoff, |hint| hint.max(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PollLimits = PollLimits { timeout: 10_000.0, idle_timeout: 4_000.0, errors: 3 };
    const UNLIMITED: PollLimits = PollLimits { timeout: f64::INFINITY, idle_timeout: f64::INFINITY, errors: u32::MAX };

    fn at(milliseconds: f64) -> Clocks {
        Clocks { wall: 5e11 + milliseconds, monotonic: 70.0 + milliseconds }
    }

    fn poll(limits: PollLimits) -> Poll {
        let mut poll = Poll::new(limits, Growth::default(), at(0.0));
        assert_eq!(poll.ask(at(0.0)), None);
        poll
    }

    fn reply(verdict: Verdict) -> AskFailure {
        AskFailure { verdict, status: Some(500), decision: None }
    }

    #[test]
    fn an_error_that_is_no_reply_is_tolerated_unless_the_caller_says_otherwise() {
        let failed = |status, decision| {
            let failure = AskFailure { verdict: Verdict::Final, status, decision };
            poll(LIMITS).failed(failure, 500.0, None, at(1.0))
        };
        assert_eq!(failed(None, None), Next::Ask(500.0));
        for decision in [Decision::Fail, Decision::Pause, Decision::Reconcile] {
            assert_eq!(failed(None, Some(decision)), Next::Failed, "{decision:?}");
        }
        assert_eq!(failed(Some(400), Some(Decision::Retry)), Next::Ask(500.0));
    }

    #[test]
    fn the_wait_after_failed_asks_grows_as_the_caller_says() {
        let mut flat = poll(LIMITS);
        flat.growth = Growth { factor: 1.0, ..Growth::default() };
        let mut own = poll(LIMITS);
        own.growth = Growth { min_delay: 900.0, max_delay: 2_000.0, factor: 3.0 };
        let fail = |poll: &mut Poll| poll.failed(reply(Verdict::Refused), 500.0, None, at(1.0));
        assert_eq!([fail(&mut flat), fail(&mut flat)], [Next::Ask(500.0), Next::Ask(500.0)]);
        assert_eq!([fail(&mut own), fail(&mut own)], [Next::Ask(900.0), Next::Ask(2_000.0)]);
        assert_eq!(own.replied(true, 500.0, None, at(2.0)), Next::Ask(500.0));
    }

    #[test]
    fn a_wait_hint_wins_over_the_interval() {
        assert_eq!(poll(LIMITS).replied(true, 500.0, None, at(1.0)), Next::Ask(500.0));
        assert_eq!(poll(LIMITS).replied(true, 500.0, Some(20_000.0), at(1.0)), Next::Ask(20_000.0));
        assert_eq!(poll(LIMITS).replied(true, 500.0, Some(-5.0), at(1.0)), Next::Ask(0.0));
        assert_eq!(poll(LIMITS).replied(true, -500.0, None, at(1.0)), Next::Ask(0.0));
    }

    #[test]
    fn ends_at_its_timeout_and_at_its_idle_timeout() {
        let mut silent = poll(LIMITS);
        assert_eq!(silent.replied(false, 500.0, None, at(3_999.0)), Next::Ask(500.0));
        assert_eq!(silent.replied(false, 500.0, None, at(4_000.0)), Next::Idle);
        let mut lively = poll(LIMITS);
        for time in [3_000.0, 6_000.0, 9_000.0, 9_999.0] {
            assert_eq!(lively.replied(true, 500.0, None, at(time)), Next::Ask(500.0));
        }
        assert_eq!(lively.ask(at(10_000.0)), Some(Next::TimedOut));
        assert_eq!(lively.replied(true, 500.0, None, at(10_000.0)), Next::TimedOut);
        assert_eq!(poll(UNLIMITED).replied(false, 7.0, None, at(1e12)), Next::Ask(7.0));
    }

    #[test]
    fn the_longer_of_the_two_clocks_counts() {
        let asleep = Clocks { wall: at(10_000.0).wall, ..at(5.0) };
        assert_eq!(poll(LIMITS).ask(asleep), Some(Next::TimedOut));
        let set_back = Clocks { wall: at(-3_600_000.0).wall, ..at(10_000.0) };
        assert_eq!(poll(LIMITS).ask(set_back), Some(Next::TimedOut));
    }

    #[test]
    fn failed_asks_are_repeated_more_and_more_slowly_until_there_are_too_many_in_a_row() {
        let mut failing = poll(LIMITS);
        let mut fail = || failing.failed(reply(Verdict::Ambiguous), 500.0, None, at(1.0));
        assert_eq!([fail(), fail(), fail()], [Next::Ask(500.0), Next::Ask(1_000.0), Next::Failed]);
        assert_eq!(failing.replied(true, 500.0, None, at(2.0)), Next::Ask(500.0));
        assert_eq!(failing.failed(reply(Verdict::Refused), 500.0, Some(9.0), at(3.0)), Next::Ask(9.0));
        let mut patient = poll(UNLIMITED);
        patient.errors = 4_000_000;
        assert_eq!(patient.failed(reply(Verdict::Refused), 500.0, None, at(1.0)), Next::Ask(30_000.0));
        assert_eq!(patient.failed(reply(Verdict::Refused), 60_000.0, None, at(1.0)), Next::Ask(60_000.0));
    }

    #[test]
    fn an_error_that_another_ask_cannot_mend_ends_the_poll() {
        assert_eq!(poll(LIMITS).failed(reply(Verdict::Final), 500.0, None, at(1.0)), Next::Failed);
    }

    #[test]
    fn what_is_missing_is_asked_for_again_until_the_first_reply() {
        let missing = AskFailure { status: Some(404), ..reply(Verdict::Final) };
        let mut late = poll(LIMITS);
        assert_eq!(late.failed(missing, 500.0, None, at(1.0)), Next::Ask(500.0));
        assert_eq!(late.replied(true, 500.0, None, at(2.0)), Next::Ask(500.0));
        assert_eq!(late.failed(missing, 500.0, None, at(3.0)), Next::Failed);
        let mut unknown = poll(LIMITS);
        let mut fail = || unknown.failed(missing, 500.0, None, at(1.0));
        assert_eq!([fail(), fail(), fail()], [Next::Ask(500.0), Next::Ask(1_000.0), Next::Failed]);
        let decided = AskFailure { decision: Some(Decision::Fail), ..missing };
        assert_eq!(poll(LIMITS).failed(decided, 500.0, None, at(1.0)), Next::Failed);
    }

    #[test]
    fn a_push_asks_at_once_or_right_after_the_ask_under_way() {
        let mut poll = poll(LIMITS);
        assert!(!poll.poke());
        assert_eq!(poll.replied(true, 500.0, None, at(1.0)), Next::Ask(0.0));
        assert!(poll.poke());
        assert_eq!(poll.ask(at(2.0)), None);
        assert_eq!(poll.replied(true, 500.0, None, at(3.0)), Next::Ask(500.0));
    }

    #[test]
    fn a_push_does_not_hurry_a_server_in_trouble() {
        let mut poll = poll(LIMITS);
        assert!(!poll.poke());
        assert_eq!(poll.failed(reply(Verdict::Refused), 500.0, None, at(1.0)), Next::Ask(500.0));
        assert!(!poll.poke());
    }
}
