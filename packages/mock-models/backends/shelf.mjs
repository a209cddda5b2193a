import { HttpError } from "@sluicegate/fault-server/http";

/**
 * The latest entries of one kind, by their id; the oldest are dropped.
 * @template T
 */
export class Shelf {
  /** @type {Map<string, T>} */
  #entries = new Map();
  #options;

  /**
   * @param {{most: number, what?: string, code?: string, onDrop?: (entry: T) => void}} options `what` and `code` say
   * that an entry does not exist
   */
  constructor(options) {
    this.#options = options;
  }

  /** Keeps an entry as the newest, and returns it. @param {string} id @param {T} entry */
  keep(id, entry) {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    const { most, onDrop } = this.#options;
    if (this.#entries.size > most) {
      const [[oldest, dropped]] = this.#entries;
      this.#entries.delete(oldest);
      onDrop?.(dropped);
    }
    return entry;
  }

  /** Returns an entry, or `undefined` if there is none. @param {unknown} id */
  get(id) {
    return typeof id === "string" ? this.#entries.get(id) : undefined;
  }

  /** Returns an entry. Throws a 404 if there is none. @param {unknown} id @returns {T} */
  find(id) {
    const entry = this.get(id);
    if (entry) return entry;
    const { what = "entry", code = "NOT_FOUND" } = this.#options;
    throw new HttpError(404, `There is no such ${what}`, { code });
  }
}
