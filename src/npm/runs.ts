// Runs with a handle.

import { startBatches as startBatchesRun } from "../runtime/modes/batches.ts";
import { startInOrder as startInOrderRun } from "../runtime/modes/in-order.ts";
import { startPhase as startPhaseRun } from "../runtime/modes/phase.ts";
import { startPipeline as startPipelineRun } from "../runtime/modes/pipeline.ts";
import { startItems } from "../runtime/modes/pool.ts";
import type {
  BatchContext,
  InOrderOptions,
  NextChunk,
  PhaseOptions,
  PhaseRequest,
  PipelineOptions,
  PipelinePhase,
} from "./modes.ts";
import type { AnyIterable, Run, RunOptions, Task } from "./types.ts";

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
  options: RunOptions<T, Awaited<R>> & { concurrency: number; open?: boolean | undefined },
): Run<Awaited<R>, T> {
  return startItems(items, task, options) as unknown as Run<Awaited<R>, T>;
}

/**
 * Starts a run in batches: a batch starts when all items of the batch before it have settled. All items of a batch see
 * the same frozen `context.completed`, the values of the earlier batches in input order. `items` is read at once.
 * Annotate the context (`BatchContext<Scene>`), so that types are inferred.
 *
 * @param batchSize An integer from 1, or Infinity.
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startBatches(outlines, 5, (outline, index, { completed }: BatchContext<Scene>) =>
 *   write(outline, completed.slice(-3)),
 * );
 */
export function startBatches<T, V>(
  items: Iterable<T>,
  batchSize: number,
  task: (item: T, index: number, context: BatchContext<V>) => V | PromiseLike<V>,
  options?: RunOptions<T, V>,
): Run<V, T> {
  return startBatchesRun(items, batchSize, task, options) as unknown as Run<V, T>;
}

/**
 * Starts a run whose `commit` is called strictly in input order, with the carry of the commit before. `prepare` runs
 * ahead of it, without a barrier, so the first commit starts as early as in a serial run. `items` is read at once. With
 * `concurrency: 1` the calls are serial: prepare 0, commit 0, prepare 1, …
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startInOrder(outlines, { prepare: fetchContent, commit: speak, carry: [] as Speech[], concurrency: 3 });
 */
export function startInOrder<T, P, V, C>(items: Iterable<T>, options: InOrderOptions<T, P, V, C>): Run<V, T> {
  return startInOrderRun(items, options) as unknown as Run<V, T>;
}

/**
 * Starts the phase of `processPhase`, and returns a handle. `values` of its report are the chunks that arrived, also
 * after a failure or a cancel. `nextStartIndex` is where the phase can be resumed; `undefined` if there is no more.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const audio = startPhase(({ startIndex }) => callPhase("/api/generate", { phase: "audio", startIndex }));
 */
export function startPhase<Chunk extends { hasMore: boolean; nextStartIndex?: number | null }>(
  call: (request: PhaseRequest) => Chunk | PromiseLike<Chunk>,
  options?: PhaseOptions<Chunk>,
): Run<Chunk> & { readonly nextStartIndex: number | undefined };
export function startPhase<Chunk, Cursor = number>(
  call: (request: PhaseRequest<Cursor>) => Chunk | PromiseLike<Chunk>,
  options: PhaseOptions<Chunk, Cursor> & { next: NextChunk<Chunk, Cursor> },
): Run<Chunk> & { readonly nextStartIndex: Cursor | undefined };
export function startPhase(call: unknown, options?: unknown): unknown {
  return startPhaseRun(call, options);
}

/**
 * Starts named phases one after another. Each receives the outputs of the earlier ones, and all share one weighted
 * progress. A phase can be skipped, and a pipeline can be resumed at a phase.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startPipeline<{ script: Script; audio: Chunk[] }>([
 *   { name: "script", weight: 10, run: (_, { signal }) => callPhase("/api/generate", { text }, { signal }) },
 *   { name: "audio", weight: 30, run: ({ script }, { signal }) => speak(script, signal) },
 * ]);
 */
export function startPipeline<O extends object>(
  phases: readonly { [K in keyof O & string]: PipelinePhase<O, K> }[keyof O & string][],
  options?: PipelineOptions<O>,
): Run<O[keyof O]> & { readonly outputs: Readonly<Partial<O>> } {
  return startPipelineRun(phases, options) as unknown as Run<O[keyof O]> & { readonly outputs: Readonly<Partial<O>> };
}
