// What the engine lends: items that follow one another in the places of a run, without a word for each.

import { clock, now } from "./clock.js";
import { engine } from "./engine.js";

/** Asks the engine for items that may go from place to place; whether there are any. */
export function borrow(run) {
  catchUp(run);
  const left = engine.engine_lend(run.id, clock());
  if (left === 0) return false;
  run.lentFrom = run.lentNext = run.items.length - left;
  run.lentEnd = run.items.length;
  return true;
}

/** The next of them, for the slot. */
export function take(run, slot) {
  if (!slot.hasMoved) {
    slot.hasMoved = true;
    run.moved.push(slot);
  }
  return run.lentNext++;
}

/** Tells the engine what was done with them, and gives the rest back: before anything else is said of the run. */
export function catchUp(run) {
  const { lentFrom, lentNext, lentEnd, moved } = run;
  if (lentEnd === 0) return;
  run.lentNext = run.lentEnd = 0;
  if (lentNext === lentFrom) return;
  // Who is told how long the rest takes is not to hear that all this took no time.
  engine.engine_handed_on(run.id, lentNext, run.timed ? now() : clock());
  for (const slot of moved) {
    slot.hasMoved = false;
    engine.engine_took(slot.number, slot.index);
  }
  moved.length = 0;
  run.changed = true;
}
