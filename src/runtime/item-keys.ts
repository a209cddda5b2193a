// The keys of a run's items: from the option `key`, or else the index. Those of removed items are discarded.

import { badOption, textOf } from "./values.ts";

type KeyOf = (item: unknown, index: number) => unknown;

export class ItemKeys {
  readonly #key: KeyOf | undefined;
  readonly #keys: string[] = [];
  readonly #known = new Map<string, number>();
  /** All items before this one are removed: a run that is open for long removes the oldest ones first. */
  #firstKept = 0;
  /** Those that are removed behind it. */
  readonly #removed = new Set<number>();
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
    throw this.unknown(key);
  }

  /** Returns the index of a key among a number of items, if it has one. */
  find(key: unknown, items: number): number | undefined {
    const text = textOf(key);
    const index = (this.#key ? this.#known.get(text) : Number(text)) ?? NaN;
    const isIndex = Number.isInteger(index) && index >= 0 && index < items && !this.isRemoved(index);
    return isIndex && this.of(index) === text ? index : undefined;
  }

  /** Returns whether an item that is still to come, after a number of others, may have a key. */
  mayCome(key: string, items: number): boolean {
    const index = Number(key);
    return this.#key !== undefined || (Number.isInteger(index) && index >= items && String(index) === key);
  }

  /** Returns the error of an unknown key. */
  unknown(key: unknown): RangeError {
    return new RangeError(`no item has the key ${typeof key === "string" ? JSON.stringify(key) : textOf(key)}`);
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
      given = this.#newKey(index);
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

  /** Returns a key for an item for which `key` throws. */
  #newKey(index: number): string {
    let key = `(no key) ${index}`;
    while (this.#known.has(key)) key += "'";
    return key;
  }

  /** Throws the error that `key` threw for the item, once: what is retried is made with the key that it got instead. */
  check(index: number): void {
    if (!this.#errors?.has(index)) return;
    const error = this.#errors.get(index);
    this.#errors.delete(index);
    throw error;
  }

  /** Discards an item that is not added after all. */
  discard(index: number): void {
    const key = this.#keys[index];
    if (key !== undefined) this.#known.delete(key);
    delete this.#keys[index];
    this.#errors?.delete(index);
  }

  /** Discards an item for good. */
  remove(index: number): void {
    this.discard(index);
    this.#removed.add(index);
    while (this.#removed.delete(this.#firstKept)) this.#firstKept++;
  }

  isRemoved(index: number): boolean {
    return index < this.#firstKept || this.#removed.has(index);
  }

  /** Returns the indexes of the items that are not removed, among a number of items. */
  kept(items: number): number[] {
    const kept: number[] = [];
    for (let index = this.#firstKept; index < items; index++) if (!this.#removed.has(index)) kept.push(index);
    return kept;
  }

  /** Number of removed items. */
  get removed(): number {
    return this.#firstKept + this.#removed.size;
  }
}
