// The names of a run's items: what `key` makes of them, else their index.

import { textOf } from "./errors.js";

export class ItemKeys {
  #key;
  #keys = [];
  #known = new Map();
  #errors = undefined;

  /** `key` is the caller's, if there is one. */
  constructor(key) {
    this.#key = key;
  }

  of(index) {
    return this.#keys[index] ?? String(index);
  }

  /** The index of a key among so many items, or a RangeError. */
  indexOf(key, items) {
    const index = this.#key ? this.#known.get(String(key)) : Number(key);
    if (Number.isInteger(index) && index >= 0 && index < items && this.of(index) === String(key)) return index;
    throw new RangeError(`no item has the key ${typeof key === "string" ? JSON.stringify(key) : textOf(key)}`);
  }

  /** Finds the key of an item. A duplicate is a TypeError, a `key` that throws rejects its item when its turn comes. */
  identify(item, index) {
    if (!this.#key) return;
    let key;
    try {
      key = String(this.#key(item, index));
    } catch (error) {
      (this.#errors ??= new Map()).set(index, error);
      return;
    }
    if (this.#known.has(key))
      throw new TypeError(`\`key\` must give every item another key, got ${JSON.stringify(key)} twice`);
    this.#known.set(key, index);
    this.#keys[index] = key;
  }

  /** Throws what `key` has thrown for the item. */
  check(index) {
    if (this.#errors?.has(index)) throw this.#errors.get(index);
  }

  forget(index) {
    this.#known.delete(this.#keys[index]);
    delete this.#keys[index];
    this.#errors?.delete(index);
  }
}
