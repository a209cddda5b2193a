import { HttpError } from "@sluicegate/fault-server/http";
import { hashText } from "@sluicegate/fault-server/random";
import { object, text as readable, string, valid, wholeNumber } from "@sluicegate/fault-server/validate";
import * as v from "valibot";
import { RefusedStory, splitStory } from "../text/story.mjs";
import { publicScene, trackCosts } from "./projects.mjs";
import { SUBMISSIONS, sayProcessing } from "./submissions.mjs";
import { countPiece, takeTime } from "./work.mjs";

/** @typedef {import('./projects.mjs').Project} Project */
/** @typedef {import('./projects.mjs').Scene} Scene */
/** @typedef {import('./projects.mjs').Piece} Piece */
/** @typedef {import('./projects.mjs').PieceKind} PieceKind */
/** @typedef {import('@sluicegate/fault-server/work').Work} Work */

/** @typedef {import('@sluicegate/fault-server/paid-endpoint').Order} Order */

/** @typedef {import('../sound/speech.mjs').Speech} Speech */
/** @typedef {import('../sound/speech.mjs').Recording} Recording */
/** @typedef {import('./projects.mjs').Projects} Projects */
/** @typedef {import('./work.mjs').Tools & {projects: Projects, speech: Speech}} GenerationTools */

/** The price of a piece, in credits. */
export const PRICES = Object.freeze({ script: 2, audio: 1, image: 4 });
const IMAGES_A_CALL = 4;
const CHUNK_PHASE = /** @type {const} */ ({ audio: "audio", image: "images" });
const PHASES = [
  "script",
  "audio",
  "images",
  "finalize",
  "regenerate_image",
  "regenerate_audio",
  ...Object.keys(SUBMISSIONS),
];
const TEXT = object({ text: string() });
const MANNER = object({ title: v.nullish(string()), style: v.nullish(string()) });
const PROMPT = object({ prompt: v.optional(readable("a text of 1 to 2000 characters", 2_000)) });
/** @type {Record<string, [least: number, most: number]>} in milliseconds, at pace 1 */
const DURATIONS = { script: [1000, 1500], image: [1500, 3000], audio: [800, 2000], finalize: [800, 800] };

/** The phases of the pipeline behind one endpoint, as the real system has them. */
export class Generation {
  #tools;
  /** @type {Map<string, {project: Project, work: Work}>} the last project of every story text */
  #scripts = new Map();

  /** @param {GenerationTools} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {Record<string, any>} body */
  phase({ phase }) {
    return PHASES.includes(phase) ? phase : "unknown";
  }

  /**
   * Returns the subject of a call, without its random ids: equal for equal calls of equal stories.
   * @param {Record<string, any>} body
   */
  label({ phase, audioStartIndex, imageStartIndex, sceneIndex }) {
    return `${phase}:${audioStartIndex ?? imageStartIndex ?? sceneIndex ?? 0}`;
  }

  /**
   * Returns the order of a call. Throws the refusal of a call that cannot be done.
   * @param {Record<string, any>} body
   * @returns {Order}
   */
  order(body) {
    switch (body.phase) {
      case "script":
        return this.#orderScript(body);
      case "audio":
        return this.#orderAudio(body);
      case "images":
        return this.#orderImages(body);
      case "finalize":
        return this.#orderFinalize(body);
      case "regenerate_image":
      case "submit_image":
        return this.#orderPiece(body, "image");
      case "regenerate_audio":
      case "submit_audio":
        return this.#orderPiece(body, "audio");
      default:
        throw new HttpError(400, `phase must be one of ${PHASES.join(", ")}`, { code: "UNKNOWN_PHASE" });
    }
  }

  /** @param {Record<string, any>} body @param {boolean} isFull */
  meanwhile(body, isFull) {
    return sayProcessing(body, isFull, this.#tools.pace);
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderScript(body) {
    const { text } = valid(TEXT, body, "EMPTY_TEXT");
    const { title, style } = valid(MANNER, body);
    const story = split(text, title, style);
    const { projects, credits, stats, seed } = this.#tools;
    const storySeed = `${seed}/${hashText(JSON.stringify([text, title ?? "", style ?? ""]))}`;
    // Without the credits for the whole story nothing is begun.
    credits.require(PRICES.script + story.scenes.length * (PRICES.audio + PRICES.image));
    return {
      credits: PRICES.script,
      run: async (work, slowness) => {
        const project = projects.create(story.title, storySeed, story.scenes);
        credits.charge(project.account, PRICES.script);
        // A second script of the same story is work done twice only if the caller never saw the first one.
        const earlier = this.#scripts.get(storySeed);
        if (earlier?.work.isLost && earlier.project.status === "scripted") stats.add("doubleGenerations");
        this.#scripts.set(storySeed, { project, work });
        const took = await this.#work("script", `${storySeed}/script`, slowness);
        project.phaseTimings.script = took;
        const sceneCount = project.scenes.length;
        return {
          success: true,
          phase: "script",
          progress: 10,
          projectId: project.id,
          generationId: project.generationId,
          title: project.title,
          sceneCount,
          totalImages: sceneCount,
          costTracking: trackCosts(project),
          phaseTime: took,
        };
      },
    };
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderAudio(body) {
    const project = this.#project(body);
    const start = startIndex(body, "audioStartIndex");
    const snapshot = project.scenes;
    const scene = snapshot.find(({ index, audio }) => index >= start && !audio);
    const price = scene ? PRICES.audio : 0;
    this.#tools.credits.require(price);
    return {
      credits: price,
      account: project.account,
      run: async (work, slowness) => {
        const took = await this.#chunk(project, snapshot, scene ? [scene] : [], "audio", work, slowness);
        project.phaseTimings.audio = (project.phaseTimings.audio ?? 0) + took;
        const total = snapshot.length;
        const next = scene && project.scenes.find(({ index, audio }) => index > scene.index && !audio);
        const costTracking = trackCosts(project);
        return {
          success: true,
          phase: "audio",
          progress: 10 + Math.round((30 * (next ? next.index : total)) / total),
          hasMore: next !== undefined,
          ...(next ? { nextStartIndex: next.index } : {}),
          audioGenerated: costTracking.audioGenerated,
          audioSeconds: costTracking.audioSeconds,
          costTracking,
          phaseTime: project.phaseTimings.audio,
        };
      },
    };
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderImages(body) {
    const project = this.#project(body);
    const start = startIndex(body, "imageStartIndex");
    const snapshot = project.scenes;
    // Unlike the audio phase this one does not look whether a picture is there: asked again, it paints and charges
    // again.
    const chunk = snapshot.slice(start, start + IMAGES_A_CALL);
    const price = chunk.length * PRICES.image;
    this.#tools.credits.require(price);
    return {
      credits: price,
      account: project.account,
      run: async (work, slowness) => {
        const took = await this.#chunk(project, snapshot, chunk, "image", work, slowness);
        project.phaseTimings.images = (project.phaseTimings.images ?? 0) + took;
        const total = snapshot.length;
        const next = Math.min(total, start + IMAGES_A_CALL);
        const costTracking = trackCosts(project);
        return {
          success: true,
          phase: "images",
          progress: 40 + Math.round((50 * next) / total),
          imagesGenerated: costTracking.imagesGenerated,
          totalImages: total,
          hasMore: next < total,
          ...(next < total ? { nextStartIndex: next } : {}),
          costTracking,
          phaseTime: took,
        };
      },
    };
  }

  /** @param {Record<string, any>} body @returns {Order} */
  #orderFinalize(body) {
    const project = this.#project(body);
    const { credits, stats } = this.#tools;
    const bill = credits.nextBill(project.account);
    // The debt was set aside when it was charged; only a bill that is sent twice can exceed the balance.
    if (project.account.finalized) credits.require(bill);
    return {
      credits: 0,
      account: project.account,
      run: async (_work, slowness) => {
        const took = await this.#work("finalize", `${project.seed}/finalize`, slowness);
        // The phases before have counted what they charged. A second bill is charged again.
        if (project.account.finalized) stats.addToPhase("finalize", "credits", bill);
        const creditsUsed = credits.finalize(project.account);
        project.phaseTimings.finalize = took;
        project.status = "complete";
        return {
          success: true,
          phase: "finalize",
          progress: 100,
          projectId: project.id,
          title: project.title,
          scenes: project.scenes.map(publicScene),
          costTracking: trackCosts(project),
          creditsUsed,
          phaseTimings: { ...project.phaseTimings },
          totalTimeMs: Object.values(project.phaseTimings).reduce((sum, time) => sum + time, 0),
        };
      },
    };
  }

  /** @param {Record<string, any>} body @param {PieceKind} kind @returns {Order} */
  #orderPiece(body, kind) {
    const project = this.#project(body);
    const { sceneIndex: index } = valid(
      object({ sceneIndex: wholeNumber(0, project.scenes.length - 1) }),
      body,
      "BAD_INDEX",
    );
    const { prompt } = valid(PROMPT, body, "BAD_PROMPT");
    this.#tools.credits.require(PRICES[kind]);
    return {
      credits: PRICES[kind],
      account: project.account,
      run: async (work, slowness) => {
        if (kind === "image" && prompt !== undefined)
          project.scenes = project.scenes.map((scene) =>
            scene.index === index ? { ...scene, visualPrompt: prompt } : scene,
          );
        const variation = (project.scenes[index][kind]?.variation ?? -1) + 1;
        const took = await this.#work(kind, `${project.seed}/${kind}/${index}/${variation}`, slowness);
        const recording = await this.#record(project, project.scenes[index], kind, variation);
        const existing = project.scenes[index][kind];
        // Asking for another one is the user's right; doing it because the last one's reply was lost is waste.
        const repeated = existing?.byRequest && existing.work.isLost;
        const piece = this.#make(project, project.scenes[index], kind, {
          variation,
          byRequest: true,
          repeated,
          work,
          phase: body.phase,
          recording,
        });
        project.scenes = project.scenes.map((scene) => (scene.index === index ? { ...scene, [kind]: piece } : scene));
        const status = body.phase in SUBMISSIONS ? { status: "complete" } : {};
        return {
          success: true,
          phase: body.phase,
          ...status,
          scene: publicScene(project.scenes[index]),
          costTracking: trackCosts(project),
          phaseTime: took,
        };
      },
    };
  }

  /** @param {Record<string, any>} body */
  #project({ projectId, generationId }) {
    const project = this.#tools.projects.find(projectId);
    if (generationId !== undefined && generationId !== project.generationId) {
      throw new HttpError(404, "The project has no such generation", { code: "UNKNOWN_GENERATION" });
    }
    return project;
  }

  /**
   * Makes the pieces of a chunk at once, then writes the whole record from the snapshot the chunk began with.
   * @param {Project} project @param {readonly Scene[]} snapshot @param {readonly Scene[]} chunk
   * @param {PieceKind} kind @param {Work} work @param {number} slowness
   */
  async #chunk(project, snapshot, chunk, kind, work, slowness) {
    const recordings = new Map();
    const times = chunk.map(async (scene) => {
      const took = await this.#work(kind, `${project.seed}/${kind}/${scene.index}/0`, slowness);
      recordings.set(scene, await this.#record(project, scene, kind, 0));
      return took;
    });
    const took = Math.max(0, ...(await Promise.all(times)));
    const record = snapshot.map((scene) => {
      if (!chunk.includes(scene)) return scene;
      const repeated = project.made.has(`${kind}:${scene.index}`);
      return {
        ...scene,
        [kind]: this.#make(project, scene, kind, {
          variation: 0,
          byRequest: false,
          repeated,
          work,
          phase: CHUNK_PHASE[kind],
          recording: recordings.get(scene),
        }),
      };
    });
    if (chunk.length > 0) project.scenes = this.#keepRequested(project.scenes, snapshot, record);
    if (project.status !== "complete") project.status = CHUNK_PHASE[kind];
    return took;
  }

  /**
   * The whole-record write loses what another chunk wrote meanwhile, as in the real system. Only a piece that the user
   * asked for by name survives it.
   * @param {readonly Scene[]} present @param {readonly Scene[]} snapshot @param {readonly Scene[]} record
   */
  #keepRequested(present, snapshot, record) {
    return record.map((scene, i) => {
      let kept = scene;
      for (const kind of /** @type {PieceKind[]} */ (["image", "audio"])) {
        const piece = present[i][kind];
        if (!piece || piece === snapshot[i][kind] || scene[kind] !== snapshot[i][kind]) continue;
        if (piece.byRequest) kept = { ...kept, [kind]: piece };
        else this.#tools.stats.add("lostUpdates");
      }
      return kept;
    });
  }

  /**
   * @param {Project} project @param {Scene} scene @param {PieceKind} kind
   * @param {{variation: number, byRequest: boolean, repeated: boolean, work: Work, phase: string,
   * recording: Recording | undefined}} how
   * @returns {Piece}
   */
  #make(project, scene, kind, { variation, byRequest, repeated, work, phase, recording }) {
    const text = kind === "image" ? scene.visualPrompt : scene.narration;
    const { seconds = null, voice = null } = recording ?? {};
    project.made.add(`${kind}:${scene.index}`);
    countPiece(this.#tools, phase, repeated);
    return this.#tools.projects.createPiece({ kind, text, variation, seconds, voice, byRequest, work });
  }

  /**
   * Records the narration of a scene. A picture is drawn when it is fetched.
   * @param {Project} project @param {Scene} scene @param {PieceKind} kind @param {number} variation
   */
  async #record({ language }, { narration }, kind, variation) {
    return kind === "audio" ? this.#tools.speech.record(narration, variation, language) : undefined;
  }

  /**
   * Waits as long as the work takes, and resolves to the milliseconds that it took.
   * @param {string} kind @param {string} label decides how long it takes @param {number} slowness
   */
  #work(kind, label, slowness) {
    return takeTime(this.#tools, `${kind}/${label}`, label, DURATIONS[kind], slowness);
  }
}

/** @param {string} text @param {string | null} [title] @param {string | null} [style] */
function split(text, title, style) {
  try {
    return splitStory(text, title ?? undefined, style ?? undefined);
  } catch (error) {
    if (error instanceof RefusedStory) throw new HttpError(400, error.message, { code: error.code });
    throw error;
  }
}

/** @param {Record<string, any>} body @param {string} field @returns {number} */
function startIndex(body, field) {
  return valid(object({ [field]: v.optional(wholeNumber(0), 0) }), body, "BAD_INDEX")[field];
}
