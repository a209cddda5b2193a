// The time, in milliseconds from no particular moment.

import type { Options } from "./options.ts";

let last = 0;
let setBack = 0;
/** The time that a timer has told. */
let told = 0;

/**
 * Returns `performance.now()`, and never goes back. A test that puts its own clock in place, or takes it away, sets the
 * time back; what waits must not wait for hours because of that.
 */
export function now(): number {
  const at = performance.now();
  if (at < last) setBack += last - at;
  last = at;
  return Math.max(at + setBack, told);
}

/**
 * A timer has fired that was set for a time. It is believed: `performance.now` may stand still, or know nothing of the
 * fake timers of a test. Returns the time now.
 */
export function timerFired(at: number): number {
  told = Math.max(told, at);
  return now();
}

/** How exactly a run has to know the time: not at all, once a turn of the event loop, or whenever something happens. */
export type Timing = 0 | 1 | 2;
const UNTIMED = 0;
const BY_TURN = 1;
export const EXACT = 2;

/**
 * Returns how exactly the options of a run need the time, if its outcomes and their times are not asked for otherwise.
 */
export function timingOf({ isTimed, onProgress, onOutcome }: Options): Timing {
  if (isTimed || onOutcome !== undefined) return EXACT;
  return onProgress === undefined ? UNTIMED : BY_TURN;
}

const timedRuns: [number, number, number] = [0, 0, 0];
/** The time of this turn, once it was read; else NaN. */
let turnAt = NaN;
/** What `clock` returns; NaN where it has to read the time. */
let held = 0;

/**
 * Returns the time as exactly as any run needs it. Reading the clock takes longer than all the rest that is done for a
 * call,
 * so a run without timers and reports is not slowed down by it.
 */
export const clock = (): number => (Number.isNaN(held) ? now() : held);

/** Counts a timed run that begins (1) or ends (-1). */
export function countTimed(timing: Timing, change: 1 | -1): void {
  timedRuns[timing] += change;
  hold();
}

/** Holds the time for runs that need it once a turn. NaN lets it go on. */
export function holdTime(at: number): void {
  turnAt = at;
  hold();
}

function hold(): void {
  held = timedRuns[EXACT] > 0 ? NaN : timedRuns[BY_TURN] > 0 ? turnAt : 0;
}
