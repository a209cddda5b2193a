// The executor: calls the user's tasks, hears of their ends, and does what the engine says.
//
// The engine (Rust) knows runs, items and attempts by number and decides; here are the values. User code is called from
// here and never from inside the engine. `Promise.prototype.then` is attached with functions that belong to a slot and are
// used again for every attempt in it.

import { classify, engine } from "./engine.js";
import { TaskContext, now, reportUncaught } from "./run.js";

// What the engine says; the order is that of `code_of` in engine.rs.
const IDLE = 0;
const START = 1;
const PULL = 2;
const CLOSE_SOURCE = 3;
const TIMED_OUT = 4;
const GIVE_UP = 5;
const CANCELLED = 6;
const NEVER_STARTED = 7;
const FINISHED = 8;

const STATUS = ["completed", "partial", "cancelled", "failed"];
const REJECTED = 0;
const RETRYING = 1;

// What `classify` in classify.rs says.
const REFUSED = 1;
const AMBIGUOUS = 2;

/** After so many starts the page gets a turn: promises alone would never let it paint. */
const BREATH = 20_000;

const slots = [];
const runs = [];
const watched = new Set();
let timedRuns = 0;
let starts = 0;
let draining = false;
let breathing = false;
let scheduled = false;

// ───────────── the inside of a run ─────────────

const clock = () => (timedRuns > 0 ? now() : 0);

/** One place for an attempt; its two functions are made once. */
class Slot {
  run = undefined;
  index = 0;
  attempt = 0;
  context = undefined;
  startedAt = 0;
  givenUp = false;

  constructor(number) {
    this.number = number;
    this.onFulfilled = (value) => settle(this, fulfil, value);
    this.onRejected = (error) => settle(this, fail, error);
  }
}

function settle(slot, how, result) {
  const outer = draining;
  draining = true; // what user code asks for meanwhile waits until this is done
  if (slot.givenUp) engine.engine_settled(slot.number, clock());
  else how(slot, result);
  slot.run = slot.context = undefined;
  slot.givenUp = false;
  draining = outer;
  drain();
}

function fulfil(slot, value) {
  engine.engine_fulfilled(slot.number, clock());
  slot.run.fulfilled(slot, value);
}

function fail(slot, error) {
  judge(slot, error, engine.engine_failed, slot.run.retry);
}

/** Tells the engine of a failure, with what the classifier makes of it. */
function judge(slot, error, tell, policy) {
  const { run, index } = slot;
  let repeatable = false;
  let hint = NaN;
  let delay = NaN;
  try {
    if (policy && isRepeatable(slot, error, policy)) {
      repeatable = true;
      if (typeof error?.retryAfter === "number") hint = error.retryAfter;
      if (policy.delay) delay = checkDelay(policy.delay(slot.attempt, error));
    }
  } catch (thrown) {
    repeatable = false;
    reportUncaught(thrown);
  }
  const after = tell(slot.number, repeatable, hint, delay, Math.random(), clock());
  if (after === RETRYING) return run.remember(index, error);
  if (after !== REJECTED) return;
  const item = run.items[index];
  const reason = run.rejected(slot, error);
  if (stopsRun(run, reason, item)) {
    run.end(new DOMException("The run was stopped by the failure of another item", "AbortError"));
    engine.engine_stop(run.id, clock());
  }
}

function isRepeatable(slot, error, policy) {
  const verdict = classify(error);
  const decide = policy.classify;
  if (!decide) return verdict === REFUSED || (verdict === AMBIGUOUS && slot.run.isKeyed(slot.index));
  const context = { attempt: slot.attempt, elapsed: now() - slot.startedAt, maybeSent: verdict !== REFUSED };
  const decision = decide(error, context);
  if (decision === "retry" || decision === "fail") return decision === "retry";
  throw new TypeError(`\`retry.classify\` must return "retry" or "fail", got ${String(decision)}`);
}

function checkDelay(delay) {
  if (typeof delay === "number" && delay >= 0) return delay;
  throw new TypeError(`\`retry.delay\` must return milliseconds from 0, got ${String(delay)}`);
}

function stopsRun(run, reason, item) {
  if (typeof run.onFailure !== "function") return run.onFailure === "stop";
  try {
    return run.onFailure(reason, item) === "stop";
  } catch (error) {
    reportUncaught(error);
    return true;
  }
}

function start() {
  const run = runs[engine.engine_run()];
  const number = engine.engine_slot();
  const slot = (slots[number] ??= new Slot(number));
  const index = engine.engine_item();
  const attempt = engine.engine_attempt();
  slot.run = run;
  slot.index = index;
  slot.attempt = attempt;
  if (run.timed) slot.startedAt = now();
  run.changed = true;
  if ((run.skip || run.keyErrors) && attempt === 1 && isPassedOver(slot)) return;
  slot.context = new TaskContext(run, index, attempt, attempt > 1 ? run.lastError(index) : undefined);
  try {
    Promise.resolve(run.task(run.items[index], index, slot.context)).then(slot.onFulfilled, slot.onRejected);
  } catch (error) {
    fail(slot, error);
  }
}

/** Whether the item is not to be called: its `key` threw, `skip` says so, or `skip` itself ended the run. */
function isPassedOver(slot) {
  const { run, index } = slot;
  let verdict = false;
  try {
    if (run.keyErrors?.has(index)) throw run.keyErrors.get(index);
    verdict = run.skip?.(run.items[index], index);
  } catch (error) {
    judge(slot, error, engine.engine_failed, undefined);
    return true;
  }
  if (run.ended) {
    engine.engine_dropped(slot.number, clock());
    run.cancelled(index, undefined, 0);
    return true;
  }
  if (!verdict) return false;
  engine.engine_skipped(slot.number, clock());
  run.skipped(slot, verdict);
  return true;
}

// ───────────── sources ─────────────

function pull(run) {
  let step;
  try {
    step = run.source.next();
    if (!run.isAsync) return take(run, step);
  } catch (error) {
    return breakSource(run, error);
  }
  Promise.resolve(step).then(
    (step) => {
      if (run.over) return;
      take(run, step);
      drain();
    },
    (error) => {
      if (run.over) return;
      breakSource(run, error);
      drain();
    },
  );
}

function take(run, step) {
  if (typeof step !== "object" || step === null) return breakSource(run, new TypeError(`an iterator gave ${String(step)}`));
  if (step.done) {
    run.sourceIsOpen = false;
    return engine.engine_close(run.id);
  }
  const index = run.items.push(step.value) - 1;
  try {
    run.identify(index);
  } catch (error) {
    run.items.pop();
    closeSource(run);
    return breakSource(run, error);
  }
  engine.engine_push(run.id, 1);
}

function breakSource(run, error) {
  run.sourceIsOpen = false;
  run.sourceError ??= { error };
  run.end(new DOMException("The run was stopped by the failure of its source", "AbortError"));
  engine.engine_source_failed(run.id, clock());
}

/** Tells a source that is not read to its end. What it answers is of no more interest. */
function closeSource(run) {
  if (!run.sourceIsOpen) return;
  run.sourceIsOpen = false;
  try {
    Promise.resolve(run.source.return?.()).catch(() => {});
  } catch {
    // The run has its own reason to end.
  }
}

// ───────────── the loop ─────────────

/** Does what the engine says until it has nothing more to say. */
function drain() {
  if (draining || breathing) return;
  draining = true;
  for (;;) {
    switch (engine.engine_poll(clock())) {
      case START:
        start();
        if (++starts < BREATH) break;
        draining = false;
        return breathe();
      case PULL:
        pull(runs[engine.engine_run()]);
        break;
      case CLOSE_SOURCE:
        closeSource(runs[engine.engine_run()]);
        break;
      case TIMED_OUT: {
        const slot = slots[engine.engine_slot()];
        const error = new DOMException(`The attempt took longer than ${slot.run.timeout} ms`, "TimeoutError");
        slot.givenUp = true;
        TaskContext.abort(slot.context, error);
        judge(slot, error, engine.engine_timed_out, slot.run.retry);
        break;
      }
      case GIVE_UP: {
        const slot = slots[engine.engine_slot()];
        slot.givenUp = true;
        TaskContext.abort(slot.context, slot.run.reason);
        slot.run.cancelled(slot.index, slot, slot.attempt);
        break;
      }
      case CANCELLED:
        runs[engine.engine_run()].cancelled(engine.engine_item(), undefined, engine.engine_attempt());
        break;
      case NEVER_STARTED: {
        const run = runs[engine.engine_run()];
        const end = engine.engine_to();
        run.changed = true;
        if (run.outcomes || run.onOutcome) for (let i = engine.engine_item(); i < end; i++) run.cancelled(i, undefined, 0);
        break;
      }
      case FINISHED:
        finish(runs[engine.engine_run()], STATUS[engine.engine_status()]);
        break;
      case IDLE:
        if (!tellProgress()) {
          draining = false;
          return;
        }
    }
  }
}

/** Lets the page have a turn, then goes on. A message is not slowed down in hidden tabs, a timer is. */
function breathe() {
  const { port1, port2 } = new MessageChannel();
  breathing = true;
  port1.onmessage = () => {
    port1.close();
    breathing = false;
    starts = 0;
    drain();
  };
  port2.postMessage(undefined);
}

function finish(run, status) {
  const progress = run.timed ? progressOf(run) : undefined;
  if (watched.delete(run)) callProgress(run, progress);
  if (run.timed) timedRuns--;
  runs[run.id] = undefined;
  engine.engine_forget(run.id);
  run.finish(status, progress);
}

// ───────────── progress ─────────────

/** One call for all that has changed since the last; whether there was any. */
function tellProgress() {
  let told = false;
  for (const run of watched) {
    if (!run.changed) continue;
    run.changed = false;
    told = true;
    callProgress(run, progressOf(run));
  }
  return told;
}

function callProgress(run, progress) {
  try {
    run.onProgress(progress);
  } catch (error) {
    reportUncaught(error);
  }
}

function progressOf(run) {
  const at = now();
  const count = (field) => engine.engine_progress(run.id, field, at);
  const known = (number) => (Number.isNaN(number) ? undefined : number);
  return Object.freeze({
    completed: count(0),
    inProgress: count(1),
    total: known(count(2)),
    failed: count(3),
    cancelled: count(4),
    skipped: count(5),
    fraction: count(6),
    eta: known(count(7)),
    elapsed: count(8),
  });
}

// ───────────── what Rust calls ─────────────

/** Begins the run that the engine has opened as `id`. */
export function begin(run, id) {
  run.id = id;
  runs[id] = run;
  if (run.timed) timedRuns++;
  if (run.onProgress) watched.add(run);
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
  run.end(signal.reason ?? new DOMException("This operation was aborted", "AbortError"));
  engine.engine_cancel(run.id, clock());
}

/** Goes on soon, for those who must not run user code themselves: the engine's timer, a call from Rust. */
export function drainSoon() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    drain();
  });
}
