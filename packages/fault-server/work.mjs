/** @typedef {import('./http.mjs').Outgoing} Outgoing */

/**
 * A piece of accepted work, with the clients that wait for it. It finishes even if all of them leave.
 */
export class Work {
  settled = false;
  /** @type {Record<string, unknown> | undefined} the reply, once it is there */
  value;
  /** Whether a client has received the reply of the work. */
  delivered = false;
  /** Whether the work ended while no client was connected, and no client has fetched its reply since. */
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

  /** Returns whether no client has its reply or waits for it. To do such work again is waste. */
  get isLost() {
    return !this.delivered && !this.hasListeners;
  }

  get hasListeners() {
    return this.#listeners.size > 0;
  }
}
