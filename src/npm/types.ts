// The public types, written by hand: generics do not survive the way through wasm-bindgen. Those of calls are in
// calls.ts.

import type { PolicyFor } from "./calls.ts";
import type { Limiter } from "./modes.ts";

/**
 * A source of items. Arrays are known whole; other sources are pulled only when a place is free. Items never read have
 * no
 * outcome. A source that throws fails the run.
 */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** Called once per attempt; what it returns is awaited. */
export type Task<T, R> = (item: T, index: number, context: TaskContext) => R;

/** What one item's final failure does to the rest. */
export type FailureMode = "continue" | "stop" | "pause";

/** What a task is told of its attempt. */
export interface TaskContext {
  /** Aborted when this attempt must end: it timed out, or the run was cancelled with "abort". Hand it to fetch. */
  readonly signal: AbortSignal;
  /**
   * Aborted as soon as the run is cancelled, also while it drains: for waits and nested runs inside a task. It tells a
   * limiter
   * which call is around, as `signal` does; where there is no `AbortSignal.any` (before Chromium 116, Firefox 124,
   * Safari
   * 17.4, Node 20.3), only `signal` does.
   */
  readonly cancelled: AbortSignal;
  /** 1 on the first. */
  readonly attempt: number;
  /** The error of the previous attempt. */
  readonly lastError: unknown;
  /**
   * Stable for the item over its retries. A task that reads it is taken to send it, so that ambiguous failures (a lost
   * reply, a 500) are retried too: a backend that knows the key does not charge twice.
   */
  readonly idempotencyKey: string;
  /** The values of what the item waited for (`after`), in the same order. Empty without. */
  readonly inputs: readonly unknown[];
  /** Whether the item is made anew (`retry` with `regenerate` or new data): a commit replaces what it stored before. */
  readonly regenerating: boolean;
  /**
   * Progress or partial data of an item that is under way: kept in the snapshot, restarts `idleTimeout`, ignored after
   * a cancel.
   */
  report(update: { fraction?: number; data?: unknown }): void;
  /**
   * Done once per item over its retries; its key is `${idempotencyKey}/${name}`. What has been bought is not bought
   * again.
   */
  step<S>(name: string, work: (context: TaskContext) => S): Promise<Awaited<S>>;
}

/**
 * Options of a run. Times are milliseconds. A callback that throws harms nothing: it is told to `reportError`, or the
 * console, but for
 * `key` and `skip`, which reject their item, `onFailure`, which then stops the run, and those of `retry`, which end the
 * retries.
 */
export interface RunOptions<T = unknown, V = unknown> {
  /** Cancels the run. One listener is added, and removed at the end. */
  signal?: AbortSignal | undefined;
  /**
   * Shared by several runs and phases: what all of them together may have in flight. Inside a task that holds a place
   * of the
   * same limiter pass on that task's `signal`, or they may wait for each other: see `Limiter.run`.
   */
  limiter?: Limiter | undefined;
  /**
   * Pause between consecutive calls: from start to start where they overlap, from the end to the next start where they
   * do not.
   * @default 0
   */
  stagger?: number | undefined;
  /**
   * @default no retry: a task that calls callPhase retries there. An item that backs off keeps its place in the run and
   * frees the limiter's.
   */
  retry?: PolicyFor<V> | undefined;
  /**
   * Per attempt, counted from its start. A timed-out attempt fails at once with a DOMException "TimeoutError"; its
   * place stays taken until it settles, also for its own retry: a task that ignores its `signal` is only ended by
   * `totalTimeout`.
   * @default none
   */
  timeout?: number | undefined;
  /** Per attempt, restarted by `context.report`. @default none */
  idleTimeout?: number | undefined;
  /**
   * Per item, over all its attempts and the waits between them, from its first start; for each step of an item in
   * order. What ends by it fails with its last error.
   * @default none
   */
  totalTimeout?: number | undefined;
  /**
   * What one item's final failure does to the rest. Without a handle nobody could resume a run: "pause" stops it.
   * @default "continue" ("stop" in process*)
   */
  onFailure?: FailureMode | ((reason: unknown, item: T) => FailureMode) | undefined;
  /**
   * "drain" lets attempts in flight finish and keeps their results (they have been paid for), "abort" aborts their
   * signals.
   * Either way nothing new starts, waits end at once, and the rest is "cancelled"; late results of aborted attempts are
   * ignored. "stop" ends a run in the same way. @default "drain" ("abort" in process*)
   */
  onCancel?: "drain" | "abort" | undefined;
  /** Identity of an item, in outcomes. A duplicate, or what is no string, is a TypeError. @default the index */
  key?: ((item: T, index: number) => string) | undefined;
  /**
   * What tasks are given as `context.idempotencyKey`: from what outlives the page (a job's id and the scene's, say), it
   * survives a reload. Of a regenerated item it is a new one all the same.
   * @default a random one an item
   */
  idempotencyKey?: ((item: T, index: number) => string) | undefined;
  /**
   * Items for which this is true are "skipped" and never called; a value stands in as theirs. Not async: what it
   * promises is a TypeError of the item.
   */
  skip?: ((item: T, index: number) => boolean | { value: V }) | undefined;
  /**
   * As items start and settle, and once at the end; in a burst (more than a hundred reports within a frame, or such
   * that take half of it) once a turn of the event loop.
   */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Once for every item, also cancelled and skipped ones, and once more for each explicit retry: where credits are
   * charged or refunded. Awaited before the run resolves.
   */
  onOutcome?: ((outcome: Outcome<V>, item: T) => void | PromiseLike<void>) | undefined;
  /** When an attempt has failed and another one follows. Times are milliseconds. */
  onRetry?: ((retry: RetryNotice, item: T) => void) | undefined;
  /** Writes each attempt as a performance.measure with a DevTools track. @default false */
  trace?: boolean | undefined;
}

/** Options of runs whose items start as places become free. */
export interface PoolOptions<T = unknown, V = unknown> extends RunOptions<T, V> {
  /**
   * What an item waits for before it starts: results of other items, of this or another run (`run.value(key)`), or any
   * promises. Asked when the item's turn comes. Until all have resolved the item is "waiting": it holds no place of the
   * run or a limiter, others start before it, and a cancel ends it at once. The task finds their values in
   * `context.inputs`. If one rejects, the item is rejected with the same reason and never starts; one that waits for
   * itself is rejected with a TypeError.
   *
   * @example
   * const audio = startRun(scenes, speak, { concurrency: 2, key: ({ id }) => id });
   * const videos = startRun(scenes, (scene, i, { inputs: [sound] }) => animate(scene, sound as Sound), {
   *   concurrency: 2,
   *   after: ({ id }) => [audio.value(id)],
   * });
   */
  after?: ((item: T, index: number) => readonly unknown[] | undefined) | undefined;
  /**
   * Items with a higher number start first, equal ones in input order. Asked once an item, at the start or when it is
   * added. @default 0
   */
  priority?: ((item: T, index: number) => number) | undefined;
}

/** What is known of an attempt that another one follows. */
export interface RetryNotice {
  readonly key: string;
  readonly index: number;
  /** The attempt that failed; 1 is the first. */
  readonly attempt: number;
  readonly error: unknown;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
}

/** What became of an item. */
export type Outcome<V> = {
  /** Of the item, in input order. */
  readonly index: number;
  /** As `key` gave it, else the index. */
  readonly key: string;
  readonly item: unknown;
  /** What its attempts reported last (`context.report`), if anything. */
  readonly data?: unknown;
  /** How many were made. */
  readonly attempts: number;
  /** Of the last attempt, in milliseconds. */
  readonly elapsed: number;
} & (
  | { readonly status: "fulfilled"; readonly value: V }
  | { readonly status: "rejected"; readonly reason: unknown }
  | {
      readonly status: "cancelled";
      readonly reason: unknown /** A request went out and may have been charged. */;
      readonly started: boolean;
    }
  | { readonly status: "skipped"; readonly value?: V }
);

/** How far a run has come. */
export interface Progress {
  /** Fulfilled items, or what the server counts as done. */
  readonly completed: number;
  /** Started and without an outcome. */
  readonly inProgress: number;
  /** `undefined` while the source is open. */
  readonly total: number | undefined;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  /** 0..1, never falls; 0 while total is undefined. */
  readonly fraction: number;
  /** Milliseconds that the rest may take, smoothed over finished items; undefined until one has finished. */
  readonly eta: number | undefined;
  /** Milliseconds since the start. */
  readonly elapsed: number;
  /** performance.now() time until which a limiter holds starts back. */
  readonly coolingUntil: number | undefined;
}

/** One outcome for every item. */
export interface RunReport<V> {
  /**
   * "completed": all fulfilled or skipped. "partial": went through, some rejected or cancelled by name. "failed":
   * stopped by a failure. "cancelled": also when cancelled last.
   */
  readonly status: "completed" | "partial" | "failed" | "cancelled";
  /** In input order, holes kept. */
  readonly outcomes: readonly Outcome<V>[];
  /** In input order, without holes. */
  readonly values: readonly V[];
  /** All failures, in input order. */
  readonly error: AggregateError | undefined;
  readonly progress: Progress;
}

/** A run that can be watched and steered. Its methods may be passed around unbound. */
export interface Run<V, T = never> extends AsyncIterable<Outcome<V>> {
  /** Never rejects; waits for outcomes, not for attempts that were given up. */
  readonly finished: Promise<RunReport<V>>;
  /** The report as of now: after the end it changes with what is asked for again; `finished` does not. */
  readonly report: RunReport<V>;
  /** The values, or a rejection, as process* gives them. Made when it is first read. */
  readonly values: Promise<V[]>;
  readonly state: "running" | "paused" | "cancelling" | "finished";
  /** Immutable; the same object until something changed, so it serves useSyncExternalStore. */
  readonly snapshot: RunSnapshot<V>;
  /** Calls back after every change; returns unsubscribe. */
  subscribe(listener: () => void): () => void;
  /** Nothing new starts; what is in flight goes on. A run paused by its last item stays paused until resume(). */
  pause(): void;
  /** @param options.retryFailed makes the rejected items again, in their turn. @default false */
  resume(options?: { retryFailed?: boolean }): void;
  cancel(reason?: unknown): void;
  /** Aborts the item's signal at once, also where `onCancel` is "drain". @throws RangeError for an unknown key */
  cancelItem(key: string, reason?: unknown): void;
  /**
   * One item again, also while paused or after the end (which changes neither `state` nor `finished`); while it waits
   * or runs
   * this is its coming outcome, and a fulfilled item's is its old one unless `regenerate`. In order, it gets its
   * predecessor's carry. An unknown key is a RangeError.
   *
   * @param options.restart aborts an attempt under way and makes the item anew. @default false
   * @param options.item replaces the item's data.
   */
  retry(key: string, options?: RetryItemOptions<T>): Promise<Outcome<V>>;
  /**
   * Makes all rejected items again, also while paused or after the end; resolves to the report when they have their
   * outcomes.
   */
  retryFailed(): Promise<RunReport<V>>;
  /** Resolves when the item has its outcome. @throws `signal.reason` if the wait is aborted */
  settled(key: string, options?: { signal?: AbortSignal | undefined }): Promise<Outcome<V>>;
  /** The item's value, when it has one. Rejects with its failure, or the reason of its cancel. For `after`. */
  value(key: string): Promise<V>;
  /**
   * Forgets a settled item, so that a long-lived open run does not grow; its key may be added again.
   * @throws RangeError for an unknown key, TypeError for an item without an outcome
   */
  remove(key: string): void;
  /** For runs started with `open: true`, from an array. All of `items`, or none where they or `key` throw. */
  add(items: Iterable<T>): void;
  /** No more items will be added. */
  end(): void;
  /** Attempts in flight stay. @throws TypeError for phases and pipelines, whose items follow one another */
  setConcurrency(concurrency: number): void;
}

/** How one item is made again. */
export interface RetryItemOptions<T> {
  regenerate?: boolean | undefined;
  restart?: boolean | undefined;
  item?: T | undefined;
}

/** What a run is at, item by item. */
export interface RunSnapshot<V> {
  readonly state: Run<V>["state"];
  readonly progress: Progress;
  readonly items: readonly (Outcome<V> | OpenItem)[];
}

/** An item without an outcome. */
export interface OpenItem {
  readonly index: number;
  readonly key: string;
  readonly item: unknown;
  readonly status: "waiting" | "running" | "retrying";
  /** Of the present attempt, or of the one that failed last. */
  readonly attempt?: number;
  /** While it waits for another attempt: why the last one failed. */
  readonly error?: unknown;
  /** While it waits for another attempt: performance.now() time at which that is due. */
  readonly nextAttemptAt?: number;
  /** performance.now() time of the attempt's start. */
  readonly startedAt?: number;
  /** As reported by `context.report`. */
  readonly fraction?: number;
  readonly data?: unknown;
}

/** Where the wasm comes from, if not from the package itself. */
export type WasmSource = WebAssembly.Module | BufferSource | URL | string | Response | PromiseLike<Response>;
