import { randomUUID } from "node:crypto";
import { applyFault } from "@sluicegate/fault-server/actions";
import { HttpError, readJsonObject, sendJson } from "@sluicegate/fault-server/http";
import { createRandom } from "@sluicegate/fault-server/random";
import { renderMovingPicture } from "@sluicegate/mock-models/picture/moving";
import { renderPicture } from "@sluicegate/mock-models/picture/picture";
import { Boards } from "./bulk-board.mjs";
import { sendImmutable } from "./immutable.mjs";
import { RenderCache } from "./render-cache.mjs";

/** @typedef {import('./bulk-board.mjs').Board} Board */
/** @typedef {import('./bulk-board.mjs').BulkKind} BulkKind */
/** @typedef {import('./bulk-board.mjs').BulkScene} BulkScene */
/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/http').Visit} Visit */

/**
 * One picture or animation, from its order on.
 * @typedef {object} Generation
 * @property {string} id
 * @property {Board} board
 * @property {number} sceneNumber
 * @property {"processing" | "completed" | "failed"} status
 * @property {string} [output_url]
 * @property {number} tokens_used
 * @property {string} content_type
 * @property {string} [error]
 */

/**
 * @typedef {object} BulkTools
 * @property {import('@sluicegate/fault-server/credits').Credits} credits
 * @property {import('@sluicegate/fault-server/stats').Stats} stats
 * @property {import('@sluicegate/fault-server/faults').Faults} faults
 * @property {(orders: import('@sluicegate/fault-server/paid-endpoint').Orders) => import('@sluicegate/fault-server/paid-endpoint').PaidEndpoint} sells
 * @property {number} pace
 * @property {string | number} seed
 * @property {import('@sluicegate/fault-server/holds').Holds} holds
 */

/**
 * @type {Record<BulkKind, {price: number, lasts: [number, number], held: number}>} milliseconds at pace 1; `held`: how
 * long a call waits for its result
 */
const KINDS = {
  preview: { price: 4, lasts: [1_500, 4_500], held: 3_500 },
  animation: { price: 12, lasts: [8_000, 20_000], held: 300 },
};
const CONTENT_TYPE = "image/svg+xml";
const RETRY_AFTER = 2; // seconds
const REMEMBERED = 5_000;
/** Words that the provider refuses, after it has looked at its drawing. */
const REFUSED = /\bblood\b/i;

/** Previews and animations of single scenes, as the bulk generators buy them. */
export class Bulk {
  #tools;
  #boards = new Boards();
  /** @type {RenderCache<import('./bulk-board.mjs').Drawing>} */
  #drawn = new RenderCache(({ text, variation, moves }) =>
    Buffer.from(moves ? renderMovingPicture(text, variation) : renderPicture(text, variation)),
  );
  /** @type {Map<string, Generation>} */
  #generations = new Map();

  /** @param {BulkTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @returns {import('@sluicegate/fault-server/http').Route[]} */
  get routes() {
    const { sells } = this.#tools;
    const sold = Object.keys(KINDS).map((kind) => {
      const endpoint = sells(this.#orders(/** @type {BulkKind} */ (kind)));
      return /** @type {import('@sluicegate/fault-server/http').Route} */ ([
        "POST",
        new RegExp(`^/api/bulk/${kind}$`),
        (visit) => endpoint.handle(visit),
      ]);
    });
    return [
      ...sold,
      ["POST", /^\/api\/bulk\/boards$/, ({ res }) => this.#sendBoard(res)],
      [
        "GET",
        /^\/api\/bulk\/boards\/([\w-]+)\/account$/,
        ({ res, params }) => sendJson(res, 200, accountOf(this.#boards.find(params[0]))),
      ],
      ["POST", /^\/api\/bulk\/check$/, (visit) => this.#check(visit)],
      ["GET", /^\/api\/bulk\/generations\/([\w-]+)$/, (visit) => this.#sendStatus(visit)],
      [
        "GET",
        /^\/api\/bulk\/drawings\/([\w-]+)\.svg$/,
        ({ req, res, params }) =>
          sendImmutable(req, res, this.#drawn.get(this.#boards.findDrawing(params[0])), CONTENT_TYPE),
      ],
    ];
  }

  /** @param {import('@sluicegate/fault-server/http').Reply} res */
  #sendBoard(res) {
    const { id, scenes } = this.#boards.create();
    const prices = Object.fromEntries(Object.entries(KINDS).map(([kind, { price }]) => [kind, price]));
    sendJson(res, 200, { id, scenes, prices, pace: this.#tools.pace });
  }

  /** Whether all of it can be paid for: asked before anything is bought. @param {Visit} visit */
  async #check({ req, res }) {
    const { kind, count } = await readJsonObject(req);
    if (!Object.hasOwn(KINDS, kind))
      throw new HttpError(400, `kind must be one of ${Object.keys(KINDS).join(", ")}, got ${JSON.stringify(kind)}`);
    if (!Number.isInteger(count) || count < 0)
      throw new HttpError(400, `count must be a whole number of at least 0, got ${JSON.stringify(count)}`);
    const required = count * KINDS[/** @type {BulkKind} */ (kind)].price;
    try {
      this.#tools.credits.require(required);
    } catch (refusal) {
      throw new HttpError(402, refusal.message, { type: "INSUFFICIENT_TOKENS", required });
    }
    sendJson(res, 200, { required });
  }

  /** Polls meet what can befall a call before it is answered. @param {Visit} visit */
  #sendStatus({ res, params }) {
    const generation = this.#generations.get(params[0]);
    if (!generation) throw new HttpError(404, "There is no such generation", { code: "UNKNOWN_GENERATION" });
    const { faults, stats } = this.#tools;
    const fault = applyFault(res, "before", faults.judge(`status:${generation.sceneNumber}`, undefined), {
      say: this.#say,
    });
    if (fault) stats.met(fault, res.headersSent ? res.statusCode : undefined);
    else sendJson(res, 200, publicGeneration(generation));
  }

  /** @param {BulkKind} kind @returns {import('@sluicegate/fault-server/paid-endpoint').Orders} */
  #orders(kind) {
    return {
      phase: () => kind,
      label: ({ sceneNumber }) => `${kind}:${sceneNumber}`,
      order: (body) => this.#order(kind, body),
      say: this.#say,
    };
  }

  /** @param {HttpError} refusal */
  #say = ({ status, message, body }) => {
    if (status === 402) return { error: message, type: "INSUFFICIENT_TOKENS", required: body.creditsRequired };
    if (status === 429) return { error: message, limit: body.limit, current: body.current };
    if (status === 503)
      return { error: message, retry_after_seconds: Math.ceil(RETRY_AFTER * this.#tools.pace * 1_000) / 1_000 };
    return { error: message };
  };

  /** @param {BulkKind} kind @param {Record<string, any>} body @returns {Order} */
  #order(kind, { boardId, sceneNumber, prompt, image_url }) {
    const board = this.#boards.find(boardId);
    const scene = board.scenes.find((one) => one.sceneNumber === sceneNumber);
    if (!scene) throw new HttpError(400, `sceneNumber must be one of the board's, got ${JSON.stringify(sceneNumber)}`);
    if (typeof prompt !== "string" || prompt.trim() === "")
      throw new HttpError(400, `prompt must be a text, got ${JSON.stringify(prompt)}`);
    if (kind === "animation" && typeof image_url !== "string")
      throw new HttpError(400, `image_url must be the address of a picture, got ${JSON.stringify(image_url)}`);
    const { price, held } = KINDS[kind];
    const { credits, pace, holds } = this.#tools;
    credits.require(price);
    /** @type {Promise<void> | undefined} */
    let drawing;
    return {
      credits: price,
      account: board.account,
      run: async (_work, slowness) => {
        board.charged += price;
        const generation = this.#begin(board, sceneNumber, price);
        drawing = this.#draw(kind, generation, prompt, slowness);
        await Promise.race([drawing, holds.takes(`reply/${kind}/${sceneNumber}`, held * pace)]);
        return publicGeneration(generation);
      },
      rest: () => drawing,
    };
  }

  /** @param {Board} board @param {number} sceneNumber @param {number} price */
  #begin(board, sceneNumber, price) {
    /** @type {Generation} */
    const generation = {
      id: randomUUID(),
      board,
      sceneNumber,
      status: "processing",
      tokens_used: price,
      content_type: CONTENT_TYPE,
    };
    this.#generations.set(generation.id, generation);
    if (this.#generations.size > REMEMBERED)
      this.#generations.delete(/** @type {string} */ (this.#generations.keys().next().value));
    return generation;
  }

  /**
   * The provider's part of it. What it does not deliver is refunded, and nothing else is.
   * @param {BulkKind} kind @param {Generation} generation @param {string} prompt @param {number} slowness
   */
  async #draw(kind, generation, prompt, slowness) {
    const { credits, stats, pace, seed, holds } = this.#tools;
    const { board, sceneNumber, tokens_used } = generation;
    const piece = `${kind}/${sceneNumber}`;
    await holds.takes(piece, createRandom(`${seed}/bulk/${piece}`).between(...KINDS[kind].lasts) * pace * slowness);
    if (REFUSED.test(prompt)) {
      credits.refund(board.account, tokens_used);
      board.refunded += tokens_used;
      const error = "The provider refused what the prompt asks for";
      Object.assign(generation, { status: "failed", error });
      throw new HttpError(422, error);
    }
    stats.add("piecesGenerated");
    stats.addToPhase(kind, "pieces");
    if (board.made.has(piece)) stats.add("doubleGenerations");
    board.made.add(piece);
    Object.assign(generation, { status: "completed", output_url: this.#boards.draw(board, kind, prompt) });
  }
}

/** @param {Generation} generation */
function publicGeneration({ board, sceneNumber, ...generation }) {
  return generation;
}

/** @param {Board} board */
function accountOf({ charged, refunded }) {
  return { charged, refunded };
}
