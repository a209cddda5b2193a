// The public types of modes (batches, in order, phases, pipelines) and limiters.

import type { AbortSignal } from "../runtime/platform.ts";
import type { PolicyFor } from "./calls.ts";
import type { LimiterInspection } from "./inspecting.ts";
import type { FailureMode, Progress, Run, RunOptions, TaskContext } from "./types.ts";

/** The context of a task in a batch. */
export interface BatchContext<V> extends TaskContext {
  /** Fulfilled values of the earlier batches, without holes. One frozen array per batch. */
  readonly completed: readonly V[];
}

/**
 * Options of `startInOrder`. Times are milliseconds.
 *
 * @example
 * const options = { prepare: fetchContent, commit: narrate, carry: [] as Speech[], concurrency: 3 };
 */
export interface InOrderOptions<T, P, V, C> extends Omit<RunOptions<T, V>, "retry" | "skip"> {
  /** `reconcile` of a commit gives what the commit would have given. @default no retry */
  retry?: PolicyFor<{ value: V; carry: C }, T> | undefined;
  /** Items that are skipped; a carry goes on to the next commit. */
  skip?: ((item: T, index: number) => boolean | { value: V; carry?: C }) | undefined;
  /** Number of places for `prepare` and `commit` together; a commit goes first. @default 3 */
  concurrency?: number | undefined;
  /** Called ahead of the commits, in any order of ends. Its result goes to the commit of the item. */
  prepare?: ((item: T, index: number, context: TaskContext) => P) | undefined;
  /** Called in input order, one at a time. Returns the value of the item and the carry for the next commit. */
  commit: (
    item: T,
    prepared: Awaited<P>,
    carry: C,
    context: TaskContext,
  ) => { value: V; carry: C } | PromiseLike<{ value: V; carry: C }>;
  /** The carry of the first commit. */
  carry: C;
  /**
   * What a failed step does to the other items. After a failed item the last successful carry is used.
   * @default `onFailure` if given, or else { prepare: "continue", commit: "pause" }
   */
  onStepFailure?: { prepare?: FailureMode; commit?: FailureMode } | undefined;
}

/** A phase of a pipeline. */
export interface PipelinePhase<O, K extends keyof O> {
  /** Name of the phase and of its output; the key of its outcome. */
  name: K;
  /** Share of the progress of the pipeline, relative to the other weights; from 0. @default 1 */
  weight?: number | undefined;
  /** Returns whether the phase is skipped. */
  skip?: ((outputs: Readonly<Partial<O>>) => boolean | PromiseLike<boolean>) | undefined;
  /** Returns the output of the phase. Nested runs report their progress by `context.report`. */
  run: (outputs: Readonly<Partial<O>>, context: TaskContext) => O[K] | PromiseLike<O[K]>;
  /** What a failure of the phase does to the pipeline. @default "stop" */
  onFailure?: FailureMode | undefined;
  /** Whether the work of the phase may be done again after a crash, see `repeatable` of runs. @default false */
  repeatable?: boolean | undefined;
}

/** A phase of a pipeline whose types are inferred: `E` are the outputs of the phases before it. */
export interface TypedPhase<E, K extends string, V, S extends boolean, F extends FailureMode> {
  name: K;
  /** Share of the whole progress. @default 1 */
  weight?: number | undefined;
  skip?: ((outputs: Readonly<E>) => S | PromiseLike<S>) | undefined;
  /** Nested runs report through `context.report`. */
  run: (outputs: Readonly<E>, context: TaskContext) => V | PromiseLike<V>;
  /** @default "stop" */
  onFailure?: F | undefined;
  /** Whether the work of the phase may be done again after a crash, see `repeatable` of runs. @default false */
  repeatable?: boolean | undefined;
}

/** What later phases see of a phase: its output may be missing where it can be skipped, or fail and the run goes on. */
export type PhaseOutput<K extends string, V, S extends boolean, F extends FailureMode> = [S, F] extends [false, "stop"]
  ? { [Name in K]: V }
  : { [Name in K]?: V };

/** The handle of a pipeline, with the outputs of the phases that are done. */
export type PipelineRun<O> = Run<O[keyof O]> & { readonly outputs: Readonly<Partial<O>> };

/** Options of a pipeline. */
export interface PipelineOptions<O>
  extends Pick<
    RunOptions,
    "signal" | "onProgress" | "onCancel" | "limiter" | "waitOnline" | "trace" | "journal" | "onJournalError"
  > {
  /** Name of the phase to begin with; the ones before it are skipped. @default the first */
  from?: keyof O | undefined;
  /** Outputs of the phases before `from`. */
  outputs?: Partial<O> | undefined;
}

/** A limit on what several runs and calls have in flight together. */
export interface Limiter {
  /**
   * Number of places now, an integer from 1, or Infinity. Assign to change it. An adaptive limiter lowers and raises it
   * further, within the `adaptive` bounds that it was created with.
   *
   * @throws TypeError that names `limit` and the value, if it is no such number, or not within these bounds.
   * @example
   * backend.limit = 3;
   */
  limit: number;
  /** Number of places that are taken, by this tab. */
  readonly inFlight: number;
  /** Number of runs of this tab that wait for a place. */
  readonly waiting: number;
  /** Time of `performance.now()` until which nothing starts; `undefined` if there is no cooldown. */
  readonly coolingUntil: number | undefined;
  /** Starts nothing for `ms` milliseconds. A shorter cooldown does not shorten a longer one. */
  cooldown(ms: number): void;
  /**
   * Returns the limiter's state: places, cooldown, the window of its rate, what `adaptive` has learned, the part of
   * this tab. It is plain JSON, for bug reports and developer tools, and is read anew at each call.
   *
   * @example
   * const { limit, inFlight, waiting, coolingUntil } = backend.inspect();
   */
  inspect(): LimiterInspection;
  /**
   * Runs a task in a place.
   *
   * Work that is nested in it must receive its `context.signal` (or `cancelled`). It then uses the place of the task,
   * one attempt at a time, or another place if one is free. With no signal, or that of another task, nested work waits
   * for a place of its own: forever, if the tasks that hold all places wait for it.
   *
   * @example
   * await backend.run(({ signal }) => callPhase("/api/status", { id }, { signal }), { priority: 1 });
   */
  run<R>(
    task: (context: TaskContext) => R,
    options?: {
      signal?: AbortSignal | undefined;
      /** Higher first. @default 0 */
      priority?: number | undefined;
    },
  ): Promise<Awaited<R>>;
}

/** The class of limiters. */
export interface LimiterConstructor {
  new (options?: LimiterOptions): Limiter;
  readonly prototype: Limiter;
}

/** Options of a limiter. */
export interface LimiterOptions {
  /**
   * Number of places: an integer from 1, or Infinity.
   * @default 5. Of the six connections of a browser to a host, one stays free for a status or a cancel call.
   */
  limit?: number | undefined;
  /** Pause between consecutive starts. @default 0 */
  stagger?: number | undefined;
  /**
   * Finds the limit of a server that does not tell it. A burst of refusals (429, 503, 529) halves the limit once. A
   * round of successes with all places taken raises it by one. If a raised limit is refused, that step is taken back,
   * and it is tried again ever more rarely. `min` and `max` bound the limit.
   * @default false; with `true`, min is 1 and max is `limit`
   */
  adaptive?: boolean | { min?: number; max?: number } | undefined;
  /**
   * At most `limit` starts in any `interval` milliseconds, as a sliding window: a quota such as "20 a minute". A start
   * counts however it ends: also one that fails, is refused or is aborted. So do retries, questions of `reconcile` and
   * asks of polls. What uses the place of the call around it counts once, with that call.
   *
   * `limit` (an integer from 1 to 1,000,000) is independent of the limiter's own `limit`, which stays 5 unless it is
   * given: raise that where calls are so long that their starts could come faster. `interval` is above 0 and finite.
   * Starts come as early as the window allows, in bursts; `stagger` spreads them.
   *
   * @default no bound
   * @throws TypeError that names `rate.limit` or `rate.interval` and the value, if it cannot be used.
   * @example
   * const backend = new Limiter({ rate: { limit: 20, interval: 60_000 } });
   */
  rate?: { limit: number; interval: number } | undefined;
  /**
   * Shares the limiter with those of the same name in all tabs and workers of the origin, by `sluicegate/tabs`.
   *
   * @default not shared
   * @throws TypeError that names the import, for anything else than what `sharedAcrossTabs(name)` returns.
   * @example
   * const backend = new Limiter({ limit: 4, sharedAcrossTabs: sharedAcrossTabs("backend") });
   */
  sharedAcrossTabs?: SharedLimiter | undefined;
}

/** What the limiters of several tabs have in common. Made by `sharedAcrossTabs` of `sluicegate/tabs`. */
export interface SharedLimiter {
  readonly [sharedBrand]: unknown;
}

declare const sharedBrand: unique symbol;

/** The context of a request for a chunk. */
export interface PhaseRequest<Cursor = number> extends TaskContext {
  /** Where the chunk starts. */
  readonly startIndex: Cursor;
  /** Number of the chunk, 0-based. */
  readonly chunk: number;
}

/** Returns what follows a chunk, for backends without `hasMore` and `nextStartIndex`. */
export type NextChunk<Chunk, Cursor> = (
  chunk: Chunk,
  request: PhaseRequest<Cursor>,
) => { done: true } | { done: false; startIndex?: Cursor };

/**
 * Options of `processPhase` and `startPhase`. Times are milliseconds.
 *
 * @example
 * const options: PhaseOptions<Chunk> = { stagger: 500, onChunk: (chunk) => save(chunk) };
 */
export interface PhaseOptions<Chunk, Cursor = number>
  extends Pick<RunOptions, "journal" | "onJournalError" | "repeatable"> {
  /** Cancels the phase. */
  signal?: AbortSignal | undefined;
  /** Each request takes a place of this limiter. */
  limiter?: Limiter | undefined;
  /** Starts no request while the browser is offline; see `waitOnline` of runs. @default false */
  waitOnline?: boolean | undefined;
  /** Records each attempt in the performance timeline. @default false */
  trace?: boolean | undefined;
  /** Longest time of an attempt without a `request.report`. @default none */
  idleTimeout?: number | undefined;
  /** Where the first chunk starts. @default 0; with `next`, undefined */
  startIndex?: Cursor | undefined;
  /** Pause between the end of one chunk and the start of the next. @default 100 */
  stagger?: number | undefined;
  /** Per chunk. @default none: a call by callPhase retries there */
  retry?: PolicyFor<Chunk> | undefined;
  /** Per attempt. @default none */
  timeout?: number | undefined;
  /** What a cancel does to the request in flight. @default "abort" */
  onCancel?: "drain" | "abort" | undefined;
  /** Number of chunks after which the phase fails. @default 10_000 */
  maxChunks?: number | undefined;
  /** Returns what follows a chunk, for backends with other names. Without a cursor leave `startIndex` out. */
  next?: NextChunk<Chunk, Cursor> | undefined;
  /** Called with each chunk, and awaited before the next request. Its failure fails the phase. */
  onChunk?: ((chunk: Chunk, request: PhaseRequest<Cursor>) => unknown) | undefined;
  /** Returns the server's own counts, in place of the number of chunks. */
  progress?: ((chunk: Chunk, chunks: readonly Chunk[]) => { completed: number; total?: number }) | undefined;
  /** Called when the progress changes. */
  onProgress?: ((progress: Progress) => void) | undefined;
}
