// The overloads of `startPipeline`, which infer the outputs of up to five phases.

import { startPipeline as startPipelineRun } from "../runtime/modes/pipeline.ts";
import type { Fixed } from "./calls.ts";
import type { PhaseOutput, PipelineOptions, PipelinePhase, PipelineRun, TypedPhase } from "./modes.ts";
import type { FailureMode } from "./types.ts";

/**
 * Starts named phases, one after another. Each gets the outputs of the phases before it. Their weights make one
 * progress. A phase can be skipped, and a run can begin `from` a phase, with the `outputs` of those before it.
 *
 * The types of the outputs are inferred for up to five phases. For more, name them: `startPipeline<{ script: Script
 * }>(…)`. The outputs of a list that is made at run time (`names.map(…)`) are unknown.
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
