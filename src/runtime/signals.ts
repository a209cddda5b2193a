// AbortSignals that cancel runs. Rust listens to signals of the platform. Any other signal is user code, and is
// followed from here.

import { followSignal, runsOfSignal } from "../../pkg/sluicegate.js";
import { clock } from "./clock.ts";
import { drainNow } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import { cancelledAround } from "./linked-signals.ts";
import type { Run } from "./run.ts";
import { reportUncaught } from "./values.ts";

/** The runs that follow signals, by id. */
const following = new Map<number, Run>();

/** Lets its signals cancel an open run. */
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

/** Lets a nested run start nothing new once the outer run is cancelled. */
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

/** Stops following the signals of a finished run. */
export function unfollowSignals(run: Run): void {
  following.delete(run.id);
  engineOf(run).engine_end(run.id);
  for (const stop of cleanups.get(run) ?? []) stop();
  cleanups.delete(run);
}

/** Returns the abort listener of a signal. Rust adds and removes it. */
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

/** Functions to call when a run finishes. */
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
    // An error of the foreign signal must not fail the run.
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
