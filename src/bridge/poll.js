// A poll: asks, one at a time, each as long after the one before as the reply, its server or the caller says. Two runs of the
// engine: one around it all, whose time is the poll's, and one whose items are the asks.

import { now } from "./clock.js";
import { AskContext } from "./context.js";
import { drainSoon, engine } from "./engine.js";
import { RetryError, badOption, property, reportUncaught } from "./errors.js";
import { FINAL, lastOf } from "./judgement.js";
import { oneRun } from "./modes.js";
import { ENDS, count, functionNamed, functionOr, milliseconds, optionsOf, runOptions, toUnsigned } from "./options.js";
import { PROCESS, PULLED, Run } from "./run.js";

const INTERVAL = 1_000;
const MOST_ERRORS = 3;
const ASKS = { onFailure: "continue", onCancel: "abort" };

/** Asks until a reply is the one that is wanted. */
export function pollRun(ask, options) {
  functionNamed("ask", ask);
  const {
    done,
    interval = INTERVAL,
    maxConsecutiveErrors = MOST_ERRORS,
    wake,
    context,
    limiter,
    ...rest
  } = optionsOf(options);
  functionNamed("done", done);
  if (typeof interval !== "function") milliseconds("interval", interval);
  count("maxConsecutiveErrors", maxConsecutiveErrors);
  functionOr("wake", wake);
  if (context !== undefined && typeof context?.report !== "function")
    throw badOption("context", "the context of a task", context);
  const { signal, timeout, idleTimeout } = rest;
  const around = runOptions({ signal, timeout, idleTimeout }, ENDS);
  around.signals = [signal, context?.signal, context?.cancelled].filter(Boolean);
  const poll = { ask, done, interval, wake, context, limiter, most: toUnsigned(maxConsecutiveErrors), around };
  runOptions({ limiter }, ASKS); // to refuse it at once
  const run = oneRun((own) => new Poll(poll, own).promise, around);
  run.noun = "poll";
  return run;
}

class Poll {
  #given;
  #own;
  #asks;
  #passed = stopwatch();
  #changedAt = 0;
  #before = undefined;
  #errors = [];
  #interval = INTERVAL;
  #asked = 0;
  #isAsking = false;
  #isPoked = false;
  #isOver = false;
  #sleep = undefined;

  constructor(given, own) {
    this.#given = given;
    this.#own = own;
    if (typeof given.interval === "number") this.#interval = given.interval;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.#asks = this.#open();
    own.signal.addEventListener("abort", () => this.#end(), { once: true });
    try {
      this.#sleep = given.wake?.(() => this.#poke());
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isOver) this.#end();
    engine.engine_open(this.#asks).catch(() => {}); // a poll has its own promise
  }

  #open() {
    const options = runOptions({ signal: this.#own.signal, limiter: this.#given.limiter }, ASKS);
    options.onFailure = (error) => this.#failed(error);
    const run = new Run(PROCESS, 1, (_item, _index, context) => this.#ask(context), options);
    run.items = [];
    run.source = { next: () => (this.#isOver ? { done: true } : { done: false, value: undefined }) };
    run.sourceKind = PULLED;
    run.sourceIsOpen = true;
    run.onValue = (_index, _step, reply) => this.#answered(reply);
    return run;
  }

  #ask(context) {
    // The computer may have slept since the ask was planned.
    if (this.#next(0, NaN, 0) < 0) return;
    this.#isAsking = true;
    this.#isPoked = false;
    return this.#given.ask(
      new AskContext(context, this.#given.context ?? this.#own, ++this.#asked, this.#errors.at(-1)),
    );
  }

  #answered(reply) {
    this.#isAsking = false;
    if (this.#isOver) return;
    try {
      const isDone = this.#given.done(reply);
      if (typeof isDone?.then === "function") throw new TypeError("`done` must return true or false, got a promise");
      if (isDone) return this.#succeed(reply);
      this.#errors = [];
      this.#notice(reply);
      const { interval } = this.#given;
      if (typeof interval === "function") this.#interval = milliseconds("interval(reply)", interval(reply));
      this.#plan(hintOf(reply));
    } catch (error) {
      this.#fail(error);
    }
  }

  #failed(error) {
    this.#isAsking = false;
    this.#asks.reasons.length = 0; // it keeps its own
    if (this.#isOver) return "continue";
    const last = lastOf(error);
    this.#errors.push(error);
    if (engine.engine_verdict(last) === FINAL) this.#fail(error);
    else this.#plan(property(last, "retryAfter"));
    return "continue";
  }

  /** A reply that differs from the one before is a sign of life. */
  #notice(reply) {
    const text = textOf(reply);
    if (text !== undefined && text === this.#before) return;
    this.#before = text;
    this.#changedAt = this.#passed();
    this.#own.report({});
    this.#given.context?.report({});
  }

  #plan(hint) {
    const wait = this.#next(this.#interval, typeof hint === "number" ? hint : NaN, this.#errors.length);
    if (wait >= 0) this.#hold(this.#isPoked && this.#errors.length === 0 ? 0 : wait);
  }

  /** The wait until the next ask; less than 0 where there is none, and the poll has ended. */
  #next(interval, hint, errors) {
    const { timeout, idleTimeout } = this.#given.around;
    const passed = this.#passed();
    const wait = engine.engine_after_ask(
      timeout,
      idleTimeout,
      this.#given.most,
      passed,
      passed - this.#changedAt,
      errors,
      interval,
      hint,
    );
    if (wait === OVERDUE) this.#fail(new DOMException(`The poll took longer than ${timeout} ms`, "TimeoutError"));
    if (wait === SILENT) this.#fail(new DOMException(`The poll was silent for ${idleTimeout} ms`, "TimeoutError"));
    if (wait === FAILED) this.#fail(this.#errors.length > 1 ? new RetryError(this.#errors) : this.#errors[0]);
    return wait;
  }

  #hold(wait) {
    engine.engine_hold(this.#asks.id, now() + wait, now());
  }

  /** What is pushed to the page says that it is time to ask. */
  #poke() {
    // What the server cannot answer now it cannot answer because it was poked.
    if (this.#isOver || (this.#errors.length > 0 && !this.#isAsking)) return;
    this.#isPoked = true;
    if (this.#isAsking || this.#asks.id < 0) return; // the next comes at once
    this.#hold(0);
    drainSoon();
  }

  #succeed(reply) {
    this.#end();
    this.resolve(reply);
  }

  #fail(error) {
    this.#end();
    this.reject(error);
  }

  #end() {
    this.#isOver = true;
    const sleep = this.#sleep;
    this.#sleep = undefined;
    try {
      sleep?.();
    } catch (error) {
      reportUncaught(error);
    }
  }
}

// What `engine_after_ask` in steering.rs says.
const OVERDUE = -1;
const SILENT = -2;
const FAILED = -3;

/** By the wall clock, which goes on while a computer sleeps; and never less than by the other, which cannot be set back. */
function stopwatch() {
  const [wall, monotonic] = [Date.now(), now()];
  return () => Math.max(Date.now() - wall, now() - monotonic);
}

/** How long the reply's server asks to wait (seeds 000 and 002). */
function hintOf(reply) {
  const milliseconds = property(reply, "retryAfterMs");
  const seconds = property(reply, "retry_after_seconds");
  return typeof milliseconds === "number" ? milliseconds : typeof seconds === "number" ? seconds * 1_000 : undefined;
}

/** Of replies that JSON cannot write, each is another. */
function textOf(reply) {
  try {
    return JSON.stringify(reply) ?? "";
  } catch {
    return undefined;
  }
}
