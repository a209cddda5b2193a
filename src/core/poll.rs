//! A poll: asks, one at a time, until a reply is the wanted one, its time is over, or too many asks fail.

use super::retry::classify::Verdict;

/// The wait between asks, unless the caller says otherwise. Milliseconds.
pub const INTERVAL: f64 = 1_000.0;

/// The number of failed asks in a row that end a poll, unless the caller says otherwise.
pub const MAX_ERRORS: u32 = 3;

/// How long a poll may go on. Milliseconds; infinite for no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollLimits {
    /// In all.
    pub timeout: f64,
    /// Since a reply last differed from the one before.
    pub idle_timeout: f64,
    /// The number of failed asks in a row that end the poll.
    pub errors: u32,
}

/// A time on two clocks, in milliseconds. The wall clock goes on while a computer sleeps, the monotonic one cannot be
/// set
/// back: the longer of the two intervals counts.
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

/// What follows in a poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// The next ask, after this wait in milliseconds.
    Ask(f64),
    /// The poll took longer than its timeout.
    TimedOut,
    /// No reply differed for longer than the idle timeout.
    Idle,
    /// The last ask failed for good, or too many failed in a row.
    Failed,
}

/// Why an ask failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskFailure {
    /// What the default rules make of the error.
    pub verdict: Verdict,
    /// Whether the error is a reply of the server: it has a status.
    pub is_reply: bool,
    /// What the caller's `classify` makes of it.
    pub tolerates: Option<bool>,
}

/// How the wait grows after failed asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// The least wait; the interval where it is longer.
    pub min_delay: f64,
    /// The longest wait, unless the interval itself is longer.
    pub max_delay: f64,
    /// Each wait is this many times the one before.
    pub factor: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { min_delay: 0.0, max_delay: 30_000.0, factor: 2.0 }
    }
}

/// A poll under way.
#[derive(Clone, Debug)]
pub struct Poll {
    limits: PollLimits,
    growth: Growth,
    started: Clocks,
    /// Milliseconds after the start at which a reply last differed.
    changed_at: f64,
    errors: u32,
    is_asking: bool,
    /// A push arrived during the ask: the next ask follows at once.
    is_poked: bool,
}

impl Poll {
    /// Starts a poll.
    pub fn new(limits: PollLimits, growth: Growth, now: Clocks) -> Self {
        Self { limits, growth, started: now, changed_at: 0.0, errors: 0, is_asking: false, is_poked: false }
    }

    /// An ask is about to be made. Returns why it must not: the computer may have slept since the ask was planned.
    pub fn ask(&mut self, now: Clocks) -> Option<Next> {
        let over = self.over(now);
        self.is_asking = over.is_none();
        self.is_poked = false;
        over
    }

    /// A reply came that is not the wanted one. `changed` if it differs from the one before; `interval` is the wait
    /// that the
    /// caller wants, `hint` the server's.
    pub fn replied(&mut self, changed: bool, interval: f64, hint: Option<f64>, now: Clocks) -> Next {
        self.is_asking = false;
        self.errors = 0;
        if changed {
            self.changed_at = now.since(self.started);
        }
        match self.next(interval, hint, now) {
            Next::Ask(_) if self.is_poked => Next::Ask(0.0),
            next => next,
        }
    }

    /// An ask failed. `tolerates` if the caller says that another ask may mend it; where the caller says nothing, an
    /// error that
    /// is no reply of the server, or that the default rules would repeat.
    pub fn failed(&mut self, failure: AskFailure, interval: f64, hint: Option<f64>, now: Clocks) -> Next {
        self.is_asking = false;
        self.errors += 1;
        let AskFailure { verdict, is_reply, tolerates } = failure;
        let goes_on = tolerates.unwrap_or(!is_reply || verdict != Verdict::Final);
        if goes_on { self.next(interval, hint, now) } else { Next::Failed }
    }

    /// A push says that it is time to ask. Returns whether to ask now: not during an ask, after which the next follows
    /// at once,
    /// nor while a server in trouble is given time.
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
        // A server in trouble is asked less and less often.
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
        AskFailure { verdict, is_reply: true, tolerates: None }
    }

    #[test]
    fn an_error_that_is_no_reply_is_tolerated_unless_the_caller_says_otherwise() {
        let failure = |is_reply, tolerates| AskFailure { verdict: Verdict::Final, is_reply, tolerates };
        let after = |failure| poll(LIMITS).failed(failure, 500.0, None, at(1.0));
        assert_eq!(after(failure(false, None)), Next::Ask(500.0));
        assert_eq!(after(failure(false, Some(false))), Next::Failed);
        assert_eq!(after(failure(true, Some(true))), Next::Ask(500.0));
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
