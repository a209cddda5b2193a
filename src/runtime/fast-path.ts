// The fast path: starts items in the places of successes without a call into the engine for each.
//
// The engine says beforehand which items may follow. All of them are reported to it before the next call that concerns
// the run: `engineOf`, the only access to the engine, does that first.

import type { InitOutput } from "../../pkg/sluicegate.js";
import { clock, now } from "./clock.ts";
import { engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";

/** Returns the engine, for a call that concerns the run or one of its attempts. */
export function engineOf(run: Run): InitOutput {
  if (run.fastPath.end > 0) flush(run);
  return engine;
}

/** Items that may be started without a call into the engine. If `end` is 0, there are none. */
export interface FastPath {
  first: number;
  next: number;
  end: number;
  /** Slots that have moved on to other items. */
  readonly moved: Slot[];
}

export const newFastPath = (): FastPath => ({ first: 0, next: 0, end: 0, moved: [] });

/** Asks the engine for items that may follow. Returns whether there are any. */
export function openFastPath(run: Run): boolean {
  const left = engineOf(run).engine_fast_path_items(run.id, clock());
  if (left === 0) return false;
  const { fastPath } = run;
  fastPath.end = run.items.length;
  fastPath.first = fastPath.next = fastPath.end - left;
  return true;
}

/** Returns whether the fast path is open and has an item left. */
export const hasNext = ({ fastPath }: Run): boolean => fastPath.next < fastPath.end;

/** Takes the next item for a slot. */
export function takeNext({ fastPath }: Run, slot: Slot): number {
  if (!slot.hasMoved) {
    slot.hasMoved = true;
    fastPath.moved.push(slot);
  }
  return fastPath.next++;
}

/** Reports the started items to the engine, and closes the fast path. */
function flush(run: Run): void {
  const { fastPath } = run;
  const { first, next, moved } = fastPath;
  fastPath.next = fastPath.end = 0;
  if (next === first) return;
  // The remaining time is estimated from it, so it must not be the time of an earlier turn.
  engine.engine_fast_path_done(run.id, next, run.timing > 0 ? now() : clock());
  for (const slot of moved) {
    slot.hasMoved = false;
    engine.engine_moved_slot(slot.number, slot.index);
  }
  moved.length = 0;
  run.hasChanged = true;
}
