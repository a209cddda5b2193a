// Maps the signals of attempts to their attempts. A nested run that is given such a signal starts nothing new once the
// outer run is cancelled. Its signs of life are signs of life of the attempt.

import type { Run } from "../run.ts";

/** An attempt that is known by its signal. */
interface Attempt {
  readonly run: Run;
  /** The index of its item. */
  readonly index: number;
  /** Reports a sign of life. */
  readonly touch: () => void;
}

const attempts = new WeakMap<AbortSignal, Attempt>();

/** Records the attempt of a signal. */
export function linkSignals(signal: AbortSignal, attempt: Attempt): void {
  attempts.set(signal, attempt);
}

/** Returns the signal that aborts as soon as the outer run is cancelled, also while that run drains. */
export const outerCancelSignal = (signal: AbortSignal): AbortSignal | undefined =>
  attempts.get(signal)?.run.cancelledSignal();

/** Returns the runs whose attempts a run is part of, by its signals. */
export function outerRunsOf({ signals }: Run): readonly Run[] {
  const outer = signals.flatMap((signal) => attempts.get(signal)?.run ?? []);
  return [...outer, ...outer.flatMap(outerRunsOf)];
}

/** Returns whether one of these signals is that of an attempt of an item. */
export const isNestedIn = (signals: readonly AbortSignal[], run: Run, index: number): boolean =>
  signals.map((signal) => attempts.get(signal)).some((attempt) => attempt?.run === run && attempt.index === index);

/** Returns what a request has to wait for: that the journals of these attempts know that it is keyed. */
export function marksOfOuter(signals: readonly AbortSignal[]): Promise<unknown> | undefined {
  const marks = signals.flatMap((signal) => attempts.get(signal)?.run.journaling?.marks ?? []);
  return marks.length > 0 ? Promise.all(marks) : undefined;
}

/** Reports a sign of life to the attempts of these signals. */
export function touchOuter(signals: readonly AbortSignal[]): void {
  for (const signal of signals) attempts.get(signal)?.touch();
}
