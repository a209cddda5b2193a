// The priorities of a run's items: asked of the caller, told to the engine.

import { engine } from "./engine.ts";
import type { Run } from "./run.ts";
import { badOption } from "./values.ts";

/** Asks the caller for the priorities of the items from an index on. */
export function askPriorities(run: Run, from: number): void {
  const { options, items, within } = run;
  const { priority } = options;
  if (!priority) return;
  run.priorities ??= [];
  const { priorities } = run;
  for (let index = from; index < items.length; index++) {
    const value = within ? within(priority, items[index], index) : priority(items[index], index);
    if (typeof value !== "number" || Number.isNaN(value)) throw badOption("priority(item)", "a number", value);
    priorities[index] = value;
  }
}

/** Tells the engine the priorities of the items from an index on. */
export function rankItems({ id, priorities }: Run, from: number): void {
  if (!priorities) return;
  for (let index = from; index < priorities.length; index++) {
    engine.engine_rank(id, index, priorities[index] as number);
  }
}
