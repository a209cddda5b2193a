// The public types of `run.inspect()` and `limiter.inspect()`. All of it is plain JSON. Times are those of
// `performance.now()`.

/**
 * What an item without an outcome waits for. If several things hold it back, one of them.
 *
 * - "task": the end of its attempt, which is in flight
 * - "answer": the answer of `retry.reconcile`
 * - "journal": the journal of the run, which is being read
 * - "resume": `run.resume()`, because the run is paused
 * - "inputs": what `after` returned
 * - "backoff": its next attempt
 * - "turn": earlier items, in batches or in order
 * - "concurrency": a place of the run
 * - "settling": its own attempt that timed out, whose task has not settled
 * - "network": the browser, which is offline
 * - "poll": the next request of a poll
 * - "stagger", "limiterStagger": the pause between starts, of the run or of the limiter
 * - "cooldown": the end of the cooldown of the limiter
 * - "rate": the rate of the limiter
 * - "limiter": a place of the limiter
 * - "tabs": the tab that decides for all tabs that share the limiter
 * - "server": a place in the run on a server, which does not say what holds it back
 * - "start": nothing, it starts in this turn of the event loop
 */
export type WaitReason =
  | "task"
  | "answer"
  | "journal"
  | "resume"
  | "inputs"
  | "backoff"
  | "turn"
  | "concurrency"
  | "settling"
  | "network"
  | "poll"
  | "stagger"
  | "cooldown"
  | "limiterStagger"
  | "rate"
  | "limiter"
  | "tabs"
  | "server"
  | "start";

/** Options of `run.inspect`. */
export interface InspectOptions {
  /** Number of items that are listed: an integer from 1, or Infinity. @default 100 */
  limit?: number | undefined;
}

/** What a run waits for: plain JSON, for bug reports and developer tools. `running + waiting + done` is `total`. */
export interface RunInspection {
  /** When this was so. */
  readonly at: number;
  readonly state: "running" | "paused" | "cancelling" | "finished";
  /** Number of items with an attempt in flight. */
  readonly running: number;
  /** Number of items that have no outcome and no attempt in flight. */
  readonly waiting: number;
  /** Number of items with an outcome. */
  readonly done: number;
  /** Number of items so far, without those that were removed. */
  readonly total: number;
  /**
   * "ended": no more items come. "open": `add` may bring more. "reading": the source was asked for the next item, and
   * has not given it. "ready": the source is asked when there is a place.
   */
  readonly source: "ended" | "open" | "reading" | "ready";
  /** Items without an outcome, by index. At most `limit` of them. */
  readonly items: readonly ItemInspection[];
  /** The limiter of the run, if it has one. */
  readonly limiter?: LimiterInspection;
}

/** What an item without an outcome waits for. */
export interface ItemInspection {
  readonly index: number;
  readonly key: string;
  readonly waitsFor: WaitReason;
  /** The item does not start before this time. (A push to a poll ends its wait earlier.) Missing if it is not known. */
  readonly until?: number;
  /** Number of the attempt in flight, or of the last one. Missing if there was none. */
  readonly attempt?: number;
  /** Name and message of the last error, while the item waits for another attempt. At most 200 characters. */
  readonly error?: string;
  /** What "inputs" are: keys of unsettled items, `null` for any other promise. */
  readonly inputs?: readonly (string | null)[];
  /** Runs, calls and polls that the task of the item has started with its `signal`, and that go on. */
  readonly nested?: readonly RunInspection[];
}

/** The state of a limiter: plain JSON, for bug reports and developer tools. */
export interface LimiterInspection {
  /** When this was so. */
  readonly at: number;
  /** Number of places now. `null` if it is not limited. */
  readonly limit: number | null;
  /** Number of places that are taken, by this tab. */
  readonly inFlight: number;
  /** Number of runs of this tab that wait for a place. */
  readonly waiting: number;
  /** Pause between consecutive starts, in milliseconds. */
  readonly stagger: number;
  /** The end of the cooldown. Missing if there is none. */
  readonly coolingUntil?: number;
  /** When `stagger` and `rate` allow the next start. Missing if they do not hold it back. */
  readonly readyAt?: number;
  /** The rate, with the number of starts in the last `interval` milliseconds. */
  readonly rate?: { readonly limit: number; readonly interval: number; readonly used: number };
  /**
   * The bounds of an adaptive limit, `null` for none. `proven` is the last limit with a whole round of successes,
   * `refused` the one that was refused last and has not succeeded since.
   */
  readonly adaptive?: {
    readonly min: number;
    readonly max: number | null;
    readonly proven?: number;
    readonly refused?: number;
  };
  /**
   * The part of this tab, with `sharedAcrossTabs`. The "leader" decides for all tabs; a tab is "alone" until it
   * knows of another. `count` is the number of tabs, `inFlight` that of their attempts, both as far as this tab knows.
   * `permits` is the number of starts that this tab may make now.
   */
  readonly tabs?: {
    readonly name: string;
    readonly role: "leader" | "follower" | "alone";
    readonly count: number;
    readonly inFlight: number;
    readonly permits: number;
  };
}
