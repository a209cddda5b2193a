// Which attempt a signal is of. A nested run that is given the signal starts nothing new once the run around it is
// cancelled, and what is alive in there is a sign of life of the attempt.

import type { Run } from "./run.ts";

/** An attempt, as far as others know it by its signal. */
interface Attempt {
  readonly run: Run;
  /** Takes it as a sign of life. */
  readonly touch: () => void;
}

const attempts = new WeakMap<AbortSignal, Attempt>();

/** Records that a signal is that of an attempt. */
export function linkSignals(signal: AbortSignal, attempt: Attempt): void {
  attempts.set(signal, attempt);
}

/** Returns what aborts as soon as the run around a signal is cancelled, also while that drains. */
export const cancelledAround = (signal: AbortSignal): AbortSignal | undefined =>
  attempts.get(signal)?.run.cancelledSignal();

/** Tells the attempts that these signals are of that what they have begun is alive. */
export function touchAround(signals: readonly AbortSignal[]): void {
  for (const signal of signals) attempts.get(signal)?.touch();
}
