// AbortSignals that cancel runs. Each has one listener, however many runs follow it. Rust listens to the platform's
// own; any other is code of a user, and is listened to from here.

import { followSignal, runsOfSignal } from "../../pkg/sluicegate.js";
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

// ── signals of the platform ──

/** By signal: the number by which Rust knows it. */
const numbers = new Map<AbortSignal, number>();
/** Runs that follow such signals, by the engine's names. */
const followers = new Map<number, Run>();

const isPlatform = (signal: AbortSignal): boolean =>
  Object.getPrototypeOf(signal) === AbortSignal.prototype && !Object.hasOwn(signal, "addEventListener");

/** Lets a signal cancel a run, unless the function that is returned is called before. */
function follow(signal: AbortSignal, run: Run): () => void {
  const { id } = run;
  const known = numbers.get(signal);
  if (known === undefined) numbers.set(signal, followSignal(signal, id));
  else engineOf(run).engine_follow(known, id);
  const number = numbers.get(signal) as number;
  followers.set(id, run);
  return () => {
    followers.delete(id);
    if (engineOf(run).engine_unfollow(number, id) !== 0) numbers.delete(signal);
  };
}

/** Returns the abort listener of a signal. Rust adds and removes it. */
export function abortListener(signal: AbortSignal): () => void {
  return () => {
    for (const id of runsOfSignal(numbers.get(signal) as number)) {
      const run = followers.get(id);
      if (run) cancelBy(run, signal);
    }
    drainNow();
  };
}

// ── runs ──

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
    stops.push(isPlatform(signal) ? follow(signal, run) : onAbort(signal, () => cancelBy(run, signal)));
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
