import { anyCuts, applyFault, SIGN_IN, sendSignIn, tooMany } from "./actions.mjs";
import { Dice, oneOf } from "./dice.mjs";
import { HttpError, parseJsonObject, readJsonObject, readText, sendJson } from "./http.mjs";
import { bodyHash, IdempotencyKeys } from "./idempotency.mjs";
import { Ledger } from "./ledger.mjs";
import { paidSettings } from "./paid-settings.mjs";
import { pause } from "./pause.mjs";
import { createRandom } from "./random.mjs";
import { Work } from "./work.mjs";

/** @typedef {import('./http.mjs').Visit} Visit */
/** @typedef {import('./http.mjs').Reply} Reply */
/** @typedef {import('./actions.mjs').Fault} Fault */
/** @typedef {import('./ledger.mjs').Piece} Piece */

const MOST_RUNS = 200;
/** How far times lie apart: of a hundred pieces the slowest takes three times the median. */
const SPREAD = 0.5;
const ITEM_LENGTH = 80;

/** Work that costs something each time it is begun, in runs that know nothing of each other. */
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

  /** @returns {import('./http.mjs').Route[]} */
  get routes() {
    return [
      ["POST", /^\/api\/paid\/([\w.-]{1,80})$/, (visit) => this.#configure(visit)],
      ["POST", /^\/api\/paid\/([\w.-]{1,80})\/work$/, (visit) => this.#find(visit).work(visit)],
      [
        "GET",
        /^\/api\/paid\/([\w.-]{1,80})\/results\/([^/]{1,800})$/,
        (visit) => sendJson(visit.res, 200, this.#find(visit).result(decoded(visit.params[1]))),
      ],
      [
        "GET",
        /^\/api\/paid\/([\w.-]{1,80})\/ledger$/,
        (visit) => sendJson(visit.res, 200, this.#find(visit).ledger.counts()),
      ],
      [
        "GET",
        /^\/api\/paid\/([\w.-]{1,80})\/items$/,
        (visit) => sendJson(visit.res, 200, this.#find(visit).ledger.items()),
      ],
      [
        "GET",
        /^\/api\/paid\/([\w.-]{1,80})\/status$/,
        (visit) => sendJson(visit.res, 200, { open: this.#find(visit).ledger.open }),
      ],
      ["GET", new RegExp(`^${SIGN_IN}$`), ({ res }) => sendSignIn(res)],
    ];
  }

  /** A run of this name begins anew, with an empty ledger. @param {Visit} visit */
  async #configure({ req, res, params }) {
    const settings = paidSettings(await readJsonObject(req));
    this.#runs.delete(params[0]);
    this.#runs.set(params[0], new Run(settings, this.#closing));
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(/** @type {string} */ (this.#runs.keys().next().value));
    sendJson(res, 201, settings);
  }

  /**
   * Whether sockets may be destroyed under those who call there, preflights too: a browser re-sends by itself what was
   * cut on a connection it has used before, and the page never learns of it. So there none is offered for use again.
   * @param {string} path
   */
  cutsSockets(path) {
    const name = /^\/api\/paid\/([^/]+)/.exec(path)?.[1];
    return name !== undefined && this.#runs.get(name)?.cutsSockets === true;
  }

  /** @param {Visit} visit */
  #find({ req, params }) {
    const run = this.#runs.get(params[0]);
    if (run) return run;
    req.resume();
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
  /** Until then every new call is refused: refusals come in bursts. */
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

  /** Returns the result that was made under this key, for a client that lost the reply. @param {string} key */
  result(key) {
    const made = this.#keys.made(key);
    return made === undefined ? { found: false } : { found: true, value: made };
  }

  /** @param {Visit} visit */
  async work({ req, res }) {
    this.ledger.received();
    const text = await readText(req);
    const item = itemOf(parseJsonObject(text));
    const key = IdempotencyKeys.read(req.headers["idempotency-key"]);
    const hash = bodyHash(text);
    const known = this.#keys.find(key, hash);
    // Joining or repeating a reply takes no place, so the quota is for new work only.
    if (!known) this.#requirePlace();
    const faults = this.#dice.judge(item, key, this.#choose);
    if (this.#met(applyFault(res, "before", faults, { wait: this.#settings.retryAfter }))) return;

    if (known) this.ledger.repeated(known.settled);
    const work = known ?? this.#begin(item, key, hash);
    if (this.#met(applyFault(res, "during", faults))) return;
    const reply = await work.result;
    if (faults.includes("late")) {
      this.ledger.met("late");
      await pause(this.#settings.lateness, this.#closing);
    }
    if (this.#met(applyFault(res, "after", faults, { reply }))) return;
    this.ledger.deliver(/** @type {Piece} */ (this.#pieces.get(work)), res);
    sendJson(res, 200, reply, known ? { "idempotency-replayed": "true" } : {});
  }

  /** @param {Fault | undefined} fault */
  #met(fault) {
    if (fault === "throttled") this.#refusingUntil = performance.now() + this.#settings.retryAfter;
    if (fault) this.ledger.met(fault);
    return fault !== undefined;
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
 * Lognormal, as the times of generation are; it hangs on the item only, so that all ways to make the same items take
 * the same work.
 * @param {{seed: string | number, time: number}} settings @param {string} item
 */
export function workTime({ seed, time }, item) {
  const random = createRandom(`${seed}/time/${item}`);
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return time * Math.exp(SPREAD * normal);
}

/** @param {Record<string, unknown>} body */
function itemOf({ item }) {
  const name = typeof item === "number" ? String(item) : item;
  if (typeof name !== "string" || name === "" || name.length > ITEM_LENGTH) {
    throw new HttpError(400, `item must be a number or a text of up to ${ITEM_LENGTH} characters`, {
      code: "BAD_ITEM",
      field: "item",
    });
  }
  return name;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, "The key is not encoded as a part of an address", { code: "BAD_ADDRESS" });
  }
}
