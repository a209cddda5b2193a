// AbortSignals that cancel runs. Rust listens to the platform's own. Any other is code of a user, and is followed from
// here.

import { followSignal, runsOfSignal } from "../../pkg/sluicegate.js";
import { clock } from "./clock.ts";
import { drainNow } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import { cancelledAround } from "./linked-signals.ts";
import type { Run } from "./run.ts";
import { reportUncaught } from "./values.ts";

/** The runs that follow signals, by the engine's names. */
const following = new Map<number, Run>();

/** Lets the signals of a run that is open cancel it. */
export function followSignals(run: Run): void {
  const aborted = run.signals.find((signal) => signal.aborted);
  if (aborted) return cancelBy(run, aborted);
  for (const signal of run.signals) {
    followSignal(isPlatform(signal) ? signal : mirrorOf(signal, run), run.id);
    following.set(run.id, run);
    const around = cancelledAround(signal);
    if (around && !run.signals.includes(around)) followAround(run, around);
  }
}

/** Lets a nested run start nothing new once the run around it is cancelled. */
function followAround(run: Run, cancelled: AbortSignal): void {
  const drain = () => {
    if (run.isOver) return;
    if (engineOf(run).engine_drain(run.id, clock()) !== 0) run.endedBy(cancelled.reason);
    drainNow();
  };
  if (cancelled.aborted) return drain();
  cancelled.addEventListener("abort", drain);
  stopWithRun(run, () => cancelled.removeEventListener("abort", drain));
}

/** The run is over: it follows no signal any more. */
export function unfollowSignals(run: Run): void {
  following.delete(run.id);
  engineOf(run).engine_end(run.id);
  for (const stop of cleanups.get(run) ?? []) stop();
  cleanups.delete(run);
}

/** Returns what a signal calls when it aborts. Rust adds and removes it. */
export function abortListener(signal: AbortSignal): () => void {
  return () => {
    for (const id of runsOfSignal(signal)) {
      const run = following.get(id);
      if (run) cancelBy(run, signal);
    }
    drainNow();
  };
}

function cancelBy(run: Run, signal: AbortSignal): void {
  if (run.isOver) return;
  const { reason } = signal;
  if (engineOf(run).engine_cancel(run.id, clock())) run.endedBy(reason === undefined ? abortError() : reason);
}

export const abortError = (message = "This operation was aborted"): DOMException =>
  new DOMException(message, "AbortError");

const isPlatform = (signal: AbortSignal): boolean =>
  Object.getPrototypeOf(signal) === AbortSignal.prototype && !Object.hasOwn(signal, "addEventListener");

/** By run: what is to be undone when it is over. */
const cleanups = new Map<Run, (() => void)[]>();

function stopWithRun(run: Run, stop: () => void): void {
  cleanups.set(run, [...(cleanups.get(run) ?? []), stop]);
}

/** Returns a signal of the platform that aborts with another one. */
function mirrorOf(signal: AbortSignal, run: Run): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason === undefined ? abortError() : signal.reason);
  try {
    signal.addEventListener("abort", abort);
  } catch (error) {
    // What it throws is no reason to fail a run that was paid for.
    reportUncaught(error);
  }
  const stop = () => {
    try {
      signal.removeEventListener("abort", abort);
    } catch (error) {
      reportUncaught(error);
    }
  };
  stopWithRun(run, stop);
  return controller.signal;
}
