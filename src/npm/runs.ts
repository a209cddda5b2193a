// Runs with a handle.

import { startBatches as startBatchesRun } from "../runtime/modes/batches.ts";
import { startInOrder as startInOrderRun } from "../runtime/modes/in-order.ts";
import { startPhase as startPhaseRun } from "../runtime/modes/phase.ts";
import { startPipeline as startPipelineRun } from "../runtime/modes/pipeline.ts";
import { startItems } from "../runtime/modes/pool.ts";
import type { Fixed } from "./calls.ts";
import type {
  BatchContext,
  InOrderOptions,
  NextChunk,
  PhaseOptions,
  PhaseOutput,
  PhaseRequest,
  PipelineOptions,
  PipelinePhase,
  PipelineRun,
  TypedPhase,
} from "./modes.ts";
import type { AnyIterable, FailureMode, PoolOptions, Run, RunOptions, Task } from "./types.ts";

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
  return startBatchesRun(items, batchSize, task, options) as Run<V, T>;
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
  return startInOrderRun(items, options) as Run<V, T>;
}

/**
 * The phase of processPhase, as a handle; `values` of its report are the chunks that arrived, whatever happened, and
 * `nextStartIndex` is where to resume: behind the last of them, undefined where there is no more. A failed last chunk
 * that is retried after the end goes through `onChunk`, and the phase goes on: `report` and `nextStartIndex` follow.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const audio = startPhase(({ startIndex }) => callPhase("/api/generate", { phase: "audio", startIndex }));
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

/**
 * Ordered phases with threaded, typed outputs and one weighted progress; a phase can be skipped, and a run resumed at
 * one. Of up to five phases the outputs are inferred; of more, name them: `startPipeline<{ script: Script }>(…)`. Those
 * of a list that is made at run time (`names.map(…)`) are unknown.
 * A run that begins `from` a phase is taken to be given the outputs of those before it.
 *
 * @throws TypeError at once for bad arguments.
 * @example
 * const run = startPipeline([
 *   { name: "script", weight: 10, run: (_, { signal }) => callPhase<Script>("/api/script", { text }, { signal }) },
 *   { name: "audio", weight: 30, run: ({ script }, { signal }) => speak(script, signal) },
 * ]);
 */
export function startPipeline<K1 extends string, V1, S1 extends boolean = false, F1 extends FailureMode = "stop">(
  phases: readonly [TypedPhase<object, K1, V1, S1, F1>],
  options?: PipelineOptions<Fixed<Record<K1, V1>>>,
): PipelineRun<PhaseOutput<K1, V1, S1, F1>>;
export function startPipeline<
  K1 extends string,
  V1,
  K2 extends string,
  V2,
  S1 extends boolean = false,
  F1 extends FailureMode = "stop",
  S2 extends boolean = false,
  F2 extends FailureMode = "stop",
>(
  phases: readonly [TypedPhase<object, K1, V1, S1, F1>, TypedPhase<PhaseOutput<K1, V1, S1, F1>, K2, V2, S2, F2>],
  options?: PipelineOptions<Fixed<Record<K1, V1> & Record<K2, V2>>>,
): PipelineRun<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2>>;
export function startPipeline<
  K1 extends string,
  V1,
  K2 extends string,
  V2,
  K3 extends string,
  V3,
  S1 extends boolean = false,
  F1 extends FailureMode = "stop",
  S2 extends boolean = false,
  F2 extends FailureMode = "stop",
  S3 extends boolean = false,
  F3 extends FailureMode = "stop",
>(
  phases: readonly [
    TypedPhase<object, K1, V1, S1, F1>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1>, K2, V2, S2, F2>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2>, K3, V3, S3, F3>,
  ],
  options?: PipelineOptions<Fixed<Record<K1, V1> & Record<K2, V2> & Record<K3, V3>>>,
): PipelineRun<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2> & PhaseOutput<K3, V3, S3, F3>>;
export function startPipeline<
  K1 extends string,
  V1,
  K2 extends string,
  V2,
  K3 extends string,
  V3,
  K4 extends string,
  V4,
  S1 extends boolean = false,
  F1 extends FailureMode = "stop",
  S2 extends boolean = false,
  F2 extends FailureMode = "stop",
  S3 extends boolean = false,
  F3 extends FailureMode = "stop",
  S4 extends boolean = false,
  F4 extends FailureMode = "stop",
>(
  phases: readonly [
    TypedPhase<object, K1, V1, S1, F1>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1>, K2, V2, S2, F2>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2>, K3, V3, S3, F3>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2> & PhaseOutput<K3, V3, S3, F3>, K4, V4, S4, F4>,
  ],
  options?: PipelineOptions<Fixed<Record<K1, V1> & Record<K2, V2> & Record<K3, V3> & Record<K4, V4>>>,
): PipelineRun<
  PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2> & PhaseOutput<K3, V3, S3, F3> & PhaseOutput<K4, V4, S4, F4>
>;
export function startPipeline<
  K1 extends string,
  V1,
  K2 extends string,
  V2,
  K3 extends string,
  V3,
  K4 extends string,
  V4,
  K5 extends string,
  V5,
  S1 extends boolean = false,
  F1 extends FailureMode = "stop",
  S2 extends boolean = false,
  F2 extends FailureMode = "stop",
  S3 extends boolean = false,
  F3 extends FailureMode = "stop",
  S4 extends boolean = false,
  F4 extends FailureMode = "stop",
  S5 extends boolean = false,
  F5 extends FailureMode = "stop",
>(
  phases: readonly [
    TypedPhase<object, K1, V1, S1, F1>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1>, K2, V2, S2, F2>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2>, K3, V3, S3, F3>,
    TypedPhase<PhaseOutput<K1, V1, S1, F1> & PhaseOutput<K2, V2, S2, F2> & PhaseOutput<K3, V3, S3, F3>, K4, V4, S4, F4>,
    TypedPhase<
      PhaseOutput<K1, V1, S1, F1> &
        PhaseOutput<K2, V2, S2, F2> &
        PhaseOutput<K3, V3, S3, F3> &
        PhaseOutput<K4, V4, S4, F4>,
      K5,
      V5,
      S5,
      F5
    >,
  ],
  options?: PipelineOptions<Fixed<Record<K1, V1> & Record<K2, V2> & Record<K3, V3> & Record<K4, V4> & Record<K5, V5>>>,
): PipelineRun<
  PhaseOutput<K1, V1, S1, F1> &
    PhaseOutput<K2, V2, S2, F2> &
    PhaseOutput<K3, V3, S3, F3> &
    PhaseOutput<K4, V4, S4, F4> &
    PhaseOutput<K5, V5, S5, F5>
>;
export function startPipeline<O extends object>(
  phases: readonly { [K in keyof O & string]: PipelinePhase<O, K> }[keyof O & string][],
  options?: PipelineOptions<O>,
): PipelineRun<O>;
export function startPipeline<K extends string>(
  phases: readonly PipelinePhase<Record<string, unknown>, K>[] & (string extends K ? unknown : never),
  options?: PipelineOptions<Record<string, unknown>>,
): PipelineRun<Record<string, unknown>>;
export function startPipeline(phases: unknown, options?: unknown): unknown {
  return startPipelineRun(phases, options);
}
