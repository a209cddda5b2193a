// AbortSignals that cancel runs. Each has one listener for all runs that follow it. Rust listens to signals of the
// platform. Other signals run user code, so this file listens to them.

import { followSignal, runsOfSignal } from "../../../pkg/sluicegate.js";
import { clock } from "../clock.ts";
import { drainNow } from "../drain.ts";
import { engineOf } from "../fast-path.ts";
import type { Run } from "../run.ts";
import { reportUncaught } from "../values.ts";
import { outerCancelSignal } from "./outer.ts";

/** Callbacks that wait for the abort of a signal. */
interface Waiting {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new Map<AbortSignal, Waiting>();

/**
 * Calls `call` when a signal aborts that has not aborted yet. Returns a function that stops waiting. `call` must not
 * throw.
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

/** Calls a signal of a user. Its errors are reported, because they must not fail a run that was paid for. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportUncaught(error);
  }
}

// ── signals of the platform ──

/** Number of each signal that Rust listens to. */
const numbers = new Map<AbortSignal, number>();
/** Runs that follow such signals, by id. */
const followers = new Map<number, Run>();

const isPlatform = (signal: AbortSignal): boolean =>
  Object.getPrototypeOf(signal) === AbortSignal.prototype && !Object.hasOwn(signal, "addEventListener");

/** Lets a signal cancel a run. Returns a function that ends that. */
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

/** Functions that end the following of signals, by run. */
const following = new Map<Run, (() => void)[]>();

/** Lets the signals of an open run cancel it. */
export function followSignals(run: Run): void {
  const { signals } = run;
  if (signals.length === 0) return;
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) return cancelBy(run, aborted);
  const stops: (() => void)[] = [];
  following.set(run, stops);
  for (const signal of signals) {
    stops.push(isPlatform(signal) ? follow(signal, run) : onAbort(signal, () => cancelBy(run, signal)));
    const outer = outerCancelSignal(signal);
    if (!outer || signals.includes(outer)) continue;
    // A nested run starts nothing new once its outer run is cancelled.
    if (outer.aborted) drainBy(run, outer);
    else stops.push(onAbort(outer, () => drainBy(run, outer)));
  }
}

/** Ends the following of signals of a run that is over. */
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
