import * as v from "valibot";
import { anyCuts, applyFault, SIGN_IN, sendSignIn, tooMany } from "./actions.mjs";
import { Dice, oneOf } from "./dice.mjs";
import { HttpError, parseJsonObject, readJsonObject } from "./http.mjs";
import { bodyHash, IdempotencyKeys } from "./idempotency.mjs";
import { Ledger } from "./ledger.mjs";
import { paidSettings } from "./paid-settings.mjs";
import { pause } from "./pause.mjs";
import { createRandom } from "./random.mjs";
import { object, valid } from "./validate.mjs";
import { Work } from "./work.mjs";

/** @typedef {import('./http.mjs').App} App */
/** @typedef {import('./http.mjs').Context} Context */
/** @typedef {import('./actions.mjs').Fault} Fault */
/** @typedef {import('./ledger.mjs').Piece} Piece */

const MOST_RUNS = 200;
/** The spread of the times: of a hundred pieces the slowest takes three times the median. */
const SPREAD = 0.5;
const ITEM_LENGTH = 80;
const NAME = `a number or a text of up to ${ITEM_LENGTH} characters`;
const ITEM = object({
  item: v.pipe(
    v.union([v.string(), v.number()], NAME),
    v.transform(String),
    v.check((name) => name !== "" && name.length <= ITEM_LENGTH, NAME),
  ),
});

/** Work that costs something each time it begins, in independent runs. */
export class PaidWork {
  /** @type {Map<string, Run>} */
  #runs = new Map();
  #closing;

  /** @param {AbortSignal} closing */
  constructor(closing) {
    this.#closing = closing;
  }

  /** Returns the ledger of each run, by its name. @returns {Map<string, Ledger>} */
  get ledgers() {
    return new Map([...this.#runs].map(([name, { ledger }]) => [name, ledger]));
  }

  /** @param {App} app */
  addTo(app) {
    const path = "/api/paid/:run{[\\w.-]+}";
    app.post(path, (c) => this.#configure(c));
    app.post(`${path}/work`, (c) => this.#find(c).work(c));
    app.get(`${path}/results/:key`, (c) => c.json(this.#find(c).result(c.req.param("key"))));
    app.get(`${path}/ledger`, (c) => c.json(this.#find(c).ledger.counts()));
    app.get(`${path}/items`, (c) => c.json(this.#find(c).ledger.items()));
    app.get(`${path}/status`, (c) => c.json({ open: this.#find(c).ledger.open }));
    app.get(SIGN_IN, sendSignIn);
  }

  /** Starts a run of this name anew, with an empty ledger. @param {Context} c */
  async #configure(c) {
    const name = /** @type {string} */ (c.req.param("run"));
    const settings = paidSettings(await readJsonObject(c));
    this.#runs.delete(name);
    this.#runs.set(name, new Run(settings, this.#closing));
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(/** @type {string} */ (this.#runs.keys().next().value));
    return c.json(settings, 201);
  }

  /**
   * Returns whether sockets may be destroyed under those who call this path, also for a preflight.
   * @param {string} path
   */
  cutsSockets(path) {
    const name = /^\/api\/paid\/([^/]+)/.exec(path)?.[1];
    return name !== undefined && this.#runs.get(name)?.cutsSockets === true;
  }

  /** @param {Context} c */
  #find(c) {
    const run = this.#runs.get(/** @type {string} */ (c.req.param("run")));
    if (run) return run;
    throw new HttpError(404, "There is no such run: POST its settings first", { code: "UNKNOWN_RUN" });
  }
}

class Run {
  ledger = new Ledger();
  #settings;
  #closing;
  #dice;
  #choose;
  #keys = new IdempotencyKeys();
  /** @type {WeakMap<Work, Piece>} */
  #pieces = new WeakMap();
  /** Until this time every new call is refused, because real refusals come in bursts. */
  #refusingUntil = 0;

  /** @param {Readonly<import('./paid-settings.mjs').PaidSettings>} settings @param {AbortSignal} closing */
  constructor(settings, closing) {
    this.#settings = settings;
    this.#closing = closing;
    this.#dice = new Dice(settings.seed);
    this.#choose = oneOf(settings.faultRate, settings.kinds);
  }

  get cutsSockets() {
    return this.#settings.faultRate > 0 && anyCuts(this.#settings.kinds);
  }

  /** Returns the result of this key, for a client that lost the reply. @param {string} key */
  result(key) {
    const made = this.#keys.made(key);
    return made === undefined ? { found: false } : { found: true, value: made };
  }

  /** @param {Context} c */
  async work(c) {
    this.ledger.received();
    const text = await c.req.text();
    const { item } = valid(ITEM, parseJsonObject(text), "BAD_ITEM");
    const key = IdempotencyKeys.read(c.req.header("idempotency-key"));
    const hash = bodyHash(text);
    const known = this.#keys.find(key, hash);
    // Joining or repeating a reply takes no place, so the quota is for new work only.
    if (!known) this.#requirePlace();
    const faults = this.#dice.judge(item, key, this.#choose);
    const refused = applyFault(c, "before", faults, { wait: this.#settings.retryAfter });
    if (refused) return this.#met(refused);

    if (known) this.ledger.repeated(known.settled);
    const work = known ?? this.#begin(item, key, hash);
    const cut = applyFault(c, "during", faults);
    if (cut) return this.#met(cut);
    const reply = await work.result;
    if (faults.includes("late")) {
      this.ledger.met("late");
      await pause(this.#settings.lateness, this.#closing);
    }
    const lost = applyFault(c, "after", faults, { reply });
    if (lost) return this.#met(lost);
    this.ledger.deliver(/** @type {Piece} */ (this.#pieces.get(work)), c.env.outgoing);
    return c.json(reply, 200, known ? { "idempotency-replayed": "true" } : {});
  }

  /** Counts a fault. @param {{fault: Fault, response: Response}} applied */
  #met({ fault, response }) {
    if (fault === "throttled") this.#refusingUntil = performance.now() + this.#settings.retryAfter;
    this.ledger.met(fault);
    return response;
  }

  #requirePlace() {
    const { quota, retryAfter } = this.#settings;
    const left = this.#refusingUntil - performance.now();
    if (left > 0) {
      this.ledger.met("throttled");
      throw tooMany({ wait: left });
    }
    if (quota === null || this.ledger.open < quota) return;
    this.ledger.beyondQuota();
    throw tooMany({ wait: retryAfter, limit: quota, current: this.ledger.open });
  }

  /** @param {string} item @param {string | undefined} key @param {string} hash */
  #begin(item, key, hash) {
    const piece = this.ledger.begin(item);
    const work = new Work(async () => {
      try {
        await pause(workTime(this.#settings, item), this.#closing);
        return { item, value: createRandom(`${this.#settings.seed}/value/${item}`).int(1, 1_000_000) };
      } finally {
        // Before its reply is sent: a client that keeps to the quota must never be refused.
        this.ledger.end();
      }
    });
    this.#pieces.set(work, piece);
    this.#keys.keep(key, hash, work);
    work.result.catch(() => this.#keys.forget(key));
    return work;
  }
}

/**
 * Returns the time of a piece of work: lognormal, as the times of generation are. It depends on the item only, so
 * that all ways to make the same items take the same work.
 * @param {{seed: string | number, time: number}} settings @param {string} item
 */
export function workTime({ seed, time }, item) {
  const random = createRandom(`${seed}/time/${item}`);
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return time * Math.exp(SPREAD * normal);
}
