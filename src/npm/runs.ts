// Runs with a handle.

import { startBatches as startBatchesRun } from "../runtime/modes/batches.ts";
import { startInOrder as startInOrderRun } from "../runtime/modes/in-order.ts";
import { startPhase as startPhaseRun } from "../runtime/modes/phase.ts";
import { startItems } from "../runtime/modes/pool.ts";
import type { BatchContext, InOrderOptions, NextChunk, PhaseOptions, PhaseRequest } from "./modes.ts";
import type { AnyIterable, PoolOptions, Run, RunOptions, Task } from "./types.ts";

/**
 * Starts the run of `settleWithConcurrency`, and returns a handle to watch and steer it. With `open: true` items can be
 * added until `end()`.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startRun(scenes, draw, { concurrency: 2 });
 * for await (const outcome of run) show(outcome);
 */
export function startRun<T, R>(
  items: AnyIterable<T>,
  task: Task<T, R>,
  options: PoolOptions<T, Awaited<R>> & { concurrency: number; open?: boolean | undefined },
): Run<Awaited<R>, T> {
  return startItems(items, task, options) as Run<Awaited<R>, T>;
}

/**
 * Starts a run in batches: a batch starts when all items of the batch before it have settled. All items of a batch see
 * the same frozen `context.completed`, the values of the earlier batches in input order. `items` is read at once.
 * Annotate the context (`BatchContext<Scene>`), so that types are inferred.
 *
 * @param batchSize An integer from 1, or Infinity.
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startBatches(outlines, 5, (outline, _index, { completed }: BatchContext<Scene>) =>
 *   write(outline, completed.slice(-3)),
 * );
 */
export function startBatches<T, V>(
  items: Iterable<T>,
  batchSize: number,
  task: (item: T, index: number, context: BatchContext<V>) => V | PromiseLike<V>,
  options?: RunOptions<T, V>,
): Run<V, T> {
  return startBatchesRun(items, batchSize, task, options) as Run<V, T>;
}

/**
 * Starts a run whose `commit` is called strictly in input order, with the carry of the commit before. `prepare` runs
 * ahead of it, without a barrier, so the first commit starts as early as in a serial run. `items` is read at once. With
 * `concurrency: 1` the calls are serial: prepare 0, commit 0, prepare 1, …
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startInOrder(outlines, { prepare: fetchContent, commit: narrate, carry: [] as Speech[] });
 */
export function startInOrder<T, P, V, C>(items: Iterable<T>, options: InOrderOptions<T, P, V, C>): Run<V, T> {
  return startInOrderRun(items, options) as Run<V, T>;
}

/**
 * Starts the phase of `processPhase`, and returns a handle. `values` of its report are the chunks that arrived, also
 * after a failure. `nextStartIndex` is where to resume, or `undefined` if there is no more. If the failed last chunk is
 * retried after the end, it goes through `onChunk` and the phase continues. `report` and `nextStartIndex` then change.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const audio = startPhase(({ startIndex }) => callPhase<Chunk>("/api/generate", { phase: "audio", startIndex }));
 */
export function startPhase<Chunk, Cursor = number>(
  call: (request: PhaseRequest<Cursor>) => Chunk | PromiseLike<Chunk>,
  options: PhaseOptions<Chunk, Cursor> & { next: NextChunk<Chunk, Cursor> },
): Run<Chunk, Cursor> & { readonly nextStartIndex: Cursor | undefined };
export function startPhase<Chunk extends { hasMore: boolean; nextStartIndex?: number | null }>(
  call: (request: PhaseRequest) => Chunk | PromiseLike<Chunk>,
  options?: PhaseOptions<Chunk>,
): Run<Chunk, number> & { readonly nextStartIndex: number | undefined };
export function startPhase(call: unknown, options?: unknown): unknown {
  return startPhaseRun(call, options);
}
