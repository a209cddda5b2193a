//! Decides whether a phase asks for another chunk: by `hasMore` and `nextStartIndex` of the last reply, or by the
//! cursor that the caller's `next` returns.

/// Default of `maxChunks`.
pub const MAX_CHUNKS: u32 = 10_000;

/// Default pause between the end of a chunk and the start of the next, in milliseconds.
pub const STAGGER: f64 = 100.0;

/// The announcement of a reply: another chunk and its start, or the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum More {
    /// There is no more.
    No,
    /// There is more at this `nextStartIndex`; `None` if it is not a number.
    From(Option<f64>),
    /// The caller's `next` returned another cursor.
    At(Cursor),
    /// The reply does not say whether there is more.
    Unreadable,
}

/// The comparison of two cursors, which may be of any type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    /// The last chunk had a cursor.
    pub was_given: bool,
    /// The next chunk has a cursor.
    pub is_given: bool,
    /// Whether both are the same value.
    pub is_same: bool,
    /// Both cursors, if they are numbers.
    pub numbers: Option<(f64, f64)>,
}

/// The continuation after a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// The phase is complete.
    Done,
    /// Another chunk follows.
    Next,
    /// The reply cannot be followed: going on would repeat a chunk, skip some, or never end.
    Broken(Breach),
}

/// Why a reply cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The reply does not say whether there is more.
    Unreadable,
    /// There is more, but the index is not an integer from 0, or the cursor is missing.
    Missing,
    /// The index or cursor is not beyond that of the last chunk.
    NotAdvancing,
    /// There are more chunks than `maxChunks` allows.
    TooMany,
}

/// Decides what follows the chunk that started at `start_index`, after `chunks` chunks in all.
pub fn after_chunk(more: More, start_index: f64, chunks: u32, max_chunks: u32) -> Continuation {
    let advances = match more {
        More::No => return Continuation::Done,
        More::Unreadable => return Continuation::Broken(Breach::Unreadable),
        More::From(Some(next)) if next.fract() == 0.0 && next >= 0.0 => next > start_index,
        More::From(_) => return Continuation::Broken(Breach::Missing),
        More::At(cursor) if cursor.was_given && !cursor.is_given => return Continuation::Broken(Breach::Missing),
        More::At(cursor) => cursor.advances(),
    };
    if !advances {
        Continuation::Broken(Breach::NotAdvancing)
    } else if chunks >= max_chunks {
        Continuation::Broken(Breach::TooMany)
    } else {
        Continuation::Next
    }
}

impl Cursor {
    /// Compares cursors: a cursor has to change, and a number has to grow. A backend without cursors only says that
    /// there is more.
    fn advances(&self) -> bool {
        let grows = self.numbers.is_none_or(|(last, next)| next > last);
        !self.is_given || (!self.is_same && grows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(more: More) -> Continuation {
        after_chunk(more, 4.0, 1, 10)
    }

    #[test]
    fn an_advancing_index_is_followed_until_there_is_no_more() {
        assert_eq!(after(More::From(Some(8.0))), Continuation::Next);
        assert_eq!(after(More::No), Continuation::Done);
    }

    #[test]
    fn a_reply_that_cannot_be_followed_is_refused() {
        let broken = |more| match after(more) {
            Continuation::Broken(breach) => breach,
            other => panic!("{more:?} was followed: {other:?}"),
        };
        assert_eq!(broken(More::Unreadable), Breach::Unreadable);
        assert_eq!(broken(More::From(None)), Breach::Missing);
        for unreadable in [f64::NAN, f64::INFINITY, 4.5, -1.0] {
            assert_eq!(broken(More::From(Some(unreadable))), Breach::Missing, "{unreadable}");
        }
        assert_eq!(broken(More::From(Some(4.0))), Breach::NotAdvancing);
        assert_eq!(broken(More::From(Some(3.0))), Breach::NotAdvancing);
    }

    #[test]
    fn more_chunks_than_allowed_are_refused() {
        assert_eq!(after_chunk(More::From(Some(9.0)), 8.0, 10, 10), Continuation::Broken(Breach::TooMany));
        assert_eq!(after_chunk(More::No, 8.0, 10, 10), Continuation::Done);
    }

    const CURSOR: Cursor = Cursor { was_given: true, is_given: true, is_same: false, numbers: None };

    #[test]
    fn a_cursor_has_to_change_and_a_number_to_grow() {
        let at = |cursor| after(More::At(cursor));
        assert_eq!(at(CURSOR), Continuation::Next);
        assert_eq!(at(Cursor { is_same: true, ..CURSOR }), Continuation::Broken(Breach::NotAdvancing));
        assert_eq!(at(Cursor { numbers: Some((4.0, 5.0)), ..CURSOR }), Continuation::Next);
        for next in [4.0, 3.0, f64::NAN] {
            let cursor = Cursor { numbers: Some((4.0, next)), ..CURSOR };
            assert_eq!(at(cursor), Continuation::Broken(Breach::NotAdvancing), "{next}");
        }
        assert_eq!(after_chunk(More::At(CURSOR), 0.0, 10, 10), Continuation::Broken(Breach::TooMany));
    }

    #[test]
    fn a_backend_without_cursors_only_says_that_there_is_more() {
        let none = Cursor { was_given: false, is_given: false, is_same: true, numbers: None };
        assert_eq!(after(More::At(none)), Continuation::Next);
        assert_eq!(after(More::At(Cursor { was_given: true, ..none })), Continuation::Broken(Breach::Missing));
    }
}
