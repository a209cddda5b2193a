const KEPT = 64;

/**
 * Renders a piece when it is first fetched and keeps the latest results; a recipe is small, its picture is not.
 * @template {{id: string}} T
 */
export class RenderCache {
  #render;
  /** @type {Map<string, Buffer>} */
  #results = new Map();

  /** @param {(piece: T) => Buffer} render */
  constructor(render) {
    this.#render = render;
  }

  /** @param {T} piece */
  get(piece) {
    const bytes = this.#results.get(piece.id) ?? this.#render(piece);
    this.#results.delete(piece.id);
    this.#results.set(piece.id, bytes);
    if (this.#results.size > KEPT) this.#results.delete(/** @type {string} */ (this.#results.keys().next().value));
    return bytes;
  }
}
