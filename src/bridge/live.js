// What the watchers of a run see: one immutable snapshot a change, each item's coming outcome, outcomes as they settle.

import { reportUncaught } from "./errors.js";

export class Live {
  /** Outcomes in the order in which they came. */
  settledOutcomes = [];
  #run;
  #items = new Map();
  /** Of items that have not begun. */
  #waiting = [];
  #listeners = new Set();
  #coming = new Map();
  #ticket = newTicket();
  #snapshot = undefined;

  constructor(run) {
    this.#run = run;
  }

  // ── told by the run ──

  started(index, startedAt) {
    this.#set(index, { ...this.#items.get(index), index, key: this.#run.keyOf(index), status: "running", startedAt });
  }

  retrying(index) {
    const { fraction, ...before } = this.#items.get(index) ?? {};
    this.#set(index, { ...before, status: "retrying" });
  }

  heard(index, fraction, data) {
    const before = this.#items.get(index);
    const news = { ...(fraction !== undefined && { fraction }), ...(data !== undefined && { data }) };
    if (before) this.#set(index, { ...before, ...news });
  }

  settled(outcome) {
    this.#snapshot = undefined;
    this.#items.delete(outcome.index);
    this.settledOutcomes.push(Object.freeze(outcome));
    this.#coming.get(outcome.index)?.resolve(outcome);
    this.#coming.delete(outcome.index);
    this.#wake();
  }

  /** Something is to be seen that was not before. */
  notify() {
    this.#snapshot = undefined;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        reportUncaught(error); // the others are told all the same
      }
    }
  }

  finished() {
    this.#wake();
  }

  #wake() {
    this.#ticket.resolve();
    this.#ticket = newTicket();
  }

  #set(index, item) {
    this.#snapshot = undefined;
    this.#items.set(index, Object.freeze(item));
  }

  #waitingAt(index) {
    return (this.#waiting[index] ??= Object.freeze({ index, key: this.#run.keyOf(index), status: "waiting" }));
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
    const { state } = this.#run;
    if (this.#snapshot?.state === state) return this.#snapshot;
    const { items, outcomes } = this.#run;
    const seen = Array.from(
      { length: items.length },
      (_, index) => outcomes[index] ?? this.#items.get(index) ?? this.#waitingAt(index),
    );
    this.#snapshot = Object.freeze({ state, progress: progress(), items: Object.freeze(seen) });
    return this.#snapshot;
  }
}

function newTicket() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
