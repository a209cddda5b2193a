// What the engine lends: items that follow one another in the places of a run, without a word for each.

import { clock } from "./clock.js";
import { engine } from "./engine.js";

/** By number. */
export const slots = [];

/** After so many starts the page gets a turn: promises alone would never let it paint. */
const BREATH = 20_000;
let starts = 0;

export function beginTurn() {
  starts = 0;
}

/** Counts a start; whether there may be more in this turn. */
export function mayStartMore() {
  starts += 1;
  return starts < BREATH;
}

/** Asks the engine for items that may go from place to place; whether there are any. */
export function borrow(run) {
  catchUp(run);
  const left = engine.engine_lend(run.id, clock());
  const count = Math.min(left, BREATH - starts);
  if (count <= 0) return false;
  run.lentFrom = run.lent = run.items.length - left;
  run.lentEnd = run.lent + count;
  starts += count;
  return true;
}

/** Tells the engine what was done with them, and gives the rest back: before anything else is said of the run. */
export function catchUp(run) {
  const { lentFrom, lent, lentEnd } = run;
  if (lentEnd === 0) return;
  run.lent = run.lentEnd = 0;
  starts = Math.max(0, starts - (lentEnd - lent));
  if (lent === lentFrom) return;
  engine.engine_handed_on(run.id, lent, clock());
  for (const slot of slots) if (slot.run === run) engine.engine_took(slot.number, slot.index);
  run.changed = true;
}
