// Errors of earlier attempts, kept until the items have their outcomes.

import { RetryError } from "./errors.ts";

/** A failed attempt that was followed by another one, or by a question to the server. */
export interface EarlierFailure {
  readonly error: unknown;
  /** Milliseconds. */
  readonly elapsed: number;
  /** Whether the caller's `classify` asked for a pause. */
  readonly pauses: boolean;
}

export class Failures {
  readonly #byItem = new Map<number, EarlierFailure[]>();

  add(index: number, failure: EarlierFailure): void {
    const earlier = this.#byItem.get(index);
    if (earlier) earlier.push(failure);
    else this.#byItem.set(index, [failure]);
  }

  lastError(index: number): unknown {
    return this.#byItem.get(index)?.at(-1)?.error;
  }

  /** Removes and returns the last failure: no attempt follows it, so the item fails with it. */
  takeLast(index: number): EarlierFailure | undefined {
    const failures = this.#byItem.get(index);
    const last = failures?.pop();
    if (failures?.length === 0) this.#byItem.delete(index);
    return last;
  }

  /** Returns the reason of a rejected item: a RetryError if several attempts failed. */
  reasonOf(index: number, error: unknown): unknown {
    const earlier = this.#byItem.get(index);
    return earlier ? new RetryError([...earlier.map((failure) => failure.error), error]) : error;
  }

  discard(index: number): void {
    this.#byItem.delete(index);
  }
}
