/**
 * @typedef {object} PhaseCount
 * @property {number} calls    that arrived
 * @property {number} works    that were begun
 * @property {number} pieces   that were made
 * @property {number} credits  that were charged
 */

/** The counter of each fault. The status of its reply is counted, too. */
const TROUBLES = /** @type {const} */ ({
  dropBefore: "dropped",
  dropDuring: "dropped",
  loseReply: "lostReplies",
  redirect: "brokenReplies",
  gatewayError: "brokenReplies",
  badJson: "brokenReplies",
  truncated: "brokenReplies",
  empty: "brokenReplies",
});

const emptyCounts = () => ({
  calls: 0,
  /** Requests that ask how far the work of an earlier call is. */
  polls: 0,
  maxInFlight: 0,
  /** @type {Record<string, number>} */
  replies: {},
  dropped: 0,
  lostReplies: 0,
  brokenReplies: 0,
  piecesGenerated: 0,
  doubleGenerations: 0,
  lostUpdates: 0,
  replays: 0,
  joins: 0,
  /** Connections that ended before the whole reply to accepted work had left. */
  closedEarly: 0,
  finishedForNobody: 0,
  /** @type {Record<string, PhaseCount>} */
  byPhase: {},
});

/** @typedef {ReturnType<typeof emptyCounts>} Counts */

/** The counts of the server about its own calls, which the lab shows. */
export class Stats {
  #counts = emptyCounts();
  #inFlight = 0;
  #credits;

  /** @param {import('./credits.mjs').Credits} credits */
  constructor(credits) {
    this.#credits = credits;
  }

  get inFlight() {
    return this.#inFlight;
  }

  /**
   * @param {Exclude<keyof Counts, "replies" | "byPhase" | "maxInFlight">} name
   * @param {number} [by]
   */
  add(name, by = 1) {
    this.#counts[name] += by;
  }

  /**
   * @param {string} phase
   * @param {keyof PhaseCount} name
   * @param {number} [by]
   */
  addToPhase(phase, name, by = 1) {
    const count = (this.#counts.byPhase[phase] ??= { calls: 0, works: 0, pieces: 0, credits: 0 });
    count[name] += by;
  }

  /** @param {number} status */
  replied(status) {
    this.#counts.replies[status] = (this.#counts.replies[status] ?? 0) + 1;
  }

  /**
   * @param {import('./actions.mjs').Fault} fault
   * @param {number | undefined} status of the reply, if there was one
   */
  met(fault, status) {
    const name = /** @type {Record<string, typeof TROUBLES[keyof typeof TROUBLES]>} */ (TROUBLES)[fault];
    if (name) this.add(name);
    if (status !== undefined) this.replied(status);
  }

  workBegins() {
    this.#inFlight += 1;
    this.#counts.maxInFlight = Math.max(this.#counts.maxInFlight, this.#inFlight);
  }

  workEnds() {
    this.#inFlight -= 1;
  }

  /** Resets the counts. Work in flight stays in flight. */
  reset() {
    this.#counts = emptyCounts();
    this.#counts.maxInFlight = this.#inFlight;
  }

  snapshot() {
    const { calls, ...others } = structuredClone(this.#counts);
    return {
      calls,
      inFlight: this.#inFlight,
      ...others,
      doubleCharges: this.#credits.doubleCharges,
      creditsBalance: this.#credits.balance,
      creditsOwed: this.#credits.owed,
      creditsUsed: this.#credits.used,
    };
  }
}
