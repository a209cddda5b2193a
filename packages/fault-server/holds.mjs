import { pause } from "./pause.mjs";

/** Longest wait for works to arrive, in milliseconds. */
const LIMIT = 180_000;

/** Lets work take its time, or holds it until a test releases it. So a test can act while work is under way. */
export class Holds {
  #closing;
  /** @type {Set<Hold>} */
  #holds = new Set();

  /** @param {AbortSignal} closing */
  constructor(closing) {
    this.#closing = closing;
  }

  /**
   * Resolves when this work is done: after its time, or when its hold is released.
   * @param {string} name such as "image/…", "scene/…" or "preview/3"
   * @param {number} milliseconds
   */
  takes(name, milliseconds) {
    const hold = [...this.#holds].find((one) => one.holds(name));
    return hold ? hold.wait(this.#closing) : pause(milliseconds, this.#closing);
  }

  /**
   * Holds all work from now on whose name starts with one of these; without names all work.
   * @param {...string} names
   */
  hold(...names) {
    const hold = new Hold(names.length ? names : [""]);
    this.#holds.add(hold);
    return hold;
  }
}

class Hold {
  #names;
  #arrivals = 0;
  #left = 0;
  /** @type {(() => void)[]} */
  #held = [];
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** @param {string[]} names */
  constructor(names) {
    this.#names = names;
  }

  /** Returns whether it holds work of this name. @param {string} name */
  holds(name) {
    if (!this.#names.some((start) => name.startsWith(start))) return false;
    if (this.#left === 0) return true;
    this.#left -= 1;
    this.#arrived();
    return false;
  }

  /** @param {AbortSignal} closing @returns {Promise<void>} */
  wait(closing) {
    return new Promise((resolve, reject) => {
      const stop = () => reject(closing.reason);
      if (closing.aborted) return stop();
      closing.addEventListener("abort", stop, { once: true });
      this.#held.push(() => {
        closing.removeEventListener("abort", stop);
        resolve();
      });
      this.#arrived();
    });
  }

  #arrived() {
    this.#arrivals += 1;
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Resolves when `count` works have arrived, including released ones.
   * @param {number} count
   * @returns {Promise<void>}
   */
  reached(count) {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = () => {
        if (this.#arrivals < count) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${this.#arrivals} works have arrived, not ${count}`));
      }, LIMIT);
      this.#watchers.add(look);
      look();
    });
  }

  /**
   * Releases `count` works: the held ones first, the oldest before the others, then the next to arrive. Without a
   * number it ends the hold.
   */
  release(count = Number.POSITIVE_INFINITY) {
    const now = this.#held.splice(0, count);
    this.#left += count - now.length;
    for (const go of now) go();
  }
}
