// Collects the facts of a failed attempt and the answers of the caller's functions, for the engine to decide.

import type { FailureContext, RetryPolicy } from "../../npm/calls.ts";
import { now } from "../clock.ts";
import { engine } from "../engine.ts";
import { RetryError } from "../errors.ts";
import { engineOf } from "../fast-path.ts";
import type { Run } from "../run.ts";
import type { Slot } from "../slot.ts";
import * as table from "../table.ts";
import { reportUncaught, textOf } from "../values.ts";
import { isThrottling, retryAfterOf, verdictOf } from "./facts.ts";

/** Verdicts as callers know them. An unknown error is final. */
export const VERDICTS = ["final", "refused", "ambiguous", "final"] as const;
const DECISIONS: Readonly<Record<string, number>> = {
  retry: table.DECISION_RETRY,
  fail: table.DECISION_FAIL,
  pause: table.DECISION_PAUSE,
  reconcile: table.DECISION_RECONCILE,
};

/** A failure as the engine reads it: numbers of the table, NaN if unknown. */
export interface Judged {
  facts: number;
  verdict: number;
  cause: number;
  decision: number;
  retryAfter: number;
  delay: number;
  random: number;
}

/** Returns the last failure of a RetryError, or else the error itself. */
export function lastOf(error: unknown): unknown {
  try {
    return error instanceof RetryError ? error.cause : error;
  } catch {
    return error; // a revoked proxy
  }
}

/** Reads the facts of a failure. */
export function factsForEngine(slot: Slot, error: unknown): Judged {
  const { run, index } = slot;
  const { mode } = run;
  const last = lastOf(error);
  let facts = mode.facts?.() ?? table.FACT_SENT;
  if (run.keysAndSteps.isRepeatable(index)) facts |= table.FACT_KEYED;
  if (isThrottling(last)) facts |= table.FACT_THROTTLED;
  if (run.isEndReason(error)) facts |= table.FACT_END_REASON;
  const verdict = verdictOf(error);
  return {
    facts,
    verdict,
    cause: last === error ? verdict : verdictOf(last),
    decision: table.DECISION_NONE,
    retryAfter: retryAfterOf(last) ?? NaN,
    delay: NaN,
    random: Math.random(),
  };
}

/** Reads the facts of a failure, and calls the functions of the retry policy. If one throws, the item fails. */
export function classify(slot: Slot, error: unknown): Judged {
  const judged = factsForEngine(slot, error);
  const { retry } = slot.run.options;
  if (!retry || judged.facts & table.FACT_END_REASON) return judged;
  try {
    slot.run.callInContext(askPolicy, slot, error, judged);
  } catch (thrown) {
    reportUncaught(thrown);
    judged.decision = table.DECISION_FAIL;
  }
  return judged;
}

function askPolicy(slot: Slot, error: unknown, judged: Judged): void {
  const { retry } = slot.run.options;
  if (!retry) return;
  judged.decision = askClassify(retry, slot, error, judged);
  const { facts, verdict, decision } = judged;
  // `delay` is called only if there is a wait.
  if (engineOf(slot.run).engine_may_follow(slot.number, facts, verdict, decision) === 0) return;
  if (retry.delay) {
    const delay = retry.delay(slot.attempt, error);
    judged.delay = number(delay, Number.MAX_VALUE, "`retry.delay` must return milliseconds from 0");
  }
  if (retry.random) judged.random = number(retry.random(), 1, "`retry.random` must return a number from 0 to 1");
}

/** Returns the number of the decision of `classify`. `option` is its name in error messages. */
export function decisionOf(option: string, answer: unknown): number {
  const decision = typeof answer === "string" && Object.hasOwn(DECISIONS, answer) ? DECISIONS[answer] : undefined;
  if (decision !== undefined) return decision;
  throw new TypeError(`\`${option}\` must return "retry", "fail", "pause" or "reconcile", got ${textOf(answer)}`);
}

function askClassify(retry: RetryPolicy<unknown>, of: AttemptOf, error: unknown, facts: FactsOf): number {
  if (!retry.classify) return table.DECISION_NONE;
  const decision = decisionOf("retry.classify", retry.classify(error, contextOf(of, error, facts)));
  if (decision === table.DECISION_RECONCILE && !retry.reconcile) {
    throw new TypeError('`retry.classify` returned "reconcile", but there is no `retry.reconcile`');
  }
  return decision;
}

type FactsOf = Pick<Judged, "facts" | "verdict">;
type AttemptOf = Pick<Slot, "run" | "index" | "attempt" | "step" | "startedAt">;

/** Returns what `retry.classify` decides about a call that may have been made before a reload. */
export function decide(run: Run, index: number, { attempt, step }: { attempt: number; step: number }, error: unknown) {
  const { retry } = run.options;
  if (!retry) return table.DECISION_NONE;
  const facts = { facts: table.FACT_SENT, verdict: table.VERDICT_AMBIGUOUS };
  const of = { run, index, attempt, step, startedAt: now() };
  try {
    return run.callInContext(askClassify, retry, of, error, facts);
  } catch (thrown) {
    reportUncaught(thrown);
    return table.DECISION_FAIL;
  }
}

function contextOf(of: AttemptOf, error: unknown, { facts, verdict }: FactsOf): FailureContext {
  const { run, index, attempt, startedAt } = of;
  return {
    item: run.items[index],
    index,
    key: run.keyOf(index),
    step: run.mode.stepName?.(of.step),
    cause: lastOf(error),
    attempt,
    elapsed: now() - startedAt,
    maybeSent: engine.engine_may_be_sent(facts, verdict) !== 0,
    verdict: VERDICTS[engine.engine_verdict(facts, verdict)] ?? "final",
  };
}

function number(value: unknown, most: number, expected: string): number {
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new TypeError(`${expected}, got ${textOf(value)}`);
}
