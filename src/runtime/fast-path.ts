// The fast path: items that follow one another in the places of a run without a call into the engine for each.
//
// The engine says beforehand which items may follow. They are started as places become free, and the engine is told of
// all of
// them before anything else is said of the run: `engineOf` is the only way to it, and tells it first.

import type { InitOutput } from "../../pkg/sluicegate.js";
import { clock, now } from "./clock.ts";
import { engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";

/** Returns the engine, to tell or ask it something of the run or of an attempt of it. */
export function engineOf(run: Run): InitOutput {
  if (run.fastPath.end > 0) flush(run);
  return engine;
}

/** Items that may be started without a word to the engine: none where `end` is 0. */
export interface FastPath {
  first: number;
  next: number;
  end: number;
  /** Slots that went on to other items. */
  readonly moved: Slot[];
}

export const newFastPath = (): FastPath => ({ first: 0, next: 0, end: 0, moved: [] });

/** Asks the engine for items that may follow; returns whether there are any. */
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

/** Tells the engine what was done, and closes the fast path. */
function flush(run: Run): void {
  const { fastPath } = run;
  const { first, next, moved } = fastPath;
  fastPath.next = fastPath.end = 0;
  if (next === first) return;
  // The remaining time is estimated from this: it must not seem that no time has passed.
  engine.engine_fast_path_done(run.id, next, run.timing > 0 ? now() : clock());
  for (const slot of moved) {
    slot.hasMoved = false;
    engine.engine_moved_slot(slot.number, slot.index);
  }
  moved.length = 0;
  run.hasChanged = true;
}
