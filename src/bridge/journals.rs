//! Exports for runs with a journal.

use super::attempts::{after_of, failure_of};
use super::host::with_engine;
use crate::core::ids::{RunId, Slot};
use crate::core::journal::{self, Record, Restored};
use crate::table::{record, restored};

/// See [`Engine::restore`](crate::core::engine::Engine::restore).
#[unsafe(no_mangle)]
pub extern "C" fn engine_restore(run: u32, item: u32, step: u32, record: u32, now: f64) -> u32 {
    number_of(with_engine(|engine| engine.restore(RunId(run), item, step as u8, record_of(record), now)))
}

/// See [`Engine::may_send`](crate::core::engine::Engine::may_send).
#[unsafe(no_mangle)]
pub extern "C" fn engine_may_send(slot: u32) -> u32 {
    with_engine(|engine| u32::from(engine.may_send(Slot(slot))))
}

/// Returns what the record of a step of a task means. See [`Record::restored`].
#[unsafe(no_mangle)]
pub extern "C" fn engine_restored_step(record: u32) -> u32 {
    number_of(record_of(record).restored(false, false))
}

/// See [`journal::load_pause`]. NaN if the run fails.
#[unsafe(no_mangle)]
pub extern "C" fn engine_load_pause(failures: u32) -> f64 {
    journal::load_pause(failures).unwrap_or(f64::NAN)
}

/// See [`journal::after_failure`]. Returns a record, or `STARTED` if the stored one stays. A waiting record keeps the
/// value of the one before.
#[unsafe(no_mangle)]
pub extern "C" fn engine_record_after(after: u32, facts: u32, verdict: u32, cause: u32, decision: u32) -> u32 {
    let failure = failure_of(facts, verdict, cause, decision);
    match journal::after_failure(record_of(record::STARTED), after_of(after), &failure) {
        Some(Record::Rejected { repeatable: true }) => record::REJECTED | record::REPEATABLE,
        Some(Record::Rejected { .. }) => record::REJECTED,
        Some(Record::Waiting { .. }) => record::WAITING,
        _ => record::STARTED,
    }
}

fn record_of(number: u32) -> Record {
    let repeatable = number & record::REPEATABLE != 0;
    let has_value = number & record::HAS_VALUE != 0;
    match number & record::KIND {
        record::WAITING => Record::Waiting { has_value },
        record::FULFILLED => Record::Fulfilled,
        record::REJECTED => Record::Rejected { repeatable },
        _ => Record::Started { repeatable, has_value },
    }
}

fn number_of(item: Restored) -> u32 {
    match item {
        Restored::Unstarted => restored::UNSTARTED,
        Restored::Fulfilled => restored::FULFILLED,
        Restored::Rejected => restored::REJECTED,
        Restored::Asks => restored::ASKS,
        Restored::Unconfirmed => restored::UNCONFIRMED,
    }
}
