import { createHash } from "node:crypto";
import { HttpError } from "./http.mjs";

/** @typedef {import('./work.mjs').Work} Work */

const KEY_LENGTH = 255;
const REMEMBERED = 5_000;

/** @param {string} body */
export const bodyHash = (body) => createHash("sha256").update(body).digest("base64url");

/**
 * The work done, or under way, of every idempotency key. Refusals never get here: whoever was refused may ask again.
 */
export class IdempotencyKeys {
  /** @type {Map<string, {hash: string, work: Work}>} */
  #entries = new Map();

  /**
   * @param {string | string[] | undefined} header
   * @returns {string | undefined}
   */
  static read(header) {
    const key = Array.isArray(header) ? header[0] : header;
    if (key === undefined) return undefined;
    if (key.trim() === "" || key.length > KEY_LENGTH) {
      throw new HttpError(400, `Idempotency-Key must have 1 to ${KEY_LENGTH} characters`, {
        code: "BAD_IDEMPOTENCY_KEY",
      });
    }
    return key;
  }

  /**
   * @param {string | undefined} key
   * @param {string} hash of the body
   * @returns {Work | undefined}
   */
  find(key, hash) {
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (entry && entry.hash !== hash) {
      throw new HttpError(422, "This Idempotency-Key was used with another body", { code: "IDEMPOTENCY_MISMATCH" });
    }
    return entry?.work;
  }

  /**
   * @param {string | undefined} key
   * @param {string} hash
   * @param {Work} work
   */
  keep(key, hash, work) {
    if (key === undefined) return;
    this.#entries.set(key, { hash, work });
    if (this.#entries.size > REMEMBERED) this.#forgetOldest();
  }

  /** Returns the result that was made under a key, for any caller and any body. @param {string} key */
  made(key) {
    return this.#entries.get(key)?.work.value;
  }

  /** @param {string | undefined} key */
  forget(key) {
    if (key !== undefined) this.#entries.delete(key);
  }

  #forgetOldest() {
    for (const [key, { work }] of this.#entries) {
      if (!work.settled) continue;
      this.#entries.delete(key);
      return;
    }
  }
}
