import { randomUUID } from "node:crypto";
import { createAccount } from "@sluicegate/fault-server/credits";
import { HttpError, readJsonObject, sendJson } from "@sluicegate/fault-server/http";
import { createRandom, hashText } from "@sluicegate/fault-server/random";
import { writeMetadata, writeScene } from "@sluicegate/mock-models/text/script";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */
/** @typedef {import('node:http').IncomingHttpHeaders} Headers */

/**
 * How a scene came to be.
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

/**
 * @typedef {object} ScriptTools
 * @property {import('@sluicegate/fault-server/credits').Credits} credits
 * @property {import('@sluicegate/fault-server/stats').Stats} stats
 * @property {number} pace
 * @property {string | number} seed
 * @property {import('@sluicegate/fault-server/holds').Holds} holds
 */

export const SCRIPT_PRICES = Object.freeze({ metadata: 2, scene: 1 });
/** The calls that one API key may have under way; beyond them 429, without a hint how long to wait. */
export const CALLS_A_KEY = 2;
/** In milliseconds, at pace 1: one after the other, 75 scenes take some ten minutes. */
const TAKES = /** @type {const} */ ({ metadata: [3000, 5000], scene: [7000, 8500] });
const MOST_SCENES = 1000;
const REMEMBERED = 200;

/**
 * Scripts, scene by scene: metadata first, then each scene with the scenes before it as its context; one API key a
 * request.
 */
export class Script {
  #tools;
  /** @type {Map<string, Manuscript>} */
  #manuscripts = new Map();
  /** @type {Map<string, Work>} the last work of every request for metadata */
  #begun = new Map();
  /** @type {Map<string, number>} */
  #underWay = new Map();
  /** @type {number | null} the scene that is refused until the user allows it */
  #refused = null;

  /** @param {ScriptTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @returns {import('@sluicegate/fault-server/http').Route[]} */
  get routes() {
    return [
      ["GET", /^\/api\/script\/refused$/, ({ res }) => sendJson(res, 200, { scene_num: this.#refused })],
      [
        "PUT",
        /^\/api\/script\/refused$/,
        async ({ req, res }) => {
          const { scene_num } = await readJsonObject(req);
          if (scene_num !== null) wholeNumber("scene_num", scene_num, 1, MOST_SCENES);
          this.#refused = scene_num;
          sendJson(res, 200, { scene_num });
        },
      ],
      [
        "GET",
        /^\/api\/script\/([\w-]+)$/,
        ({ res, params }) => {
          const { id, metadata, total, written } = this.#find(params[0]);
          sendJson(res, 200, { script_id: id, title_tgt: metadata.title_tgt, total_scenes: total, written });
        },
      ],
    ];
  }

  /** @param {Record<string, any>} body */
  phase({ phase }) {
    return Object.hasOwn(SCRIPT_PRICES, phase) ? phase : "unknown";
  }

  /** @param {Record<string, any>} body */
  label({ phase, scene_num }) {
    return `script/${phase}:${scene_num ?? 0}`;
  }

  /** @param {Record<string, any>} body @param {Headers} headers @returns {Order} */
  order(body, headers) {
    if (!Object.hasOwn(SCRIPT_PRICES, body.phase)) throw bad("phase", "metadata or scene", body.phase);
    const key = this.#keyOf(headers);
    const { style = "", pace = 1, total_scenes } = body;
    requireText("idea", body.idea);
    if (typeof style !== "string") throw bad("style", "a text", style);
    if (!(typeof pace === "number" && pace > 0 && pace <= 1)) throw bad("pace", "a number above 0, at most 1", pace);
    wholeNumber("total_scenes", total_scenes, 1, MOST_SCENES);
    return body.phase === "metadata"
      ? this.#orderMetadata({ ...body, style, pace }, key)
      : this.#orderScene({ ...body, style, pace }, key);
  }

  /** @param {Record<string, any>} body @param {string} key @returns {Order} */
  #orderMetadata({ idea, style, total_scenes: total, pace }, key) {
    const { stats, seed } = this.#tools;
    const text = `${seed}/${hashText(JSON.stringify([idea, style, total]))}`;
    return this.#sell("metadata", key, async (work, slowness) => {
      const earlier = this.#begun.get(text);
      if (earlier?.isLost) stats.add("doubleGenerations");
      keep(this.#begun, text, work);
      await this.#work("metadata", text, pace * slowness);
      const metadata = writeMetadata(idea, style, total);
      const id = randomUUID();
      keep(this.#manuscripts, id, { id, seed: text, metadata, total, written: [], works: new Map() });
      return { script_id: id, ...metadata, credits: SCRIPT_PRICES.metadata };
    });
  }

  /** @param {Record<string, any>} body @param {string} key @returns {Order} */
  #orderScene({ script_id, scene_num, total_scenes, duration, style, pace, previous_scenes: previous }, key) {
    const manuscript = this.#find(script_id);
    wholeNumber("scene_num", scene_num, 1, manuscript.total);
    if (total_scenes !== manuscript.total)
      throw bad("total_scenes", `${manuscript.total}, as the metadata has it`, total_scenes);
    wholeNumber("duration", duration, 1, 60);
    if (!(Array.isArray(previous) && previous.every((scene) => Number.isInteger(scene?.scene_num))))
      throw bad("previous_scenes", "a list of scenes", previous);
    if (scene_num === this.#refused) {
      throw new HttpError(400, `Scene ${scene_num} touches a topic that is not written about`, {
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
    const { credits, stats } = this.#tools;
    credits.require(SCRIPT_PRICES[phase]);
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= CALLS_A_KEY)
      throw new HttpError(429, "This API key has too many calls under way", {
        code: "KEY_BUSY",
        limit: CALLS_A_KEY,
        current: underWay,
      });
    return {
      credits: SCRIPT_PRICES[phase],
      account: { ...createAccount(), finalized: true },
      run: async (work, slowness) => {
        this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
        try {
          const reply = await write(work, slowness);
          stats.add("piecesGenerated");
          stats.addToPhase(phase, "pieces");
          return reply;
        } finally {
          const left = (this.#underWay.get(key) ?? 1) - 1;
          if (left > 0) this.#underWay.set(key, left);
          else this.#underWay.delete(key);
        }
      },
    };
  }

  /** @param {Headers} headers */
  #keyOf(headers) {
    const key = headers["x-api-key"];
    if (typeof key === "string" && /^[\w-]{1,100}$/.test(key)) return key;
    throw new HttpError(401, "There is no API key in x-api-key", { code: "NO_API_KEY" });
  }

  /** @param {unknown} id */
  #find(id) {
    const manuscript = typeof id === "string" ? this.#manuscripts.get(id) : undefined;
    if (manuscript) return manuscript;
    throw new HttpError(404, "There is no such script", { code: "UNKNOWN_SCRIPT" });
  }

  /** Takes its time. @param {keyof typeof TAKES} phase @param {string} label decides how long @param {number} pace */
  async #work(phase, label, pace) {
    const [least, most] = TAKES[phase];
    const time = createRandom(`${label}/${phase}`).between(least, most) * pace * this.#tools.pace;
    await this.#tools.holds.takes(`${phase}/${label}`, time);
  }
}

/** @template T @param {Map<string, T>} map @param {string} id @param {T} value */
function keep(map, id, value) {
  map.delete(id);
  map.set(id, value);
  if (map.size > REMEMBERED) map.delete(/** @type {string} */ (map.keys().next().value));
}

/** @param {string} field @param {unknown} value @param {number} least @param {number} most */
function wholeNumber(field, value, least, most) {
  if (!(Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
    throw bad(field, `a whole number from ${least} to ${most}`, value);
}

/** @param {string} field @param {unknown} value */
function requireText(field, value) {
  if (typeof value !== "string" || value.trim() === "") throw bad(field, "a text that is not empty", value);
}

/** @param {string} field @param {string} expected @param {unknown} value */
function bad(field, expected, value) {
  return new HttpError(400, `${field} must be ${expected}, not ${JSON.stringify(value) ?? "missing"}`, {
    code: "BAD_REQUEST",
    field,
  });
}
