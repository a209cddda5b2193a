// The keys of a run's items: from the option `key`, or else the index.

import { badOption, textOf } from "./values.ts";

type KeyOf = (item: unknown, index: number) => unknown;

export class ItemKeys {
  readonly #key: KeyOf | undefined;
  readonly #keys: string[] = [];
  readonly #known = new Map<string, number>();
  #errors: Map<number, unknown> | undefined;

  /** `key` is the option of the run, if given. */
  constructor(key: KeyOf | undefined) {
    this.#key = key;
  }

  of(index: number): string {
    return this.#keys[index] ?? String(index);
  }

  /** Returns the index of a key among a number of items, or throws a RangeError. */
  indexOf(key: unknown, items: number): number {
    const index = this.find(key, items);
    if (index !== undefined) return index;
    throw new RangeError(`no item has the key ${typeof key === "string" ? JSON.stringify(key) : textOf(key)}`);
  }

  /** Returns the index of a key among a number of items, if it has one. */
  find(key: unknown, items: number): number | undefined {
    const index = (this.#key ? this.#known.get(String(key)) : Number(key)) ?? NaN;
    const isIndex = Number.isInteger(index) && index >= 0 && index < items;
    return isIndex && this.of(index) === String(key) ? index : undefined;
  }

  /** Reads the key of an item. A duplicate is a TypeError; a `key` that throws rejects its item when its turn comes. */
  identify(item: unknown, index: number): void {
    if (!this.#key) return;
    let given: unknown;
    try {
      given = this.#key(item, index);
    } catch (error) {
      this.#errors ??= new Map();
      this.#errors.set(index, error);
      return;
    }
    if (!["string", "number", "bigint"].includes(typeof given)) {
      throw badOption("key", "a function that returns a string, number or bigint", given);
    }
    const key = String(given);
    if (this.#known.has(key)) {
      throw new TypeError(`\`key\` must give every item another key, got ${JSON.stringify(key)} twice`);
    }
    this.#known.set(key, index);
    this.#keys[index] = key;
  }

  /** Throws the error that `key` threw for the item. */
  check(index: number): void {
    if (this.#errors?.has(index)) throw this.#errors.get(index);
  }

  forget(index: number): void {
    const key = this.#keys[index];
    if (key !== undefined) this.#known.delete(key);
    delete this.#keys[index];
    this.#errors?.delete(index);
  }
}
