// The monotonic clock of the engine, in milliseconds.

import type { Options } from "./options.ts";

let last = 0;
let setBack = 0;
/** The latest time for which a timer was set that has fired. */
let lastFired = 0;
/** Browsers round the time, and fire timers up to a millisecond early. Such a timer is set again if time goes on. */
const ROUNDING = 2;
/** The time at which the last timer fired, if it was early. */
let firedEarly = NaN;

/**
 * Returns `performance.now()`, and never goes back. A test that puts its own clock in place, or takes it away, sets the
 * time back; what waits must not wait for hours because of that.
 */
export function now(): number {
  const at = performance.now();
  if (at < last) setBack += last - at;
  last = at;
  return Math.max(at + setBack, lastFired);
}

/**
 * Records that a timer has fired which was set for the time `at`, and returns the time now. That is `at` or later, even
 * if `performance.now` says otherwise: it may stand still, or know nothing of the fake timers of a test. Only a timer
 * that is early by a rounding error is set again.
 */
export function timerFired(at: number): number {
  const present = now();
  const early = at - present;
  if (early > ROUNDING || (early > 0 && present === firedEarly)) lastFired = Math.max(lastFired, at);
  firedEarly = early > 0 ? present : NaN;
  return now();
}

/** How often a run reads the time: never, once per turn of the event loop, or at each event. */
export type Timing = 0 | 1 | 2;
const UNTIMED = 0;
const BY_TURN = 1;
export const EXACT = 2;

/**
 * Returns how often a run must read the time because of its options.
 */
export function timingOf({ isTimed, onProgress, onOutcome }: Options): Timing {
  if (isTimed || onOutcome !== undefined) return EXACT;
  return onProgress === undefined ? UNTIMED : BY_TURN;
}

const timedRuns: [number, number, number] = [0, 0, 0];
/** The time of this turn; NaN if it has not been read. */
let turnAt = NaN;
/** The value of `clock`; NaN if `clock` has to read the time. */
let frozen = 0;

/**
 * Returns the time, as exactly as the current runs need it. Reading the clock costs more than everything else that is
 * done for a task, so runs without timers and reports do not read it.
 */
export const clock = (): number => (Number.isNaN(frozen) ? now() : frozen);

/** Counts a timed run that begins (1) or ends (-1). */
export function countTimed(timing: Timing, change: 1 | -1): void {
  timedRuns[timing] += change;
  freeze();
}

/** Freezes the time for runs that read it once per turn. NaN releases it. */
export function holdTime(at: number): void {
  turnAt = at;
  freeze();
}

function freeze(): void {
  frozen = timedRuns[EXACT] > 0 ? NaN : timedRuns[BY_TURN] > 0 ? turnAt : 0;
}
