// The executor: calls the user's tasks, hears of their ends, and does what the engine says.
//
// The engine (Rust) knows runs, items and attempts by number and decides; here are the values. User code is called from
// here and never from inside the engine. How an attempt's end is heard of is in slot.js.

import { countTold, isBurst } from "./burst.js";
import { EXACT, clock, countTimed, now } from "./clock.js";
import { QuestionContext, TaskContext } from "./context.js";
import { ATTEMPT, CARRY, ITEM, MORE, RUN, SLOT, engine } from "./engine.js";
import { reportUncaught, textOf } from "./errors.js";
import { expire, followFailure, notFound, reject, timeOut } from "./failing.js";
import { borrow, catchUp, take } from "./lending.js";
import { isObject } from "./options.js";
import { progressOf } from "./progress.js";
import { POOL, PROCESS, SKIP } from "./run.js";
import { NOTHING, Slot, hear } from "./slot.js";
import { closeSource, pull } from "./sources.js";
import { measure } from "./trace.js";
import { nextTurn } from "./turn.js";

// What the engine says; the order is that of `note` in host.rs.
const IDLE = 0;
const START = 1;
const PULL = 2;
const CLOSE_SOURCE = 3;
const TIMED_OUT = 4;
const GIVE_UP = 5;
const CANCELLED = 6;
const NEVER_STARTED = 7;
const FINISHED = 8;
const CONSIDER = 9;
const EXPIRED = 10;

const STATUS = ["completed", "partial", "cancelled", "failed"];
const FULFILLED = 0;

/** After so many starts the page gets a turn: promises alone would never let it paint. */
const BREATH = 20_000;

const slots = [];
const runs = [];
const watched = new Set();
/** Of this turn. */
let starts = 0;
let draining = false;
/** It was to drain while it could not. */
let isAsked = false;
let polledAt = 0;
let breathing = false;
let scheduled = false;

// ───────────── the inside of a run ─────────────

/** An attempt's result is there. Gives the result of the attempt that follows at once in the slot, if one does. */
function succeed(slot, value) {
  const { run } = slot;
  if (slot.isFirst && starts < BREATH && (run.lentNext < run.lentEnd || mayBorrow(run))) return goOn(slot, run, value);
  settle(slot, slot.reconciles ? answer : fulfil, value);
  return NOTHING;
}

/** Not while each change is told of by itself: then the engine has to hear of each. */
const mayBorrow = (run) => run.isPlain && (isBurst() || !run.options.onProgress) && borrow(run);

/** The place is handed on to the next of the items that the engine has lent. */
function goOn(slot, run, value) {
  run.values[slot.index] = value;
  starts += 1;
  slot.index = take(run, slot);
  if (run.timed === EXACT) slot.startedAt = clock();
  slot.renew();
  draining = true; // as for every task: what it asks for waits until it has returned
  const result = call(slot, run, callTask, new TaskContext(run, slot, slot.index, 1, undefined));
  draining = false;
  if (isAsked) drain();
  return result;
}

function fail(slot, error) {
  settle(slot, failed, error);
}

/** Gives what the task gives; nothing, where it has failed at once. */
function call(slot, run, work, context) {
  try {
    return run.within ? run.within(work, run, slot.index, context) : work(run, slot.index, context);
  } catch (error) {
    settle(slot, failed, error);
    return NOTHING;
  }
}

function settle(slot, how, result) {
  const outer = draining;
  draining = true; // what user code asks for meanwhile waits until this is done
  try {
    catchUp(slot.run);
    if (slot.givenUp) engine.engine_settled(slot.number, clock());
    else how(slot, result);
  } finally {
    slot.clear();
    draining = outer;
    drain();
  }
}

function fulfil(slot, value) {
  const { run } = slot;
  if (run.trace) measure(slot);
  if (value === SKIP) {
    engine.engine_skipped(slot.number, clock());
    return run.skipped(slot.index, true);
  }
  if (run.onValue) {
    try {
      value = run.onValue(slot.index, slot.step, value);
    } catch (error) {
      return failed(slot, error);
    }
  }
  if (engine.engine_fulfilled(slot.number, clock()) === FULFILLED) run.fulfilled(slot, value);
}

function failed(slot, error) {
  if (slot.run.trace) measure(slot, error);
  followFailure(slot, error);
}

/** The server was asked what became of an attempt. */
function answer(slot, reply) {
  let found;
  let value;
  try {
    ({ found, value } = reply ?? {});
  } catch (error) {
    return failed(slot, error);
  }
  if (found === true) return fulfil(slot, value);
  if (slot.run.trace) measure(slot);
  if (found === false) return notFound(slot);
  followFailure(
    slot,
    new TypeError(
      `\`retry.reconcile\` must resolve to { found: true, value } or { found: false }, got ${textOf(reply)}`,
    ),
  );
}

function start() {
  const run = runs[engine.engine_output(RUN)];
  const number = engine.engine_output(SLOT);
  const slot = (slots[number] ??= new Slot(number));
  const index = engine.engine_output(ITEM);
  const attempt = engine.engine_output(ATTEMPT);
  slot.run = run;
  slot.index = index;
  slot.attempt = attempt;
  const step = engine.engine_output(MORE);
  run.startingStep = slot.step = step & 1;
  slot.reconciles = step > 1;
  slot.isFirst = attempt === 1 && !slot.reconciles;
  run.startingCarry = engine.engine_output(CARRY);
  slot.startedAt = polledAt;
  run.changed = true;
  run.live?.started(index, slot.startedAt);
  slot.renew();
  const Context = slot.reconciles ? QuestionContext : TaskContext;
  const context = new Context(
    run,
    slot,
    index,
    attempt,
    attempt > 1 || slot.reconciles ? run.lastError(index) : undefined,
  );
  const result = call(slot, run, slot.reconciles ? askServer : callTask, context);
  if (result !== NOTHING) hear(slot, result, succeed, fail);
}

const callTask = (run, index, context) => run.task(run.items[index], index, context);
const askServer = (run, index, context) => run.retry.reconcile(run.contextOf(index, context));

/** Looks at an item before it is started: its `key` may have thrown, or `skip` may say so. */
function consider(run, index) {
  let verdict = false;
  try {
    run.itemKeys.check(index);
    verdict = run.skip?.(run.items[index], index);
    if (isObject(verdict) && !("value" in verdict))
      throw new TypeError(`\`skip\` must return true, false or { value }, got ${textOf(verdict)}`);
  } catch (error) {
    if (run.ended) return; // by `skip` itself
    engine.engine_pass_over(run.id, index, 1);
    return reject(run, index, undefined, error);
  }
  if (run.ended) return;
  if (!verdict) return engine.engine_keep(run.id, index);
  engine.engine_pass_over(run.id, index, 0);
  run.skipped(index, verdict);
}

// ───────────── the loop ─────────────

/** Does what the engine says until it has nothing more to say. */
function drain() {
  isAsked = draining;
  if (draining || breathing) return;
  draining = true;
  try {
    while (doNext());
  } catch (error) {
    // A defect of ours must not stop what others have paid for.
    reportUncaught(error);
    drainSoon();
  } finally {
    draining = false;
  }
}

/** Does one thing; whether there may be more. */
function doNext() {
  polledAt = clock();
  switch (engine.engine_poll(polledAt)) {
    case START:
      start();
      if (++starts < BREATH) return true;
      breathe();
      return false;
    case CONSIDER:
      consider(runs[engine.engine_output(RUN)], engine.engine_output(ITEM));
      return true;
    case PULL:
      pull(runs[engine.engine_output(RUN)], drain);
      return true;
    case CLOSE_SOURCE:
      closeSource(runs[engine.engine_output(RUN)]);
      return true;
    case TIMED_OUT:
      timeOut(slots[engine.engine_output(SLOT)], engine.engine_output(MORE));
      return true;
    case EXPIRED:
      expire(runs[engine.engine_output(RUN)]);
      return true;
    case GIVE_UP: {
      const run = runs[engine.engine_output(RUN)];
      const index = engine.engine_output(ITEM);
      const slot = slots[engine.engine_output(SLOT)];
      const reason = run.reasonFor(index);
      // It may have settled while this was decided: then there is nothing left to abort.
      if (slot.run === run) slot.giveUp(reason);
      run.cancelled(index, slot, engine.engine_output(ATTEMPT), reason);
      return true;
    }
    case CANCELLED:
      cancelOne(runs[engine.engine_output(RUN)], engine.engine_output(ITEM), engine.engine_output(ATTEMPT));
      return true;
    case NEVER_STARTED: {
      const run = runs[engine.engine_output(RUN)];
      const end = engine.engine_output(MORE);
      run.changed = true;
      if (run.outcomes || run.options.onOutcome)
        for (let i = engine.engine_output(ITEM); i < end; i++) cancelOne(run, i, 0);
      return true;
    }
    case FINISHED:
      finish(runs[engine.engine_output(RUN)], STATUS[engine.engine_output(MORE)]);
      return true;
    case IDLE:
      return tellProgress();
  }
}

function cancelOne(run, index, attempts) {
  run.cancelled(index, undefined, attempts, run.reasonFor(index));
}

/** Lets the page have a turn, then goes on. */
function breathe() {
  breathing = true;
  nextTurn(() => {
    breathing = false;
    starts = 0;
    drain();
  });
}

function finish(run, status) {
  const progress = run.timed ? progressOf(run) : undefined;
  run.state = "finished";
  rest(run);
  engine.engine_end(run.id);
  if (!run.live) engine.engine_forget(run.id);
  // Over before anybody is told, who may ask for an item again.
  run.finish(status, progress);
  tell(run, progress);
  run.live?.finished();
}

/** Nothing of the run is under way any more. What is asked for by name later brings it back. */
function rest(run) {
  watched.delete(run);
  countTimed(run.timed, -1);
  runs[run.id] = undefined;
}

function enter(run) {
  runs[run.id] = run;
  countTimed(run.timed, 1);
  if (run.options.onProgress || run.live) watched.add(run);
}

/** An item of a finished run was asked for by name. */
export function revive(run) {
  if (runs[run.id] !== run) enter(run);
}

// ───────────── progress ─────────────

/** One call for all that has changed since the last; whether there was any. */
function tellProgress() {
  if (isBurst()) return false;
  let isAny = false;
  for (const run of watched) {
    catchUp(run);
    if (!run.changed) continue;
    isAny = true;
    const at = now();
    tell(run, run.options.onProgress && progressOf(run));
    countTold(at, now(), drain);
    if (run.over && engine.engine_progress(run.id, IN_PROGRESS, 0) === 0 && !engine.engine_is_asked(run.id)) rest(run);
  }
  return isAny;
}

const IN_PROGRESS = 1;

function tell(run, progress) {
  run.changed = false;
  try {
    const told = run.options.onProgress?.(progress);
    if (typeof told?.then === "function") Promise.resolve(told).catch(reportUncaught);
  } catch (error) {
    reportUncaught(error);
  }
  run.live?.notify();
}

// ───────────── what Rust calls ─────────────

/** Begins the run that the engine has opened as `id`. */
export function begin(run, id) {
  run.id = id;
  run.isPlain =
    run.kind === PROCESS &&
    run.order === POOL &&
    !(run.live || run.source || run.onValue || run.options.onOutcome || run.trace);
  run.weights?.forEach((weight, index) => engine.engine_weigh(id, index, weight));
  enter(run);
  for (const command of run.whenOpen.splice(0)) command();
  drainSoon();
  return run.promise;
}

/** What an AbortSignal is to call. */
export function canceller(run, signal) {
  return () => {
    cancel(run, signal);
    drain();
  };
}

export function cancel(run, signal) {
  if (run.over) return; // a signal may call a listener that was removed
  const { reason } = signal;
  catchUp(run);
  run.end(reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason, true);
  engine.engine_cancel(run.id, clock());
}

/** The same, as a function to hand on. */
export const soonDrainer = () => drainSoon;

/** Goes on soon, for those who must not run user code themselves: the engine's timer, a call from Rust. */
export function drainSoon() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    drain();
  });
}
