// What the watchers of a run see: one immutable snapshot a change, each item's coming outcome, outcomes as they settle.

export class Live {
  /** Outcomes in the order in which they came. */
  settledOutcomes = [];
  #run;
  #items = new Map();
  #listeners = new Set();
  #coming = new Map();
  #ticket = newTicket();
  #snapshot = undefined;

  constructor(run) {
    this.#run = run;
  }

  // ── told by the run ──

  started(index, startedAt) {
    this.#snapshot = undefined;
    const before = this.#items.get(index);
    this.#items.set(index, { ...before, index, key: this.#run.keyOf(index), status: "running", startedAt });
  }

  retrying(index) {
    this.#snapshot = undefined;
    const { fraction, ...before } = this.#items.get(index) ?? {};
    this.#items.set(index, { ...before, status: "retrying" });
  }

  heard(index, fraction, data) {
    this.#snapshot = undefined;
    const before = this.#items.get(index);
    const news = { ...(fraction !== undefined && { fraction }), ...(data !== undefined && { data }) };
    if (before) this.#items.set(index, { ...before, ...news });
  }

  settled(outcome) {
    this.#snapshot = undefined;
    this.#items.delete(outcome.index);
    this.settledOutcomes.push(outcome);
    this.#coming.get(outcome.index)?.resolve(outcome);
    this.#coming.delete(outcome.index);
    this.#wake();
  }

  /** Something is to be seen that was not before. */
  notify() {
    this.#snapshot = undefined;
    for (const listener of [...this.#listeners]) listener();
  }

  finished() {
    this.#wake();
  }

  #wake() {
    this.#ticket.resolve();
    this.#ticket = newTicket();
  }

  // ── asked by the handle ──

  subscribe(listener) {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** The item's outcome, when it has one. */
  outcomeOf(index) {
    const outcome = this.#run.outcomes[index];
    if (outcome) return Promise.resolve(outcome);
    let coming = this.#coming.get(index);
    if (!coming) this.#coming.set(index, (coming = newTicket()));
    return coming.promise;
  }

  changed() {
    return this.#ticket.promise;
  }

  snapshot(progress) {
    if (this.#snapshot) return this.#snapshot;
    const { items, outcomes, state } = this.#run;
    const seen = Array.from({ length: items.length }, (_, index) => {
      const waiting = { index, key: this.#run.keyOf(index), status: "waiting" };
      return outcomes[index] ?? this.#items.get(index) ?? waiting;
    });
    this.#snapshot = Object.freeze({ state, progress: progress(), items: Object.freeze(seen) });
    return this.#snapshot;
  }
}

function newTicket() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
