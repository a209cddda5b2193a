// Written by `npm run fix` from src/table.rs: change it there.

// Outputs of `engine_poll`.
export const OUTPUT_IDLE = 0;
export const OUTPUT_START = 1;
export const OUTPUT_PULL = 2;
export const OUTPUT_CLOSE_SOURCE = 3;
export const OUTPUT_TIMED_OUT = 4;
export const OUTPUT_ABANDON = 5;
export const OUTPUT_CANCELLED = 6;
export const OUTPUT_NEVER_STARTED = 7;
export const OUTPUT_FINISHED = 8;
export const OUTPUT_CHECK = 9;
export const OUTPUT_EXPIRED = 10;
export const OUTPUT_REPORT = 11;

// Where an output has its fields. `MORE` is the step of a start (2 more for a question to the server), what took too long, the item after the last, whether a checked item may be skipped, or a status. `RUN` is the limiter that reports.
export const FIELD_RUN = 0;
export const FIELD_SLOT = 1;
export const FIELD_ITEM = 2;
export const FIELD_ATTEMPT = 3;
export const FIELD_MORE = 4;
export const FIELD_CARRY = 5;
export const FIELD_COUNT = 6;

// The value of `CARRY` for the first carry.
export const CARRY_NONE = 4294967295;

// Time limits that were exceeded.
export const OVERDUE_ATTEMPT = 0;
export const OVERDUE_IDLE = 1;
export const OVERDUE_ITEM = 2;

// Statuses of a finished run.
export const STATUS_COMPLETED = 0;
export const STATUS_PARTIAL = 1;
export const STATUS_CANCELLED = 2;
export const STATUS_FAILED = 3;

// States of a run.
export const STATE_RUNNING = 0;
export const STATE_PAUSED = 1;
export const STATE_CANCELLING = 2;
export const STATE_FINISHED = 3;

// Consequences of a success.
export const SUCCESS_FULFILLED = 0;
export const SUCCESS_PREPARED = 1;
export const SUCCESS_IGNORED = 2;

// Consequences of a failure.
export const FAILURE_REJECTED = 0;
export const FAILURE_RETRYING = 1;
export const FAILURE_IGNORED = 2;
export const FAILURE_RECONCILING = 3;
export const FAILURE_CANCELLED = 4;

// Entries of a journal: a kind and flags.
export const RECORD_WAITING = 0;
export const RECORD_FULFILLED = 1;
export const RECORD_REJECTED = 2;
export const RECORD_STARTED = 3;
export const RECORD_KIND = 3;
export const RECORD_REPEATABLE = 4;
export const RECORD_HAS_VALUE = 8;

// How long a run waits until an entry is stored, in milliseconds.
export const JOURNAL_STORE_LIMIT = 10000;

// Treatments of an item or a step that has an entry in a journal.
export const RESTORED_UNSTARTED = 0;
export const RESTORED_FULFILLED = 1;
export const RESTORED_REJECTED = 2;
export const RESTORED_ASKS = 3;
export const RESTORED_UNCONFIRMED = 4;

// Verdicts of the default rules.
export const VERDICT_FINAL = 0;
export const VERDICT_REFUSED = 1;
export const VERDICT_AMBIGUOUS = 2;
export const VERDICT_UNKNOWN = 3;

// Decisions of the caller's `classify`.
export const DECISION_NONE = 0;
export const DECISION_RETRY = 1;
export const DECISION_FAIL = 2;
export const DECISION_PAUSE = 3;
export const DECISION_RECONCILE = 4;

// Facts of a failure, as bits.
export const FACT_SENT = 1;
export const FACT_KEYED = 2;
export const FACT_THROTTLED = 4;
export const FACT_END_REASON = 8;
export const FACT_SAFE_METHOD = 16;
export const FACT_RESENDS = 32;

// What a failure does to the other items of a run.
export const MODE_CONTINUE = 0;
export const MODE_STOP = 1;
export const MODE_PAUSE = 2;
export const MODE_ASK = 3;

// What happens to attempts in flight when a run ends early.
export const CANCEL_DRAIN = 0;
export const CANCEL_ABORT = 1;

// Orders in which items start.
export const ORDER_POOL = 0;
export const ORDER_BATCHES = 1;
export const ORDER_COMMITS = 2;
export const ORDER_PREPARES = 3;

// Sources of further items.
export const SOURCE_NONE = 0;
export const SOURCE_PULLED = 1;
export const SOURCE_OPEN = 2;

// Options of a run, by index. A missing option is NaN.
export const OPTION_CONCURRENCY = 0;
export const OPTION_ITEMS = 1;
export const OPTION_SOURCE = 2;
export const OPTION_ORDER = 3;
export const OPTION_BATCH_SIZE = 4;
export const OPTION_STAGGER = 5;
export const OPTION_TIMEOUT = 6;
export const OPTION_IDLE_TIMEOUT = 7;
export const OPTION_TOTAL_TIMEOUT = 8;
export const OPTION_ATTEMPTS = 9;
export const OPTION_MIN_DELAY = 10;
export const OPTION_MAX_DELAY = 11;
export const OPTION_FACTOR = 12;
export const OPTION_JITTER = 13;
export const OPTION_MAX_RETRY_AFTER = 14;
export const OPTION_RECONCILES = 15;
export const OPTION_ON_CANCEL = 16;
export const OPTION_ON_FAILURE = 17;
export const OPTION_ON_PREPARE_FAILURE = 18;
export const OPTION_ON_COMMIT_FAILURE = 19;
export const OPTION_CHECKS = 20;
export const OPTION_LIMITER = 21;
export const OPTION_LIMITER_PRIORITY = 22;
export const OPTION_PARENT = 23;
export const OPTION_HAS_INPUTS = 24;
export const OPTION_HAS_PRIORITIES = 25;
export const OPTION_WAITS_ONLINE = 26;
export const OPTION_COUNT = 27;

// Options of a limiter, by index. A missing option is NaN.
export const LIMITER_OPTION_LIMIT = 0;
export const LIMITER_OPTION_STAGGER = 1;
export const LIMITER_OPTION_ADAPTIVE = 2;
export const LIMITER_OPTION_MIN = 3;
export const LIMITER_OPTION_MAX = 4;
export const LIMITER_OPTION_RATE_LIMIT = 5;
export const LIMITER_OPTION_RATE_INTERVAL = 6;
export const LIMITER_OPTION_SHARED = 7;
export const LIMITER_OPTION_COUNT = 8;

// The report of a limiter: see `src/rows.rs`.
export const REPORT_COUNT = 10;

// Events that a tab receives from the others that share a limiter.
export const TAB_EVENT_MESSAGE = 0;
export const TAB_EVENT_LEAD = 1;
export const TAB_EVENT_CLOSED = 2;
export const TAB_EVENT_DEPOSED = 3;

// Readable numbers of a limiter. What it does not have is NaN.
export const LIMITER_LIMIT = 0;
export const LIMITER_IN_FLIGHT = 1;
export const LIMITER_WAITING = 2;
export const LIMITER_COOLING_UNTIL = 3;
export const LIMITER_LEAST = 4;
export const LIMITER_MOST = 5;
export const LIMITER_READY_AT = 6;
export const LIMITER_RATE_LIMIT = 7;
export const LIMITER_RATE_INTERVAL = 8;
export const LIMITER_RATE_USED = 9;
export const LIMITER_PROVEN = 10;
export const LIMITER_REFUSED = 11;
export const LIMITER_ROLE = 12;
export const LIMITER_TABS = 13;
export const LIMITER_TABS_IN_FLIGHT = 14;
export const LIMITER_PERMITS = 15;
export const LIMITER_COUNT = 16;

// Readable numbers of an inspected run.
export const INSPECTED_RUN_RUNNING = 0;
export const INSPECTED_RUN_WAITING = 1;
export const INSPECTED_RUN_DONE = 2;
export const INSPECTED_RUN_SOURCE = 3;

// Readable numbers of an inspected item. They are NaN for an item with an outcome.
export const INSPECTED_ITEM_REASON = 0;
export const INSPECTED_ITEM_UNTIL = 1;
export const INSPECTED_ITEM_ATTEMPT = 2;

// Readable numbers of the progress of a run.
export const PROGRESS_COMPLETED = 0;
export const PROGRESS_IN_PROGRESS = 1;
export const PROGRESS_TOTAL = 2;
export const PROGRESS_FAILED = 3;
export const PROGRESS_CANCELLED = 4;
export const PROGRESS_SKIPPED = 5;
export const PROGRESS_FRACTION = 6;
export const PROGRESS_ETA = 7;
export const PROGRESS_ELAPSED = 8;

// Announcements of a reply: another chunk, or the end.
export const MORE_NO = 0;
export const MORE_FROM = 1;
export const MORE_UNREADABLE = 2;

// The comparison of two cursors, as bits.
export const CURSOR_WAS_GIVEN = 1;
export const CURSOR_IS_GIVEN = 2;
export const CURSOR_IS_SAME = 4;

// Continuations after a chunk.
export const CHUNK_DONE = 0;
export const CHUNK_NEXT = 1;
export const CHUNK_UNREADABLE = 2;
export const CHUNK_MISSING = 3;
export const CHUNK_NOT_ADVANCING = 4;
export const CHUNK_TOO_MANY = 5;

// Answers of the host about the last item of a run: whether another one follows, or it could not be stored.
export const FOLLOWING_NOTHING = 0;
export const FOLLOWING_AWAITED = 1;
export const FOLLOWING_ITEM = 2;
export const FOLLOWING_UNKNOWN = 3;
export const FOLLOWING_UNSTORED = 4;

// Ends of a poll. They are returned as negative numbers.
export const POLL_END_TIMED_OUT = 1;
export const POLL_END_IDLE = 2;
export const POLL_END_FAILED = 3;

// Number of connections of a browser to one host over HTTP/1.1.
export const CONNECTIONS_OF_HOST = 6;

// What a limiter has that was given nothing else.
export const LIMITER_DEFAULT_LIMIT = 5;

// The bounds of rates.
export const RATE_MOST_STARTS = 1000000;

// The headers that say how long to wait, in the order in which Rust reads them.
export const WAIT_HINT_HEADERS = [
  "date",
  "retry-after-ms",
  "retry-after",
  "ratelimit",
  "ratelimit-reset",
  "ratelimit-remaining",
  "x-ratelimit-reset",
  "x-ratelimit-remaining",
  "x-rate-limit-reset",
  "x-rate-limit-remaining",
  "x-ratelimit-reset-requests",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-reset-tokens",
  "x-ratelimit-remaining-tokens",
  "anthropic-ratelimit-requests-reset",
  "anthropic-ratelimit-requests-remaining",
  "anthropic-ratelimit-tokens-reset",
  "anthropic-ratelimit-tokens-remaining",
  "anthropic-ratelimit-input-tokens-reset",
  "anthropic-ratelimit-input-tokens-remaining",
  "anthropic-ratelimit-output-tokens-reset",
  "anthropic-ratelimit-output-tokens-remaining",
] as const;

// What items wait for, by number.
export const REASONS = [
  "task",
  "answer",
  "journal",
  "resume",
  "inputs",
  "backoff",
  "turn",
  "concurrency",
  "settling",
  "network",
  "poll",
  "stagger",
  "cooldown",
  "limiterStagger",
  "rate",
  "limiter",
  "tabs",
  "start",
] as const;

// States of the source of a run, by number.
export const SOURCE_STATES = ["ended", "open", "reading", "ready"] as const;

// What a tab does in a shared limiter, by number.
export const TAB_ROLES = ["leader", "follower", "alone"] as const;

// Methods of requests that are safe to repeat.
export const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];
