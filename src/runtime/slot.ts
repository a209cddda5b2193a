// A slot: the place of an attempt, reused for later ones. It waits for the attempt to settle.

import type { Run } from "./run.ts";

/** Means that no attempt follows in a slot. (Not a symbol: V8 compares objects faster.) */
export const NOTHING: unknown = {};

/** Returns the result of the attempt that follows in the slot, or `NOTHING`. */
type Succeed = (slot: Slot, value: unknown) => unknown;
type Fail = (slot: Slot, error: unknown) => void;

let nextSerial = 1;

/** The run of an empty slot. */
const NO_RUN = {} as Run;

export class Slot {
  readonly number: number;
  /** The run of the attempt in the slot. */
  run: Run;
  index = 0;
  attempt = 0;
  step = 0;
  /**
   * Identifies the attempt; 0 if there is none. Contexts compare it, because a pointer from the slot to its context
   * would be slow.
   */
  serial = 0;
  /** Whether this is the first attempt of an item, and not a question. */
  isFirst = false;
  startedAt = 0;
  /** Whether the attempt no longer counts. It keeps its place until it settles. */
  isAbandoned = false;
  /** Whether it has moved on to other items of the fast path, and the engine does not know it yet. */
  hasMoved = false;
  /** Whether this is a question to the server (`reconcile`). */
  reconciles = false;
  /** Controls the signal of the attempt, if the task has read it. */
  #controller: AbortController | undefined = undefined;
  #listener: ((reason: unknown) => void) | undefined = undefined;
  #onFulfilled: ((value: unknown) => void) | undefined = undefined;
  #onRejected: ((error: unknown) => void) | undefined = undefined;

  constructor(number: number, run: Run) {
    this.number = number;
    this.run = run;
  }

  /** Begins another attempt in the slot. */
  renew(): void {
    this.serial = nextSerial++;
    this.#controller = undefined;
    this.#listener = undefined;
  }

  /** Frees the place. */
  clear(): void {
    // An empty slot must not keep a finished run alive.
    this.run = NO_RUN;
    this.#controller = undefined;
    this.#listener = undefined;
    this.serial = 0;
    this.isAbandoned = false;
  }

  /** Returns a controller for the signal of an attempt, even if the attempt has ended. */
  controllerOf(serial: number, run: Run): AbortController {
    const controller = new AbortController();
    if (serial === this.serial) this.#controller = controller;
    if (run.abandoned?.has(serial)) controller.abort(run.abandoned.get(serial));
    return controller;
  }

  /** Calls a function when an attempt is abandoned, or now. A task of another entry sets it, and no user code. */
  onAbandoned(serial: number, run: Run, listener: (reason: unknown) => void): void {
    if (serial === this.serial) this.#listener = listener;
    if (run.abandoned?.has(serial)) listener(run.abandoned.get(serial));
  }

  /** Marks the attempt as abandoned, and aborts its signal. */
  abandon(reason: unknown): void {
    this.isAbandoned = true;
    this.run.abandoned ??= new Map();
    this.run.abandoned.set(this.serial, reason);
    this.#controller?.abort(reason);
    this.#listener?.(reason);
  }

  /** Waits with the same two functions for every attempt. */
  static waitByThen(slot: Slot, result: unknown, succeed: Succeed, fail: Fail): void {
    slot.#onFulfilled ??= (value) => {
      const following = succeed(slot, value);
      if (following !== NOTHING) Slot.waitByThen(slot, following, succeed, fail);
    };
    slot.#onRejected ??= (error) => fail(slot, error);
    try {
      // A modified promise may call back twice, at once, or never.
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
 * Calls `succeed` or `fail` when an attempt settles.
 *
 * The two versions differ only in speed: `await` costs a third less than `then` in V8, and a third more in Firefox
 * (`npm run bench -- overhead`). Only Firefox has `InternalError`.
 */
export const waitFor = "InternalError" in globalThis ? Slot.waitByThen : waitByAwait;
