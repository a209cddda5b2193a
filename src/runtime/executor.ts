// The executor: calls the user's tasks, waits for them to settle, and executes the outputs of the engine.
//
// The engine decides, and knows runs, items and attempts by number. The executor has the values. It calls user code,
// and never does so inside a call into the engine.

import { updateAlarm } from "./alarm.ts";
import { countReport, isBurst } from "./burst.ts";
import { check } from "./checking.ts";
import { clock, countTimed, EXACT, now } from "./clock.ts";
import { QuestionContext, TaskContext } from "./context.ts";
import { answer as answerReport, drainNow, drainSoon, setDrain } from "./drain.ts";
import { engine, output } from "./engine.ts";
import { engineOptions } from "./engine-options.ts";
import { failed, notFound, rejectWithLast, timedOut } from "./failing.ts";
import { engineOf, hasNext, openFastPath, takeNext } from "./fast-path.ts";
import type { Journaling } from "./journaling.ts";
import type { Start } from "./mode.ts";
import { followOnline, unfollowOnline } from "./online.ts";
import { rankItems } from "./priorities.ts";
import { progressOf } from "./progress.ts";
import { pull } from "./pulling.ts";
import type { Run } from "./run.ts";
import { followSignals, unfollowSignals } from "./signals/following.ts";
import { SKIP } from "./skip.ts";
import { NOTHING, Slot, waitFor } from "./slot.ts";
import * as table from "./table.ts";
import { measure } from "./trace.ts";
import { nextTurn } from "./turn.ts";
import { reportUncaught, textOf } from "./values.ts";

/** Number of starts after which the event loop gets a turn: promises alone never let a page paint. */
const STARTS_PER_TURN = 20_000;

const slots: Slot[] = [];
const runs: (Run | undefined)[] = [];
/** Runs with watchers or `onProgress`. */
const watched = new Set<Run>();
/** Number of starts in this turn. */
let starts = 0;
let isDraining = false;
/** Whether a drain was requested during a drain. */
let isRequested = false;
let polledAt = 0;
/** Whether the executor waits for the next turn of the event loop. */
let isYielding = false;

// ───────────── attempts ─────────────

/**
 * Handles the result of an attempt. Returns the result of the attempt that follows at once in the slot, or `NOTHING`.
 */
function succeed(slot: Slot, value: unknown): unknown {
  const { run } = slot;
  if (slot.isFirst && starts < STARTS_PER_TURN && (hasNext(run) || mayOpenFastPath(run))) return next(slot, run, value);
  settle(slot, slot.reconciles ? answer : fulfil, value);
  return NOTHING;
}

/** Returns whether the fast path can be opened: not if each change is reported, because the engine counts them. */
const mayOpenFastPath = (run: Run): boolean =>
  run.isPlain && (isBurst() || !run.options.onProgress) && openFastPath(run);

/** Starts the next item of the fast path in the place of a success. */
function next(slot: Slot, run: Run, value: unknown): unknown {
  (run.values as unknown[])[slot.index] = value;
  starts += 1;
  slot.index = takeNext(run, slot);
  if (run.timing === EXACT) slot.startedAt = clock();
  slot.renew();
  isDraining = true; // as for every task: its requests wait until it has returned
  const result = call(slot, run, callTask, new TaskContext(run, slot, slot.index, 1, undefined), PLAIN);
  isDraining = false;
  if (isRequested) drain();
  return result;
}

/** Plain runs have no steps and no carry. */
const PLAIN: Start = { index: 0, step: 0, carryFrom: table.CARRY_NONE };

function fail(slot: Slot, error: unknown): void {
  settle(slot, failedAttempt, error);
}

type Work = (run: Run, index: number, context: TaskContext, start: Start) => unknown;

/** Returns the result of the task, or `NOTHING` if it threw. */
function call(slot: Slot, run: Run, work: Work, context: TaskContext, start: Start): unknown {
  try {
    const { inContext } = run;
    return inContext ? inContext(work, run, slot.index, context, start) : work(run, slot.index, context, start);
  } catch (error) {
    settle(slot, failedAttempt, error);
    return NOTHING;
  }
}

const callTask: Work = (run, index, context, start) => run.mode.call(run.items[index], index, context, start);
const askServer: Work = ({ mode, options, items }, index, context) =>
  options.retry?.reconcile?.(mode.contextOf ? mode.contextOf(index, context) : context, items[index]);

/** Makes the call when the journal has it. */
const journaled =
  (journaling: Journaling, slot: Slot, work: Work): Work =>
  (run, index, context, start) =>
    journaling.call(slot, context, () => work(run, index, context, start));

function settle(slot: Slot, how: (slot: Slot, result: unknown) => void, result: unknown): void {
  const outer = isDraining;
  isDraining = true; // requests of user code wait until this is done
  try {
    if (slot.isAbandoned) engineOf(slot.run).engine_settled(slot.number, clock());
    else how(slot, result);
  } finally {
    slot.clear();
    isDraining = outer;
    drain();
  }
}

function fulfil(slot: Slot, result: unknown): void {
  const { run, index } = slot;
  if (run.options.trace) measure(slot);
  if (result === SKIP) {
    engineOf(run).engine_skipped(slot.number, clock());
    return run.skipped(index, true);
  }
  let value = result;
  if (run.mode.accept) {
    try {
      value = run.callInContext(accept, run, slot, result);
    } catch (error) {
      return failedAttempt(slot, error);
    }
  }
  const after = engineOf(run).engine_fulfilled(slot.number, clock());
  if (after === table.SUCCESS_FULFILLED) run.fulfilled(slot, value);
}

/** Runs in the async context of the run, not in that of the code that woke the engine. */
const accept = ({ mode }: Run, { index, step }: Slot, result: unknown): unknown => mode.accept?.(index, step, result);

function failedAttempt(slot: Slot, error: unknown): void {
  if (slot.run.options.trace) measure(slot, error);
  failed(slot, error);
}

/** Handles the reply of `reconcile`. */
function answer(slot: Slot, reply: unknown): void {
  let found: unknown;
  let value: unknown;
  try {
    ({ found, value } = (reply ?? {}) as { found?: unknown; value?: unknown });
  } catch (error) {
    return failedAttempt(slot, error);
  }
  if (found === true) return fulfil(slot, value);
  if (slot.run.options.trace) measure(slot);
  if (found === false) return notFound(slot);
  const expected = "`retry.reconcile` must resolve to { found: true, value } or { found: false }";
  failed(slot, new TypeError(`${expected}, got ${textOf(reply)}`));
}

function start(fields: Uint32Array): void {
  const run = runs[fields[table.FIELD_RUN] as number] as Run;
  const number = fields[table.FIELD_SLOT] as number;
  const index = fields[table.FIELD_ITEM] as number;
  const attempt = fields[table.FIELD_ATTEMPT] as number;
  const more = fields[table.FIELD_MORE] as number;
  const carryFrom = fields[table.FIELD_CARRY] as number;
  slots[number] ??= new Slot(number, run);
  const slot = slots[number];
  slot.run = run;
  slot.index = index;
  slot.attempt = attempt;
  slot.step = more & 1;
  slot.reconciles = more > 1;
  slot.isFirst = attempt === 1 && !slot.reconciles;
  slot.startedAt = polledAt;
  run.hasChanged = true;
  run.live?.started(index, attempt, slot.startedAt);
  slot.renew();
  const Context = slot.reconciles ? QuestionContext : TaskContext;
  const lastError = slot.isFirst ? undefined : run.lastError(index);
  const context = new Context(run, slot, index, attempt, lastError);
  const how = run.isPlain ? PLAIN : { index, step: slot.step, carryFrom };
  const work = slot.reconciles ? askServer : callTask;
  const result = call(slot, run, run.journaling ? journaled(run.journaling, slot, work) : work, context, how);
  if (result !== NOTHING) void waitFor(slot, result, succeed, fail);
}

// ───────────── the loop ─────────────

/** Executes the outputs of the engine until it is idle. */
function drain(): void {
  isRequested = isDraining;
  if (isDraining || isYielding) return;
  isDraining = true;
  try {
    while (doNext());
  } catch (error) {
    // A bug of ours must not stop other runs.
    reportUncaught(error);
    drainSoon();
  } finally {
    isDraining = false;
  }
}

setDrain(drain);

/** Executes one output. Returns whether there may be more. */
function doNext(): boolean {
  polledAt = clock();
  const kind = engine.engine_poll(polledAt);
  if (kind === table.OUTPUT_IDLE) {
    updateAlarm();
    return reportProgress();
  }
  const fields = output();
  if (kind === table.OUTPUT_START) {
    start(fields);
    if (++starts < STARTS_PER_TURN) return true;
    yieldTurn();
    return false;
  }
  const index = fields[table.FIELD_ITEM] as number;
  const attempts = fields[table.FIELD_ATTEMPT] as number;
  const more = fields[table.FIELD_MORE] as number;
  const slot = slots[fields[table.FIELD_SLOT] as number];
  if (kind === table.OUTPUT_TIMED_OUT) {
    timedOut(slot as Slot, more);
    return true;
  }
  const id = fields[table.FIELD_RUN] as number;
  if (kind === table.OUTPUT_REPORT) {
    answerReport(id);
    return true;
  }
  const run = runs[id] as Run;
  switch (kind) {
    case table.OUTPUT_CHECK:
      check(run, index, more === 1);
      break;
    case table.OUTPUT_PULL:
      pull(run);
      break;
    case table.OUTPUT_CLOSE_SOURCE:
      run.source?.close();
      break;
    case table.OUTPUT_EXPIRED:
      rejectWithLast(run, index, attempts, more);
      break;
    case table.OUTPUT_ABANDON:
      abandon(run, index, attempts, slot);
      break;
    case table.OUTPUT_CANCELLED:
      run.cancelled(index, attempts);
      break;
    case table.OUTPUT_NEVER_STARTED:
      run.hasChanged = true;
      if (run.outcomes || run.options.onOutcome) for (let at = index; at < more; at++) run.cancelled(at, 0);
      break;
    case table.OUTPUT_FINISHED:
      finish(run, more);
  }
  return true;
}

function abandon(run: Run, index: number, attempts: number, slot: Slot | undefined): void {
  const reason = run.reasonFor(index);
  // The attempt may have settled in the meantime: then there is nothing to abort.
  if (slot?.run === run) slot.abandon(reason);
  run.cancelled(index, attempts, slot, reason);
}

/** Gives the event loop a turn, then continues. */
function yieldTurn(): void {
  isYielding = true;
  nextTurn(() => {
    isYielding = false;
    starts = 0;
    drain();
  });
}

// ───────────── runs ─────────────

/** An export of the wasm that opens a run with these options at this time. */
export type Verb = (numbers: Float64Array, now: number) => number;

/** Opens a run in the engine by an export of the wasm, and begins it. */
export function begin(run: Run, verb: Verb): Promise<unknown> {
  run.id = verb(engineOptions(run), now());
  const { result, accept } = run.mode;
  const { onOutcome, trace, journal } = run.options;
  run.isPlain = result === "values" && !accept && !run.source && !onOutcome && !trace && !journal;
  rankItems(run, 0);
  run.mode.weights?.forEach((weight, index) => engine.engine_weigh(run.id, index, weight ?? NaN));
  enter(run);
  followSignals(run);
  run.journaling?.open();
  drainSoon();
  return run.promise;
}

/** Returns the runs that have not finished, or whose items were requested again. */
export const openRuns = (): Run[] => runs.filter((run) => run !== undefined);

function enter(run: Run): void {
  runs[run.id] = run;
  countTimed(run.timing, 1);
  if (run.options.onProgress || run.live) watched.add(run);
  followOnline(run);
}

/** Registers a finished run again, because an item was requested. */
export function revive(run: Run): void {
  if (runs[run.id] === run) return;
  enter(run);
  run.journaling?.open();
}

/** Gives the engine an answer about the last item of a run (`FOLLOWING_*`). Returns whether the run goes on. */
export const leadOn = (run: Run, following: number): boolean =>
  engineOf(run).engine_lead_on(run.id, following, now()) !== 0;

/** Appends the value of the item that follows the last one of a finished run. The engine has counted it already. */
export function addFollowing(run: Run, item: unknown): void {
  run.append([item]);
  revive(run);
  // Another run may have made it since. Without its turn at the journal, the run learns that later.
  run.journaling?.restore(run.items.length - 1, run.items.length);
}

/** Unregisters a finished run, until one of its items is requested. */
function leave(run: Run): void {
  watched.delete(run);
  unfollowOnline(run);
  countTimed(run.timing, -1);
  runs[run.id] = undefined;
}

function finish(run: Run, status: number): void {
  const progress = run.timing > 0 ? progressOf(run) : undefined;
  leave(run);
  unfollowSignals(run);
  if (!run.live) {
    engineOf(run).engine_discard(run.id);
    run.id = -1;
  }
  // Before the watchers are called, because they may request an item.
  run.finish(status, progress);
  notify(run, progress);
  run.live?.finished();
}

// ───────────── progress ─────────────

/** Reports the runs that have changed since their last report. Returns whether there were any. */
function reportProgress(): boolean {
  if (isBurst()) return false;
  let isAny = false;
  for (const run of watched) {
    engineOf(run);
    if (!run.hasChanged) continue;
    isAny = true;
    const at = now();
    notify(run, run.options.onProgress && progressOf(run));
    countReport(at, now(), drainNow);
    if (run.isOver && engine.engine_is_busy(run.id) === 0) {
      leave(run);
      run.closeJournal();
    }
  }
  return isAny;
}

function notify(run: Run, progress: ReturnType<typeof progressOf> | undefined): void {
  run.hasChanged = false;
  const { onProgress } = run.options;
  if (onProgress && progress) run.call(onProgress, progress);
  run.live?.notify();
}
