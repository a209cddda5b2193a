// Idempotency keys and steps of tasks, which exist once per item.

import type { Mode } from "./mode.ts";
import { functionNamed, textNamed } from "./options.ts";

type MakeKey = (item: unknown, index: number) => unknown;

/** The keys and steps of one run. Maps are created on demand. */
export class KeysAndSteps {
  readonly #make: MakeKey | undefined;
  readonly #mode: Mode;
  #keys: Map<number, string> | undefined = undefined;
  /** Items whose tasks have read their key. They count as keyed. */
  #sent: Set<number> | undefined = undefined;
  #renewed: Set<number> | undefined = undefined;
  /** By item, then by name. */
  #steps: Map<number, Map<string, Promise<unknown>>> | undefined = undefined;

  constructor(mode: Mode) {
    this.#make = mode.options.idempotencyKey as MakeKey | undefined;
    this.#mode = mode;
  }

  /** Returns the key of an item. `isSent` is `false` for a question about the item. */
  key(index: number, item: unknown, isSent: boolean): string {
    if (isSent) {
      this.#sent ??= new Set();
      this.#sent.add(index);
    }
    if (this.#mode.givenKey !== undefined) return this.#mode.givenKey;
    this.#keys ??= new Map();
    let key = this.#keys.get(index);
    if (key === undefined) {
      key = this.#newKey(index, item);
      this.#keys.set(index, key);
    }
    return key;
  }

  /** Gives an item the key that it has already elsewhere. */
  restoreKey(index: number, key: string): void {
    this.#keys ??= new Map();
    this.#keys.set(index, key);
  }

  /** Returns whether the work of an item may be repeated, because its run says so or its task has read its key. */
  isRepeatable(index: number): boolean {
    return this.isDeclaredRepeatable(index) || this.#sent?.has(index) === true;
  }

  /** Returns whether the run says that the work of an item may be repeated. */
  isDeclaredRepeatable(index: number): boolean {
    const { repeatable, options } = this.#mode;
    return repeatable ? repeatable[index] === true : options.repeatable;
  }

  isRenewed(index: number): boolean {
    return this.#renewed?.has(index) === true;
  }

  /**
   * Does a step once per item, over its retries. `make` creates the context of the step, `store` calls the work where
   * the run has a journal.
   */
  step(
    index: number,
    name: unknown,
    work: unknown,
    make: (name: string) => unknown,
    store: ((name: string, work: () => unknown) => Promise<unknown>) | undefined,
  ): Promise<unknown> {
    const text = textNamed("name", name);
    const call = functionNamed("work", work);
    this.#steps ??= new Map();
    const steps = this.#steps.get(index) ?? new Map<string, Promise<unknown>>();
    this.#steps.set(index, steps);
    const known = steps.get(text);
    if (known) return known;
    const own = () => call(make(text));
    const done = store ? store(text, own) : (async () => own())();
    steps.set(text, done);
    done.catch(() => steps.get(text) === done && steps.delete(text));
    return done;
  }

  hasKey(index: number, key: string): boolean {
    return this.#keys?.get(index) === key;
  }

  /** Drops the key and the steps of an item that is regenerated: the old key would give the old result. */
  discard(index: number, newKey: string | undefined): void {
    this.#renewed ??= new Set();
    this.#renewed.add(index);
    this.#keys?.delete(index);
    if (newKey !== undefined) this.restoreKey(index, newKey);
    this.#steps?.delete(index);
  }

  /** Drops all of an item that is removed. */
  remove(index: number): void {
    for (const kept of [this.#keys, this.#sent, this.#renewed, this.#steps]) kept?.delete(index);
  }

  #newKey(index: number, item: unknown): string {
    if (!this.#make || this.#renewed?.has(index)) return uuid();
    return textNamed("idempotencyKey(item)", this.#make(item, index));
  }
}

function uuid(): string {
  // `randomUUID` exists in secure contexts only.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
