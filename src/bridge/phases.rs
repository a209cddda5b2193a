//! Exports that decide whether a phase asks for another chunk.

use super::known;
use crate::core::continuation::{Breach, Continuation, Cursor, MAX_CHUNKS, More, after_chunk};
use crate::table::{chunk, cursor, more};

/// See [`after_chunk`]: by `hasMore` and `nextStartIndex`. `next` and `max_chunks` may be NaN.
#[unsafe(no_mangle)]
pub extern "C" fn engine_after_chunk(more: u32, next: f64, start_index: f64, chunks: u32, max_chunks: f64) -> u32 {
    let more = match more {
        more::NO => More::No,
        more::FROM => More::From(known(next)),
        _ => More::Unreadable,
    };
    number_of(after_chunk(more, start_index, chunks, limit_of(max_chunks)))
}

/// See [`after_chunk`]: by the cursors of the last and the next chunk, NaN where they are not numbers.
#[unsafe(no_mangle)]
pub extern "C" fn engine_after_cursor(facts: u32, last: f64, next: f64, chunks: u32, max_chunks: f64) -> u32 {
    let cursor = Cursor {
        was_given: facts & cursor::WAS_GIVEN != 0,
        is_given: facts & cursor::IS_GIVEN != 0,
        is_same: facts & cursor::IS_SAME != 0,
        numbers: known(last).zip(known(next)),
    };
    number_of(after_chunk(More::At(cursor), 0.0, chunks, limit_of(max_chunks)))
}

fn limit_of(max_chunks: f64) -> u32 {
    known(max_chunks).map_or(MAX_CHUNKS, |max| max as u32)
}

fn number_of(continuation: Continuation) -> u32 {
    match continuation {
        Continuation::Done => chunk::DONE,
        Continuation::Next => chunk::NEXT,
        Continuation::Broken(Breach::Unreadable) => chunk::UNREADABLE,
        Continuation::Broken(Breach::Missing) => chunk::MISSING,
        Continuation::Broken(Breach::NotAdvancing) => chunk::NOT_ADVANCING,
        Continuation::Broken(Breach::TooMany) => chunk::TOO_MANY,
    }
}
