import { randomUUID } from "node:crypto";
import { createAccount } from "@sluicegate/fault-server/credits";
import { HttpError } from "@sluicegate/fault-server/http";
import { languageOf } from "../sound/speech.mjs";
import { Shelf } from "./shelf.mjs";

/** @typedef {"image" | "audio"} PieceKind */

/**
 * A picture or a sound, kept as its recipe: it is rendered when it is fetched.
 * @typedef {object} Piece
 * @property {string} id
 * @property {PieceKind} kind
 * @property {string} text       the prompt or narration
 * @property {number} variation
 * @property {number | null} seconds
 * @property {import('../sound/speech.mjs').Voice | null} voice of a sound
 * @property {boolean} byRequest whether the user asked for this one piece
 * @property {import('@sluicegate/fault-server/work').Work} work
 */

/**
 * @typedef {object} Scene
 * @property {number} index
 * @property {string} narration
 * @property {string} visualPrompt
 * @property {Piece | null} image
 * @property {Piece | null} audio
 */

/**
 * @typedef {object} Project
 * @property {string} id
 * @property {string} generationId
 * @property {string} title
 * @property {string} seed
 * @property {string} language of its narration, as a BCP 47 tag
 * @property {readonly Scene[]} scenes  replaced as a whole by every writer
 * @property {"scripted" | "audio" | "images" | "complete"} status
 * @property {import('@sluicegate/fault-server/credits').Account} account
 * @property {Record<string, number>} phaseTimings  milliseconds
 * @property {Set<string>} made  the pieces that were made at least once
 */

/** The projects of this process; the oldest are forgotten. */
export class Projects {
  /** @type {Shelf<Project>} */
  #projects = new Shelf({
    most: 300,
    what: "project",
    code: "UNKNOWN_PROJECT",
    onDrop: ({ scenes }) => {
      for (const { image, audio } of scenes)
        for (const piece of [image, audio]) if (piece) this.#pieces.delete(piece.id);
    },
  });
  /** @type {Map<string, Piece>} */
  #pieces = new Map();

  /**
   * @param {string} title
   * @param {string} seed
   * @param {import('../text/story.mjs').SceneText[]} texts
   * @returns {Project}
   */
  create(title, seed, texts) {
    const id = randomUUID();
    return this.#projects.keep(id, {
      id,
      generationId: randomUUID(),
      title,
      seed,
      language: languageOf(texts.map(({ narration }) => narration).join(" ")),
      scenes: texts.map((text, index) => ({ index, ...text, image: null, audio: null })),
      status: "scripted",
      account: createAccount(),
      phaseTimings: {},
      made: new Set(),
    });
  }

  /** @param {unknown} id */
  find(id) {
    return this.#projects.find(id);
  }

  /** @param {Omit<Piece, "id">} recipe @returns {Piece} */
  createPiece(recipe) {
    const piece = { id: randomUUID(), ...recipe };
    this.#pieces.set(piece.id, piece);
    return piece;
  }

  /**
   * @param {string} id
   * @param {PieceKind} kind
   */
  findPiece(id, kind) {
    const piece = this.#pieces.get(id);
    if (piece?.kind !== kind) throw new HttpError(404, `There is no such ${kind}`, { code: "UNKNOWN_PIECE" });
    return piece;
  }
}

/** Returns a scene as the page has it. @param {Scene} scene */
export function publicScene({ index, narration, visualPrompt, image, audio }) {
  return {
    index,
    narration,
    visualPrompt,
    status: image && audio ? "complete" : image || audio ? "partial" : "pending",
    imageUrl: image && `/api/pictures/${image.id}.svg`,
    audioUrl: audio && `/api/sounds/${audio.id}.wav`,
    audioSeconds: audio?.seconds,
    audioVoice: audio?.voice,
  };
}

/** @param {Project} project */
export function publicProject(project) {
  return {
    projectId: project.id,
    generationId: project.generationId,
    title: project.title,
    status: project.status,
    scenes: project.scenes.map(publicScene),
  };
}

/** @param {Project} project */
export function trackCosts({ scenes, account }) {
  const sounds = scenes.flatMap(({ audio }) => audio ?? []);
  return {
    credits: account.owed + account.billed,
    audioSeconds: Math.round(sounds.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0) * 100) / 100,
    audioGenerated: sounds.length,
    imagesGenerated: scenes.filter(({ image }) => image).length,
  };
}
