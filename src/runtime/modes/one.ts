// A run of one item: a call with retries, or a call through a limiter.

import { retry as retryVerb } from "../../../pkg/sluicegate.js";
import type { TaskContext } from "../context.ts";
import { load } from "../engine.ts";
import { begin, type Verb } from "../executor.ts";
import { ONE_OPTIONS, refuseUnknown } from "../known-options.ts";
import type { Mode } from "../mode.ts";
import { functionNamed, optionsOf, runOptions } from "../options.ts";
import { Run } from "../run.ts";

/** The differences between calls. */
export interface One extends Omit<Mode, "result" | "call"> {
  call(context: TaskContext): unknown;
}

/** Opens the run of one call, by an export of the wasm. Resolves to its value. */
export function openOne(one: One, verb: Verb, signals?: (AbortSignal | undefined)[]) {
  load();
  const mode: Mode = { ...one, result: "value", call: (_item, _index, context) => one.call(context) };
  return begin(new Run(mode, [undefined], signals), verb);
}

export function retry(call: unknown, policy: unknown, options: unknown): Promise<unknown> {
  const task = functionNamed("call", call);
  const retry = policy === undefined ? {} : optionsOf(policy, "policy");
  refuseUnknown(optionsOf(options), ONE_OPTIONS);
  return openOne({ options: runOptions({ ...optionsOf(options), retry }, "policy"), call: task }, retryVerb);
}
