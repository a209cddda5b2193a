// Batches with a barrier: all items of a batch see the values of the earlier batches.

import { startBatches as verb } from "../../../pkg/sluicegate.js";
import type { TaskContext } from "../context.ts";
import { RunHandle } from "../handle.ts";
import { RUN_OPTIONS, refuseUnknown } from "../known-options.ts";
import { count, functionNamed, isSyncIterable, optionsOf, refusePromises, runOptions } from "../options.ts";
import { Run } from "../run.ts";
import * as table from "../table.ts";
import { badOption } from "../values.ts";

/** Reads all items at once, because their number must be known. */
export function listOf(items: unknown): unknown[] {
  if (!isSyncIterable(items)) throw badOption("items", "an array or another iterable", items);
  const list = Array.from(items);
  refusePromises(list);
  return list;
}

export function startBatches(items: unknown, batchSize: unknown, task: unknown, given: unknown): RunHandle {
  const call = functionNamed("task", task);
  const list = listOf(items);
  const size = count("batchSize", batchSize);
  refuseUnknown(optionsOf(given), RUN_OPTIONS);
  const options = runOptions(given);
  options.numbers[table.OPTION_CONCURRENCY] = size;
  options.numbers[table.OPTION_ORDER] = size === Infinity ? table.ORDER_POOL : table.ORDER_BATCHES;
  options.numbers[table.OPTION_BATCH_SIZE] = size;
  let batch = -1;
  let completed: readonly unknown[] = [];
  /** Returns the same frozen values for all items of a batch. */
  const completedBefore = (index: number) => {
    const wanted = Math.floor(index / size);
    if (wanted !== batch) {
      batch = wanted;
      const earlier = run.outcomes?.slice(0, batch * size) ?? [];
      completed = Object.freeze(earlier.flatMap((outcome) => (outcome && "value" in outcome ? [outcome.value] : [])));
    }
    return completed;
  };
  const contextOf = (index: number, context: TaskContext) =>
    Object.defineProperty(context, "completed", { value: completedBefore(index), enumerable: true });
  const run: Run = new Run(
    {
      result: "report",
      options,
      call: (item, index, context) => call(item, index, contextOf(index, context)),
      contextOf,
    },
    list,
  );
  return new RunHandle(run, verb);
}
