//! What follows an ask of a poll: another, after a wait, or its end.

/// How long a poll may go on. Milliseconds; infinite for no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollLimits {
    /// In all.
    pub timeout: f64,
    /// Since a reply last differed from the one before.
    pub idle_timeout: f64,
    /// So many failed asks in a row end it.
    pub errors: u32,
}

/// What has come of it until now, by the wall clock: a computer that slept has waited all the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollSoFar {
    /// Since the first ask.
    pub elapsed: f64,
    /// Since a reply last differed from the one before.
    pub silent: f64,
    /// Failed asks in a row.
    pub errors: u32,
}

/// What follows an ask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AfterAsk {
    /// The next, after this wait.
    Wait(f64),
    /// It took too long in all.
    Overdue,
    /// Nothing new came for too long.
    Silent,
    /// Too many asks failed in a row.
    Failed,
}

/// The longest wait after failed asks, unless the interval itself is longer.
const LONGEST_BACKOFF: f64 = 30_000.0;

/// What follows an ask that did not end the poll. `interval` is the wait that the caller wants, `hint` what the server wants.
pub fn after_ask(limits: &PollLimits, so_far: &PollSoFar, interval: f64, hint: Option<f64>) -> AfterAsk {
    if so_far.elapsed >= limits.timeout {
        return AfterAsk::Overdue;
    }
    if so_far.silent >= limits.idle_timeout {
        return AfterAsk::Silent;
    }
    if so_far.errors > 0 && so_far.errors >= limits.errors {
        return AfterAsk::Failed;
    }
    let interval = interval.max(0.0);
    // A server in trouble is asked less and less often.
    let doublings = so_far.errors.saturating_sub(1).min(16) as i32;
    let backoff = (interval * 2_f64.powi(doublings)).min(LONGEST_BACKOFF.max(interval));
    AfterAsk::Wait(hint.map_or(backoff, |hint| hint.max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PollLimits = PollLimits { timeout: 10_000.0, idle_timeout: 4_000.0, errors: 3 };
    const FRESH: PollSoFar = PollSoFar { elapsed: 1_000.0, silent: 1_000.0, errors: 0 };

    #[test]
    fn a_wait_hint_wins_over_the_interval_r20() {
        assert_eq!(after_ask(&LIMITS, &FRESH, 500.0, None), AfterAsk::Wait(500.0));
        assert_eq!(after_ask(&LIMITS, &FRESH, 500.0, Some(20_000.0)), AfterAsk::Wait(20_000.0));
        assert_eq!(after_ask(&LIMITS, &FRESH, 500.0, Some(-5.0)), AfterAsk::Wait(0.0));
    }

    #[test]
    fn ends_by_the_whole_time_and_by_silence_r20() {
        let overdue = PollSoFar { elapsed: 10_000.0, ..FRESH };
        assert_eq!(after_ask(&LIMITS, &overdue, 500.0, None), AfterAsk::Overdue);
        let silent = PollSoFar { silent: 4_000.0, ..FRESH };
        assert_eq!(after_ask(&LIMITS, &silent, 500.0, None), AfterAsk::Silent);
        let unlimited = PollLimits { timeout: f64::INFINITY, idle_timeout: f64::INFINITY, errors: 3 };
        assert_eq!(
            after_ask(&unlimited, &PollSoFar { elapsed: 1e12, silent: 1e12, errors: 0 }, 7.0, None),
            AfterAsk::Wait(7.0)
        );
    }

    #[test]
    fn failed_asks_are_repeated_more_and_more_slowly_and_only_so_often_in_a_row_r20() {
        let after = |errors| after_ask(&LIMITS, &PollSoFar { errors, ..FRESH }, 500.0, None);
        assert_eq!([1, 2, 3].map(after), [AfterAsk::Wait(500.0), AfterAsk::Wait(1_000.0), AfterAsk::Failed]);
        let patient = PollLimits { errors: u32::MAX, ..LIMITS };
        let far = |interval| after_ask(&patient, &PollSoFar { errors: 4_000_000, ..FRESH }, interval, None);
        assert_eq!(far(500.0), AfterAsk::Wait(30_000.0));
        assert_eq!(far(60_000.0), AfterAsk::Wait(60_000.0));
    }
}
