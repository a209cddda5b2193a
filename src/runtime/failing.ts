// Handles failed attempts: reports the facts to the engine, and executes its decision.

import { classify, factsForEngine, type Judged, VERDICTS } from "./calls/judgement.ts";
import { clock } from "./clock.ts";
import { engine } from "./engine.ts";
import { engineOf } from "./fast-path.ts";
import { updateOnline } from "./online.ts";
import { DEFAULT_POLICY, modeNumber, type Options } from "./options.ts";
import type { Attempt } from "./outcomes.ts";
import type { Run, RunState } from "./run.ts";
import { abortError } from "./signals/following.ts";
import type { Slot } from "./slot.ts";
import * as table from "./table.ts";
import { property, reportUncaught, textOf } from "./values.ts";
import { warnOnce } from "./warnings.ts";

/** Handles a failed attempt. Its place is free. */
export function failed(slot: Slot, error: unknown): void {
  follow(slot, error, false);
}

/** Handles a timeout. `overdue` says which time limit was exceeded. */
export function timedOut(slot: Slot, overdue: number): void {
  const error = timeoutError(slot.run.mode.attemptName, slot.run.options, overdue);
  slot.abandon(error);
  follow(slot, error, true);
}

/** Returns the error of a time limit that was exceeded. `attemptName` names what took too long. */
export function timeoutError(attemptName: string | undefined, { numbers }: Options, overdue: number): DOMException {
  return new DOMException(textOfTimeout(attemptName ?? "attempt", numbers, overdue), "TimeoutError");
}

function textOfTimeout(attemptName: string, numbers: Float64Array, overdue: number): string {
  if (overdue === table.OVERDUE_IDLE)
    return `The ${attemptName} was silent for ${numbers[table.OPTION_IDLE_TIMEOUT]} ms`;
  if (overdue === table.OVERDUE_ITEM) {
    return `All attempts together took longer than ${numbers[table.OPTION_TOTAL_TIMEOUT]} ms`;
  }
  return `The ${attemptName} took longer than ${numbers[table.OPTION_TIMEOUT]} ms`;
}

function follow(slot: Slot, error: unknown, isTimeout: boolean): void {
  const { run, index, reconciles } = slot;
  updateOnline(run);
  const judged = reconciles ? factsForEngine(slot, error) : classify(slot, error);
  const after = reportToEngine(slot, judged, isTimeout);
  const pauses = judged.decision === table.DECISION_PAUSE;
  if (!reconciles) store(slot, after, judged, error);
  if (reconciles) {
    // A server that cannot be asked is expected. A bug in `reconcile` is reported.
    const isFinal = VERDICTS[judged.verdict] === "final";
    const isDefect = isFinal && property(error, "status") === undefined;
    if (isDefect && !slot.isAbandoned) reportUncaught(error);
    return afterQuestion(slot, after);
  }
  if (after === table.FAILURE_RETRYING || after === table.FAILURE_RECONCILING) {
    run.keepFailure(index, error, clock() - slot.startedAt, pauses);
    if (after === table.FAILURE_RETRYING) run.retrying(index, slot.attempt);
  } else if (after === table.FAILURE_REJECTED) {
    warnOfNoRetry(slot, error, judged);
    reject(run, index, slot, error, pauses);
  } else if (after === table.FAILURE_CANCELLED) run.cancelled(index, slot.attempt, slot, error);
}

/** Stores the end of an attempt in the journal of the run, if it has one. */
function store({ run, index, step, attempt }: Slot, after: number, judged: Judged, error: unknown): void {
  if (!run.journaling || after === table.FAILURE_IGNORED) return;
  const { facts, verdict, cause, decision } = judged;
  const record = engine.engine_record_after(after, facts, verdict, cause, decision);
  run.journaling.failed(index, step, attempt, after, record, error);
}

/** Warns that the first failure was the last, if a caller who asked for retries may not expect that. */
function warnOfNoRetry({ run, attempt }: Slot, error: unknown, { verdict, decision, facts }: Judged): void {
  const { retry } = run.options;
  if (!retry || retry === DEFAULT_POLICY) return;
  const unexpected = engineOf(run).engine_unexpected_end(run.id, attempt, facts, verdict, decision);
  if (unexpected === table.VERDICT_AMBIGUOUS) {
    warnOnce(
      "ambiguous",
      () =>
        `\`retry\` did not repeat a failure after which the work may be done, and paid twice (${textOf(error)}). ` +
        "Give callPhase an `idempotencyKey`, or let the task send `context.idempotencyKey`. Where a repetition costs " +
        'nothing, give callPhase `resend: "always"`, or let `retry.classify` return "retry".',
    );
  } else if (unexpected === table.VERDICT_UNKNOWN) {
    warnOnce(
      "unknown",
      () =>
        `\`retry\` did not repeat a failure of which nothing is known (${textOf(error)}). Give the error a numeric ` +
        '`status` (HttpError.from(response) makes one), or let `retry.classify` return "retry".',
    );
  }
}

function reportToEngine(slot: Slot, judged: Judged, isTimeout: boolean): number {
  const { facts, verdict, cause, decision, retryAfter, delay, random } = judged;
  const timeout = isTimeout ? 1 : 0;
  return engineOf(slot.run).engine_failed(
    slot.number,
    timeout,
    facts,
    verdict,
    cause,
    decision,
    retryAfter,
    delay,
    random,
    clock(),
  );
}

/** Handles the reply that the server has not done the work. */
export function notFound(slot: Slot): void {
  const after = engineOf(slot.run).engine_not_found(slot.number, clock());
  store(slot, after, REFUSED, undefined);
  afterQuestion(slot, after);
}

/** The server has not done the work. */
const REFUSED: Judged = {
  facts: 0,
  verdict: table.VERDICT_REFUSED,
  cause: table.VERDICT_REFUSED,
  decision: table.DECISION_NONE,
  retryAfter: NaN,
  delay: NaN,
  random: 0,
};

/** Executes the decision after a question. The item fails with the error of the attempt, not of the question. */
function afterQuestion(slot: Slot, after: number): void {
  const { run, index } = slot;
  if (after === table.FAILURE_REJECTED) rejectWithLast(run, index, slot.attempt, slot.step);
  else if (after === table.FAILURE_RETRYING) run.retrying(index, slot.attempt);
  else if (after === table.FAILURE_CANCELLED) run.cancelled(index, slot.attempt, slot);
}

/** Rejects an item with the error of its last attempt. */
export function rejectWithLast(run: Run, index: number, attempt: number, step: number): void {
  const last = run.takeLastFailure(index);
  reject(run, index, { attempt, step, elapsed: last?.elapsed }, last?.error, last?.pauses);
}

/** Rejects an item. The engine decides what that does to the other items. */
export function reject(run: Run, index: number, attempt: Attempt | undefined, error: unknown, pauses = false): void {
  const reason = run.reasonOf(index, error);
  const answer = run.mode.failureModes?.[index] ?? ask(run, reason, index);
  // Before the callbacks, because they may resume the run at once.
  const step = attempt?.step ?? 0;
  const wasRunning = run.live !== undefined && isIn("running", run);
  const stops = engineOf(run).engine_follow_rejection(run.id, step, pauses ? 1 : 0, answer, clock());
  run.rejected(index, attempt, reason);
  if (stops) run.endedBy(abortError("The run was stopped by the failure of another item"));
  // Watchers see the state of the run. A callback may have resumed it meanwhile.
  if (wasRunning && isIn("paused", run) && !run.live?.isWatched) warnOfPause(run.keyOf(index), reason);
}

const isIn = (state: RunState, run: Run): boolean => run.state === state;

function warnOfPause(key: string, reason: unknown): void {
  warnOnce(
    "pause",
    () =>
      `a run has paused itself, because item ${JSON.stringify(key)} failed (${textOf(reason)}). \`finished\` waits ` +
      "until somebody calls `resume()`, `cancel()`, or `retry(key)` and `resume()`. With `onFailure` (in order: " +
      '`onStepFailure.commit`) "continue" or "stop" it ends by itself.',
  );
}

/** Returns the answer of `onFailure`, as a number of the table. */
function ask(run: Run, reason: unknown, index: number): number {
  const { onFailure } = run.options;
  if (!onFailure) return table.MODE_ASK;
  try {
    const answer = run.callInContext(onFailure, reason, run.items[index]);
    const mode = modeNumber(answer);
    if (mode !== undefined) return mode;
    throw new TypeError(`\`onFailure\` must return "continue", "stop" or "pause", got ${textOf(answer)}`);
  } catch (error) {
    reportUncaught(error);
    return table.MODE_STOP;
  }
}
