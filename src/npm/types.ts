// The public types of runs. Those of calls are in calls.ts, those of modes and limiters in modes.ts.

import type { AbortSignal, BufferSource, Response, URL, WasmModule } from "../runtime/platform.ts";
import type { PolicyFor } from "./calls.ts";
import type { InspectOptions, RunInspection } from "./inspecting.ts";
import type { Limiter } from "./modes.ts";

/**
 * A source of items. An array is read at once, another source only when a place is free. Items that were never read
 * have no outcome. A source that throws fails the run.
 */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** Called once for each attempt. Its result is awaited. */
export type Task<T, R> = (item: T, index: number, context: TaskContext) => R;

/** What the final failure of an item does to the other items. */
export type FailureMode = "continue" | "stop" | "pause";

/** The context of an attempt, for its task. */
export interface TaskContext {
  /** Aborts when this attempt must end: it timed out, or its run was cancelled with "abort". Pass it to `fetch`. */
  readonly signal: AbortSignal;
  /**
   * Aborts as soon as the run is cancelled, also while it drains: for waits and nested runs inside a task. Like
   * `signal`, it tells a limiter that nested work belongs to this attempt. Without `AbortSignal.any` (before Chromium
   * 116, Firefox 124, Safari 17.4, Node.js 20.3) only `signal` does.
   */
  readonly cancelled: AbortSignal;
  /** Number of the attempt; the first is 1. */
  readonly attempt: number;
  /** The error of the previous attempt; `undefined` in the first. */
  readonly lastError: unknown;
  /**
   * The same for all attempts of the item. A task that reads it is keyed: its ambiguous failures (a lost reply, a 500)
   * are retried, too. Send it, so that the backend does not charge twice.
   */
  readonly idempotencyKey: string;
  /** The values of what the item waited for (`after`), in the same order. Empty without. */
  readonly inputs: readonly unknown[];
  /**
   * The journal of the run, for runs inside this task: `startRun(items, task, { journal: context.journal, signal })`.
   * `undefined` if the run has none. In a step, that of the step: two runs inside one task each need a step of
   * their own.
   */
  readonly journal: Journal | undefined;
  /** Whether the item is made anew (`retry` with `regenerate` or new data): a commit replaces what it stored before. */
  readonly regenerating: boolean;
  /**
   * Reports progress (`fraction`, 0 to 1) or partial data. The snapshot shows it, and `idleTimeout` restarts. Ignored
   * after a cancel.
   */
  report(update: { fraction?: number; data?: unknown }): void;
  /**
   * Does work once per item: later attempts get the value of the first success. The idempotency key of its context is
   * `${idempotencyKey}/${name}`.
   *
   * @example
   * const script = await context.step("script", ({ signal }) => callPhase("/api/script", scene, { signal }));
   */
  step<S>(name: string, work: (context: TaskContext) => S): Promise<Awaited<S>>;
}

/**
 * Options of a run. Times are milliseconds. The error of a callback goes to `reportError` or the console, and does not
 * harm the run. Exceptions: an error of `key` or `skip` rejects its item, one of `onFailure` stops the run, and one of
 * a function in `retry` ends the retries.
 *
 * @example
 * const options: RunOptions<Scene, Picture> = { signal, stagger: 100, key: ({ id }) => id, retry: { attempts: 3 } };
 */
export interface RunOptions<T = unknown, V = unknown> {
  /** Cancels the run. The run removes its listener at the end. */
  signal?: AbortSignal | undefined;
  /**
   * Shares a limit with other runs and calls. In a task that holds a place of the same limiter, pass the `signal` of
   * the task, too. Otherwise the runs may wait for each other: see `Limiter.run`.
   */
  limiter?: Limiter | undefined;
  /**
   * Pause between consecutive starts. If calls do not overlap, it counts from the end of a call to the next start.
   * @default 0
   */
  stagger?: number | undefined;
  /**
   * Which failures are repeated. While an item waits for its next attempt it keeps its place in the run, and frees that
   * of the limiter.
   * @default no retry: `callPhase` inside a task retries by itself
   */
  retry?: PolicyFor<V, T> | undefined;
  /**
   * For each attempt, from its start. A timed-out attempt fails at once with a DOMException "TimeoutError". Its place
   * stays taken until the task has settled, also for its own retry. Only `totalTimeout` ends a task that ignores its
   * `signal`.
   * @default none
   */
  timeout?: number | undefined;
  /** Longest time of an attempt without a `context.report`. @default none */
  idleTimeout?: number | undefined;
  /**
   * For each item, from its first start: all attempts and the waits between them. In order, for each step. The item
   * fails with its last error.
   * @default none
   */
  totalTimeout?: number | undefined;
  /**
   * What the final failure of an item does to the other items. Without a handle "pause" stops the run, because nobody
   * could resume it.
   * @default "continue" ("stop" in process*)
   */
  onFailure?: FailureMode | ((reason: unknown, item: T) => FailureMode) | undefined;
  /**
   * What a cancel does to attempts in flight. "drain" lets them finish and keeps their results, because they have been
   * paid for. "abort" aborts their signals and ignores late results. In both cases nothing new starts, waits end at
   * once, and the remaining items are "cancelled". A failure that stops the run does the same.
   * @default "drain" ("abort" in process*)
   */
  onCancel?: "drain" | "abort" | undefined;
  /**
   * Identity of an item, in outcomes: a string, number or bigint, kept as text. A duplicate, or anything else, is a
   * TypeError.
   * @default the index
   */
  key?: ((item: T, index: number) => string | number | bigint) | undefined;
  /**
   * Returns the `context.idempotencyKey` of an item. Made from stable ids (of a job and its scene, for instance), it
   * survives a reload of the page. A regenerated item gets a new key in any case.
   * @default a random key for each item
   */
  idempotencyKey?: ((item: T, index: number) => string) | undefined;
  /**
   * Returns whether an item is "skipped", or the value to use for it. Not async: a promise rejects the item with a
   * TypeError.
   */
  skip?: ((item: T, index: number) => boolean | { value: V }) | undefined;
  /**
   * Called as items start and settle, and once at the end. In a burst of more than a hundred reports per frame, it is
   * called once per turn of the event loop.
   */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Called once for each item, also for cancelled and skipped ones, and once more for each explicit retry. Its promise
   * is awaited before the run resolves. Charge and refund credits here.
   */
  onOutcome?: ((outcome: Outcome<V, T>, item: T) => unknown) | undefined;
  /**
   * Keeps what the run has done, so that a run that is started on the same journal after a reload or a crash goes on
   * where it was. From `sluicegate/journal`; in a task, `context.journal` for the runs inside it.
   * docs/guide/resuming.md tells what is called again.
   * @default none
   */
  journal?: Journal | undefined;
  /**
   * Called when an entry of the journal cannot be read or stored. The run goes on without it.
   * @default reportError
   */
  onJournalError?: ((error: unknown) => void) | undefined;
  /**
   * Whether the work of an item may be done again when nobody knows if it was done: it sends its idempotency key, or
   * costs nothing. The journal knows that before the work begins, also of its steps: a crash leaves no item in doubt.
   * Ambiguous failures (a lost reply, a 500) are retried as those of a task that reads its key.
   * @default false
   *
   * @example
   * const options: RunOptions<Scene, Picture> = { key: ({ id }) => id, journal, repeatable: true };
   */
  repeatable?: boolean | undefined;
  /** Called when an attempt has failed and another one follows. */
  onRetry?: ((retry: RetryNotice, item: T) => void) | undefined;
  /**
   * Starts nothing while the browser says that it is offline (`navigator.onLine`), and goes on when it is online again.
   * No attempts are spent meanwhile: a failure while offline that may be repeated does not count either. Time limits go
   * on. `progress.isOffline` says that the run waits. Calls inside a task have an option of their own.
   * @default false
   */
  waitOnline?: boolean | undefined;
  /** Records each attempt by `performance.measure`, in a track of the DevTools. @default false */
  trace?: boolean | undefined;
}

/** Options of runs whose items start as places become free. */
export interface PoolOptions<T = unknown, V = unknown> extends RunOptions<T, V> {
  /**
   * What an item waits for before it starts: results of other items, of this or another run (`run.value(key)`), or any
   * promises. Asked when the item's turn comes. Until all have resolved the item is "waiting": it holds no place of the
   * run or a limiter, others start before it, and a cancel ends it at once. The task finds their values in
   * `context.inputs`. If one rejects, the item is rejected with the same reason and never starts. One that waits for
   * itself is rejected with a TypeError; that is seen only of the promises of `value` and `settled` themselves. Of a
   * source that is pulled, at most `concurrency` items wait at a time, unless one of them waits for an item to come.
   *
   * @example
   * const audio = startRun(scenes, speak, { concurrency: 2, key: ({ id }) => id });
   * const videos = startRun(scenes, (scene, _index, { inputs: [sound] }) => animate(scene, sound as Sound), {
   *   concurrency: 2,
   *   after: ({ id }) => [audio.value(id)],
   * });
   */
  after?: ((item: T, index: number) => readonly unknown[] | undefined) | undefined;
  /**
   * Items with a higher number start first, equal ones in input order. Asked once an item, at the start or when it is
   * added. Does little for a source that is no array, since that is read only as places become free.
   * @default 0
   */
  priority?: ((item: T, index: number) => number) | undefined;
}

/** A journal of `sluicegate/journal`, or the part of one that belongs to a task. */
export interface Journal {
  readonly [journalBrand]: unknown;
}

declare const journalBrand: unique symbol;

/** What is known of an attempt that another one follows. */
export interface RetryNotice {
  readonly key: string;
  readonly index: number;
  /** Number of the attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
}

/** The result of an item, a `T`: fulfilled with a `V`, rejected, cancelled or skipped. */
export type Outcome<V, T = unknown> = {
  /** Place of the item in the input. */
  readonly index: number;
  /** From the option `key`, or else the index. Where `key` throws: a made-up one that no other item has. */
  readonly key: string;
  readonly item: T;
  /** The data that was reported last by `context.report`. */
  readonly data?: unknown;
  /** Number of attempts that were made. */
  readonly attempts: number;
  /** Duration of the last attempt, in milliseconds. */
  readonly elapsed: number;
} & (
  | { readonly status: "fulfilled"; readonly value: V /** Set if it comes from a journal. */; readonly restored?: true }
  | { readonly status: "rejected"; readonly reason: unknown; readonly restored?: true }
  | {
      readonly status: "cancelled";
      readonly reason: unknown;
      /** Whether an attempt was made, and may have been charged. */
      readonly started: boolean;
    }
  | { readonly status: "skipped"; readonly value?: V }
);

/** The progress of a run: counts of items, and times in milliseconds. */
export interface Progress {
  /** Number of fulfilled items, or the count of the server. */
  readonly completed: number;
  /** Number of items that have started and have no outcome. */
  readonly inProgress: number;
  /** Number of items without those that were removed; `undefined` until the source has been read to its end. */
  readonly total: number | undefined;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  /** From 0 to 1, never falls. 0 while `total` is `undefined`. */
  readonly fraction: number;
  /** Estimated milliseconds until the end; `undefined` until an item has finished. */
  readonly eta: number | undefined;
  /** Milliseconds since the start. */
  readonly elapsed: number;
  /** Time of `performance.now()` until which a limiter starts nothing; `undefined` if there is no cooldown. */
  readonly coolingUntil: number | undefined;
  /** Set while a run with `waitOnline` starts nothing because the browser is offline. */
  readonly isOffline?: true;
}

/** The report of a run, with one outcome for each item that has one and was not removed. */
export interface RunReport<V, T = unknown> {
  /**
   * "completed": all items are fulfilled or skipped. "partial": some were rejected, or cancelled by name. "failed": a
   * failure stopped the run. "cancelled": the run was cancelled, even at its last item.
   */
  readonly status: "completed" | "partial" | "failed" | "cancelled";
  /** In input order, without holes. `index` of an outcome is the place of its item in the input. */
  readonly outcomes: readonly Outcome<V, T>[];
  /** Values of the fulfilled items, in input order, without holes. */
  readonly values: readonly V[];
  /** All failures, in input order; `undefined` if there are none. */
  readonly error: AggregateError | undefined;
  readonly progress: Progress;
}

/** A handle to watch and steer a run. Its methods need no `this`. */
export interface Run<V, T = unknown> extends AsyncIterable<Outcome<V, T>> {
  /** Resolves when all items have their outcomes. Never rejects. */
  readonly finished: Promise<RunReport<V, T>>;
  /** The report at this moment. Retries after the end change it; the report of `finished` stays. */
  readonly report: RunReport<V, T>;
  /** Resolves to the values, or rejects, as process* does. Created when it is first read. */
  readonly values: Promise<V[]>;
  readonly state: "running" | "paused" | "cancelling" | "finished";
  /** Immutable, and the same object until something changes, as `useSyncExternalStore` needs it. */
  readonly snapshot: RunSnapshot<V, T>;
  /**
   * Returns what the run and each of its items waits for: a place, a pause, the next attempt at a time, a cooldown,
   * other items. It is plain JSON, for bug reports and developer tools, and is read anew at each call.
   *
   * @throws TypeError that names `limit` and the value, if it is of no use
   * @example
   * const { items } = run.inspect({ limit: 10 });
   * for (const { key, waitsFor, until } of items) console.log(key, waitsFor, until);
   */
  inspect(options?: InspectOptions): RunInspection;
  /** Calls `listener` after every change. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Starts nothing new; attempts in flight go on. A paused run does not finish before `resume()`. */
  pause(): void;
  /** Continues a paused run. @param options.retryFailed Also retries the rejected items. @default false */
  resume(options?: { retryFailed?: boolean }): void;
  /** Cancels the run, see `onCancel`. @param reason Reason of the outcomes. @default an AbortError */
  cancel(reason?: unknown): void;
  /** Cancels one item, and aborts its signal even if `onCancel` is "drain". @throws RangeError for an unknown key */
  cancelItem(key: string, reason?: unknown): void;
  /**
   * Makes a settled item again, also while the run is paused or finished; `state` and `finished` do not change. For an
   * item without an outcome it resolves to the coming outcome. For a fulfilled item it resolves to its outcome, unless
   * `regenerate` is set. In order, the item gets the carry of its predecessor.
   *
   * @throws RangeError (as a rejection) for an unknown key.
   * @example
   * await run.retry("scene-2", { regenerate: true });
   */
  retry(key: string, options?: RetryItemOptions<T>): Promise<Outcome<V, T>>;
  /**
   * Makes all rejected items again, also while the run is paused or finished. Resolves to the report when they have
   * their outcomes.
   */
  retryFailed(): Promise<RunReport<V, T>>;
  /**
   * Resolves to the outcome of an item when it has one; where it is restarted meanwhile, to that of the new attempt.
   * Waits for an item that a pulled source has still to give. @throws `signal.reason` if the wait is aborted, and a
   * RangeError for a key that no item has
   */
  settled(key: string, options?: { signal?: AbortSignal | undefined }): Promise<Outcome<V, T>>;
  /** The item's value, when it has one: see `settled`. Rejects with its failure, or the reason of its cancel. */
  value(key: string): Promise<V>;
  /**
   * Removes a settled item and all that is kept for it, so that a long-lived open run does not grow. It is no longer in
   * the snapshot, the report, `values` or the counts of the progress, `total` included. It cannot be retried. Its key
   * can be added again.
   *
   * @throws RangeError for an unknown key, TypeError for an item without an outcome
   */
  remove(key: string): void;
  /** Adds items to a run with `open: true`: all of them, or none if `items` or `key` throws. */
  add(items: Iterable<T>): void;
  /** Lets an open run finish: no more items will be added. */
  end(): void;
  /** Changes the concurrency; attempts in flight go on. @throws TypeError for phases and pipelines */
  setConcurrency(concurrency: number): void;
}

/** Options of `run.retry`. */
export interface RetryItemOptions<T> {
  /** Makes a fulfilled item again, with a new idempotency key. @default false */
  regenerate?: boolean | undefined;
  /** Aborts an attempt in flight, and makes the item again. @default false */
  restart?: boolean | undefined;
  /** Replaces the data of the item. Implies `regenerate`. */
  item?: T | undefined;
}

/** The state of a run and of each of its items. */
export interface RunSnapshot<V, T = unknown> {
  readonly state: Run<V>["state"];
  readonly progress: Progress;
  readonly items: readonly (Outcome<V, T> | OpenItem<T>)[];
}

/** An item without an outcome. */
export interface OpenItem<T = unknown> {
  readonly index: number;
  readonly key: string;
  readonly item: T;
  readonly status: "waiting" | "running" | "retrying";
  /** Number of the current attempt, or of the one that failed last. */
  readonly attempt?: number;
  /** The error of the last attempt, while the item waits for the next one. */
  readonly error?: unknown;
  /** Time of `performance.now()` at which the next attempt is due. */
  readonly nextAttemptAt?: number;
  /** Time of `performance.now()` at which the attempt started. */
  readonly startedAt?: number;
  /** The fraction that was reported last by `context.report`. */
  readonly fraction?: number;
  /** The data that was reported last by `context.report`. */
  readonly data?: unknown;
}

/** A source of the engine, in place of the package itself. */
export type WasmSource = WasmModule | BufferSource | URL | string | Response | PromiseLike<Response>;
