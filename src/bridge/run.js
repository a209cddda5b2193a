// One run as JavaScript sees it: the user's items and functions, and the values and errors that only JavaScript can hold.
// It decides nothing.

import { RetryError } from "./errors.js";

/** What the run's promise gives: the values or the first failure, a report, or one task's value. */
export const PROCESS = 0;
export const SETTLE = 1;
export const ONE = 2;

export class Run {
  id = -1;
  items = undefined;
  source = undefined; // an iterator
  isAsync = false;
  sourceIsOpen = false;
  over = false;
  ended = false;
  reason = undefined;
  sourceError = undefined;
  firstFailure = undefined;
  reasons = []; // by index, so with holes
  pending = undefined;
  changed = false;
  keys = [];
  keyErrors = undefined;
  #knownKeys = new Set();
  #errors = undefined;
  #idempotencyKeys = undefined;
  #cancelled = undefined;

  constructor(kind, task, options, retry, timed) {
    this.kind = kind;
    this.task = kind === ONE ? (item, index, context) => task(context) : task;
    this.onProgress = options?.onProgress;
    this.onOutcome = options?.onOutcome;
    this.onFailure = options?.onFailure ?? (kind === SETTLE ? "continue" : "stop");
    this.skip = options?.skip;
    this.retry = retry;
    this.timeout = options?.timeout;
    this.key = options?.key;
    this.resend = false;
    this.values = kind === SETTLE ? undefined : [];
    this.outcomes = kind === SETTLE ? [] : undefined;
    this.timed = timed || kind === SETTLE || this.onProgress !== undefined || this.onOutcome !== undefined;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** The items, or where they come from. Throws where `key` finds a duplicate. */
  take(items) {
    if (Array.isArray(items)) {
      this.items = items.slice();
      if (this.key) for (let index = 0; index < this.items.length; index++) this.identify(index);
      return;
    }
    this.items = [];
    this.isAsync = typeof items[Symbol.asyncIterator] === "function";
    this.source = this.isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.sourceIsOpen = true;
  }

  get hasSource() {
    return this.source !== undefined;
  }

  get count() {
    return this.items.length;
  }

  // ── what attempts need ──

  cancelledSignal() {
    if (this.#cancelled === undefined) {
      this.#cancelled = new AbortController();
      if (this.ended) this.#cancelled.abort(this.reason);
    }
    return this.#cancelled.signal;
  }

  /** Made once an item, outside its attempts. */
  idempotencyKey(index) {
    const keys = (this.#idempotencyKeys ??= new Map());
    let key = keys.get(index);
    if (key === undefined) keys.set(index, (key = uuid()));
    return key;
  }

  /** Whether a repetition of the item's call is known not to be paid twice. */
  isKeyed(index) {
    return this.resend || this.#idempotencyKeys?.has(index) === true;
  }

  lastError(index) {
    return this.#errors?.get(index)?.at(-1);
  }

  /** The attempt failed, and there will be another. */
  remember(index, error) {
    const errors = (this.#errors ??= new Map());
    const earlier = errors.get(index);
    if (earlier) earlier.push(error);
    else errors.set(index, [error]);
  }

  // ── outcomes ──

  fulfilled(slot, value) {
    if (this.values) this.values[slot.index] = value;
    this.#outcome(slot.index, slot, { status: "fulfilled", value });
  }

  rejected(slot, error) {
    const earlier = this.#errors?.get(slot.index);
    const reason = earlier ? new RetryError([...earlier, error]) : error;
    if (this.reasons.length === 0) this.firstFailure = reason;
    this.reasons[slot.index] = reason;
    this.#outcome(slot.index, slot, { status: "rejected", reason });
    return reason;
  }

  skipped(slot, verdict) {
    const value = typeof verdict === "object" ? { value: verdict.value } : undefined;
    if (this.values) this.values[slot.index] = value?.value;
    slot.attempt = 0;
    this.#outcome(slot.index, slot, { status: "skipped", ...value });
  }

  cancelled(index, slot, attempts) {
    const reason = this.reason;
    this.#outcome(index, slot, { status: "cancelled", reason, started: attempts > 0 }, attempts);
  }

  #outcome(index, slot, how, attempts = slot.attempt) {
    this.changed = true;
    this.#errors?.delete(index);
    if (this.outcomes || this.onOutcome) {
      const elapsed = slot && slot.attempt > 0 ? now() - slot.startedAt : 0;
      const outcome = { index, key: this.keyOf(index), attempts, elapsed, ...how };
      if (this.outcomes) this.outcomes[index] = outcome;
      if (this.onOutcome) this.#tell(outcome);
    }
    // A source's item is needed no more; an array belongs to its caller.
    if (this.source) this.items[index] = undefined;
  }

  #tell(outcome) {
    try {
      const told = this.onOutcome(outcome, this.items[outcome.index]);
      if (typeof told?.then === "function") (this.pending ??= []).push(Promise.resolve(told).catch(reportUncaught));
    } catch (error) {
      reportUncaught(error);
    }
  }

  keyOf(index) {
    return this.keys[index] ?? String(index);
  }

  /** Finds the key of an item. A duplicate is a TypeError, a `key` that throws rejects its item when its turn comes. */
  identify(index) {
    if (!this.key) return;
    let key;
    try {
      key = String(this.key(this.items[index], index));
    } catch (error) {
      (this.keyErrors ??= new Map()).set(index, error);
      return;
    }
    if (this.#knownKeys.has(key)) throw new TypeError(`\`key\` must give every item another key, got ${JSON.stringify(key)} twice`);
    this.#knownKeys.add(key);
    this.keys[index] = key;
  }

  /** The run was cancelled or stopped: nothing new starts. */
  end(reason) {
    if (this.ended) return;
    this.ended = true;
    this.reason = reason;
    this.#cancelled?.abort(reason);
  }

  // ── the end ──

  finish(status, progress) {
    this.over = true;
    const settle = () => this.#settle(status, progress);
    if (this.pending) Promise.all(this.pending).then(settle);
    else settle();
  }

  #settle(status, progress) {
    if (this.kind === SETTLE) return this.resolve(this.#report(status, progress));
    if (status === "completed") return this.resolve(this.kind === ONE ? this.values[0] : this.values);
    if (status === "cancelled") return this.reject(this.reason);
    if (this.sourceError) return this.reject(this.sourceError.error);
    this.reject(status === "failed" ? this.firstFailure : this.#allFailures());
  }

  #allFailures() {
    const errors = this.reasons.filter((_, index) => index in this.reasons);
    if (this.sourceError) errors.unshift(this.sourceError.error);
    return errors.length > 0 ? new AggregateError(errors, `${errors.length} of ${this.items.length} items failed`) : undefined;
  }

  #report(status, progress) {
    const values = this.outcomes.filter((outcome) => "value" in outcome).map((outcome) => outcome.value);
    return { status, outcomes: this.outcomes, values, error: this.#allFailures(), progress };
  }
}

/** The abort reason of a context that has none. */
const NONE = Symbol();

/** What a task is told of its attempt. One small object an attempt: a reused one would show a late task another item's data. */
export class TaskContext {
  #run;
  #index;
  #controller = undefined;
  #reason = NONE;

  constructor(run, index, attempt, lastError) {
    this.#run = run;
    this.#index = index;
    this.attempt = attempt;
    this.lastError = lastError;
  }

  // A controller costs more than all the rest of an attempt: it is made only for those who ask.
  get signal() {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== NONE) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get cancelled() {
    return this.#run.cancelledSignal();
  }

  get idempotencyKey() {
    return this.#run.idempotencyKey(this.#index);
  }

  /** Ends the attempt that `context` belongs to. Not a method: tasks are not to abort themselves. */
  static abort(context, reason) {
    if (context.#reason !== NONE) return;
    context.#reason = reason;
    context.#controller?.abort(reason);
  }
}

export const now = () => performance.now();

/** For what user callbacks throw: it is shown, and harms nothing. */
export const reportUncaught = (error) => (typeof reportError === "function" ? reportError(error) : console.error(error));

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages that are not served securely have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
