// What a task is told of its attempt. One small object an attempt: a reused one would show a late task another item's data.

import { now } from "./clock.js";
import { drainSoon, engine } from "./engine.js";
import { catchUp } from "./lending.js";
import { holds } from "./limiter.js";

export class TaskContext {
  #run;
  #slot;
  #index;
  #serial;
  #controller = undefined;
  #cancelled = undefined;

  /** Of the attempt that is in the slot. */
  constructor(run, slot, index, attempt, lastError) {
    this.#run = run;
    this.#slot = slot;
    this.#index = index;
    this.#serial = slot.serial;
    this.attempt = attempt;
    this.lastError = lastError;
  }

  // A controller costs more than all the rest of an attempt: it is made only for those who ask.
  get signal() {
    if (this.#controller === undefined) {
      this.#controller = this.#slot.controllerOf(this.#serial, this.#run);
      holds(this.#controller.signal, this.#run, this.#slot, this.#serial);
    }
    return this.#controller.signal;
  }

  // The run's, and where places are held one of the attempt's own: it tells which attempt's places they are.
  get cancelled() {
    const signal = this.#run.cancelledSignal();
    if (!AbortSignal.any || (this.#run.around.length === 0 && !this.#run.options.limiter)) return signal;
    if (this.#cancelled === undefined) {
      this.#cancelled = AbortSignal.any([signal]);
      holds(this.#cancelled, this.#run, this.#slot, this.#serial);
    }
    return this.#cancelled;
  }

  get idempotencyKey() {
    return TaskContext.keyOf(this, true);
  }

  // Not methods of the prototype: they may be taken out of the context and called alone.
  get report() {
    return (update) => this.#report(update);
  }

  get step() {
    return (name, work) => this.#run.step(this.#index, name, work, this);
  }

  #report(update) {
    if (this.#slot.serial !== this.#serial || this.#slot.givenUp) return; // late news of an attempt that is over
    const { fraction, data } = update ?? {};
    const part = typeof fraction === "number" ? Math.min(1, Math.max(0, fraction)) : NaN;
    catchUp(this.#run);
    engine.engine_touched(this.#slot.number, part, now());
    this.#run.heard(this.#index, Number.isNaN(part) ? undefined : part, data);
    drainSoon();
  }

  /** The item's key; `isSent` where it goes to the server. */
  static keyOf(context, isSent) {
    return context.#run.idempotencyKey(context.#index, isSent);
  }
}

/** The context of the question what became of an attempt: whoever asks does not send the key. */
export class QuestionContext extends TaskContext {
  get idempotencyKey() {
    return TaskContext.keyOf(this, false);
  }
}

/** The context of an ask: its own signals; the key and the reports are those of whoever polls. */
export class AskContext {
  #own;
  #around;

  constructor(own, around, attempt, lastError) {
    this.#own = own;
    this.#around = around;
    this.attempt = attempt;
    this.lastError = lastError;
    this.report = around.report;
    this.step = around.step;
  }

  get signal() {
    return this.#own.signal;
  }

  get cancelled() {
    return this.#own.cancelled;
  }

  get idempotencyKey() {
    return this.#around.idempotencyKey;
  }
}

/** The context of a step: the attempt's, but for its key. */
export class StepContext {
  #parent;
  #name;

  constructor(parent, name) {
    this.#parent = parent;
    this.#name = name;
    this.attempt = parent.attempt;
    this.lastError = parent.lastError;
    this.report = parent.report;
  }

  get signal() {
    return this.#parent.signal;
  }

  get cancelled() {
    return this.#parent.cancelled;
  }

  get idempotencyKey() {
    return `${this.#parent.idempotencyKey}/${this.#name}`;
  }

  get step() {
    return (name, work) => this.#parent.step(`${this.#name}/${name}`, work);
  }
}
