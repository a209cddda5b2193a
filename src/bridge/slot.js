// A slot: one place for an attempt, used again for the next. Here the end of the attempt is waited for.

/** Nothing follows at once in the slot. */
export const NOTHING = Symbol("nothing");

export class Slot {
  run = undefined;
  index = 0;
  attempt = 0;
  step = 0;
  context = undefined;
  startedAt = 0;
  givenUp = false;
  /** It asks the server what became of the attempt before. */
  reconciles = false;
  #onFulfilled = undefined;
  #onRejected = undefined;

  constructor(number) {
    this.number = number;
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
      then.call(Promise.resolve(result), slot.#onFulfilled, slot.#onRejected);
    } catch (error) {
      fail(slot, error);
    }
  }
}

const { then } = Promise.prototype;

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
