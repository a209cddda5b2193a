//! The rules of journals: what a record means when a run is opened on it, and what is stored after a failure.
//!
//! The host stores [`Record::Started`] before it makes a call, and asks [`Engine::may_send`] when that is stored. It
//! stores [`Record::Fulfilled`] before it reports the success to the engine. After a failure it stores what
//! [`after_failure`] returns.
//!
//! [`Engine::may_send`]: crate::core::engine::Engine::may_send

use crate::core::engine::output::AfterFailure;
use crate::core::retry::failure::Failure;

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
    Waiting,
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
    /// Returns how a run treats the record. `asks` is set if the server can be asked. `keeps` is set if the
    /// others go on after a rejection. Where it ends or pauses the run, opening the run again retries the item.
    pub fn restored(self, asks: bool, keeps: bool) -> Restored {
        match self {
            Self::Fulfilled => Restored::Fulfilled,
            Self::Rejected { .. } if keeps => Restored::Rejected,
            Self::Rejected { repeatable: true } | Self::Waiting => Restored::Unstarted,
            Self::Rejected { .. } => Restored::Unconfirmed,
            Self::Started { .. } if asks => Restored::Asks,
            Self::Started { repeatable: true, .. } => Restored::Unstarted,
            Self::Started { has_value: true, .. } => Restored::Fulfilled,
            Self::Started { .. } => Restored::Unconfirmed,
        }
    }
}

/// Returns the record to store after a failed attempt. `None` keeps "started", because the work may have been done.
pub fn after_failure(after: AfterFailure, failure: &Failure) -> Option<Record> {
    match after {
        AfterFailure::Rejected => Some(Record::Rejected { repeatable: failure.keyed || !failure.is_uncertain() }),
        AfterFailure::Retrying if !failure.is_uncertain() => Some(Record::Waiting),
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
        assert_eq!(restored(Record::Waiting, true), Restored::Unstarted);
    }

    #[test]
    fn an_item_that_was_made_anew_falls_back_to_its_earlier_value() {
        let anew = |repeatable| Record::Started { repeatable, has_value: true };
        assert_eq!(anew(false).restored(false, true), Restored::Fulfilled);
        assert_eq!(anew(true).restored(false, true), Restored::Unstarted);
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
    fn a_retry_without_doubt_is_stored_as_waiting() {
        let ambiguous = Failure { verdict: Verdict::Ambiguous, cause: Verdict::Ambiguous, ..Failure::FINAL };
        assert_eq!(after_failure(AfterFailure::Retrying, &Failure::REFUSED), Some(Record::Waiting));
        assert_eq!(after_failure(AfterFailure::Retrying, &ambiguous), None);
        assert_eq!(after_failure(AfterFailure::Reconciling, &ambiguous), None);
        let keyed = Failure { keyed: true, ..ambiguous };
        for (failure, repeatable) in [(ambiguous, false), (keyed, true), (Failure::FINAL, true)] {
            assert_eq!(after_failure(AfterFailure::Rejected, &failure), Some(Record::Rejected { repeatable }));
        }
        assert_eq!(after_failure(AfterFailure::Cancelled, &Failure::REFUSED), None);
    }
}
