import { createHash } from "node:crypto";
import { createAccount } from "@sluicegate/fault-server/credits";
import { Dice } from "@sluicegate/fault-server/dice";
import { HttpError, sendJson } from "@sluicegate/fault-server/http";
import { createRandom } from "@sluicegate/fault-server/random";
import { renderSound, soundSeconds } from "@sluicegate/mock-models/sound/sound";
import { effectiveOutline, writeActions, writeContent } from "@sluicegate/mock-models/text/lesson";
import { sendImmutable } from "./immutable.mjs";
import { RenderCache } from "./render-cache.mjs";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Orders} Orders */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */
/** @typedef {"scene-content" | "scene-actions" | "speech"} StageName */

/**
 * A lesson that is being made: what it has cost, and which calls were done for it.
 * @typedef {object} Lesson
 * @property {import('@sluicegate/fault-server/credits').Account} account
 * @property {number} refunded credits for what came to nothing
 * @property {Set<string>} made
 */

/**
 * @typedef {object} ClassroomTools
 * @property {import('@sluicegate/fault-server/credits').Credits} credits
 * @property {import('@sluicegate/fault-server/stats').Stats} stats
 * @property {import('@sluicegate/fault-server/faults').Faults} faults
 * @property {number} pace
 * @property {string | number} seed
 * @property {import('@sluicegate/fault-server/holds').Holds} holds
 * @property {string} [parallel] PARALLEL_SCENE_CONCURRENCY
 */

export const CLASSROOM_PRICES = Object.freeze({ "scene-content": 3, "scene-actions": 2, speech: 1 });
/** @type {Record<StageName, [least: number, most: number]>} in milliseconds, at pace 1 */
const DURATIONS = { "scene-content": [2500, 6000], "scene-actions": [800, 2000], speech: [500, 1200] };
/** The field of each stage without which a success is empty. */
const PRODUCT = { "scene-content": "content", "scene-actions": "scene", speech: "audioUrl" };
const REFUSED_TOPIC = /forbidden[- ]topic/i;
const REMEMBERED = 300;
const MOST_CONCURRENCY = 10;
const USUAL_CONCURRENCY = 3;

/** Scenes of a lesson in three calls each: what is seen, what is said and done, and its sound. */
export class Classroom {
  #tools;
  #parallel;
  /** @type {Map<string, Lesson>} */
  #lessons = new Map();
  /** @type {Map<string, {id: string, text: string}>} recipes of sounds, by their id */
  #sounds = new Map();
  /** @type {RenderCache<{id: string, text: string}>} */
  #rendered = new RenderCache((piece) => renderSound(piece.text, 0));
  #luck;

  /** @param {ClassroomTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#parallel = sceneConcurrency(tools.parallel);
    this.#luck = new Dice(tools.seed);
  }

  /**
   * @param {(orders: Orders) => {handle: (visit: import('@sluicegate/fault-server/http').Visit) => unknown}} sells
   * @returns {import('@sluicegate/fault-server/http').Route[]}
   */
  routes(sells) {
    const stages = /** @type {const} */ (["scene-content", "scene-actions", "speech"]);
    return [
      [
        "GET",
        /^\/api\/classroom$/,
        ({ res }) =>
          sendJson(res, 200, { success: true, parallelSceneConcurrency: this.#parallel, pace: this.#tools.pace }),
      ],
      ...stages.map((stage) => {
        const endpoint = sells(this.orders(stage));
        return /** @type {import('@sluicegate/fault-server/http').Route} */ ([
          "POST",
          new RegExp(`^/api/classroom/${stage}$`),
          (visit) => endpoint.handle(visit),
        ]);
      }),
      [
        "GET",
        /^\/api\/classroom\/speech\/([\w-]+)\.wav$/,
        ({ req, res, params }) => sendImmutable(req, res, this.#rendered.get(this.#sound(params[0])), "audio/wav"),
      ],
      [
        "GET",
        /^\/api\/classroom\/account\/([\w-]{1,80})$/,
        ({ res, params }) => {
          const { account, refunded } = this.#lessons.get(params[0]) ?? newLesson();
          sendJson(res, 200, { success: true, charged: account.billed + refunded, refunded });
        },
      ],
    ];
  }

  /** @param {StageName} stage @returns {Orders} */
  orders(stage) {
    const orderOf = {
      "scene-content": this.#orderContent,
      "scene-actions": this.#orderActions,
      speech: this.#orderSpeech,
    }[stage];
    return {
      phase: () => stage,
      // Neither is random: the luck of a seed must not hang on which lesson it is.
      label: ({ outline, sceneId }) => `${stage}:${outline?.id ?? sceneId ?? ""}`,
      order: (body) => {
        const stageId = text(body, "stageId");
        const write = orderOf.call(this, body);
        const price = CLASSROOM_PRICES[stage];
        this.#tools.credits.require(price);
        const lesson = this.#lesson(stageId);
        return {
          credits: price,
          account: lesson.account,
          run: (work, slowness) => this.#make(stage, lesson, body, write, slowness),
        };
      },
      say: sayNo,
    };
  }

  /** @param {Record<string, any>} body @returns {() => Record<string, unknown>} */
  #orderContent(body) {
    const outline = outlineIn(body);
    if (REFUSED_TOPIC.test(`${outline.title} ${outline.description}`)) {
      throw new HttpError(500, `The model declines to write about “${outline.title}”`, {
        code: "CONTENT_SENSITIVE",
        isRetryable: false,
      });
    }
    const effective = effectiveOutline(outline);
    return () => ({ success: true, content: writeContent(this.#tools.seed, effective), effectiveOutline: effective });
  }

  /** @param {Record<string, any>} body @returns {() => Record<string, unknown>} */
  #orderActions(body) {
    const outline = outlineIn(body);
    const { content, previousSpeeches } = body;
    if (!Array.isArray(content?.elements) || content.elements.length === 0)
      throw bad("content", "what scene-content gave", content);
    if (!isTexts(previousSpeeches)) throw bad("previousSpeeches", "a list of texts", previousSpeeches);
    return () => ({
      success: true,
      ...writeActions(this.#tools.seed, body.stageId, outline, content, previousSpeeches),
    });
  }

  /** @param {Record<string, any>} body @returns {() => Record<string, unknown>} */
  #orderSpeech(body) {
    const spoken = text(body, "text");
    text(body, "sceneId");
    return () => {
      const id = hashOf(spoken);
      remember(this.#sounds, id, { id, text: spoken });
      return { success: true, audioUrl: `/api/classroom/speech/${id}.wav`, audioSeconds: soundSeconds(spoken, 0) };
    };
  }

  /**
   * @param {StageName} stage @param {Lesson} lesson @param {Record<string, any>} body
   * @param {() => Record<string, unknown>} write @param {number} slowness
   */
  async #make(stage, lesson, body, write, slowness) {
    const { pace, seed, stats, credits, faults, holds } = this.#tools;
    const label = `${stage}/${body.outline?.id ?? body.sceneId}`;
    await holds.takes(label, createRandom(`${seed}/${label}`).between(...DURATIONS[stage]) * pace * slowness);
    const reply = write();
    if (this.#comesEmpty(label, faults.settings.empty)) {
      // The model was asked and had nothing to say. It costs nothing and is not kept under the key: asked again, it may
      // have more.
      credits.charge(lesson.account, -CLASSROOM_PRICES[stage]);
      stats.addToPhase(stage, "credits", -CLASSROOM_PRICES[stage]);
      lesson.refunded += CLASSROOM_PRICES[stage];
      throw new HttpError(200, "The model had nothing to say", { reply: { ...reply, [PRODUCT[stage]]: null } });
    }
    const piece = `${stage}/${hashOf(JSON.stringify(body))}`;
    stats.add("piecesGenerated");
    stats.addToPhase(stage, "pieces");
    if (lesson.made.has(piece)) stats.add("doubleGenerations");
    lesson.made.add(piece);
    return reply;
  }

  /** @param {string} label @param {number} share */
  #comesEmpty(label, share) {
    return this.#luck.judge(`nothing/${label}`, label, (random) => (random.chance(share) ? ["empty"] : [])).length > 0;
  }

  /** @param {string} stageId @returns {Lesson} */
  #lesson(stageId) {
    const lesson = this.#lessons.get(stageId) ?? newLesson();
    remember(this.#lessons, stageId, lesson);
    return lesson;
  }

  /** @param {string} id */
  #sound(id) {
    const sound = this.#sounds.get(id);
    if (!sound) throw new HttpError(404, "There is no such sound", { code: "NOT_FOUND" });
    return /** @type {import('./projects.mjs').Piece} */ (/** @type {unknown} */ (sound));
  }
}

/**
 * How many contents may be asked for at once: off is 1. As an operator writes it: "off", "on", or a number, of which
 * ten is the most.
 * @param {string | undefined} setting
 */
export function sceneConcurrency(setting) {
  const said = (setting ?? "").trim().toLowerCase();
  if (["", "off", "false", "0"].includes(said)) return 1;
  if (["on", "true"].includes(said)) return USUAL_CONCURRENCY;
  if (!/^\d{1,6}$/.test(said))
    throw new TypeError(`PARALLEL_SCENE_CONCURRENCY must be off, on or a whole number, got ${JSON.stringify(setting)}`);
  return Math.min(MOST_CONCURRENCY, Number(said));
}

/** As this backend says no. @param {HttpError} refusal */
function sayNo({ status, message, body }) {
  const { error, code, reply, field, isRetryable, ...others } = /** @type {Record<string, any>} */ (body);
  if (reply) return reply;
  const details = field === undefined ? undefined : `field: ${field}`;
  const errorCode = code ?? (status === 429 ? "RATE_LIMITED" : "INTERNAL_ERROR");
  return {
    success: false,
    errorCode,
    error: message,
    ...(details && { details }),
    ...(isRetryable !== undefined && { isRetryable }),
    ...others,
  };
}

/** Paid on the spot: there is no bill at the end. @returns {Lesson} */
const newLesson = () => ({ account: { ...createAccount(), finalized: true }, refunded: 0, made: new Set() });

/** @param {string} message */
const hashOf = (message) => createHash("sha256").update(message).digest("base64url").slice(0, 22);

/** @param {string} field @param {string} expected @param {unknown} value */
function bad(field, expected, value) {
  if (value === undefined) return new HttpError(400, `${field} is missing`, { code: "MISSING_REQUIRED_FIELD", field });
  return new HttpError(400, `${field} must be ${expected}, got ${JSON.stringify(value).slice(0, 80)}`, {
    code: "INVALID_REQUEST",
    field,
  });
}

/** @param {Record<string, any>} body @param {string} field @returns {string} */
function text(body, field) {
  const value = body[field];
  if (typeof value !== "string" || value.trim() === "") throw bad(field, "a text", value);
  return value;
}

/** @param {unknown} value */
const isTexts = (value) => Array.isArray(value) && value.every((entry) => typeof entry === "string");

/** @param {Record<string, any>} body @returns {import('@sluicegate/mock-models/text/lesson').Outline} */
function outlineIn({ outline }) {
  if (typeof outline !== "object" || outline === null) throw bad("outline", "an outline", outline);
  for (const field of ["id", "type", "title", "description"]) {
    if (typeof outline[field] !== "string" || outline[field] === "")
      throw bad(`outline.${field}`, "a text", outline[field]);
  }
  if (!isTexts(outline.keyPoints)) throw bad("outline.keyPoints", "a list of texts", outline.keyPoints);
  return outline;
}

/** @template T @param {Map<string, T>} map @param {string} name @param {T} value */
function remember(map, name, value) {
  map.delete(name);
  map.set(name, value);
  if (map.size > REMEMBERED) map.delete(/** @type {string} */ (map.keys().next().value));
}
