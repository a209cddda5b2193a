import { randomUUID } from "node:crypto";
import { createAccount } from "@sluicegate/fault-server/credits";
import { HttpError, sendJson } from "@sluicegate/fault-server/http";
import { createRandom } from "@sluicegate/fault-server/random";
import { renderGrid, SIZES } from "@sluicegate/mock-models/picture/grid";
import { renderVideo } from "@sluicegate/mock-models/picture/motion";
import { Images } from "./images.mjs";
import { sendImmutable } from "./immutable.mjs";
import { RenderCache } from "./render-cache.mjs";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */

/**
 * @typedef {object} VideoTools
 * @property {import('@sluicegate/fault-server/credits').Credits} credits
 * @property {import('@sluicegate/fault-server/stats').Stats} stats
 * @property {number} pace
 * @property {string | number} seed
 * @property {import('@sluicegate/fault-server/holds').Holds} holds
 */

/** In credits: a picture, and a second of video. */
export const MODELS = Object.freeze({
  text_to_image: Object.freeze({ nano_banana_pro: 4 }),
  image_to_video: Object.freeze({ kling_2_6_pro: 2, kling_2_1: 1 }),
});
const DURATIONS = ["5", "10"];
/**
 * In milliseconds, at pace 1. Really a video takes some two minutes.
 * @type {Record<string, [least: number, most: number]>}
 */
const TAKES = { text_to_image: [3000, 5000], image_to_video: [5000, 9000] };
/** The words that the check of finished videos refuses. */
const FLAGGED = /\b(?:blood|gore|gun|knife|weapon)s?\b/i;
const REMEMBERED = 200;

/**
 * The two models of the pipeline behind one address, `type` in the body as in a step of its YAML; what a call comes to
 * is what the real generators return: `{success, output_path, output_url, cost_estimate, model, …}`, or `{success:
 * false, error}`.
 */
export class Videos {
  #tools;
  #images = new Images();
  /** @type {Map<string, {id: string, prompt: string, aspectRatio: string}>} */
  #pictures = new Map();
  /** @type {Map<string, import('@sluicegate/mock-models/picture/motion').Video & {id: string}>} */
  #videos = new Map();
  /** @type {Map<string, Work>} the last work of every wish */
  #works = new Map();
  /** @type {RenderCache<{id: string, prompt: string, aspectRatio: string}>} */
  #drawn = new RenderCache(({ prompt, aspectRatio }) => Buffer.from(renderGrid(prompt, aspectRatio)));
  /** @type {RenderCache<import('@sluicegate/mock-models/picture/motion').Video & {id: string}>} */
  #filmed = new RenderCache((video) => Buffer.from(renderVideo(video)));

  /** @param {VideoTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /**
   * Returns the routes that cost nothing: images come here, pictures and videos are fetched.
   * @returns {import('@sluicegate/fault-server/http').Route[]}
   */
  get routes() {
    return [
      [
        "POST",
        /^\/api\/videos\/images$/,
        async ({ req, res }) => {
          const { sha256, width, height } = await this.#images.receive(req);
          sendJson(res, 201, { sha256, width, height });
        },
      ],
      [
        "GET",
        /^\/api\/videos\/images\/(\w+)\.png$/,
        ({ req, res, params }) => sendImmutable(req, res, this.#images.find(params[0]).png, "image/png"),
      ],
      [
        "GET",
        /^\/api\/videos\/pictures\/([\w-]+)\.svg$/,
        ({ req, res, params }) =>
          sendImmutable(req, res, this.#drawn.get(find(this.#pictures, params[0], "picture")), "image/svg+xml"),
      ],
      [
        "GET",
        /^\/api\/videos\/([\w-]+)\.svg$/,
        ({ req, res, params }) =>
          sendImmutable(req, res, this.#filmed.get(find(this.#videos, params[0], "video")), "image/svg+xml"),
      ],
    ];
  }

  /** @param {Record<string, any>} body */
  phase({ type }) {
    return Object.hasOwn(MODELS, type) ? type : "unknown";
  }

  /** @param {Record<string, any>} body */
  label({ type, image_path }) {
    return `${type}:${image_path ?? ""}`;
  }

  /** @param {Record<string, any>} body @returns {Order} */
  order(body) {
    const type = oneOf("type", body.type, Object.keys(MODELS));
    requireText("prompt", body.prompt);
    requireText("output_dir", body.output_dir);
    return type === "text_to_image" ? this.#orderPicture(body) : this.#orderVideo(body);
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderPicture({ model, prompt, output_dir, name, params }) {
    const price = MODELS.text_to_image[oneOf("model", model, Object.keys(MODELS.text_to_image))];
    const aspectRatio = oneOf("params.aspect_ratio", params?.aspect_ratio, Object.keys(SIZES));
    requireText("name", name);
    return this.#sell("text_to_image", price, [model, prompt, aspectRatio], async (slowness) => {
      const took = await this.#work("text_to_image", prompt, slowness);
      const picture = { id: randomUUID(), prompt, aspectRatio };
      keep(this.#pictures, picture.id, picture);
      return {
        success: true,
        output_path: `${output_dir}/${name}.svg`,
        output_url: `/api/videos/pictures/${picture.id}.svg`,
        cost_estimate: price,
        model,
        processing_time: took,
      };
    });
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderVideo({ model, prompt, output_dir, image_path, image_sha256, params }) {
    const aSecond = MODELS.image_to_video[oneOf("model", model, Object.keys(MODELS.image_to_video))];
    const seconds = Number(oneOf("params.duration", params?.duration, DURATIONS));
    const file = /^([^/\\]+)\.png$/.exec(image_path);
    if (!file) throw bad("image_path", "the name of a PNG file", image_path);
    const image = this.#images.find(image_sha256);
    const price = aSecond * seconds;
    return this.#sell("image_to_video", price, [model, prompt, image_sha256, seconds], async (slowness, refund) => {
      const took = await this.#work("image_to_video", `${image_path}/${prompt}`, slowness);
      if (FLAGGED.test(prompt)) {
        refund();
        return {
          success: false,
          error: "The video was flagged by the safety check",
          refunded: price,
          model,
          processing_time: took,
        };
      }
      const video = { id: randomUUID(), png: image.png, width: image.width, height: image.height, prompt, seconds };
      keep(this.#videos, video.id, video);
      return {
        success: true,
        output_path: `${output_dir}/${file[1]}.svg`,
        output_url: `/api/videos/${video.id}.svg`,
        cost_estimate: price,
        model,
        processing_time: took,
        image_sha256,
      };
    });
  }

  /**
   * Paid at once; given back where the model, and not the caller, failed.
   * @param {keyof typeof MODELS} type @param {number} price @param {readonly unknown[]} wishes equal for equal wishes
   * @param {(slowness: number, refund: () => void) => Promise<Record<string, unknown>>} make
   * @returns {Order}
   */
  #sell(type, price, wishes, make) {
    const { credits, stats } = this.#tools;
    credits.require(price);
    // A bill that is closed: what is charged to it is paid on the spot, and what is charged negatively comes back.
    const account = { ...createAccount(), finalized: true };
    const wish = JSON.stringify([type, ...wishes]);
    return {
      credits: price,
      account,
      run: async (work, slowness) => {
        // To make the same again is a new wish only for who has seen the first one.
        const before = this.#works.get(wish);
        if (before?.isLost) stats.add("doubleGenerations");
        keep(this.#works, wish, work);
        const reply = await make(slowness, () => {
          credits.charge(account, -price);
          stats.addToPhase(type, "credits", -price);
        });
        if (!reply.success) return reply;
        stats.add("piecesGenerated");
        stats.addToPhase(type, "pieces");
        return reply;
      },
    };
  }

  /** Takes its time. @param {string} type @param {string} label decides how long @param {number} slowness */
  async #work(type, label, slowness) {
    const { pace, seed, holds } = this.#tools;
    const begun = performance.now();
    const time = createRandom(`${seed}/${type}/${label}`).between(...TAKES[type]) * pace * slowness;
    await holds.takes(`${type}/${label}`, time);
    return Math.round(performance.now() - begun) / 1000;
  }
}

/** @template T @param {Map<string, T>} map @param {string} id @param {T} value */
function keep(map, id, value) {
  map.delete(id);
  map.set(id, value);
  if (map.size > REMEMBERED) map.delete(/** @type {string} */ (map.keys().next().value));
}

/** @template T @param {Map<string, T>} map @param {string} id @param {string} what @returns {T} */
function find(map, id, what) {
  const found = map.get(id);
  if (!found) throw new HttpError(404, `There is no such ${what}`, { code: "NOT_FOUND" });
  return found;
}

/** @template {string} T @param {string} field @param {any} value @param {readonly T[]} known @returns {T} */
function oneOf(field, value, known) {
  if (known.includes(value)) return value;
  throw bad(field, `one of ${known.join(", ")}`, value);
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
