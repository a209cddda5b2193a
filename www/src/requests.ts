import type { WantedPiece } from "./api";

/** Pieces that somebody asked for. More may be asked for while they are made; the last answer ends the list. */
export class Requests {
  readonly audio = new OpenList<WantedPiece>();
  readonly images = new OpenList<WantedPiece>();
  readonly pieces: readonly WantedPiece[];
  #unanswered: number;

  constructor(pieces: readonly WantedPiece[]) {
    this.pieces = pieces;
    this.#unanswered = pieces.length;
    for (const piece of pieces) this[piece.kind].add(piece);
    if (pieces.length === 0) this.end();
  }

  /** False when the list has ended. */
  add(piece: WantedPiece): boolean {
    if (this[piece.kind].ended) return false;
    this.#unanswered += 1;
    this[piece.kind].add(piece);
    return true;
  }

  answered(): void {
    this.#unanswered -= 1;
    if (this.#unanswered === 0) this.end();
  }

  end(): void {
    this.audio.end();
    this.images.end();
  }
}

/**
 * A source that grows while it is worked through. Written out rather than as a generator, whose `return` would wait for an item
 * that may never come.
 */
class OpenList<T> implements AsyncIterable<T> {
  ended = false;
  #items: T[] = [];
  #wake: (() => void) | undefined;

  add(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.ended = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        while (this.#items.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.#wake = resolve));
        return this.#items.length > 0 ? { done: false, value: this.#items.shift() as T } : { done: true, value: undefined };
      },
      return: async () => {
        this.end();
        return { done: true, value: undefined };
      },
    };
  }
}
