import { randomUUID } from "node:crypto";
import { HttpError, readJsonObject } from "@sluicegate/fault-server/http";
import { hashText } from "@sluicegate/fault-server/random";
import { looseObject, object, oneOf, string, text, valid, wholeNumber } from "@sluicegate/fault-server/validate";
import * as v from "valibot";
import { writeMetadata, writeScene } from "../text/script.mjs";
import { Shelf } from "./shelf.mjs";
import { countPiece, paidOnTheSpot, takeTime } from "./work.mjs";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */

/**
 * How a scene was written.
 * @typedef {object} Written
 * @property {number} scene_num
 * @property {number[]} previous_scenes the context that it was written with
 * @property {string} api_key that paid for it
 */

/**
 * @typedef {object} Manuscript
 * @property {string} id
 * @property {string} seed
 * @property {ReturnType<typeof writeMetadata>} metadata
 * @property {number} total
 * @property {Written[]} written in the order in which they were finished
 * @property {Map<number, Work>} works the last work of every scene
 */

export const SCRIPT_PRICES = Object.freeze({ metadata: 2, scene: 1 });
/** The calls that one API key may have under way; beyond them 429, without a hint how long to wait. */
export const CALLS_A_KEY = 2;
/** In milliseconds, at pace 1: one after the other, 75 scenes take some ten minutes. */
const TAKES = /** @type {const} */ ({ metadata: [3000, 5000], scene: [7000, 8500] });
const MOST_SCENES = 1000;
const PHASE = object({ phase: oneOf(/** @type {const} */ (["metadata", "scene"])) });
const ABOVE_0 = "a number above 0, at most 1";
const WISH = object({
  idea: text(),
  style: v.optional(string(), ""),
  pace: v.optional(v.pipe(v.number(ABOVE_0), v.gtValue(0, ABOVE_0), v.maxValue(1, ABOVE_0)), 1),
  total_scenes: wholeNumber(1, MOST_SCENES),
});
const PREVIOUS = v.array(looseObject({ scene_num: wholeNumber(1, MOST_SCENES) }), "a list of scenes");
const REFUSED = object({
  scene_num: v.union([v.null(), wholeNumber(1, MOST_SCENES)], `null or a whole number from 1 to ${MOST_SCENES}`),
});
const REMEMBERED = 200;

/**
 * Scripts, scene by scene: metadata first, then each scene with the scenes before it as its context; one API key a
 * request.
 */
export class Script {
  #tools;
  /** @type {Shelf<Manuscript>} */
  #manuscripts = new Shelf({ most: REMEMBERED, what: "script", code: "UNKNOWN_SCRIPT" });
  /** @type {Shelf<Work>} the last work of every request for metadata */
  #begun = new Shelf({ most: REMEMBERED });
  /** @type {Map<string, number>} */
  #underWay = new Map();
  /** @type {number | null} the scene that is refused until the user allows it */
  #refused = null;

  /** @param {import('./work.mjs').Tools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {import('@sluicegate/fault-server/http').App} app @param {import('./work.mjs').Sell} sell */
  addTo(app, sell) {
    const endpoint = sell(this);
    app.post("/api/script", (c) => endpoint.handle(c));
    app.get("/api/script/refused", (c) => c.json({ scene_num: this.#refused }));
    app.put("/api/script/refused", async (c) => {
      this.#refused = valid(REFUSED, await readJsonObject(c)).scene_num;
      return c.json({ scene_num: this.#refused });
    });
    app.get("/api/script/:id", (c) => {
      const { id, metadata, total, written } = this.#manuscripts.find(c.req.param("id"));
      return c.json({ script_id: id, title_tgt: metadata.title_tgt, total_scenes: total, written });
    });
  }

  /** @param {Record<string, any>} body */
  phase({ phase }) {
    return Object.hasOwn(SCRIPT_PRICES, phase) ? phase : "unknown";
  }

  /** @param {Record<string, any>} body */
  label({ phase, scene_num }) {
    return `script/${phase}:${scene_num ?? 0}`;
  }

  /** @param {Record<string, any>} body @param {(name: string) => string | undefined} header @returns {Order} */
  order(body, header) {
    const { phase } = valid(PHASE, body);
    const key = apiKeyIn(header("x-api-key"));
    const wish = { ...body, ...valid(WISH, body) };
    return phase === "metadata" ? this.#orderMetadata(wish, key) : this.#orderScene(wish, key);
  }

  /** @param {Record<string, any>} body @param {string} key @returns {Order} */
  #orderMetadata({ idea, style, total_scenes: total, pace }, key) {
    const { stats, seed } = this.#tools;
    const label = `${seed}/${hashText(JSON.stringify([idea, style, total]))}`;
    return this.#sell("metadata", key, async (work, slowness) => {
      const earlier = this.#begun.get(label);
      if (earlier?.isLost) stats.add("doubleGenerations");
      this.#begun.keep(label, work);
      await this.#work("metadata", label, pace * slowness);
      const metadata = writeMetadata(idea, style, total);
      const id = randomUUID();
      this.#manuscripts.keep(id, { id, seed: label, metadata, total, written: [], works: new Map() });
      return { script_id: id, ...metadata, credits: SCRIPT_PRICES.metadata };
    });
  }

  /** @param {Record<string, any>} body @param {string} key @returns {Order} */
  #orderScene({ script_id, style, pace, ...body }, key) {
    const manuscript = this.#manuscripts.find(script_id);
    const {
      scene_num,
      total_scenes,
      duration,
      previous_scenes: previous,
    } = valid(
      object({
        scene_num: wholeNumber(1, manuscript.total),
        total_scenes: v.literal(manuscript.total, `${manuscript.total}, as the metadata has it`),
        duration: wholeNumber(1, 60),
        previous_scenes: PREVIOUS,
      }),
      body,
    );
    if (scene_num === this.#refused) {
      throw new HttpError(400, `Scene ${scene_num} violates the content policy`, {
        code: "CONTENT_POLICY_VIOLATION",
        scene_num,
      });
    }
    return this.#sell("scene", key, async (work, slowness) => {
      const { stats } = this.#tools;
      const earlier = manuscript.works.get(scene_num);
      if (earlier?.isLost) stats.add("doubleGenerations");
      manuscript.works.set(scene_num, work);
      await this.#work("scene", `${manuscript.seed}/${scene_num}`, pace * slowness);
      manuscript.written.push({ scene_num, previous_scenes: previous.map((scene) => scene.scene_num), api_key: key });
      const characters = manuscript.metadata.character_bible;
      const scene = writeScene({
        script: manuscript.seed,
        scene_num,
        total_scenes,
        duration,
        style,
        characters,
        previous,
      });
      return { ...scene, credits: SCRIPT_PRICES.scene };
    });
  }

  /**
   * Paid on the spot.
   * @param {keyof typeof SCRIPT_PRICES} phase @param {string} key
   * @param {(work: Work, slowness: number) => Promise<Record<string, unknown>>} write
   * @returns {Order}
   */
  #sell(phase, key, write) {
    this.#tools.credits.require(SCRIPT_PRICES[phase]);
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= CALLS_A_KEY)
      throw new HttpError(429, "This API key has too many calls under way", {
        code: "KEY_BUSY",
        limit: CALLS_A_KEY,
        current: underWay,
      });
    return {
      credits: SCRIPT_PRICES[phase],
      account: paidOnTheSpot(),
      run: async (work, slowness) => {
        this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
        try {
          const reply = await write(work, slowness);
          countPiece(this.#tools, phase);
          return reply;
        } finally {
          const left = (this.#underWay.get(key) ?? 1) - 1;
          if (left > 0) this.#underWay.set(key, left);
          else this.#underWay.delete(key);
        }
      },
    };
  }

  /** @param {keyof typeof TAKES} phase @param {string} label decides how long it takes @param {number} slowness */
  async #work(phase, label, slowness) {
    await takeTime(this.#tools, `${phase}/${label}`, `${label}/${phase}`, TAKES[phase], slowness);
  }
}

/** @param {string | undefined} key */
function apiKeyIn(key) {
  if (key !== undefined && /^[\w-]{1,100}$/.test(key)) return key;
  throw new HttpError(401, "There is no API key in x-api-key", { code: "NO_API_KEY" });
}
