//! The numbers that Rust and TypeScript share.
//!
//! `src/runtime/table.ts` is written from this table: `npm run fix` writes it, and a native test compares the two.

macro_rules! table {
    ($($(#[doc = $doc:literal])+ $group:ident { $($name:ident = $value:expr),* $(,)? })+) => {
        $(
            $(#[doc = $doc])+
            #[allow(missing_docs)]
            pub mod $group {
                $(pub const $name: u32 = $value;)*
            }
        )+

        /// All groups, with their descriptions and numbers.
        pub const GROUPS: &[(&str, &str, &[(&str, u32)])] =
            &[$((stringify!($group), concat!($($doc),+), &[$((stringify!($name), $value)),*])),+];
    };
}

table! {
    /// Outputs of `engine_poll`.
    output {
        IDLE = 0, START = 1, PULL = 2, CLOSE_SOURCE = 3, TIMED_OUT = 4, ABANDON = 5, CANCELLED = 6, NEVER_STARTED = 7,
        FINISHED = 8, CHECK = 9, EXPIRED = 10, REPORT = 11,
    }
    /// Where an output has its fields. `MORE` is the step of a start (2 more for a question to the server), what took
    /// too long, the item after the last, whether a checked item may be skipped, or a status. `RUN` is the limiter
    /// that reports.
    field { RUN = 0, SLOT = 1, ITEM = 2, ATTEMPT = 3, MORE = 4, CARRY = 5, COUNT = 6 }
    /// The value of `CARRY` for the first carry.
    carry { NONE = 0xffff_ffff }
    /// Time limits that were exceeded.
    overdue { ATTEMPT = 0, IDLE = 1, ITEM = 2 }
    /// Statuses of a finished run.
    status { COMPLETED = 0, PARTIAL = 1, CANCELLED = 2, FAILED = 3 }
    /// States of a run.
    state { RUNNING = 0, PAUSED = 1, CANCELLING = 2, FINISHED = 3 }
    /// Consequences of a success.
    success { FULFILLED = 0, PREPARED = 1, IGNORED = 2 }
    /// Consequences of a failure.
    failure { REJECTED = 0, RETRYING = 1, IGNORED = 2, RECONCILING = 3, CANCELLED = 4 }
    /// Entries of a journal: a kind and flags.
    record { WAITING = 0, FULFILLED = 1, REJECTED = 2, STARTED = 3, KIND = 3, REPEATABLE = 4, HAS_VALUE = 8 }
    /// How long a run waits until an entry is stored, in milliseconds.
    journal { STORE_LIMIT = crate::core::journal::STORE_LIMIT }
    /// Treatments of an item or a step that has an entry in a journal.
    restored { UNSTARTED = 0, FULFILLED = 1, REJECTED = 2, ASKS = 3, UNCONFIRMED = 4 }
    /// Verdicts of the default rules.
    verdict { FINAL = 0, REFUSED = 1, AMBIGUOUS = 2, UNKNOWN = 3 }
    /// Decisions of the caller's `classify`.
    decision { NONE = 0, RETRY = 1, FAIL = 2, PAUSE = 3, RECONCILE = 4 }
    /// Facts of a failure, as bits.
    fact { SENT = 1, KEYED = 2, THROTTLED = 4, END_REASON = 8, SAFE_METHOD = 16, RESENDS = 32 }
    /// What a failure does to the other items of a run.
    mode { CONTINUE = 0, STOP = 1, PAUSE = 2, ASK = 3 }
    /// What happens to attempts in flight when a run ends early.
    cancel { DRAIN = 0, ABORT = 1 }
    /// Orders in which items start.
    order { POOL = 0, BATCHES = 1, COMMITS = 2, PREPARES = 3 }
    /// Sources of further items.
    source { NONE = 0, PULLED = 1, OPEN = 2 }
    /// Options of a run, by index. A missing option is NaN.
    option {
        CONCURRENCY = 0, ITEMS = 1, SOURCE = 2, ORDER = 3, BATCH_SIZE = 4, STAGGER = 5, TIMEOUT = 6, IDLE_TIMEOUT = 7,
        TOTAL_TIMEOUT = 8, ATTEMPTS = 9, MIN_DELAY = 10, MAX_DELAY = 11, FACTOR = 12, JITTER = 13, MAX_RETRY_AFTER = 14,
        RECONCILES = 15, ON_CANCEL = 16, ON_FAILURE = 17, ON_PREPARE_FAILURE = 18, ON_COMMIT_FAILURE = 19,
        CHECKS = 20, LIMITER = 21, LIMITER_PRIORITY = 22, PARENT = 23, HAS_INPUTS = 24, HAS_PRIORITIES = 25,
        WAITS_ONLINE = 26, COUNT = 27,
    }
    /// Options of a limiter, by index. A missing option is NaN.
    limiter_option {
        LIMIT = 0, STAGGER = 1, ADAPTIVE = 2, MIN = 3, MAX = 4, RATE_LIMIT = 5, RATE_INTERVAL = 6, SHARED = 7,
        COUNT = 8,
    }
    /// The report of a limiter: see `src/rows.rs`.
    report { COUNT = 10 }
    /// Events that a tab receives from the others that share a limiter.
    tab_event { MESSAGE = 0, LEAD = 1, CLOSED = 2, DEPOSED = 3 }
    /// Readable numbers of a limiter. What it does not have is NaN.
    limiter {
        LIMIT = 0, IN_FLIGHT = 1, WAITING = 2, COOLING_UNTIL = 3, LEAST = 4, MOST = 5, READY_AT = 6, RATE_LIMIT = 7,
        RATE_INTERVAL = 8, RATE_USED = 9, PROVEN = 10, REFUSED = 11, ROLE = 12, TABS = 13, TABS_IN_FLIGHT = 14,
        PERMITS = 15, COUNT = 16,
    }
    /// Readable numbers of an inspected run.
    inspected_run { RUNNING = 0, WAITING = 1, DONE = 2, SOURCE = 3 }
    /// Readable numbers of an inspected item. They are NaN for an item with an outcome.
    inspected_item { REASON = 0, UNTIL = 1, ATTEMPT = 2 }
    /// Readable numbers of the progress of a run.
    progress {
        COMPLETED = 0, IN_PROGRESS = 1, TOTAL = 2, FAILED = 3, CANCELLED = 4, SKIPPED = 5, FRACTION = 6, ETA = 7,
        ELAPSED = 8,
    }
    /// Announcements of a reply: another chunk, or the end.
    more { NO = 0, FROM = 1, UNREADABLE = 2 }
    /// The comparison of two cursors, as bits.
    cursor { WAS_GIVEN = 1, IS_GIVEN = 2, IS_SAME = 4 }
    /// Continuations after a chunk.
    chunk { DONE = 0, NEXT = 1, UNREADABLE = 2, MISSING = 3, NOT_ADVANCING = 4, TOO_MANY = 5 }
    /// Answers of the host about the last item of a run: whether another one follows, or it could not be stored.
    following { NOTHING = 0, AWAITED = 1, ITEM = 2, UNKNOWN = 3, UNSTORED = 4 }
    /// Ends of a poll. They are returned as negative numbers.
    poll_end { TIMED_OUT = 1, IDLE = 2, FAILED = 3 }
    /// Number of connections of a browser to one host over HTTP/1.1.
    connections { OF_HOST = crate::core::limiter::HOST_CONNECTIONS }
    /// What a limiter has that was given nothing else.
    limiter_default { LIMIT = crate::core::limiter::DEFAULT_LIMIT }
    /// The bounds of rates.
    rate { MOST_STARTS = crate::core::limiter::rate::MOST_STARTS }
}
