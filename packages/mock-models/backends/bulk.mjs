import { randomUUID } from "node:crypto";
import { applyFault } from "@sluicegate/fault-server/actions";
import { HttpError, readJsonObject } from "@sluicegate/fault-server/http";
import { object, oneOf, string, text, valid, wholeNumber } from "@sluicegate/fault-server/validate";
import * as v from "valibot";
import { renderMovingPicture } from "../picture/moving.mjs";
import { renderPicture } from "../picture/picture.mjs";
import { Boards } from "./bulk-board.mjs";
import { idOf, sendImmutable } from "./immutable.mjs";
import { RenderCache } from "./render-cache.mjs";
import { Shelf } from "./shelf.mjs";
import { countPiece, refund, takeTime } from "./work.mjs";

/** @typedef {import('./bulk-board.mjs').Board} Board */
/** @typedef {import('./bulk-board.mjs').BulkKind} BulkKind */
/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/http').Context} Context */
/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Orders} Orders */

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
 * @type {Record<BulkKind, {price: number, lasts: [number, number], held: number}>} milliseconds at pace 1; `held`: how
 * long a call waits for its result
 */
const KINDS = {
  preview: { price: 4, lasts: [1_500, 4_500], held: 3_500 },
  animation: { price: 12, lasts: [8_000, 20_000], held: 300 },
};
const BULK_KINDS = /** @type {const} */ (["preview", "animation"]);
const CHECK = object({ kind: oneOf(BULK_KINDS), count: wholeNumber(0) });
const PICTURE = object({ image_url: string("the address of a picture") });
const CONTENT_TYPE = "image/svg+xml";
const RETRY_AFTER = 2; // seconds
/** Prompts that the provider refuses after it has drawn them. */
const REFUSED = /\bblood\b/i;

/** Previews and animations of single scenes. */
export class Bulk {
  #tools;
  #boards = new Boards();
  /** @type {RenderCache<import('./bulk-board.mjs').Drawing>} */
  #drawn = new RenderCache(({ text, variation, moves }) =>
    moves ? renderMovingPicture(text, variation) : renderPicture(text, variation),
  );
  /** @type {Shelf<Generation>} */
  #generations = new Shelf({ most: 5_000, what: "generation", code: "UNKNOWN_BOARD" });

  /** @param {import('./work.mjs').Tools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {import('@sluicegate/fault-server/http').App} app @param {import('./work.mjs').Sell} sell */
  addTo(app, sell) {
    for (const kind of BULK_KINDS) {
      const endpoint = sell(this.#orders(kind));
      app.post(`/api/bulk/${kind}`, (c) => endpoint.handle(c));
    }
    app.post("/api/bulk/boards", (c) => {
      const { id, scenes } = this.#boards.create();
      const prices = Object.fromEntries(Object.entries(KINDS).map(([kind, { price }]) => [kind, price]));
      return c.json({ id, scenes, prices, pace: this.#tools.pace });
    });
    app.get("/api/bulk/boards/:id/account", (c) => {
      const { charged, refunded } = this.#boards.find(c.req.param("id"));
      return c.json({ charged, refunded });
    });
    app.post("/api/bulk/check", async (c) => c.json(this.#check(await readJsonObject(c))));
    app.get("/api/bulk/generations/:id", (c) => this.#sendStatus(c));
    app.get("/api/bulk/drawings/:file{[\\w-]+\\.svg}", (c) =>
      sendImmutable(c, this.#drawn.get(this.#boards.findDrawing(idOf(c))), CONTENT_TYPE),
    );
  }

  /** Returns the price of an order of many. Throws if it cannot be paid. @param {Record<string, unknown>} body */
  #check(body) {
    const { kind, count } = valid(CHECK, body);
    const required = count * KINDS[kind].price;
    try {
      this.#tools.credits.require(required);
    } catch (refusal) {
      throw new HttpError(402, refusal.message, { type: "INSUFFICIENT_TOKENS", required });
    }
    return { required };
  }

  /** Sends the state of an order. A poll meets the faults that need no work. @param {Context} c */
  #sendStatus(c) {
    const generation = this.#generations.find(c.req.param("id"));
    const { faults, stats } = this.#tools;
    stats.add("polls");
    const met = faults.judge(`status:${generation.sceneNumber}`, undefined);
    const refused = applyFault(c, "before", met, { format: this.#format });
    if (refused) {
      stats.met(refused.fault, refused.status);
      return refused.response;
    }
    stats.replied(200);
    return c.json(publicGeneration(generation));
  }

  /** @param {BulkKind} kind @returns {Orders} */
  #orders(kind) {
    return {
      phase: () => kind,
      label: ({ sceneNumber }) => `${kind}:${sceneNumber}`,
      order: (body) => this.#order(kind, body),
      format: this.#format,
    };
  }

  /** Returns the body of a refusal as this backend has it. @param {HttpError} refusal */
  #format = ({ status, message, body }) => {
    if (status === 402) return { error: message, type: "INSUFFICIENT_TOKENS", required: body.creditsRequired };
    if (status === 429) return { error: message, limit: body.limit, current: body.current };
    if (status === 503)
      return { error: message, retry_after_seconds: Math.ceil(RETRY_AFTER * this.#tools.pace * 1_000) / 1_000 };
    if (status === 404) return { error: message, code: "UNKNOWN_BOARD" };
    return { error: message };
  };

  /** @param {BulkKind} kind @param {Record<string, any>} body @returns {Order} */
  #order(kind, body) {
    const board = this.#boards.find(body.boardId);
    const { sceneNumber, prompt } = valid(
      object({
        sceneNumber: v.picklist(
          board.scenes.map((scene) => scene.sceneNumber),
          "one of the board's",
        ),
        prompt: text(),
      }),
      body,
    );
    if (kind === "animation") valid(PICTURE, body);
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
    const id = randomUUID();
    return this.#generations.keep(id, {
      id,
      board,
      sceneNumber,
      status: "processing",
      tokens_used: price,
      content_type: CONTENT_TYPE,
    });
  }

  /**
   * Draws at the provider. Only what it refuses is refunded.
   * @param {BulkKind} kind @param {Generation} generation @param {string} prompt @param {number} slowness
   */
  async #draw(kind, generation, prompt, slowness) {
    const { board, sceneNumber, tokens_used } = generation;
    const piece = `${kind}/${sceneNumber}`;
    await takeTime(this.#tools, piece, `${this.#tools.seed}/bulk/${piece}`, KINDS[kind].lasts, slowness);
    if (REFUSED.test(prompt)) {
      refund(this.#tools, kind, board.account, tokens_used);
      board.refunded += tokens_used;
      const error = "The provider rejected the prompt";
      Object.assign(generation, { status: "failed", error });
      throw new HttpError(422, error);
    }
    // Another prompt is another order. The same one again is waste.
    const made = `${piece}/${prompt}`;
    countPiece(this.#tools, kind, board.made.has(made));
    board.made.add(made);
    Object.assign(generation, { status: "completed", output_url: this.#boards.draw(board, kind, prompt) });
  }
}

/** @param {Generation} generation */
function publicGeneration({ board, sceneNumber, ...generation }) {
  return generation;
}
