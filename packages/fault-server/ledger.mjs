/** @typedef {import('./actions.mjs').Fault} Fault */
/** @typedef {import('./http.mjs').Outgoing} Outgoing */

/**
 * One piece of work, paid when it was begun.
 * @typedef {object} Piece
 * @property {string} item
 * @property {boolean} delivered whether a whole reply with it was sent to a connected client
 */

/** The counts of one run of paid work, as the server knows them. */
export class Ledger {
  #received = 0;
  #answered = 0;
  #beyondQuota = 0;
  #joins = 0;
  #replays = 0;
  #abandoned = 0;
  #open = 0;
  #mostOpen = 0;
  /** @type {Partial<Record<Fault, number>>} */
  #faults = {};
  /** @type {Map<string, Piece[]>} */
  #items = new Map();

  get open() {
    return this.#open;
  }

  received() {
    this.#received += 1;
  }

  beyondQuota() {
    this.#beyondQuota += 1;
  }

  /** @param {Fault} fault */
  met(fault) {
    this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
  }

  /** @param {boolean} settled */
  repeated(settled) {
    if (settled) this.#replays += 1;
    else this.#joins += 1;
  }

  /** Counts work that begins, and is paid. @param {string} item @returns {Piece} */
  begin(item) {
    this.#open += 1;
    this.#mostOpen = Math.max(this.#mostOpen, this.#open);
    const piece = { item, delivered: false };
    const pieces = this.#items.get(item);
    if (pieces) pieces.push(piece);
    else this.#items.set(item, [piece]);
    return piece;
  }

  end() {
    this.#open -= 1;
  }

  /** Counts a whole reply. @param {Piece} piece @param {Outgoing} outgoing */
  deliver(piece, outgoing) {
    if (outgoing.destroyed) {
      this.#abandoned += 1;
      return;
    }
    this.#answered += 1;
    piece.delivered = true;
  }

  /**
   * Returns how often each item was paid, and whether it was delivered.
   * @returns {Record<string, {paid: number, delivered: boolean}>}
   */
  items() {
    return Object.fromEntries(
      [...this.#items].map(([item, pieces]) => [
        item,
        { paid: pieces.length, delivered: pieces.some(({ delivered }) => delivered) },
      ]),
    );
  }

  counts() {
    const items = Object.values(this.items());
    const pieces = items.reduce((sum, { paid }) => sum + paid, 0);
    return {
      received: this.#received,
      /** Calls that got their result. */
      answered: this.#answered,
      /** Calls by the fault that they met. */
      faults: { ...this.#faults },
      /** 429 because of the quota; those dealt by the dice are among the faults. */
      beyondQuota: this.#beyondQuota,
      /** Good replies whose client had left. */
      abandoned: this.#abandoned,
      /** Calls without a result. */
      wasted: this.#received - this.#answered,
      joins: this.#joins,
      replays: this.#replays,
      items: items.length,
      pieces,
      paidOnce: items.filter(({ paid }) => paid === 1).length,
      paidAgain: items.filter(({ paid }) => paid > 1).length,
      /** Pieces beyond the first of an item. */
      extraPieces: pieces - items.length,
      /** Items that were paid and not delivered. */
      paidForNothing: items.filter(({ delivered }) => !delivered).length,
      open: this.#open,
      mostOpen: this.#mostOpen,
    };
  }
}
