import { randomUUID } from "node:crypto";
import { HttpError } from "@sluicegate/fault-server/http";
import { describeScenes } from "../text/prompts.mjs";
import { Shelf } from "./shelf.mjs";
import { paidOnTheSpot } from "./work.mjs";

/** @typedef {"preview" | "animation"} BulkKind */

/**
 * A drawing that is made when it is fetched: a picture, or one that moves.
 * @typedef {{id: string, text: string, variation: number, moves: boolean}} Drawing
 */

/**
 * @typedef {object} BulkScene
 * @property {number} sceneNumber
 * @property {string} narration
 * @property {string} prompt
 * @property {string | null} preview    address of the picture
 * @property {string | null} animation
 */

/**
 * A visitor's storyboard, and its charges.
 * @typedef {object} Board
 * @property {string} id
 * @property {readonly BulkScene[]} scenes
 * @property {import('@sluicegate/fault-server/credits').Account} account
 * @property {number} charged   including refunded credits
 * @property {number} refunded
 * @property {Set<string>} made  the orders that were completed at least once
 * @property {Drawing[]} drawings
 */

const STORY = [
  "A girl lived in a cottage by the sea.",
  "Every evening she lit the lamp in the lighthouse.",
  "One night a storm came, and the boat of her father was out at sea.",
  "She climbed the lighthouse with a lantern.",
  "The lightning split the old tree by the road.",
  "A fox waited in the forest, and asked where she was going.",
  "They crossed the bridge over the river at dusk.",
  "Two sailors quarrelled in the tavern over a map.",
  "The fox found a boat under the willow.",
  "At dawn they saw the mast between the waves.",
  "The boat came home, and the bells rang in the town.",
  "They ate bread by the fire, and the cat slept.",
];
/** The pictures that a board has from the start. */
const DRAWN = [1, 4, 9, 12];
const ANIMATED = [4];

/** The boards of this process; the oldest are forgotten. */
export class Boards {
  /** @type {Shelf<Board>} */
  #boards = new Shelf({
    most: 100,
    what: "board",
    code: "UNKNOWN_BOARD",
    onDrop: ({ drawings }) => {
      for (const { id } of drawings) this.#drawings.delete(id);
    },
  });
  /** @type {Map<string, Drawing>} */
  #drawings = new Map();

  create() {
    const prompts = describeScenes(STORY);
    /** @type {Board} */
    const board = {
      id: randomUUID(),
      scenes: [],
      account: paidOnTheSpot(),
      charged: 0,
      refunded: 0,
      made: new Set(),
      drawings: [],
    };
    board.scenes = STORY.map((narration, i) => {
      const sceneNumber = i + 1;
      const prompt = prompts[i];
      const draw = (/** @type {number[]} */ which, /** @type {BulkKind} */ kind) =>
        which.includes(sceneNumber) ? this.draw(board, kind, prompt) : null;
      return {
        sceneNumber,
        narration,
        prompt,
        preview: draw(DRAWN, "preview"),
        animation: draw(ANIMATED, "animation"),
      };
    });
    return this.#boards.keep(board.id, board);
  }

  /** @param {unknown} id */
  find(id) {
    return this.#boards.find(id);
  }

  /**
   * Keeps the recipe of a drawing.
   * @param {Board} board @param {BulkKind} kind @param {string} text
   * @returns {string} its address
   */
  draw(board, kind, text) {
    const drawing = { id: randomUUID(), text, variation: 0, moves: kind === "animation" };
    board.drawings.push(drawing);
    this.#drawings.set(drawing.id, drawing);
    return `/api/bulk/drawings/${drawing.id}.svg`;
  }

  /** @param {string} id */
  findDrawing(id) {
    const drawing = this.#drawings.get(id);
    if (!drawing) throw new HttpError(404, "There is no such drawing");
    return drawing;
  }
}
