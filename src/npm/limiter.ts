// A limiter that can run tasks: src/bridge/limiter.js knows its gate, this knows how the engine is loaded.

import { Gate } from "../bridge/limiter.js";
import { limitedRun } from "../bridge/modes.js";
import { open } from "./engine.js";
import type { Limiter as LimiterType, LimiterOptions, TaskContext } from "./types.js";

/**
 * What everything that shares it may have in flight. Physical: a place is free again when the task has settled, not when
 * somebody stopped waiting. Calls that fail with a `status` of 429 or 503 hold all that share it back.
 *
 * @throws TypeError for options that cannot be used.
 * @example
 * const backend = new Limiter({ limit: 4, stagger: 100, adaptive: true });
 * await processWithConcurrency(scenes, 4, draw, { limiter: backend });
 */
export class Limiter
  extends (Gate as unknown as new (options?: LimiterOptions) => Omit<LimiterType, "run">)
  implements LimiterType
{
  readonly run = <R>(
    task: (context: TaskContext) => R,
    options?: { signal?: AbortSignal | undefined; priority?: number | undefined },
  ): Promise<Awaited<R>> => open(() => limitedRun(this, task, options));
}
