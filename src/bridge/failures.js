// What the attempts of items failed with that wait for another: kept until they have their outcome.

import { RetryError } from "./errors.js";

export class Failures {
  #byItem = new Map();

  /** `failure` is `{ error, elapsed, pauses }` of an attempt. */
  add(index, failure) {
    const earlier = this.#byItem.get(index);
    if (earlier) earlier.push(failure);
    else this.#byItem.set(index, [failure]);
  }

  lastError(index) {
    return this.#byItem.get(index)?.at(-1).error;
  }

  /** There will be no other attempt: the last failure is the item's. */
  takeLast(index) {
    const failures = this.#byItem.get(index);
    const last = failures.pop();
    if (failures.length === 0) this.#byItem.delete(index);
    return last;
  }

  /** Why the item fails in the end: all its failures, where there were several. */
  reasonOf(index, error) {
    const earlier = this.#byItem.get(index);
    return earlier ? new RetryError([...earlier.map((failure) => failure.error), error]) : error;
  }

  forget(index) {
    this.#byItem.delete(index);
  }
}
