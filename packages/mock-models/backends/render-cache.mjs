import { Shelf } from "./shelf.mjs";

/**
 * Renders a piece when it is first fetched and keeps the latest results; a recipe is small, its picture is not.
 * @template {{id: string}} T
 */
export class RenderCache {
  #render;
  /** @type {Shelf<Buffer>} */
  #results = new Shelf({ most: 64 });

  /** @param {(piece: T) => string} render */
  constructor(render) {
    this.#render = render;
  }

  /** @param {T} piece */
  get(piece) {
    return this.#results.keep(piece.id, this.#results.get(piece.id) ?? Buffer.from(this.#render(piece)));
  }
}
