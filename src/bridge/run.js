// One run as JavaScript sees it: the user's items and functions, and the values and errors that only JavaScript can hold.
// It decides nothing.

import { EXACT, now, timingOf } from "./clock.js";
import { StepContext } from "./context.js";
import { reportUncaught } from "./errors.js";
import { Failures } from "./failures.js";
import { ItemKeys } from "./item-keys.js";
import { IdempotencyKeys } from "./keys.js";
import { heldAround, slotAround } from "./limiter.js";
import { functionNamed, textNamed } from "./options.js";
import { firstProgress } from "./progress.js";

/** What the run's promise gives: the values or the first failure, a report, or one task's value. */
export const PROCESS = 0;
export const SETTLE = 1;
export const ONE = 2;

/** In what order items are worked on; the numbers are those of config.rs. */
export const POOL = 0;
export const BATCHES = 1;
export const COMMITS = 2;
export const PREPARES = 3;

/** What a task resolves to whose item is to be passed over after all. */
export const SKIP = Symbol("skip");

/** Items come from an iterator, or are added. */
export const PULLED = 1;
export const OPEN = 2;

export class Run {
  id = -1;
  items = undefined;
  /** An iterator, where items come from one. */
  source = undefined;
  isAsync = false;
  sourceKind = 0;
  sourceIsOpen = false;
  state = "running";
  over = false;
  ended = false;
  reason = undefined;
  order = POOL;
  batchSize = 0;
  priority = 0;
  /** Whether repeating a task is known not to be paid twice. */
  resend = false;
  /** What a time-out calls it. */
  noun = "attempt";
  /** The key of a call that was given one. */
  givenKey = undefined;
  /** Commands that came before the engine was loaded. */
  whenOpen = [];
  /** Of items that were cancelled by name. */
  itemReasons = new Map();
  /** For its handle: what watchers see. */
  live = undefined;
  /** Called with an item's value and its attempt's context; a mode keeps there what it threads. */
  onValue = undefined;
  /** Why attempts were given up, by their serial numbers. */
  givenUp = undefined;
  /** Nothing is done for an item but to call its task and to keep its value. */
  isPlain = false;
  /** Its items follow one another, whatever happens. */
  isSerial = false;
  /** Of the items that the engine has lent: the first, the next, and the end, 0 and 0 where it has lent none; which slots took any. */
  lentFrom = 0;
  lentNext = 0;
  lentEnd = 0;
  moved = [];
  changed = false;
  reasons = []; // by index, so with holes
  firstFailure = undefined;
  sourceError = undefined;
  #pending = undefined;
  /** Made for the first that fails. */
  #failures = undefined;
  /** Made for the first who asks: most runs have none. */
  #keys = undefined;
  #steps = undefined;
  #cancelled = undefined;
  #isCancelled = false;
  /** As `ended`, until something is asked for by name after the end. */
  #isEndedNow = false;

  /** `options` as `runOptions` gives them. */
  constructor(kind, concurrency, task, options) {
    this.kind = kind;
    this.concurrency = concurrency;
    this.task = task;
    this.options = options;
    ({ skip: this.skip, retry: this.retry, trace: this.trace } = options);
    this.itemKeys = new ItemKeys(options.key);
    this.values = kind === SETTLE ? undefined : [];
    this.outcomes = kind === SETTLE ? [] : undefined;
    /** Any of them ends it. */
    this.signals = options.signals ?? (options.signal ? [options.signal] : []);
    this.around = heldAround(this.signals);
    this.timed = kind === PROCESS ? timingOf(options) : EXACT;
    // Tasks see the async context of whoever started the run, not of whoever happened to free a place.
    this.within = asyncContext?.snapshot();
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** The items, or where they come from. Throws where `key` finds a duplicate. */
  take(items) {
    if (Array.isArray(items)) {
      this.items = items.slice();
      if (this.values) this.values = new Array(items.length);
      if (this.options.key)
        for (let index = 0; index < items.length; index++) this.itemKeys.identify(this.items[index], index);
      return;
    }
    this.items = [];
    this.isAsync = typeof items[Symbol.asyncIterator] === "function";
    this.source = this.isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.sourceKind = PULLED;
    this.sourceIsOpen = true;
  }

  /** More items: all, or none where a key is not a new one. How many. */
  append(items) {
    const before = this.items.length;
    try {
      for (const item of items) this.itemKeys.identify(item, this.items.push(item) - 1);
    } catch (error) {
      for (let index = before; index < this.items.length; index++) this.itemKeys.forget(index);
      this.items.length = before;
      throw error;
    }
    return items.length;
  }

  /** What the engine has to know; the order is that of `config_of` in config.rs. */
  numbers() {
    const { stagger, timeout, idleTimeout, totalTimeout, policy, drains, limiter } = this.options;
    const gate = limiter === undefined ? -1 : limiter.gate;
    return new Float64Array([
      this.concurrency,
      this.items.length,
      this.sourceKind,
      this.order,
      this.batchSize,
      stagger,
      timeout,
      idleTimeout,
      totalTimeout,
      ...policy,
      this.retry?.reconcile ? 1 : 0,
      drains ? 1 : 0,
      this.skip || this.options.key ? 1 : 0,
      gate,
      this.priority,
      slotAround(this.around, limiter),
    ]);
  }

  // ── what attempts need ──

  cancelledSignal() {
    if (this.#cancelled === undefined) {
      this.#cancelled = new AbortController();
      if (this.#isEndedNow) this.#cancelled.abort(this.reason);
    }
    return this.#cancelled.signal;
  }

  idempotencyKey(index, isSent) {
    return (this.#keys ??= this.#newKeys()).of(index, this.items[index], isSent);
  }

  #newKeys() {
    const keys = new IdempotencyKeys(this.options.idempotencyKey);
    keys.given = this.givenKey;
    return keys;
  }

  /** Whether a repetition of the item's call is known not to be paid twice. */
  isKeyed(index) {
    return this.resend || this.#keys?.isSent(index) === true;
  }

  /** What has been bought once is not bought again: done once an item, over its retries. */
  step(index, name, work, context) {
    textNamed("name", name);
    functionNamed("work", work);
    const steps = (this.#steps ??= new Map());
    const id = `${index}/${name}`;
    let done = steps.get(id);
    if (done === undefined) {
      done = (async () => work(new StepContext(context, name)))();
      steps.set(id, done);
      done.catch(() => steps.get(id) === done && steps.delete(id));
    }
    return done;
  }

  /** What the question what became of an attempt is told; a mode adds to it what it adds for its tasks. */
  contextOf(_index, context) {
    return context;
  }

  lastError(index) {
    return this.#failures?.lastError(index);
  }

  /** There will be no other attempt: the last failure is the item's. */
  takeLastError(index) {
    return this.#failures.takeLast(index);
  }

  /** The attempt failed, and there will be another. */
  remember(index, error, more) {
    (this.#failures ??= new Failures()).add(index, { error, ...more });
    this.waits(index);
  }

  /** The item waits for another attempt. */
  waits(index) {
    this.changed = true;
    this.live?.retrying(index);
  }

  heard(index, fraction, data) {
    this.changed = true;
    this.live?.heard(index, fraction, data);
  }

  /** The item is to be made anew: nothing of what was bought for it serves. */
  makeAfresh(index) {
    (this.#keys ??= this.#newKeys()).renew(index);
    for (const id of this.#steps?.keys() ?? []) if (id.startsWith(`${index}/`)) this.#steps.delete(id);
  }

  // ── outcomes ──

  fulfilled(slot, value) {
    if (this.values) this.values[slot.index] = value;
    this.#outcome(slot.index, slot, { status: "fulfilled", value });
  }

  reasonOf(index, error) {
    return this.#failures ? this.#failures.reasonOf(index, error) : error;
  }

  rejected(index, slot, reason) {
    if (this.reasons.length === 0) this.firstFailure = reason;
    this.reasons[index] = reason;
    this.#outcome(index, slot, { status: "rejected", reason }, slot ? slot.attempt : 0);
  }

  skipped(index, verdict) {
    const value = typeof verdict === "object" ? { value: verdict.value } : undefined;
    if (this.values) this.values[index] = value?.value;
    this.#outcome(index, undefined, { status: "skipped", ...value }, 0);
  }

  cancelled(index, slot, attempts, reason = this.reason) {
    this.#outcome(index, slot, { status: "cancelled", reason, started: attempts > 0 }, attempts);
  }

  #outcome(index, slot, how, attempts = slot.attempt) {
    this.changed = true;
    this.#failures?.forget(index);
    if (this.outcomes || this.options.onOutcome) {
      const elapsed = slot ? (slot.elapsed ?? now() - slot.startedAt) : 0;
      const outcome = { index, key: this.keyOf(index), attempts, elapsed, ...how };
      if (this.outcomes) this.outcomes[index] = outcome;
      if (how.status !== "rejected") delete this.reasons[index];
      // First, because whoever is told may ask for it again.
      this.live?.settled(outcome);
      if (this.options.onOutcome) this.#tell(outcome);
    }
    // A source's item is needed no more, unless it may be asked for again; an array belongs to its caller.
    if (this.source && !this.live) this.items[index] = undefined;
  }

  #tell(outcome) {
    try {
      const { onOutcome } = this.options;
      const item = this.items[outcome.index];
      const told = this.within ? this.within(onOutcome, outcome, item) : onOutcome(outcome, item);
      if (typeof told?.then === "function") (this.#pending ??= []).push(Promise.resolve(told).catch(reportUncaught));
    } catch (error) {
      reportUncaught(error);
    }
  }

  keyOf(index) {
    return this.itemKeys.of(index);
  }

  // ── the end ──

  /** Why an item was cancelled: its own reason, where it was cancelled by name. */
  reasonFor(index) {
    const own = this.itemReasons.get(index);
    if (!this.itemReasons.delete(index)) return this.reason;
    return own;
  }

  /** The rejected items are to be made again, in their turn. */
  reopenFailed() {
    this.outcomes.forEach((outcome, index) => outcome?.status === "rejected" && this.reopen(index));
  }

  /** A settled item is to be made again. */
  reopen(index) {
    // What is asked for after the end is not ended by what ended the run.
    if (this.over && this.#isEndedNow) {
      this.#isEndedNow = false;
      this.#cancelled = undefined;
    }
    delete this.outcomes[index];
    delete this.reasons[index];
    this.changed = true;
  }

  /** The run was cancelled or stopped: nothing new starts. */
  end(reason, isCancel = false) {
    // What was stopped by a failure and is then cancelled was cancelled.
    if (this.ended && !(isCancel && !this.#isCancelled)) return;
    this.ended = this.#isEndedNow = true;
    this.#isCancelled = isCancel;
    this.reason = reason;
    if (!this.over) this.state = "cancelling";
    this.changed = true;
    this.#cancelled?.abort(reason);
  }

  /** What was asked for by name after the end is cancelled. */
  endRevived(reason) {
    this.reason = reason;
    this.#isEndedNow = true;
    this.#cancelled?.abort(reason);
  }

  /** Whether a task that fails with this does so because its run was ended. */
  isEndedBy(error) {
    return this.#isEndedNow && error === this.reason;
  }

  /** The engine cannot be had: nothing will ever start. */
  loadFailed(error) {
    this.end(error);
    this.sourceError = { error };
    this.state = "finished";
    for (let index = 0; index < this.items.length; index++)
      if (!this.outcomes[index]) this.cancelled(index, undefined, 0, error);
    this.finish("failed", firstProgress);
    this.live?.notify();
    this.live?.finished();
  }

  finish(status, progress) {
    this.over = true;
    const settle = () => this.#settle(status, progress);
    if (this.#pending) Promise.all(this.#pending).then(settle);
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
    if (errors.length === 0) return undefined;
    const items = errors.length - (this.sourceError ? 1 : 0);
    const what = items > 0 ? `${items} of ${this.items.length} items failed` : "no item failed";
    return new AggregateError(errors, this.sourceError ? `${what}, but their source did` : what);
  }

  #report(status, progress) {
    const outcomes = this.outcomes.slice();
    const values = outcomes.filter((outcome) => outcome && "value" in outcome).map((outcome) => outcome.value);
    return { status, outcomes, values, error: this.#allFailures(), progress };
  }
}

/** Node's async contexts (request ids, traces); browsers have none yet. */
const asyncContext = globalThis.process?.getBuiltinModule?.("async_hooks")?.AsyncLocalStorage;
