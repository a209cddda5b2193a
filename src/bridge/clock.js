// The time, for as long as somebody needs it: a run without timers, reports and watchers is not slowed down by a clock.

import { now } from "./run.js";

let timedRuns = 0;

export const clock = () => (timedRuns > 0 ? now() : 0);

/** A timed run begins (1) or ends (-1). */
export function countTimed(change) {
  timedRuns += change;
}
