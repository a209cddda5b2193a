// A slot: the place of an attempt, used again for the next. Here the end of the attempt is waited for.

import type { Run } from "./run.ts";

/** Says that nothing follows at once in a slot. (Not a symbol: V8 compares two objects quicker.) */
export const NOTHING: unknown = {};

/** Returns the result of the attempt that follows in the slot, or `NOTHING`. */
type Succeed = (slot: Slot, value: unknown) => unknown;
type Fail = (slot: Slot, error: unknown) => void;

let nextSerial = 1;

/** Is in the place of a run where there is none. */
const NO_RUN = {} as Run;

export class Slot {
  readonly number: number;
  /** Of the attempt in it. */
  run: Run;
  index = 0;
  attempt = 0;
  step = 0;
  /**
   * Tells the attempt from all others; 0 for none. Contexts know their attempt by it: a slot that pointed to them would
   * be
   * slow.
   */
  serial = 0;
  /** Whether this is a first attempt at an item, and no question about it. */
  isFirst = false;
  startedAt = 0;
  /** Whether the attempt no longer counts. It keeps its place until it settles. */
  isAbandoned = false;
  /** Whether it went on to other items of the fast path, and the engine has not been told. */
  hasMoved = false;
  /** Whether the server is asked what became of the attempt before. */
  reconciles = false;
  /** Of the attempt's signal, if it was asked for. */
  #controller: AbortController | undefined = undefined;
  #onFulfilled: ((value: unknown) => void) | undefined = undefined;
  #onRejected: ((error: unknown) => void) | undefined = undefined;

  constructor(number: number, run: Run) {
    this.number = number;
    this.run = run;
  }

  /** Gives the place to another attempt. */
  renew(): void {
    this.serial = nextSerial++;
    this.#controller = undefined;
  }

  /** Frees the place. */
  clear(): void {
    // A run that is over must not be kept by the places that it had.
    this.run = NO_RUN;
    this.#controller = undefined;
    this.serial = 0;
    this.isAbandoned = false;
  }

  /** Returns what aborts the signal of an attempt, also if that is over and its signal is asked for only now. */
  controllerOf(serial: number, run: Run): AbortController {
    const controller = new AbortController();
    if (serial === this.serial) this.#controller = controller;
    if (run.abandoned?.has(serial)) controller.abort(run.abandoned.get(serial));
    return controller;
  }

  /** The attempt no longer counts. */
  abandon(reason: unknown): void {
    this.isAbandoned = true;
    this.run.abandoned ??= new Map();
    this.run.abandoned.set(this.serial, reason);
    this.#controller?.abort(reason);
  }

  /** Waits with the same two functions for every attempt. */
  static waitByThen(slot: Slot, result: unknown, succeed: Succeed, fail: Fail): void {
    slot.#onFulfilled ??= (value) => {
      const following = succeed(slot, value);
      if (following !== NOTHING) Slot.waitByThen(slot, following, succeed, fail);
    };
    slot.#onRejected ??= (error) => fail(slot, error);
    try {
      // A promise that was tampered with may call back twice, or at once, or not at all.
      if (isUntouched(result)) result.then(slot.#onFulfilled, slot.#onRejected);
      else then.call(Promise.resolve(result), slot.#onFulfilled, slot.#onRejected);
    } catch (error) {
      fail(slot, error);
    }
  }
}

const { then } = Promise.prototype;

/** Returns whether `Promise.resolve` would return the same promise. */
const isUntouched = (result: unknown): result is Promise<unknown> =>
  result instanceof Promise && result.constructor === Promise && result.then === then;

/** Waits with one function for all attempts of a slot that goes from item to item. */
async function waitByAwait(slot: Slot, result: unknown, succeed: Succeed, fail: Fail): Promise<void> {
  for (let following = result; following !== NOTHING; ) {
    let value: unknown;
    try {
      value = await following;
    } catch (error) {
      return fail(slot, error);
    }
    following = succeed(slot, value);
  }
}

/**
 * Calls `succeed` or `fail` when the result of an attempt is there.
 *
 * The two ways differ in their speed alone: an `await` costs V8 a third less than a `then`, and Firefox a third more
 * (`npm run bench -- overhead`). Only Firefox has `InternalError`.
 */
export const waitFor = "InternalError" in globalThis ? Slot.waitByThen : waitByAwait;
