import { HttpError, readJsonObject, sendJson } from "../../tests/faults/http.mjs";

/** @typedef {import('../../tests/faults/http.mjs').Visit} Visit */

const EVENT_INTERVAL = 250;
const HEARTBEAT = 15_000;

/**
 * The demonstration's controls: troubles on and off, and what the server has counted.
 */
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

  /** @returns {import('../../tests/faults/http.mjs').Route[]} */
  get routes() {
    return [
      ["GET", /^\/api\/lab\/faults$/, ({ res }) => sendJson(res, 200, this.faults)],
      [
        "PUT",
        /^\/api\/lab\/faults$/,
        async ({ req, res }) => {
          this.#faults.merge(await readJsonObject(req));
          sendJson(res, 200, this.faults);
        },
      ],
      ["GET", /^\/api\/lab\/stats$/, ({ res }) => sendJson(res, 200, this.stats)],
      [
        "POST",
        /^\/api\/lab\/reset$/,
        async ({ req, res }) => sendJson(res, 200, this.reset(await readJsonObject(req))),
      ],
      ["GET", /^\/api\/lab\/events$/, (visit) => this.#stream(visit)],
    ];
  }

  /** @param {Visit} visit */
  #stream({ res }) {
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    let sent = 0;
    /** @type {NodeJS.Timeout | undefined} */
    let waiting;
    const send = () => {
      waiting = undefined;
      sent = performance.now();
      // A page that does not read (a frozen tab) must not pile up events here.
      if (res.writableNeedDrain) return;
      res.write(`data: ${JSON.stringify(this.stats)}\n\n`);
    };
    const unwatch = this.#stats.watch(() => {
      waiting ??= setTimeout(send, Math.max(0, sent + EVENT_INTERVAL - performance.now()));
    });
    const heartbeat = setInterval(() => res.write(": alive\n\n"), HEARTBEAT).unref();
    res.on("close", () => {
      unwatch();
      clearTimeout(waiting);
      clearInterval(heartbeat);
    });
    res.on("drain", send);
    send();
  }
}
