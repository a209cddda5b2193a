// The runs that the signals of attempts belong to. A nested run with such a signal starts nothing new once the outer
// run is cancelled.

import type { Run } from "./run.ts";

const runs = new WeakMap<AbortSignal, Run>();

/** Records the run of the signal of an attempt. */
export function linkSignals(signal: AbortSignal, run: Run): void {
  runs.set(signal, run);
}

/** Returns a signal that aborts as soon as the run of the given one is cancelled, also while that drains. */
export const cancelledAround = (signal: AbortSignal): AbortSignal | undefined => runs.get(signal)?.cancelledSignal();
