import * as v from "valibot";
import { readJsonObject } from "./http.mjs";
import { number, object, valid } from "./validate.mjs";

const RESET = object({ credits: v.optional(number(0)) });

/** Controls of the demonstration: the faults and the counters of the server. Pages read them with short requests. */
export class Lab {
  #faults;
  #stats;
  #credits;
  #holds;

  /**
   * @param {import('./faults.mjs').Faults} faults
   * @param {import('./stats.mjs').Stats} stats
   * @param {import('./credits.mjs').Credits} credits
   * @param {import('./holds.mjs').Holds} holds
   */
  constructor(faults, stats, credits, holds) {
    this.#faults = faults;
    this.#stats = stats;
    this.#credits = credits;
    this.#holds = holds;
  }

  /**
   * Holds work until it is released: `const hold = lab.hold("image"); await hold.reached(1); hold.release();`.
   * @param {...string} names how the names of the works start; without one all work is held
   */
  hold(...names) {
    return this.#holds.hold(...names);
  }

  /** Live and validated: `lab.faults.quota = 5` works as well as `lab.faults = { preset: "hard" }`. */
  get faults() {
    return this.#faults.settings;
  }

  set faults(change) {
    this.#faults.merge(change);
  }

  get stats() {
    return this.#stats.snapshot();
  }

  /** Everything that the page shows. */
  get view() {
    return { faults: this.faults, preset: this.#faults.preset ?? null, stats: this.stats };
  }

  /** @param {{credits?: number}} [to] */
  reset({ credits } = {}) {
    valid(RESET, { credits }, "BAD_RESET");
    this.#credits.reset(credits);
    this.#faults.reset();
    this.#stats.reset();
    return this.stats;
  }

  /** @param {import('./http.mjs').App} app */
  addTo(app) {
    app.get("/api/lab", (c) => c.json(this.view));
    app.get("/api/lab/faults", (c) => c.json(this.faults));
    app.get("/api/lab/stats", (c) => c.json(this.stats));
    app.put("/api/lab/faults", async (c) => {
      this.#faults.merge(await readJsonObject(c));
      return c.json(this.view);
    });
    app.post("/api/lab/reset", async (c) => {
      this.reset(await readJsonObject(c));
      return c.json(this.view);
    });
  }
}
