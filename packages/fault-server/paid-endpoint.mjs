import { applyFault, tooMany } from "./actions.mjs";
import { HttpError, parseJsonObject, readText, sendJson } from "./http.mjs";
import { bodyHash, IdempotencyKeys } from "./idempotency.mjs";
import { Work } from "./work.mjs";

const SLOWNESS = 6;

/** @typedef {import('./http.mjs').Visit} Visit */

/**
 * A call that was understood and can be paid for, but has not begun.
 * @typedef {object} Order
 * @property {number} credits
 * @property {import('./credits.mjs').Account} [account] whom it is charged to; without one, `run` sees to it
 * @property {(work: Work, slowness: number) => Promise<Record<string, unknown>>} run resolves to the reply
 * @property {() => Promise<unknown> | undefined} [rest] what goes on after the reply: it keeps its place until then
 */

/**
 * The wares of one system: how its calls are named, checked, done and refused.
 * @typedef {object} Orders
 * @property {(body: Record<string, any>) => string} phase under which its calls are counted
 * @property {(body: Record<string, any>) => string} label equal for equal calls: the faults hang on it
 * @property {(body: Record<string, any>, headers: import('node:http').IncomingHttpHeaders) => Order} order throws what
 * refuses the call
 * @property {(refusal: HttpError) => Record<string, unknown>} [say] the body of a refusal, where it is not `{error, …}`
 * @property {(body: Record<string, any>, isFull: boolean) => Record<string, unknown> | undefined} [meanwhile] what a
 *   call hears at once whose work is not done, or cannot begin yet; without it the call waits for the work, or is
 *   refused
 */

/**
 * @typedef {object} EndpointTools
 * @property {Orders} orders
 * @property {import('./credits.mjs').Credits} credits
 * @property {import('./faults.mjs').Faults} faults
 * @property {import('./stats.mjs').Stats} stats
 */

/**
 * An address where work is paid for: who may pass, what goes wrong on the way, and whether the work is new, under way
 * or long done.
 */
export class PaidEndpoint {
  #tools;
  #keys = new IdempotencyKeys();

  /** @param {EndpointTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {Visit} visit */
  async handle(visit) {
    const { req, res } = visit;
    const { stats } = this.#tools;
    stats.add("calls");
    try {
      await this.#answer(visit, await readText(req));
    } catch (error) {
      if (res.destroyed) return;
      const refusal =
        error instanceof HttpError ? error : new HttpError(500, "The generation failed", { code: "INTERNAL" });
      stats.replied(refusal.status);
      sendJson(res, refusal.status, this.#tools.orders.say?.(refusal) ?? refusal.body, refusal.headers);
    }
  }

  /** @param {Visit} visit @param {string} text */
  async #answer({ req, res }, text) {
    const { orders, faults, stats } = this.#tools;
    const body = parseJsonObject(text);
    const phase = orders.phase(body);
    stats.addToPhase(phase, "calls");
    if (req.headers.authorization === "Bearer expired")
      throw new HttpError(401, "The session has expired", { code: "UNAUTHORIZED" });
    const key = IdempotencyKeys.read(req.headers["idempotency-key"]);
    const hash = bodyHash(text);
    const known = this.#keys.find(key, hash);
    // Joining or repeating a reply takes no place, so the quota is for new work only.
    const isFull = !known && this.#isFull;
    const meanwhile = orders.meanwhile?.(body, isFull);
    if (isFull && !meanwhile)
      throw tooMany({ wait: 1_000, limit: faults.settings.quota ?? 0, current: stats.inFlight });
    const fate = faults.judge(orders.label(body), key);
    if (this.#met(applyFault(res, "before", fate, { say: orders.say }), res)) return;
    if (isFull && meanwhile) return this.#reply(res, meanwhile);

    // Where clients poll by asking again, that is no repetition.
    if (known && !meanwhile) stats.add(known.settled ? "replays" : "joins");
    const work =
      known ??
      this.#begin(phase, () => orders.order(body, req.headers), key, hash, fate.includes("slow") ? SLOWNESS : 1);
    work.listen(res);
    res.once("close", () => res.writableFinished || stats.add("closedEarly"));
    if (this.#met(applyFault(res, "during", fate), res)) return;
    if (meanwhile && !work.settled) {
      if (!this.#met(applyFault(res, "after", fate, { reply: meanwhile }), res)) this.#reply(res, meanwhile);
      return;
    }
    const reply = await work.result;
    if (this.#met(applyFault(res, "after", fate, { reply }), res)) return;
    if (res.destroyed) return;
    work.delivered = true;
    if (work.forNobody) {
      work.forNobody = false;
      stats.add("finishedForNobody", -1);
    }
    this.#reply(res, reply, known && !meanwhile ? { "idempotency-replayed": "true" } : {});
  }

  /**
   * @param {import('./http.mjs').Reply} res
   * @param {Record<string, unknown>} reply
   * @param {Record<string, string>} [headers]
   */
  #reply(res, reply, headers) {
    this.#tools.stats.replied(200);
    sendJson(res, 200, reply, headers);
  }

  /**
   * @param {import('./actions.mjs').Fault | undefined} fault
   * @param {import('./http.mjs').Reply} res
   */
  #met(fault, res) {
    if (fault) this.#tools.stats.met(fault, res.headersSent ? res.statusCode : undefined);
    return fault !== undefined;
  }

  get #isFull() {
    const { faults, stats } = this.#tools;
    const limit = faults.settings.quota;
    return limit !== null && stats.inFlight >= limit;
  }

  /**
   * @param {string} phase @param {() => Order} take @param {string | undefined} key @param {string} hash
   * @param {number} slowness
   */
  #begin(phase, take, key, hash, slowness) {
    const { credits, stats } = this.#tools;
    const order = take();
    // Charged on acceptance: two calls at once cannot spend the same credits, and what is accepted is always finished.
    if (order.account) credits.charge(order.account, order.credits);
    stats.addToPhase(phase, "works");
    stats.addToPhase(phase, "credits", order.credits);
    stats.workBegins();
    const work = new Work(async (self) => {
      /** @type {Promise<unknown> | undefined} */
      let rest;
      try {
        const reply = await order.run(self, slowness);
        rest = order.rest?.();
        return reply;
      } finally {
        // Work that fails after its reply is a late refusal: its caller may ask again.
        if (rest) rest.catch(() => this.#keys.forget(key)).finally(() => stats.workEnds());
        else stats.workEnds();
        if (!self.hasListeners) {
          self.forNobody = true;
          stats.add("finishedForNobody");
        }
      }
    });
    this.#keys.keep(key, hash, work);
    work.result.catch(() => this.#keys.forget(key));
    return work;
  }
}
