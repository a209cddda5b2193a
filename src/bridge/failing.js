// What follows the failure of an attempt: the engine is told, and what it says is done.

import { clock } from "./clock.js";
import { ATTEMPT, ITEM, MORE, engine } from "./engine.js";
import { property, reportUncaught, textOf } from "./errors.js";
import { FINAL, judge } from "./judgement.js";
import { isFailureMode } from "./options.js";

// What the engine answers; the order is that of `code_of` in results.rs.
const REJECTED = 0;
const RETRYING = 1;
const RECONCILING = 3;
const CANCELLED = 4;

/** The attempt failed, and its place is free. */
export function followFailure(slot, error) {
  follow(slot, error, engine.engine_failed);
}

/** The attempt took too long. `overdue` is what of it: see `Host::note` in host.rs. */
export function timeOut(slot, overdue) {
  const { noun } = slot.run;
  const { timeout, idleTimeout, totalTimeout } = slot.run.options;
  const took = [
    `The ${noun} took longer than ${timeout} ms`,
    `The ${noun} was silent for ${idleTimeout} ms`,
    `All attempts together took longer than ${totalTimeout} ms`,
  ];
  const error = new DOMException(took[overdue], "TimeoutError");
  slot.giveUp(error);
  follow(slot, error, engine.engine_timed_out);
}

function follow(slot, error, tell) {
  const { run, index, reconciles } = slot;
  const said = judge(slot, error, reconciles ? undefined : run.retry);
  const after = tell(slot.number, said.flags, said.hint, said.delay, said.random, clock());
  if (reconciles) {
    // That the server cannot be asked is no news; a defect of the question is.
    if (engine.engine_verdict(error) === FINAL && property(error, "status") === undefined && !slot.givenUp)
      reportUncaught(error);
    return afterQuestion(slot, after);
  }
  if (after === RETRYING || after === RECONCILING)
    run.remember(index, error, { elapsed: clock() - slot.startedAt, pauses: said.pauses });
  else if (after === REJECTED) reject(run, index, slot, error, said.pauses);
  else if (after === CANCELLED) run.cancelled(index, slot, slot.attempt, error);
}

/** The server was asked and says that it has not done it. */
export function notFound(slot) {
  afterQuestion(slot, engine.engine_not_found(slot.number, clock()));
}

/** What failed before the question is what the item fails with. */
function afterQuestion(slot, after) {
  const { run, index } = slot;
  if (after === REJECTED) rejectWithLast(run, index, slot);
  else if (after === RETRYING) run.waits(index);
  else if (after === CANCELLED) run.cancelled(index, slot, slot.attempt, run.reasonFor(index));
}

/** The item's time was over before its next attempt. */
export function expire(run) {
  const index = engine.engine_output(ITEM);
  rejectWithLast(run, index, { attempt: engine.engine_output(ATTEMPT), step: engine.engine_output(MORE) });
}

function rejectWithLast(run, index, { attempt, step }) {
  const { error, elapsed, pauses } = run.takeLastError(index);
  reject(run, index, { index, attempt, step, elapsed }, error, pauses);
}

/** The item has failed for good; what that does to the rest. */
export function reject(run, index, slot, error, pauses = false) {
  const reason = run.reasonOf(index, error);
  let mode = failureMode(run, slot?.step ?? 0, reason, run.items[index]);
  if (pauses && mode === "continue") mode = "pause";
  // Where there is no handle, nobody could resume it.
  if (mode === "pause" && !run.live) mode = "stop";
  // Before anybody hears of the failure, who may resume it at once.
  if (mode === "pause" && run.state === "running") {
    run.state = "paused";
    engine.engine_pause(run.id);
  }
  run.rejected(index, slot, reason);
  if (mode === "stop" && !run.over) {
    run.end(new DOMException("The run was stopped by the failure of another item", "AbortError"));
    engine.engine_stop(run.id, clock());
  }
}

function failureMode(run, step, reason, item) {
  const mode = run.onStepFailure?.[step] ?? run.options.onFailure;
  if (typeof mode !== "function") return mode;
  try {
    const said = mode(reason, item);
    if (isFailureMode(said)) return said;
    throw new TypeError(`\`onFailure\` must return "continue", "stop" or "pause", got ${textOf(said)}`);
  } catch (error) {
    reportUncaught(error);
    return "stop";
  }
}
