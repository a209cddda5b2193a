// The public types of modes (batches, in order, phases, pipelines) and limiters.

import type { RetryPolicy } from "./calls.ts";
import type { FailureMode, Progress, RunOptions, TaskContext } from "./types.ts";

/** What the task of a batch is told besides. */
export interface BatchContext<V> extends TaskContext {
  /** Fulfilled values of the earlier batches, without holes; one frozen object a batch. */
  readonly completed: readonly V[];
}

/** Options of a run in order. */
export interface InOrderOptions<T, P, V, C> extends Omit<RunOptions<T, V>, "retry" | "skip"> {
  /** `reconcile` of a commit gives what the commit would have given. @default no retry */
  retry?: RetryPolicy<{ value: V; carry: C }> | undefined;
  /** Items that are skipped; a carry goes on to the next commit. */
  skip?: ((item: T, index: number) => boolean | { value: V; carry?: C }) | undefined;
  /** Places for prepare and commit together, a ready commit first. @default 3 */
  concurrency?: number | undefined;
  prepare?: ((item: T, index: number, context: TaskContext) => P) | undefined;
  commit: (
    item: T,
    prepared: Awaited<P>,
    carry: C,
    context: TaskContext,
  ) => { value: V; carry: C } | PromiseLike<{ value: V; carry: C }>;
  /** The first. */
  carry: C;
  /**
   * After a failed item the last successful carry goes on.
   * @default `onFailure` where it is given, else { prepare: "continue", commit: "pause" }
   */
  onStepFailure?: { prepare?: FailureMode; commit?: FailureMode } | undefined;
}

/** A phase of a pipeline. */
export interface PipelinePhase<O, K extends keyof O> {
  name: K;
  /** Share of the whole progress. @default 1 */
  weight?: number | undefined;
  skip?: ((outputs: Readonly<Partial<O>>) => boolean | PromiseLike<boolean>) | undefined;
  /** Nested runs report through `context.report`. */
  run: (outputs: Readonly<Partial<O>>, context: TaskContext) => O[K] | PromiseLike<O[K]>;
  /** @default "stop" */
  onFailure?: FailureMode | undefined;
}

/** Options of a pipeline. */
export interface PipelineOptions<O>
  extends Pick<RunOptions, "signal" | "onProgress" | "onCancel" | "limiter" | "trace"> {
  /** The phase to begin with; those before it are skipped. */
  from?: keyof O | undefined;
  /** What phases before `from` gave. */
  outputs?: Partial<O> | undefined;
}

/** What everything that shares it may have in flight. */
export interface Limiter {
  /** What it allows now: less than was set while it adapts to refusals. */
  limit: number;
  readonly inFlight: number;
  /** Runs that wait for a place. */
  readonly waiting: number;
  /** performance.now() time until which starts are held back. */
  readonly coolingUntil: number | undefined;
  /** Holds all starts back, also of those queued; a shorter wait never shortens a longer one. Milliseconds. */
  cooldown(ms: number): void;
  /**
   * Runs a task in a place. Whatever is nested in it and passes on its `context.signal` (or `cancelled`) uses that
   * place, one
   * attempt at a time, or a second one where one is free. What passes on no signal, or not that of the call nearest
   * around
   * it, waits for a second place: for ever, where the calls that hold all places wait for it.
   */
  run<R>(
    task: (context: TaskContext) => R,
    options?: { signal?: AbortSignal | undefined /** Higher first. @default 0 */; priority?: number | undefined },
  ): Promise<Awaited<R>>;
}

/** Options of a limiter. */
export interface LimiterOptions {
  /**
   * An integer from 1, or Infinity.
   * @default 5: of the six connections that a browser gives a host, one stays free for a status or cancel call
   */
  limit?: number | undefined;
  /** Pause between starts, in milliseconds. @default 0 */
  stagger?: number | undefined;
  /**
   * Finds the limit that the server does not tell. A burst of 429/503 halves it, once a burst (all attempts started
   * before the
   * halving); a round of successes, with all places taken, lets it grow by one. A step beyond what went well is taken
   * back
   * by that one, and the limit that was refused is tried again ever more rarely. @default max: limit, min: 1
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
}

/** What the call of a phase is told of the chunk that it is to ask for. */
export interface PhaseRequest<Cursor = number> extends TaskContext {
  readonly startIndex: Cursor;
  /** 0 for the first. */
  readonly chunk: number;
}

/** Says what follows a chunk, for backends that do not say `hasMore` and `nextStartIndex`. */
export type NextChunk<Chunk, Cursor> = (
  chunk: Chunk,
  request: PhaseRequest<Cursor>,
) => { done: true } | { done: false; startIndex?: Cursor };

/** Options of a phase. Times are milliseconds. */
export interface PhaseOptions<Chunk, Cursor = number> {
  signal?: AbortSignal | undefined;
  limiter?: Limiter | undefined;
  trace?: boolean | undefined;
  /** Per attempt, restarted by `request.report`. @default none */
  idleTimeout?: number | undefined;
  /** @default 0; with `next`, none */
  startIndex?: Cursor | undefined;
  /** Pause between the end of one chunk and the start of the next. @default 100 */
  stagger?: number | undefined;
  /** Per chunk. @default none: a call by callPhase retries there */
  retry?: RetryPolicy<Chunk> | undefined;
  /** Per attempt. @default none */
  timeout?: number | undefined;
  /** @default "abort" */
  onCancel?: "drain" | "abort" | undefined;
  /** @default 10_000 */
  maxChunks?: number | undefined;
  /** For backends that say it in other words; without a cursor ("more" flags) leave startIndex out. */
  next?: NextChunk<Chunk, Cursor> | undefined;
  /** With every chunk, awaited before the next is asked for. */
  onChunk?: ((chunk: Chunk, request: PhaseRequest<Cursor>) => void | PromiseLike<void>) | undefined;
  /** The server's own counts. */
  progress?: ((chunk: Chunk, chunks: readonly Chunk[]) => { completed: number; total?: number }) | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}
