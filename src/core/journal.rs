//! The rules of journals: what a record means when a run is opened on it, and what is stored after a failure.
//!
//! The host stores [`Record::Started`] before it makes a call, and asks [`Engine::may_send`] when that is stored. It
//! stores [`Record::Fulfilled`] before it reports the success to the engine. After a failure it stores what
//! [`after_failure`] returns.
//!
//! [`Engine::may_send`]: crate::core::engine::Engine::may_send

use crate::core::engine::output::AfterFailure;
use crate::core::retry::failure::Failure;

/// Time limit of one entry, in milliseconds. After it, the run goes on as if the entry could not be stored. Further
/// entries time out at once until the store answers again, so a store that hangs delays a run only once.
pub const STORE_LIMIT: u32 = 10_000;

/// Pauses before the entries are read again, in milliseconds.
const LOAD_PAUSES: [f64; 5] = [100.0, 400.0, 1_500.0, 3_000.0, 3_000.0];

/// Returns the pause before the entries are read again, after this many failures, in milliseconds. `None` fails the
/// run: without its entries it would buy again what is paid for.
pub fn load_pause(failures: u32) -> Option<f64> {
    LOAD_PAUSES.get((failures as usize).checked_sub(1)?).copied()
}

/// Describes the stored entry of an item or of one of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// A call was about to be made, and nothing is known of its end.
    Started {
        /// Set if the call can be repeated: it has an idempotency key, or its parts have records of their own.
        repeatable: bool,
        /// Set if the item is being regenerated and still has its earlier value.
        has_value: bool,
    },
    /// The call has done no work, and will be made again.
    Waiting {
        /// Set if the item is being regenerated and still has its earlier value.
        has_value: bool,
    },
    /// The result is stored.
    Fulfilled,
    /// The failure is stored.
    Rejected {
        /// Set if the call can be repeated: the work was not done, or the call has an idempotency key.
        repeatable: bool,
    },
}

/// Says how a run treats an item or a step that has a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// The item starts in its turn.
    Unstarted,
    /// The item has its stored value.
    Fulfilled,
    /// The item has its stored failure.
    Rejected,
    /// The server is asked first whether it did the work.
    Asks,
    /// The item is rejected, because the work may have been done. The user decides whether to retry it.
    Unconfirmed,
}

impl Record {
    /// Returns whether the record holds a value, the one of now or an earlier one.
    pub fn has_value(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Started { has_value: true, .. } | Self::Waiting { has_value: true })
    }

    /// Returns how a run treats the record. `asks` is set if the server can be asked. `keeps` is set if the
    /// others go on after a rejection. Where it ends or pauses the run, opening the run again retries the item.
    pub fn restored(self, asks: bool, keeps: bool) -> Restored {
        match self {
            Self::Fulfilled => Restored::Fulfilled,
            Self::Rejected { .. } if keeps => Restored::Rejected,
            Self::Waiting { has_value: true } => Restored::Fulfilled,
            Self::Rejected { repeatable: true } | Self::Waiting { .. } => Restored::Unstarted,
            Self::Rejected { .. } => Restored::Unconfirmed,
            Self::Started { .. } if asks => Restored::Asks,
            Self::Started { repeatable: true, .. } => Restored::Unstarted,
            Self::Started { has_value: true, .. } => Restored::Fulfilled,
            Self::Started { .. } => Restored::Unconfirmed,
        }
    }
}

/// Returns the record to store after a failed attempt. `None` keeps the record `before`, a started one, because the
/// work may have been done.
pub fn after_failure(before: Record, after: AfterFailure, failure: &Failure) -> Option<Record> {
    match after {
        AfterFailure::Rejected => Some(Record::Rejected { repeatable: failure.keyed || !failure.is_uncertain() }),
        AfterFailure::Retrying if !failure.is_uncertain() => Some(Record::Waiting { has_value: before.has_value() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::retry::classify::Verdict;

    const UNKEYED: Record = Record::Started { repeatable: false, has_value: false };
    const KEYED: Record = Record::Started { repeatable: true, has_value: false };

    #[test]
    fn a_started_call_is_repeated_only_where_that_cannot_buy_twice() {
        let restored = |record: Record, asks| record.restored(asks, true);
        assert_eq!(restored(UNKEYED, false), Restored::Unconfirmed);
        assert_eq!(restored(KEYED, false), Restored::Unstarted);
        assert_eq!([restored(UNKEYED, true), restored(KEYED, true)], [Restored::Asks; 2]);
        assert_eq!(restored(Record::Waiting { has_value: false }, true), Restored::Unstarted);
    }

    #[test]
    fn an_item_that_was_made_anew_falls_back_to_its_earlier_value() {
        let anew = |repeatable| Record::Started { repeatable, has_value: true };
        assert_eq!(anew(false).restored(false, true), Restored::Fulfilled);
        assert_eq!(anew(true).restored(false, true), Restored::Unstarted);
        for asks in [true, false] {
            let waiting = Record::Waiting { has_value: true };
            assert_eq!(waiting.restored(asks, true), Restored::Fulfilled, "no work was done");
        }
    }

    #[test]
    fn a_failure_is_kept_where_the_others_go_on_and_made_again_where_it_ended_the_run() {
        for repeatable in [true, false] {
            assert_eq!(Record::Rejected { repeatable }.restored(true, true), Restored::Rejected);
        }
        assert_eq!(Record::Rejected { repeatable: true }.restored(true, false), Restored::Unstarted);
        assert_eq!(Record::Rejected { repeatable: false }.restored(true, false), Restored::Unconfirmed);
        assert_eq!(Record::Fulfilled.restored(true, false), Restored::Fulfilled);
    }

    #[test]
    fn entries_are_read_again_a_few_times_before_the_run_fails() {
        let pauses: Vec<_> = (0..7).map(load_pause).collect();
        assert_eq!(pauses[1..6].iter().flatten().sum::<f64>(), 8_000.0);
        assert_eq!([pauses[0], pauses[6]], [None; 2]);
    }

    #[test]
    fn a_retry_without_doubt_is_stored_as_waiting() {
        let ambiguous = Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, ..Failure::FINAL };
        for has_value in [true, false] {
            let before = Record::Started { repeatable: false, has_value };
            let after = after_failure(before, AfterFailure::Retrying, &Failure::REFUSED);
            assert_eq!(after, Some(Record::Waiting { has_value }));
        }
        let after_failure = |after, failure: &Failure| super::after_failure(UNKEYED, after, failure);
        assert_eq!(after_failure(AfterFailure::Retrying, &ambiguous), None);
        assert_eq!(after_failure(AfterFailure::Reconciling, &ambiguous), None);
        let keyed = Failure { keyed: true, ..ambiguous };
        for (failure, repeatable) in [(ambiguous, false), (keyed, true), (Failure::FINAL, true)] {
            assert_eq!(after_failure(AfterFailure::Rejected, &failure), Some(Record::Rejected { repeatable }));
        }
        assert_eq!(after_failure(AfterFailure::Cancelled, &Failure::REFUSED), None);
    }
}
