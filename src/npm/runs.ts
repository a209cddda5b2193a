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
import type { AnyIterable, PoolOptions, Run, RunOptions, Task } from "./types.ts";

/**
 * The run of settleWithConcurrency, as a handle that can be watched and steered. `open: true` lets items be added until
 * `end()`.
 *
 * @throws TypeError at once for arguments that cannot be used.
 * @example
 * const run = startRun(scenes, draw, { concurrency: 2 });
 * for await (const outcome of run) show(outcome);
 */
export function startRun<T, R>(
  items: AnyIterable<T>,
  task: Task<T, R>,
  options: PoolOptions<T, Awaited<R>> & { concurrency: number; open?: boolean | undefined },
): Run<Awaited<R>, T> {
  return startItems(items, task, options) as unknown as Run<Awaited<R>, T>;
}

/**
 * Batches with a barrier, of a list that is read whole at once: the items of a batch run at once, and all see the same
 * frozen `context.completed`, the values of
 * the earlier batches in input order. Annotate the context (`c: BatchContext<Scene>`) for inference.
 *
 * @throws TypeError at once for arguments that cannot be used.
 * @example
 * const run = startBatches(outlines, 5, (outline, index, { completed }: BatchContext<Scene>) => write(outline,
 * completed.slice(-3)));
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
 * In order with a carry, of a list that is read whole at once: `commit` runs strictly in input order and threads
 * `carry`; `prepare`, where given, runs ahead of it,
 * `concurrency` at once, without a barrier, so that the first commit starts as early as it would serially. Concurrency
 * 1 is
 * the serial call sequence: prepare 0, commit 0, prepare 1, …
 *
 * @throws TypeError at once for arguments that cannot be used.
 * @example
 * const run = startInOrder(outlines, { prepare: fetchContent, commit: speak, carry: [] as Speech[], concurrency: 3 });
 */
export function startInOrder<T, P, V, C>(items: Iterable<T>, options: InOrderOptions<T, P, V, C>): Run<V, T> {
  return startInOrderRun(items, options) as unknown as Run<V, T>;
}

/**
 * The phase of processPhase, as a handle; `values` of its report are the chunks that arrived, whatever happened, and
 * `nextStartIndex` is where to resume: behind the last of them, undefined where there is no more.
 *
 * @throws TypeError at once for arguments that cannot be used.
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
 * Ordered phases with threaded, typed outputs and one weighted progress; a phase can be skipped, and a run resumed at
 * one.
 *
 * @throws TypeError at once for arguments that cannot be used.
 * @example
 * const run = startPipeline<{ script: Script; audio: Chunk[] }>([
 * { name: "script", weight: 10, run: (_, { signal }) => callPhase("/api/generate", { phase: "script" }, { signal }) },
 *   { name: "audio", weight: 30, run: ({ script }, { signal }) => speak(script, signal) },
 * ]);
 */
export function startPipeline<O extends object>(
  phases: readonly { [K in keyof O & string]: PipelinePhase<O, K> }[keyof O & string][],
  options?: PipelineOptions<O>,
): Run<O[keyof O]> & { readonly outputs: Readonly<Partial<O>> } {
  return startPipelineRun(phases, options) as unknown as Run<O[keyof O]> & { readonly outputs: Readonly<Partial<O>> };
}
