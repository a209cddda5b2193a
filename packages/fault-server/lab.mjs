import { HttpError, readJsonObject, sendJson } from "./http.mjs";

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
   * Holds work until it is let go: `const hold = lab.hold("image"); await hold.reached(1); hold.release();`.
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
    if (credits !== undefined && !(Number.isFinite(credits) && credits >= 0)) {
      throw new HttpError(400, "credits must be a number of at least 0", { code: "BAD_RESET", field: "credits" });
    }
    this.#credits.reset(credits);
    this.#faults.reset();
    this.#stats.reset();
    return this.stats;
  }

  /** @returns {import('./http.mjs').Route[]} */
  get routes() {
    return [
      ["GET", /^\/api\/lab$/, ({ res }) => sendJson(res, 200, this.view)],
      ["GET", /^\/api\/lab\/faults$/, ({ res }) => sendJson(res, 200, this.faults)],
      [
        "PUT",
        /^\/api\/lab\/faults$/,
        async ({ req, res }) => {
          this.#faults.merge(await readJsonObject(req));
          sendJson(res, 200, this.view);
        },
      ],
      ["GET", /^\/api\/lab\/stats$/, ({ res }) => sendJson(res, 200, this.stats)],
      [
        "POST",
        /^\/api\/lab\/reset$/,
        async ({ req, res }) => (this.reset(await readJsonObject(req)), sendJson(res, 200, this.view)),
      ],
    ];
  }
}
