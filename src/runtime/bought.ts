// What is made once an item, outside of its attempts: idempotency keys, and steps of tasks.

import { functionNamed, textNamed } from "./options.ts";

export type MakeKey = (item: unknown, index: number) => unknown;

/** Made for each run; its maps for the first who asks. */
export class Bought {
  readonly #make: MakeKey | undefined;
  readonly #given: string | undefined;
  #keys: Map<number, string> | undefined = undefined;
  /** Items whose tasks have read their key, and so are taken to send it. */
  #sent: Set<number> | undefined = undefined;
  #renewed: Set<number> | undefined = undefined;
  /** By item and name. */
  #steps: Map<string, Promise<unknown>> | undefined = undefined;

  /** `make` is the caller's own way to a key, which may outlive the page; `given` the key of a single call. */
  constructor(make: MakeKey | undefined, given: string | undefined) {
    this.#make = make;
    this.#given = given;
  }

  /** Returns the key of an item. Who only asks what became of an item does not send it. */
  key(index: number, item: unknown, isSent: boolean): string {
    if (isSent) {
      this.#sent ??= new Set();
      this.#sent.add(index);
    }
    if (this.#given !== undefined) return this.#given;
    this.#keys ??= new Map();
    let key = this.#keys.get(index);
    if (key === undefined) {
      key = this.#newKey(index, item);
      this.#keys.set(index, key);
    }
    return key;
  }

  isSent(index: number): boolean {
    return this.#sent?.has(index) === true;
  }

  isRenewed(index: number): boolean {
    return this.#renewed?.has(index) === true;
  }

  /** Does a piece of work once an item, over its retries. `make` calls the user's function. */
  step(index: number, name: unknown, work: unknown, make: (name: string) => unknown): Promise<unknown> {
    const text = textNamed("name", name);
    const call = functionNamed("work", work);
    this.#steps ??= new Map();
    const steps = this.#steps;
    const id = `${index}/${text}`;
    const known = steps.get(id);
    if (known) return known;
    const done = (async () => call(make(text)))();
    steps.set(id, done);
    done.catch(() => steps.get(id) === done && steps.delete(id));
    return done;
  }

  /** Forgets what was made for an item that is made anew: its old key would give the old result. */
  forget(index: number): void {
    this.#renewed ??= new Set();
    this.#renewed.add(index);
    this.#keys?.delete(index);
    for (const id of this.#steps?.keys() ?? []) if (id.startsWith(`${index}/`)) this.#steps?.delete(id);
  }

  #newKey(index: number, item: unknown): string {
    if (!this.#make || this.#renewed?.has(index)) return uuid();
    return textNamed("idempotencyKey(item)", this.#make(item, index));
  }
}

function uuid(): string {
  // Pages that are not served securely have no randomUUID.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
