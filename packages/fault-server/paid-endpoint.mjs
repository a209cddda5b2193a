import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { applyFault, tooMany } from "./actions.mjs";
import { HttpError, parseJsonObject, sendJson } from "./http.mjs";
import { bodyHash, IdempotencyKeys } from "./idempotency.mjs";
import { Work } from "./work.mjs";

const SLOWNESS = 6;

/** @typedef {import('./http.mjs').Context} Context */

/**
 * A call that was validated and can be paid for, but has not begun.
 * @typedef {object} Order
 * @property {number} credits
 * @property {import('./credits.mjs').Account} [account] the account to charge; without one, `run` charges
 * @property {(work: Work, slowness: number) => Promise<Record<string, unknown>>} run resolves to the reply
 * @property {() => Promise<unknown> | undefined} [rest] work that goes on after the reply and keeps its place
 */

/**
 * How the calls of one system are named, checked, done and refused.
 * @typedef {object} Orders
 * @property {(body: Record<string, any>) => string} phase under which a call is counted
 * @property {(body: Record<string, any>) => string} label equal for equal calls: the faults of a call depend on it
 * @property {(body: Record<string, any>, header: (name: string) => string | undefined) => Order} order throws the
 * refusal of a call
 * @property {(refusal: HttpError) => Record<string, unknown>} [format] the body of a refusal, where it is not
 * `{error, …}`
 * @property {(body: Record<string, any>, isFull: boolean) => Record<string, unknown> | undefined} [meanwhile] the reply
 *   to a call whose work is not done, or cannot begin yet; without one the call waits for the work, or is refused
 */

/**
 * @typedef {object} EndpointTools
 * @property {Orders} orders
 * @property {import('./credits.mjs').Credits} credits
 * @property {import('./faults.mjs').Faults} faults
 * @property {import('./stats.mjs').Stats} stats
 */

/** An endpoint that sells work: it charges, applies faults, and joins or repeats work that it knows by its key. */
export class PaidEndpoint {
  #tools;
  #keys = new IdempotencyKeys();

  /** @param {EndpointTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {Context} c */
  async handle(c) {
    const { stats, orders } = this.#tools;
    stats.add("calls");
    try {
      return await this.#answer(c, await c.req.text());
    } catch (error) {
      const refusal =
        error instanceof HttpError ? error : new HttpError(500, "The generation failed", { code: "INTERNAL" });
      if (!c.env.outgoing.destroyed) stats.replied(refusal.status);
      return sendJson(c, refusal.status, orders.format?.(refusal) ?? refusal.body, refusal.headers);
    }
  }

  /** @param {Context} c @param {string} text */
  async #answer(c, text) {
    const { orders, faults, stats } = this.#tools;
    const { outgoing } = c.env;
    const body = parseJsonObject(text);
    const phase = orders.phase(body);
    stats.addToPhase(phase, "calls");
    if (c.req.header("authorization") === "Bearer expired")
      throw new HttpError(401, "The session has expired", { code: "UNAUTHORIZED" });
    const key = IdempotencyKeys.read(c.req.header("idempotency-key"));
    const hash = bodyHash(text);
    const known = this.#keys.find(key, hash);
    // Joining or repeating a reply takes no place, so the quota is for new work only.
    const isFull = !known && this.#isFull;
    const meanwhile = orders.meanwhile?.(body, isFull);
    if (isFull && !meanwhile)
      throw tooMany({ wait: 1_000, limit: faults.settings.quota ?? 0, current: stats.inFlight });
    const met = faults.judge(orders.label(body), key);
    const refused = applyFault(c, "before", met, { format: orders.format });
    if (refused) return this.#count(refused);
    if (isFull && meanwhile) return this.#reply(c, meanwhile);

    // Where clients poll by asking again, that is no repetition.
    if (known && !meanwhile) stats.add(known.settled ? "replays" : "joins");
    const take = () => orders.order(body, (name) => c.req.header(name));
    const work = known ?? this.#begin(phase, take, key, hash, met.includes("slow") ? SLOWNESS : 1);
    work.listen(outgoing);
    outgoing.once("close", () => outgoing.writableFinished || stats.add("closedEarly"));
    const cut = applyFault(c, "during", met);
    if (cut) return this.#count(cut);
    const reply = meanwhile && !work.settled ? meanwhile : await work.result;
    const lost = applyFault(c, "after", met, { reply });
    if (lost) return this.#count(lost);
    if (reply === meanwhile) return this.#reply(c, reply);
    if (outgoing.destroyed) return RESPONSE_ALREADY_SENT;
    work.delivered = true;
    if (work.forNobody) {
      work.forNobody = false;
      stats.add("finishedForNobody", -1);
    }
    return this.#reply(c, reply, known && !meanwhile ? { "idempotency-replayed": "true" } : {});
  }

  /** @param {Context} c @param {Record<string, unknown>} reply @param {Record<string, string>} [headers] */
  #reply(c, reply, headers) {
    this.#tools.stats.replied(200);
    return sendJson(c, 200, reply, headers);
  }

  /** @param {NonNullable<ReturnType<typeof applyFault>>} applied */
  #count({ fault, status, response }) {
    this.#tools.stats.met(fault, status);
    return response;
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
    // Charged on acceptance: two calls at once cannot spend the same credits. Accepted work is always finished.
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
