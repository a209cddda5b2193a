// AbortSignals that cancel runs and end waits. Each has one listener for all that follows it. Rust listens to signals
// of the platform. Other signals run user code, so this file listens to them.

import { followersOfSignal, followSignal } from "../../../pkg/sluicegate.js";
import { clock } from "../clock.ts";
import { drainNow } from "../drain.ts";
import { engine } from "../engine.ts";
import { engineOf } from "../fast-path.ts";
import type { Run } from "../run.ts";
import { isPlatform, reportUncaught } from "../values.ts";
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
export const onAbort = (signal: AbortSignal, call: () => void): (() => void) =>
  isPlatform(signal, AbortSignal) ? follow(signal, call) : wait(signal, call);

function wait(signal: AbortSignal, call: () => void): () => void {
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
/** What follows such signals, by number. */
const followers = new Map<number, () => void>();
/** Number of the newest follower. */
let newest = 0;

function follow(signal: AbortSignal, call: () => void): () => void {
  const follower = ++newest;
  const known = numbers.get(signal);
  if (known === undefined) numbers.set(signal, followSignal(signal, follower));
  else engine.engine_follow(known, follower);
  const number = numbers.get(signal) as number;
  followers.set(follower, call);
  return () => {
    if (followers.delete(follower) && engine.engine_unfollow(number, follower) !== 0) numbers.delete(signal);
  };
}

/** Returns the abort listener of a signal. Rust adds and removes it. */
export function abortListener(signal: AbortSignal): () => void {
  return () => {
    for (const follower of followersOfSignal(numbers.get(signal) as number)) followers.get(follower)?.();
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
    stops.push(onAbort(signal, () => cancelBy(run, signal)));
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
