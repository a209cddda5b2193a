import { randomUUID } from "node:crypto";
import { limitBody } from "@sluicegate/fault-server/http";
import { object, oneOf, text, valid } from "@sluicegate/fault-server/validate";
import * as v from "valibot";
import { renderGrid, SIZES } from "../picture/grid.mjs";
import { renderVideo } from "../picture/motion.mjs";
import { Images } from "./images.mjs";
import { idOf, sendImmutable } from "./immutable.mjs";
import { RenderCache } from "./render-cache.mjs";
import { Shelf } from "./shelf.mjs";
import { countPiece, paidOnTheSpot, refund, takeTime } from "./work.mjs";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */
/** @typedef {{id: string, prompt: string, aspectRatio: string}} Picture */
/** @typedef {import('../picture/motion.mjs').Video & {id: string}} Video */

/** In credits: a picture, and a second of video. */
export const MODELS = Object.freeze({
  text_to_image: Object.freeze({ nano_banana_pro: 4 }),
  image_to_video: Object.freeze({ kling_2_6_pro: 2, kling_2_1: 1 }),
});
const CALL = object({
  type: oneOf(/** @type {const} */ (["text_to_image", "image_to_video"])),
  prompt: text(),
  output_dir: text(),
});
const PICTURE = object({
  ...CALL.entries,
  model: oneOf(/** @type {const} */ (["nano_banana_pro"])),
  params: object({ aspect_ratio: oneOf(Object.keys(SIZES)) }),
  name: text(),
});
const VIDEO = object({
  ...CALL.entries,
  model: oneOf(/** @type {const} */ (["kling_2_6_pro", "kling_2_1"])),
  params: object({ duration: oneOf(["5", "10"]) }),
  image_path: v.pipe(v.string("the name of a PNG file"), v.regex(/^[^/\\]+\.png$/, "the name of a PNG file")),
  image_sha256: v.unknown(),
});
export const UPLOADS = "/api/videos/images";
const LARGEST_IMAGE = 8 * 1024 * 1024;
/**
 * In milliseconds, at pace 1. Really a video takes some two minutes.
 * @type {Record<string, [least: number, most: number]>}
 */
const TAKES = { text_to_image: [3000, 5000], image_to_video: [5000, 9000] };
/** The words that the check of finished videos refuses. */
const FLAGGED = /\b(?:blood|gore|gun|knife|weapon)s?\b/i;
const REMEMBERED = 200;

/**
 * The two models of the pipeline behind one address, `type` in the body as in a step of its YAML; a
 * reply is that of the real generators: `{success, output_path, output_url, cost_estimate, model, …}`, or `{success:
 * false, error}`.
 */
export class Videos {
  #tools;
  #images = new Images();
  /** @type {Shelf<Picture>} */
  #pictures = new Shelf({ most: REMEMBERED, what: "picture" });
  /** @type {Shelf<Video>} */
  #videos = new Shelf({ most: REMEMBERED, what: "video" });
  /** @type {Shelf<Work>} the last work of every wish */
  #works = new Shelf({ most: REMEMBERED });
  /** @type {RenderCache<Picture>} */
  #drawn = new RenderCache(({ prompt, aspectRatio }) => renderGrid(prompt, aspectRatio));
  /** @type {RenderCache<Video>} */
  #filmed = new RenderCache((video) => renderVideo(video));

  /** @param {import('./work.mjs').Tools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {import('@sluicegate/fault-server/http').App} app @param {import('./work.mjs').Sell} sell */
  addTo(app, sell) {
    const endpoint = sell(this);
    app.post("/api/videos", (c) => endpoint.handle(c));
    app.post(UPLOADS, limitBody(LARGEST_IMAGE), async (c) => {
      const { sha256, width, height } = this.#images.keep(Buffer.from(await c.req.arrayBuffer()));
      return c.json({ sha256, width, height }, 201);
    });
    app.get("/api/videos/images/:file{\\w+\\.png}", (c) =>
      sendImmutable(c, this.#images.find(idOf(c)).png, "image/png"),
    );
    app.get("/api/videos/pictures/:file{[\\w-]+\\.svg}", (c) =>
      sendImmutable(c, this.#drawn.get(this.#pictures.find(idOf(c))), "image/svg+xml"),
    );
    app.get("/api/videos/:file{[\\w-]+\\.svg}", (c) =>
      sendImmutable(c, this.#filmed.get(this.#videos.find(idOf(c))), "image/svg+xml"),
    );
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
    const { type } = valid(CALL, body);
    return type === "text_to_image" ? this.#orderPicture(body) : this.#orderVideo(body);
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderPicture(body) {
    const { model, prompt, output_dir, name, params } = valid(PICTURE, body);
    const aspectRatio = params.aspect_ratio;
    const price = MODELS.text_to_image[model];
    return this.#sell("text_to_image", price, [model, prompt, aspectRatio], async (slowness) => {
      const took = await this.#work("text_to_image", prompt, slowness);
      const id = randomUUID();
      this.#pictures.keep(id, { id, prompt, aspectRatio });
      return {
        success: true,
        output_path: `${output_dir}/${name}.svg`,
        output_url: `/api/videos/pictures/${id}.svg`,
        cost_estimate: price,
        model,
        processing_time: took,
      };
    });
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderVideo(body) {
    const { model, prompt, output_dir, image_path, image_sha256, params } = valid(VIDEO, body);
    const seconds = Number(params.duration);
    const name = image_path.slice(0, -".png".length);
    const image = this.#images.find(image_sha256);
    const price = MODELS.image_to_video[model] * seconds;
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
      this.#videos.keep(video.id, video);
      return {
        success: true,
        output_path: `${output_dir}/${name}.svg`,
        output_url: `/api/videos/${video.id}.svg`,
        cost_estimate: price,
        model,
        processing_time: took,
        image_sha256,
      };
    });
  }

  /**
   * Returns an order that is paid at once, and refunded if the model fails.
   * @param {keyof typeof MODELS} type @param {number} price @param {readonly unknown[]} wishes equal for equal wishes
   * @param {(slowness: number, refund: () => void) => Promise<Record<string, unknown>>} make
   * @returns {Order}
   */
  #sell(type, price, wishes, make) {
    const { credits, stats } = this.#tools;
    credits.require(price);
    const account = paidOnTheSpot();
    const wish = JSON.stringify([type, ...wishes]);
    return {
      credits: price,
      account,
      run: async (work, slowness) => {
        // The same wish again is a new one only if the reply to the first was delivered.
        const before = this.#works.get(wish);
        if (before?.isLost) stats.add("doubleGenerations");
        this.#works.keep(wish, work);
        const reply = await make(slowness, () => refund(this.#tools, type, account, price));
        if (reply.success) countPiece(this.#tools, type);
        return reply;
      },
    };
  }

  /**
   * Waits as long as the work takes, and resolves to the seconds that it took.
   * @param {string} type @param {string} label decides how long it takes @param {number} slowness
   */
  async #work(type, label, slowness) {
    const name = `${type}/${label}`;
    return (await takeTime(this.#tools, name, `${this.#tools.seed}/${name}`, TAKES[type], slowness)) / 1000;
  }
}
