import { createHash } from "node:crypto";
import { Dice } from "@sluicegate/fault-server/dice";
import { HttpError } from "@sluicegate/fault-server/http";
import { looseObject, object, text, texts, valid } from "@sluicegate/fault-server/validate";
import * as v from "valibot";
import { effectiveOutline, writeActions, writeContent } from "../text/lesson.mjs";
import { idOf, sendImmutable } from "./immutable.mjs";
import { Shelf } from "./shelf.mjs";
import { countPiece, paidOnTheSpot, refund, takeTime } from "./work.mjs";

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */
/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Orders} Orders */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */
/** @typedef {() => Record<string, unknown> | Promise<Record<string, unknown>>} Write */
/** @typedef {"scene-content" | "scene-actions" | "speech"} StageName */

/**
 * The account of a lesson, and the calls that were done for it.
 * @typedef {object} Lesson
 * @property {import('@sluicegate/fault-server/credits').Account} account
 * @property {number} refunded credits for empty replies
 * @property {Set<string>} made
 */

/** @typedef {import('../sound/speech.mjs').Speech} Speech */
/**
 * `parallel` is PARALLEL_SCENE_CONCURRENCY.
 * @typedef {import('./work.mjs').Tools & {speech: Speech, parallel?: string}} ClassroomTools
 */

const STAGES = /** @type {const} */ (["scene-content", "scene-actions", "speech"]);
export const CLASSROOM_PRICES = Object.freeze({ "scene-content": 3, "scene-actions": 2, speech: 1 });
/** @type {Record<StageName, [least: number, most: number]>} in milliseconds, at pace 1 */
const DURATIONS = { "scene-content": [2500, 6000], "scene-actions": [800, 2000], speech: [500, 1200] };
/** The field of each stage without which a success is empty. */
const PRODUCT = { "scene-content": "content", "scene-actions": "scene", speech: "audioUrl" };
const OUTLINE = looseObject({
  id: text(),
  type: text(),
  title: text(),
  description: text(),
  keyPoints: texts(),
  order: v.optional(v.number(), 0),
});
const CALL = object({ stageId: text() });
const CONTENT = object({ outline: OUTLINE });
const ACTIONS = object({
  outline: OUTLINE,
  content: looseObject({ elements: v.pipe(v.array(looseObject({ id: text() })), v.nonEmpty("not empty")) }),
  previousSpeeches: texts(),
});
const SPEECH = object({ sceneId: text(), text: text() });
const REFUSED_TOPIC = /forbidden[- ]topic/i;
const REMEMBERED = 300;
const MOST_CONCURRENCY = 10;
const USUAL_CONCURRENCY = 3;

/** Makes the scenes of a lesson in three calls each: content, actions and speech. */
export class Classroom {
  #tools;
  #parallel;
  /** @type {Shelf<Lesson>} */
  #lessons = new Shelf({ most: REMEMBERED });
  /** @type {Shelf<Parameters<Speech["wavOf"]>[0]>} recipes of sounds, by their id */
  #sounds = new Shelf({ most: REMEMBERED, what: "sound" });
  #dice;

  /** @param {ClassroomTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#parallel = sceneConcurrency(tools.parallel);
    this.#dice = new Dice(tools.seed);
  }

  /**
   * @param {import('@sluicegate/fault-server/http').App} app
   * @param {import('./work.mjs').Sell} sell
   */
  addTo(app, sell) {
    app.get("/api/classroom", (c) =>
      c.json({ success: true, parallelSceneConcurrency: this.#parallel, pace: this.#tools.pace }),
    );
    for (const stage of STAGES) {
      const endpoint = sell(this.orders(stage));
      app.post(`/api/classroom/${stage}`, (c) => endpoint.handle(c));
    }
    app.get("/api/classroom/speech/:file{[\\w-]+\\.wav}", async (c) =>
      sendImmutable(c, await this.#tools.speech.wavOf(this.#sounds.find(idOf(c))), "audio/wav"),
    );
    app.get("/api/classroom/account/:id", (c) => {
      const { account, refunded } = this.#lessons.get(c.req.param("id")) ?? newLesson();
      return c.json({ success: true, charged: account.billed + refunded, refunded });
    });
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
      // Neither is random, so the faults of a seed do not depend on the id of the lesson.
      label: ({ outline, sceneId }) => `${stage}:${outline?.id ?? sceneId ?? ""}`,
      order: (body) => {
        const { stageId } = valid(CALL, body, codeOf);
        const write = orderOf.call(this, body);
        const price = CLASSROOM_PRICES[stage];
        this.#tools.credits.require(price);
        const lesson = this.#lessons.keep(stageId, this.#lessons.get(stageId) ?? newLesson());
        return {
          credits: price,
          account: lesson.account,
          run: (work, slowness) => this.#make(stage, lesson, body, write, slowness),
        };
      },
      format: formatRefusal,
    };
  }

  /** @param {Record<string, any>} body @returns {Write} */
  #orderContent(body) {
    const { outline } = valid(CONTENT, body, codeOf);
    if (REFUSED_TOPIC.test(`${outline.title} ${outline.description}`)) {
      throw new HttpError(500, `The model declines to write about “${outline.title}”`, {
        code: "CONTENT_SENSITIVE",
        isRetryable: false,
      });
    }
    const effective = effectiveOutline(outline);
    return () => ({ success: true, content: writeContent(this.#tools.seed, effective), effectiveOutline: effective });
  }

  /** @param {Record<string, any>} body @returns {Write} */
  #orderActions(body) {
    const { outline, content, previousSpeeches } = valid(ACTIONS, body, codeOf);
    return () => ({
      success: true,
      ...writeActions(this.#tools.seed, body.stageId, outline, content, previousSpeeches),
    });
  }

  /** @param {Record<string, any>} body @returns {Write} */
  #orderSpeech(body) {
    const { text: spoken } = valid(SPEECH, body, codeOf);
    return async () => {
      const id = hashOf(spoken);
      const { seconds, voice } = await this.#tools.speech.record(spoken, 0);
      this.#sounds.keep(id, { text: spoken, variation: 0, voice });
      return {
        success: true,
        audioUrl: `/api/classroom/speech/${id}.wav`,
        audioSeconds: seconds,
        audioVoice: voice,
      };
    };
  }

  /**
   * @param {StageName} stage @param {Lesson} lesson @param {Record<string, any>} body
   * @param {Write} write @param {number} slowness
   */
  async #make(stage, lesson, body, write, slowness) {
    const { seed, faults } = this.#tools;
    const label = `${stage}/${body.outline?.id ?? body.sceneId}`;
    await takeTime(this.#tools, label, `${seed}/${label}`, DURATIONS[stage], slowness);
    const reply = await write();
    if (this.#comesEmpty(label, faults.settings.empty)) {
      // An empty reply costs nothing and is not kept under the key, so that a repeated call asks the model again.
      refund(this.#tools, stage, lesson.account, CLASSROOM_PRICES[stage]);
      lesson.refunded += CLASSROOM_PRICES[stage];
      throw new HttpError(200, "The model had nothing to say", { reply: { ...reply, [PRODUCT[stage]]: null } });
    }
    const piece = `${stage}/${hashOf(JSON.stringify(body))}`;
    countPiece(this.#tools, stage, lesson.made.has(piece));
    lesson.made.add(piece);
    return reply;
  }

  /** @param {string} label @param {number} share */
  #comesEmpty(label, share) {
    return this.#dice.judge(`nothing/${label}`, label, (random) => (random.chance(share) ? ["empty"] : [])).length > 0;
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

/** Returns the body of a refusal as this backend has it. @param {HttpError} refusal */
function formatRefusal({ status, message, body }) {
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

/** @returns {Lesson} */
const newLesson = () => ({ account: paidOnTheSpot(), refunded: 0, made: new Set() });

/** @param {string} message */
const hashOf = (message) => createHash("sha256").update(message).digest("base64url").slice(0, 22);

/** @param {unknown} value of the field that is wrong */
const codeOf = (value) => (value === undefined ? "MISSING_REQUIRED_FIELD" : "INVALID_REQUEST");
