// AbortSignals that cancel runs. Each has one listener, however many runs follow it. A signal may be code of a user, so
// it is listened to from here.

import { clock } from "./clock.ts";
import { drainNow } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import { cancelledAround } from "./linked-signals.ts";
import type { Run } from "./run.ts";
import { reportUncaught } from "./values.ts";

/** What waits for the abort of a signal. */
interface Waiting {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new Map<AbortSignal, Waiting>();

/**
 * Calls `call` when a signal aborts that has not aborted yet, unless the function that is returned is called before.
 * `call` must not throw.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const { calls, listener } = waiting.get(signal) ?? listen(signal);
  calls.add(call);
  return () => {
    if (!calls.delete(call) || calls.size > 0) return;
    waiting.delete(signal);
    attempt(() => signal.removeEventListener("abort", listener));
  };
}

function listen(signal: AbortSignal): Waiting {
  const calls = new Set<() => void>();
  const listener = () => {
    for (const call of [...calls]) call();
    drainNow();
  };
  const added = { calls, listener };
  waiting.set(signal, added);
  attempt(() => signal.addEventListener("abort", listener));
  return added;
}

/** What a signal of a user throws is no reason to fail a run that was paid for. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportUncaught(error);
  }
}

/** By run: what ends its following of signals. */
const following = new Map<Run, (() => void)[]>();

/** Lets the signals of a run that is open cancel it. */
export function followSignals(run: Run): void {
  const { signals } = run;
  if (signals.length === 0) return;
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) return cancelBy(run, aborted);
  const stops: (() => void)[] = [];
  following.set(run, stops);
  for (const signal of signals) {
    stops.push(onAbort(signal, () => cancelBy(run, signal)));
    const around = cancelledAround(signal);
    if (!around || signals.includes(around)) continue;
    // A nested run starts nothing new once the run around it is cancelled.
    if (around.aborted) drainBy(run, around);
    else stops.push(onAbort(around, () => drainBy(run, around)));
  }
}

/** The run is over: it follows no signal any more. */
export function unfollowSignals(run: Run): void {
  for (const stop of following.get(run) ?? []) stop();
  following.delete(run);
}

function cancelBy(run: Run, { reason }: AbortSignal): void {
  if (run.isOver) return;
  if (engineOf(run).engine_cancel(run.id, clock())) run.endedBy(reason === undefined ? abortError() : reason);
}

function drainBy(run: Run, { reason }: AbortSignal): void {
  if (run.isOver) return;
  if (engineOf(run).engine_drain(run.id, clock()) !== 0) run.endedBy(reason);
}

export const abortError = (message = "This operation was aborted"): DOMException =>
  new DOMException(message, "AbortError");
