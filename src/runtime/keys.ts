// The idempotency keys of a run's items. Each is made once an item, outside of its attempts.

import { textNamed } from "./options.ts";

type MakeKey = (item: unknown, index: number) => unknown;

export class IdempotencyKeys {
  readonly #make: MakeKey | undefined;
  readonly #given: string | undefined;
  readonly #keys = new Map<number, string>();
  /** Items whose tasks have read their key, and so are taken to send it. */
  readonly #sent = new Set<number>();
  readonly #renewed = new Set<number>();

  /** `make` is the caller's own way to a key, which may outlive the page; `given` the key of a single call. */
  constructor(make: MakeKey | undefined, given: string | undefined) {
    this.#make = make;
    this.#given = given;
  }

  /** Returns the key of an item. Who only asks what became of an item does not send it. */
  of(index: number, item: unknown, isSent: boolean): string {
    if (isSent) this.#sent.add(index);
    if (this.#given !== undefined) return this.#given;
    let key = this.#keys.get(index);
    if (key === undefined) {
      key = this.#new(index, item);
      this.#keys.set(index, key);
    }
    return key;
  }

  isSent(index: number): boolean {
    return this.#sent.has(index);
  }

  /** Forgets the key of an item that is made anew: it would give the old result. */
  renew(index: number): void {
    this.#renewed.add(index);
    this.#keys.delete(index);
  }

  #new(index: number, item: unknown): string {
    if (!this.#make || this.#renewed.has(index)) return uuid();
    return textNamed("idempotencyKey(item)", this.#make(item, index));
  }
}

function uuid(): string {
  // Pages that are not served securely have no randomUUID.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
