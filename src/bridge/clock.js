// The time, in milliseconds from no particular moment.

let last = 0;
let setBack = 0;

/**
 * `performance.now()`, which never goes back; a test that puts its own clock in place or takes it away does set it back, and
 * what waits must not wait for hours therefore.
 */
export function now() {
  const at = performance.now();
  if (at < last) setBack += last - at;
  last = at;
  return at + setBack;
}

let timedRuns = 0;

/** The time for as long as somebody needs it: a run without timers, reports and watchers is not slowed down by a clock. */
export const clock = () => (timedRuns > 0 ? now() : 0);

/** A timed run begins (1) or ends (-1). */
export function countTimed(change) {
  timedRuns += change;
}
