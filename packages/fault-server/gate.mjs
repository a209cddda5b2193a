import * as v from "valibot";
import { HttpError } from "./http.mjs";
import { object, valid } from "./validate.mjs";

/** @typedef {import('./http.mjs').Context} Context */

const DIGITS = v.optional(v.pipe(v.string(), v.regex(/^\d{1,6}$/, "a whole number"), v.transform(Number)));
const QUERY = object({ quota: DIGITS, delay: DIGITS, hold: DIGITS });

const FORGET_AFTER = 10 * 60_000;
const LONGEST_DELAY = 10_000;
const MOST_RUNS = 200;

/**
 * One run of the "why" page: its held calls and its counts.
 * @typedef {object} Run
 * @property {boolean} isOpen
 * @property {number} delay   milliseconds, for calls that meet the gate open
 * @property {Set<() => void>} held  answers the held calls
 * @property {number} received
 * @property {number} open      calls that are not answered yet
 * @property {number} maxOpen
 * @property {number} answered
 * @property {number} abandoned calls whose client left before the answer
 * @property {number} refused   calls beyond their quota
 * @property {NodeJS.Timeout} forget
 */

/** Holds calls until their run's gate opens, so that a demonstration asserts counts and order instead of times. */
export class Gate {
  /** @type {Map<string, Run>} */
  #runs = new Map();

  /** @param {import('./http.mjs').App} app */
  addTo(app) {
    const path = "/api/why/:run";
    app.post(`${path}/call`, (c) => this.#call(c));
    app.post(`${path}/open`, (c) => {
      const run = this.#runOf(c);
      const { delay = run.delay } = queryOf(c);
      Object.assign(run, { isOpen: true, delay });
      for (const answer of [...run.held]) answer();
      return c.json(counts(run));
    });
    app.post(`${path}/close`, (c) => {
      const run = this.#runOf(c);
      run.isOpen = false;
      return c.json(counts(run));
    });
    app.get(`${path}/stats`, (c) => c.json(counts(this.#runOf(c))));
    app.get(`${path}/status`, (c) => {
      const { answered, open } = this.#runOf(c);
      return c.json({ answeredBefore: answered, open });
    });
  }

  close() {
    for (const run of this.#runs.values()) clearTimeout(run.forget);
    this.#runs.clear();
  }

  /** @param {Context} c */
  async #call(c) {
    const run = this.#runOf(c);
    const { quota, delay = run.delay, hold } = queryOf(c);
    run.received += 1;
    if (quota !== undefined && run.open >= quota) {
      run.refused += 1;
      throw new HttpError(429, "Too many calls at once", { limit: quota, current: run.open }, { "retry-after": "1" });
    }
    const n = run.received;
    run.open += 1;
    run.maxOpen = Math.max(run.maxOpen, run.open);
    const isAnswered = await this.#answered(run, c.env.outgoing, run.isOpen ? delay : hold);
    run.open -= 1;
    if (isAnswered) run.answered += 1;
    else run.abandoned += 1;
    return c.json({ n });
  }

  /**
   * Resolves to `true` when the gate lets the call pass, at the latest after `delay`, and to `false` when its client
   * leaves before.
   * @param {Run} run @param {import('node:http').ServerResponse} outgoing @param {number | undefined} delay
   * @returns {Promise<boolean>}
   */
  #answered(run, outgoing, delay) {
    return new Promise((resolve) => {
      const answer = () => end(true);
      const leave = () => end(false);
      const end = (/** @type {boolean} */ isAnswered) => {
        clearTimeout(timer);
        run.held.delete(answer);
        outgoing.off("close", leave);
        resolve(isAnswered);
      };
      run.held.add(answer);
      outgoing.once("close", leave);
      const timer = delay === undefined ? undefined : setTimeout(answer, Math.min(delay, LONGEST_DELAY));
    });
  }

  /** @param {Context} c */
  #runOf(c) {
    return this.#run(/** @type {string} */ (c.req.param("run")));
  }

  /** @param {string} name @returns {Run} */
  #run(name) {
    let run = this.#runs.get(name);
    if (!run) {
      if (this.#runs.size >= MOST_RUNS) throw new HttpError(503, "Too many runs", { code: "TOO_MANY_RUNS" });
      const forget = setTimeout(() => this.#forget(name), FORGET_AFTER).unref();
      run = {
        isOpen: false,
        delay: 0,
        held: new Set(),
        received: 0,
        open: 0,
        maxOpen: 0,
        answered: 0,
        abandoned: 0,
        refused: 0,
        forget,
      };
      this.#runs.set(name, run);
    }
    // A run is dropped after ten minutes without a call.
    run.forget.refresh();
    return run;
  }

  /** @param {string} name */
  #forget(name) {
    const run = this.#runs.get(name);
    this.#runs.delete(name);
    for (const answer of run?.held ?? []) answer();
  }
}

/** @param {Run} run */
function counts({ received, open, maxOpen, answered, abandoned, refused, isOpen }) {
  return { received, open, maxOpen, answered, abandoned, refused, gateOpen: isOpen };
}

/** @param {Context} c */
const queryOf = (c) => valid(QUERY, c.req.query(), "BAD_QUERY");
