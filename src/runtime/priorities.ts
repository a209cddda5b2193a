// Reads the priorities of a run's items from the caller, and reports them to the engine.

import { engine } from "./engine.ts";
import type { Run } from "./run.ts";
import { badOption } from "./values.ts";

/** Asks the caller for the priorities of the items from an index on. */
export function askPriorities(run: Run, from: number): void {
  const { options, items } = run;
  const { priority } = options;
  if (!priority) return;
  const priorities: number[] = [];
  for (let index = from; index < items.length; index++) {
    const value = run.callInContext(priority, items[index], index);
    if (typeof value !== "number" || Number.isNaN(value)) throw badOption("priority(item)", "a number", value);
    priorities.push(value);
  }
  run.priorities = priorities;
}

/** Reports the priorities that were read last: those of the items from an index on. */
export function rankItems(run: Run, from: number): void {
  for (const [at, priority] of run.priorities?.entries() ?? []) engine.engine_rank(run.id, from + at, priority);
  run.priorities = undefined;
}
