/** @typedef {import('./http.mjs').Outgoing} Outgoing */

/**
 * One piece of accepted work and those who wait for it. It finishes whether or not anybody still listens.
 */
export class Work {
  settled = false;
  /** @type {Record<string, unknown> | undefined} what it came to, if it did */
  value;
  /** Whether its reply ever reached somebody. */
  delivered = false;
  /** Whether it ended with every listener gone, and nobody has fetched the reply since. */
  forNobody = false;
  /** @type {Promise<Record<string, unknown>>} */
  result;
  /** @type {Set<Outgoing>} */
  #listeners = new Set();

  /** @param {(work: Work) => Promise<Record<string, unknown>>} run */
  constructor(run) {
    this.result = run(this)
      .then((value) => (this.value = value))
      .finally(() => {
        this.settled = true;
      });
    // A failure is handled by each listener; without listeners it must not become an unhandled rejection.
    this.result.catch(() => {});
  }

  /** @param {Outgoing} outgoing */
  listen(outgoing) {
    this.#listeners.add(outgoing);
    outgoing.once("close", () => this.#listeners.delete(outgoing));
  }

  /** Whether nobody has its reply and nobody waits for it: another caller of the same is no repetition otherwise. */
  get isLost() {
    return !this.delivered && !this.hasListeners;
  }

  get hasListeners() {
    return this.#listeners.size > 0;
  }
}
