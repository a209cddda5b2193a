// Which run the signal of an attempt belongs to. A nested run that is given the signal starts nothing new once that run
// is cancelled.

import type { Run } from "./run.ts";

const runs = new WeakMap<AbortSignal, Run>();

/** Records that a signal is that of an attempt of a run. */
export function linkSignals(signal: AbortSignal, run: Run): void {
  runs.set(signal, run);
}

/** Returns what aborts as soon as the run around a signal is cancelled, also while that drains. */
export const cancelledAround = (signal: AbortSignal): AbortSignal | undefined => runs.get(signal)?.cancelledSignal();
