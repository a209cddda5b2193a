// Checks items before they start: reads their keys, and calls `skip` and `after`.

import { reject } from "./failing.ts";
import { engineOf } from "./fast-path.ts";
import type { Run } from "./run.ts";
import { isObject, textOf } from "./values.ts";

/** Answers the engine for an item. */
export function check(run: Run, index: number, maySkip: boolean): void {
  let verdict: unknown = false;
  let waits = false;
  try {
    run.itemKeys.check(index);
    if (maySkip) verdict = askSkip(run, index);
    const { after } = run.options;
    if (!verdict && after && !run.isEnding) waits = run.inputs?.await(run, index, after) ?? false;
  } catch (error) {
    // The function may have cancelled the item or the run: then the engine wants no answer.
    if (engineOf(run).engine_reject(run.id, index) !== 0) reject(run, index, undefined, error);
    return;
  }
  if (waits) return;
  if (!verdict) return engineOf(run).engine_accept(run.id, index);
  if (engineOf(run).engine_skip(run.id, index) === 0) return;
  run.mode.skipped?.(index, verdict);
  run.skipped(index, verdict);
}

function askSkip(run: Run, index: number): unknown {
  const { skip } = run.options;
  if (!skip) return false;
  const verdict = run.callInContext(skip, run.items[index], index);
  if (isObject(verdict) && !("value" in verdict)) {
    throw new TypeError(`\`skip\` must return true, false or { value }, got ${textOf(verdict)}`);
  }
  return verdict;
}
