import { HttpError, sendJson } from "@sluicegate/fault-server/http";

/** @typedef {import('@sluicegate/fault-server/http').Visit} Visit */
/** @typedef {import('@sluicegate/fault-server/http').Reply} Reply */

const FORGET_AFTER = 10 * 60_000;
const LONGEST_DELAY = 10_000;
const MOST_RUNS = 200;

/**
 * One run of the "why" page: its held calls, and counts that hold however slow the machine is.
 * @typedef {object} Run
 * @property {boolean} isOpen
 * @property {number} delay   milliseconds, for calls that meet the gate open
 * @property {Map<Reply, number>} held  with the number of each call
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

  /** @returns {import('@sluicegate/fault-server/http').Route[]} */
  get routes() {
    return [
      ["POST", /^\/api\/why\/([\w.-]{1,80})\/call$/, (visit) => this.#call(visit)],
      ["POST", /^\/api\/why\/([\w.-]{1,80})\/open$/, (visit) => this.#openGate(visit)],
      ["POST", /^\/api\/why\/([\w.-]{1,80})\/close$/, (visit) => this.#closeGate(visit)],
      [
        "GET",
        /^\/api\/why\/([\w.-]{1,80})\/stats$/,
        ({ res, params }) => sendJson(res, 200, counts(this.#run(params[0]))),
      ],
      [
        "GET",
        /^\/api\/why\/([\w.-]{1,80})\/status$/,
        ({ res, params }) => {
          const { answered, open } = this.#run(params[0]);
          sendJson(res, 200, { answeredBefore: answered, open });
        },
      ],
    ];
  }

  close() {
    for (const run of this.#runs.values()) clearTimeout(run.forget);
    this.#runs.clear();
  }

  /** @param {Visit} visit */
  #call({ req, res, url, params }) {
    const run = this.#run(params[0]);
    const quota = wholeNumber(url, "quota");
    const delay = wholeNumber(url, "delay") ?? run.delay;
    // The body says nothing here, but left unread it would block its connection.
    req.resume();
    run.received += 1;
    if (quota !== undefined && run.open >= quota) {
      run.refused += 1;
      throw new HttpError(429, "Too many calls at once", { limit: quota, current: run.open }, { "retry-after": "1" });
    }
    const n = run.received;
    run.open += 1;
    run.maxOpen = Math.max(run.maxOpen, run.open);
    run.held.set(res, n);
    res.on("close", () => {
      clearTimeout(timer);
      if (!run.held.delete(res)) return;
      run.open -= 1;
      run.abandoned += 1;
    });
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    if (!run.isOpen) return;
    if (delay > 0) timer = setTimeout(answer, Math.min(delay, LONGEST_DELAY), run, res);
    else answer(run, res);
  }

  /** @param {Visit} visit */
  #openGate({ req, res, url, params }) {
    const run = this.#run(params[0]);
    req.resume();
    run.isOpen = true;
    run.delay = wholeNumber(url, "delay") ?? run.delay;
    for (const held of [...run.held.keys()]) answer(run, held);
    sendJson(res, 200, counts(run));
  }

  /** @param {Visit} visit */
  #closeGate({ req, res, params }) {
    const run = this.#run(params[0]);
    req.resume();
    run.isOpen = false;
    sendJson(res, 200, counts(run));
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
        held: new Map(),
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
    // Forgotten after ten minutes without a visit, not in the middle of use.
    run.forget.refresh();
    return run;
  }

  /** @param {string} name */
  #forget(name) {
    const run = this.#runs.get(name);
    this.#runs.delete(name);
    for (const res of run?.held.keys() ?? []) res.destroy();
  }
}

/** @param {Run} run @param {Reply} res */
function answer(run, res) {
  const n = run.held.get(res);
  if (n === undefined) return;
  run.held.delete(res);
  run.open -= 1;
  run.answered += 1;
  sendJson(res, 200, { n });
}

/** @param {Run} run */
function counts({ received, open, maxOpen, answered, abandoned, refused, isOpen }) {
  return { received, open, maxOpen, answered, abandoned, refused, gateOpen: isOpen };
}

/** @param {URL} url @param {string} name */
function wholeNumber(url, name) {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,6}$/.test(text))
    throw new HttpError(400, `${name} must be a whole number`, { code: "BAD_QUERY", field: name });
  return Number(text);
}
