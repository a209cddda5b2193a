import { randomUUID } from "node:crypto";
import { HttpError } from "@sluicegate/fault-server/http";
import { describeScenes } from "@sluicegate/mock-models/text/prompts";

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
const REMEMBERED = 100;

/** The boards of this process; the oldest are forgotten. */
export class Boards {
  /** @type {Map<string, Board>} */
  #boards = new Map();
  /** @type {Map<string, Drawing>} */
  #drawings = new Map();

  create() {
    const prompts = describeScenes(STORY);
    /** @type {Board} */
    const board = {
      id: randomUUID(),
      scenes: [],
      account: { owed: 0, billed: 0, finalized: true }, // each order is deducted at once
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
    this.#boards.set(board.id, board);
    if (this.#boards.size > REMEMBERED) this.#forget(/** @type {string} */ (this.#boards.keys().next().value));
    return board;
  }

  /** @param {unknown} id @returns {Board} */
  find(id) {
    const board = typeof id === "string" ? this.#boards.get(id) : undefined;
    if (!board) throw new HttpError(404, "There is no such board", { code: "UNKNOWN_BOARD" });
    return board;
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

  /** @param {string} id */
  #forget(id) {
    for (const drawing of this.#boards.get(id)?.drawings ?? []) this.#drawings.delete(drawing.id);
    this.#boards.delete(id);
  }
}
