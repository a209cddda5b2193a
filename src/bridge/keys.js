// The idempotency keys of a run's items: made once an item, outside its attempts.

import { textNamed } from "./options.js";

export class IdempotencyKeys {
  /** Of a call that was given one. */
  given = undefined;
  #make;
  #keys = new Map();
  /** Items whose tasks have read their key, and so are taken to send it. */
  #sent = new Set();
  #renewed = new Set();

  /** `make` is the caller's own way to a key, which may outlive the page. */
  constructor(make) {
    this.#make = make;
  }

  /** Who only asks what became of an item does not send its key. */
  of(index, item, isSent) {
    if (isSent) this.#sent.add(index);
    if (this.given !== undefined) return this.given;
    let key = this.#keys.get(index);
    if (key === undefined) this.#keys.set(index, (key = this.#new(index, item)));
    return key;
  }

  isSent(index) {
    return this.#sent.has(index);
  }

  /** The item is made anew: its old key would give the old result. */
  renew(index) {
    this.#renewed.add(index);
    this.#keys.delete(index);
  }

  #new(index, item) {
    if (!this.#make || this.#renewed.has(index)) return uuid();
    return textNamed("idempotencyKey(item)", this.#make(item, index));
  }
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages that are not served securely have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
