// A pool: items start as places become free.

import { processWithConcurrency, settleWithConcurrency, startRun } from "../../../pkg/sluicegate.js";
import { load } from "../engine.ts";
import { begin } from "../executor.ts";
import { RunHandle } from "../handle.ts";
import { POOL_OPTIONS, refuseUnknown } from "../known-options.ts";
import type { Mode } from "../mode.ts";
import { booleanOr, count, functionNamed, isIterable, optionsOf, refusePromises, runOptions } from "../options.ts";
import { Run } from "../run.ts";
import { REPEATABLE } from "../signals/marks.ts";
import * as table from "../table.ts";
import { badOption } from "../values.ts";

/** The differences between the verbs. */
interface Verb {
  readonly result: Mode["result"];
  readonly known: readonly string[];
}

const PROCESS: Verb = { result: "values", known: POOL_OPTIONS };
const SETTLE: Verb = { result: "report", known: POOL_OPTIONS };
const START: Verb = { result: "report", known: [...POOL_OPTIONS, "concurrency", "open"] };

function poolRun({ result, known }: Verb, items: unknown, concurrency: unknown, task: unknown, given: unknown): Run {
  const limit = count("concurrency", concurrency);
  const userTask = functionNamed("task", task);
  if (!isIterable(items)) throw badOption("items", "iterable", items);
  if (Array.isArray(items)) refusePromises(items);
  refuseUnknown(optionsOf(given), known);
  const checked = runOptions(given);
  const options = { ...checked, repeatable: checked.repeatable || REPEATABLE in userTask };
  options.numbers[table.OPTION_CONCURRENCY] = limit;
  const { open } = optionsOf(given);
  if (known === START.known && booleanOr("open", open)) {
    if (!Array.isArray(items)) throw badOption("items", "an array where `open` is true", items);
    options.numbers[table.OPTION_SOURCE] = table.SOURCE_OPEN;
  }
  // The task gets its documented arguments only.
  const call: Mode["call"] = (item, index, context) => userTask(item, index, context);
  return new Run({ result, options, call }, items);
}

/** Resolves to all values, or rejects with the first failure. */
export function processItems(items: unknown, concurrency: unknown, task: unknown, options: unknown): Promise<unknown> {
  const run = poolRun(PROCESS, items, concurrency, task, options);
  load();
  return begin(run, processWithConcurrency);
}

/** Resolves to a report. */
export function settleItems(items: unknown, concurrency: unknown, task: unknown, options: unknown): Promise<unknown> {
  const run = poolRun(SETTLE, items, concurrency, task, options);
  load();
  return begin(run, settleWithConcurrency);
}

/** Returns a handle. With `open: true` items can be added. */
export function startItems(items: unknown, task: unknown, options: unknown): RunHandle {
  const { concurrency } = optionsOf(options);
  return new RunHandle(poolRun(START, items, concurrency, task, options), startRun);
}
