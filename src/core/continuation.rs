//! What a chunk's reply says of the next chunk (seed 002: `hasMore` and `nextStartIndex`).

/// The part of a reply that says whether there is more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum More {
    /// `hasMore: false`.
    No,
    /// `hasMore: true` and this `nextStartIndex`; `None` where it is no number.
    From(Option<f64>),
    /// `hasMore` is not a boolean.
    Unreadable,
}

/// What follows a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Continuation {
    /// The phase is complete.
    Done,
    /// The next chunk starts here.
    Next(f64),
    /// The reply cannot be followed: going on would repeat a chunk, skip some, or never end.
    Broken(Breach),
}

/// Why a reply cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// No readable `hasMore`.
    HasMore,
    /// `hasMore: true` without a `nextStartIndex` that is a whole number from 0.
    Missing,
    /// `nextStartIndex` is not beyond the index that this chunk started at.
    NotAdvancing,
    /// More chunks than `maxChunks` allows.
    TooMany,
}

/// Decides what follows the chunk that started at `start_index`, after `chunks` chunks in all.
pub fn after_chunk(more: More, start_index: f64, chunks: u32, max_chunks: u32) -> Continuation {
    match more {
        More::No => Continuation::Done,
        More::Unreadable => Continuation::Broken(Breach::HasMore),
        More::From(Some(next)) if next.fract() == 0.0 && next >= 0.0 => {
            if next <= start_index {
                Continuation::Broken(Breach::NotAdvancing)
            } else if chunks >= max_chunks {
                Continuation::Broken(Breach::TooMany)
            } else {
                Continuation::Next(next)
            }
        }
        More::From(_) => Continuation::Broken(Breach::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(more: More) -> Continuation {
        after_chunk(more, 4.0, 1, 10)
    }

    #[test]
    fn follows_an_advancing_index_and_ends_when_told_r5() {
        assert_eq!(after(More::From(Some(8.0))), Continuation::Next(8.0));
        assert_eq!(after(More::No), Continuation::Done);
    }

    #[test]
    fn refuses_each_bad_reply_r5() {
        let broken = |more| match after(more) {
            Continuation::Broken(breach) => breach,
            other => panic!("{more:?} was followed: {other:?}"),
        };
        assert_eq!(broken(More::Unreadable), Breach::HasMore);
        assert_eq!(broken(More::From(None)), Breach::Missing);
        for unreadable in [f64::NAN, f64::INFINITY, 4.5, -1.0] {
            assert_eq!(broken(More::From(Some(unreadable))), Breach::Missing, "{unreadable}");
        }
        assert_eq!(broken(More::From(Some(4.0))), Breach::NotAdvancing);
        assert_eq!(broken(More::From(Some(3.0))), Breach::NotAdvancing);
    }

    #[test]
    fn guards_the_number_of_chunks_r5() {
        assert_eq!(after_chunk(More::From(Some(9.0)), 8.0, 10, 10), Continuation::Broken(Breach::TooMany));
        assert_eq!(after_chunk(More::No, 8.0, 10, 10), Continuation::Done);
    }
}
