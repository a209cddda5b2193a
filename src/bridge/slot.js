// A slot: one place for an attempt, used again for the next. Here the end of the attempt is waited for.

/** Nothing follows at once in the slot. (Not a symbol: V8 compares two objects quicker.) */
export const NOTHING = {};

let nextSerial = 1;

export class Slot {
  run = undefined;
  index = 0;
  attempt = 0;
  step = 0;
  /** Tells the attempt from all others; 0 for none. Contexts know their attempt by it, for a slot that pointed to them would be slow. */
  serial = 0;
  /** A first attempt at an item, and no question about it. */
  isFirst = false;
  startedAt = 0;
  givenUp = false;
  /** It has taken items that were lent, and the engine has not heard of it. */
  hasMoved = false;
  /** It asks the server what became of the attempt before. */
  reconciles = false;
  /** Of the attempt's signal, if it was asked for. */
  #controller = undefined;
  #onFulfilled = undefined;
  #onRejected = undefined;

  constructor(number) {
    this.number = number;
  }

  /** The place goes to another attempt. */
  renew() {
    this.serial = nextSerial++;
    this.#controller = undefined;
  }

  /** It is free. */
  clear() {
    this.run = this.#controller = undefined;
    this.serial = 0;
    this.givenUp = false;
  }

  /** What aborts the signal of an attempt, be it over and its signal asked for only now. */
  controllerOf(serial, run) {
    const controller = new AbortController();
    if (serial === this.serial) this.#controller = controller;
    if (run.givenUp?.has(serial)) controller.abort(run.givenUp.get(serial));
    return controller;
  }

  /** The attempt no longer counts; it keeps its place until it settles. */
  giveUp(reason) {
    this.givenUp = true;
    (this.run.givenUp ??= new Map()).set(this.serial, reason);
    this.#controller?.abort(reason);
  }

  /** The same functions for every attempt. */
  static hearByThen(slot, result, succeed, fail) {
    slot.#onFulfilled ??= (value) => {
      const following = succeed(slot, value);
      if (following !== NOTHING) Slot.hearByThen(slot, following, succeed, fail);
    };
    slot.#onRejected ??= (error) => fail(slot, error);
    try {
      // A promise's own: one that was tampered with may call back twice, or at once, or not at all.
      if (isUntouched(result)) result.then(slot.#onFulfilled, slot.#onRejected);
      else then.call(Promise.resolve(result), slot.#onFulfilled, slot.#onRejected);
    } catch (error) {
      fail(slot, error);
    }
  }
}

const { then } = Promise.prototype;

/** Of which `Promise.resolve` would make nothing else. */
const isUntouched = (result) => result instanceof Promise && result.constructor === Promise && result.then === then;

/** As long as the slot goes from item to item, one function waits for all of them. */
async function hearByAwait(slot, result, succeed, fail) {
  for (let following = result; following !== NOTHING; ) {
    let value;
    try {
      value = await following;
    } catch (error) {
      return fail(slot, error);
    }
    following = succeed(slot, value);
  }
}

/**
 * Calls `succeed` or `fail` when the attempt's result is there. `succeed` may give the result of the attempt that follows in
 * the slot, else `NOTHING`.
 *
 * The two ways differ in nothing but their speed: an `await` costs V8 a third less than a `then`, and Firefox a third more
 * (`npm run bench -- overhead`). The engines are told apart by what only Firefox has.
 */
export const hear = typeof InternalError === "undefined" ? hearByAwait : Slot.hearByThen;
