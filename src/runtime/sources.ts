// Sources of items: iterators that are read only as far as the engine asks.

import { badOption, textOf } from "./values.ts";

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** An iterator of items, until it ends or is closed. */
export class Source {
  readonly isAsync: boolean;
  isOpen = true;
  readonly #iterator: AnyIterator;

  constructor(items: Iterable<unknown> | AsyncIterable<unknown>) {
    this.isAsync = typeof (items as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
    this.#iterator = this.isAsync
      ? (items as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      : (items as Iterable<unknown>)[Symbol.iterator]();
    if (typeof this.#iterator?.next !== "function")
      throw badOption("items", "iterable: its iterator has no `next`", items);
  }

  /** Requests an item. A synchronous source calls back at once. */
  pull(give: (step: IteratorResult<unknown>) => void, fail: (error: unknown) => void): void {
    const take = (step: unknown) => {
      if (typeof step === "object" && step !== null) give(step as IteratorResult<unknown>);
      else fail(new TypeError(`an iterator gave ${textOf(step)}`));
    };
    try {
      const step = this.#iterator.next();
      if (this.isAsync) Promise.resolve(step).then(take).catch(fail);
      else take(step);
    } catch (error) {
      fail(error);
    }
  }

  /** Closes a source that is not read to its end. Its errors are ignored. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {});
    } catch {
      // The run has a reason of its own.
    }
  }
}
