import { HttpError } from './http.mjs';
import { createRandom } from './random.mjs';

/**
 * @typedef {object} FaultSettings
 * @property {number | null} quota  calls allowed at once; beyond it 429
 * @property {number} unavailable   share answered 503 before any work
 * @property {number} dropBefore    share whose socket is destroyed before any work
 * @property {number} loseReply     share whose work is done and charged, but whose reply never leaves
 * @property {number} slow          share that takes six times as long
 * @property {number} serverError   share answered 500 before any work
 */

/**
 * What happens to one call.
 * @typedef {object} Fate
 * @property {"drop" | "unavailable" | "serverError" | null} refusal
 * @property {boolean} loseReply
 * @property {boolean} slow
 */

/** @type {Readonly<FaultSettings>} */
const CALM = Object.freeze({ quota: null, unavailable: 0, dropBefore: 0, loseReply: 0, slow: 0, serverError: 0 });

/** @type {Readonly<Record<string, Readonly<FaultSettings>>>} */
export const FAULT_PRESETS = Object.freeze({
  calm: CALM,
  hard: Object.freeze({ quota: 5, unavailable: 0.1, dropBefore: 0.06, loseReply: 0.08, slow: 0.08, serverError: 0.04 }),
  hardest: Object.freeze({ quota: 3, unavailable: 0.2, dropBefore: 0.12, loseReply: 0.18, slow: 0.15, serverError: 0.1 }),
});

export const FAULTS_IN_A_ROW = 3;
const SHARES = /** @type {const} */ (['unavailable', 'dropBefore', 'loseReply', 'slow', 'serverError']);
const REMEMBERED_KEYS = 10_000;

/** The troubles a visitor can switch on, and the seeded dice that deal them out. */
export class Faults {
  /** @type {FaultSettings} */
  #settings = { ...CALM };
  /** @type {FaultSettings} */
  #live;
  #seed;
  /** @type {Map<string, number>} how often a call of this label was judged */
  #judged = new Map();
  /** @type {Map<string, number>} faults in a row of an idempotency key */
  #streaks = new Map();

  /** @param {string | number} seed */
  constructor(seed) {
    this.#seed = seed;
    const faults = this;
    const live = {};
    for (const field of Object.keys(CALM)) {
      Object.defineProperty(live, field, {
        enumerable: true,
        get: () => faults.#settings[field],
        set: (value) => faults.merge({ [field]: value }),
      });
    }
    this.#live = /** @type {FaultSettings} */ (Object.seal(live));
  }

  /** The live settings: reading shows the present, assigning a field validates it. */
  get settings() {
    return this.#live;
  }

  /** Whether sockets may be destroyed under a caller at present. */
  get cutsSockets() {
    return this.#settings.dropBefore > 0 || this.#settings.loseReply > 0;
  }

  /**
   * @param {Partial<FaultSettings> & { preset?: string }} change applied whole or not at all
   * @returns {FaultSettings}
   */
  merge(change) {
    const { preset, ...fields } = change;
    let next = { ...this.#settings };
    if (preset !== undefined) {
      if (!Object.hasOwn(FAULT_PRESETS, preset)) throw invalid('preset', `one of ${Object.keys(FAULT_PRESETS).join(', ')}`);
      next = { ...FAULT_PRESETS[preset] };
    }
    for (const [field, value] of Object.entries(fields)) {
      if (field === 'quota') {
        if (value !== null && !(Number.isInteger(value) && /** @type {number} */ (value) >= 0)) throw invalid(field, 'null or a whole number of at least 0');
      } else if (!SHARES.includes(/** @type {any} */ (field))) {
        throw invalid(field, `one of quota, ${SHARES.join(', ')}, preset`, 'is not a fault; known are');
      } else if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
        throw invalid(field, 'a number from 0 to 1');
      }
      next[field] = value;
    }
    this.#settings = next;
    return { ...next };
  }

  /** Starts the dice anew, so that a demonstration can be repeated throw for throw. */
  reset() {
    this.#judged.clear();
    this.#streaks.clear();
  }

  /**
   * Judges one call. The dice hang on what the call is and on how often it was asked, not on the order of arrival: two
   * runs of the same story meet the same faults however their calls interleave.
   * @param {string} label
   * @param {string | undefined} key its idempotency key
   * @returns {Fate}
   */
  judge(label, key) {
    const count = (this.#judged.get(label) ?? 0) + 1;
    remember(this.#judged, label, count);
    const streak = key === undefined ? 0 : this.#streaks.get(key) ?? 0;
    if (streak >= FAULTS_IN_A_ROW) {
      this.#streaks.delete(/** @type {string} */ (key));
      return { refusal: null, loseReply: false, slow: false };
    }
    const dice = createRandom(`${this.#seed}/fault/${label}/${count}`);
    const { dropBefore, unavailable, serverError, loseReply, slow } = this.#settings;
    // All five are thrown every time: changing one share must not shift the luck of the others.
    const [drops, refuses, fails, loses, drags] = [dropBefore, unavailable, serverError, loseReply, slow].map((share) => dice.chance(share));
    /** @type {Fate} */
    const fate = { refusal: drops ? 'drop' : refuses ? 'unavailable' : fails ? 'serverError' : null, loseReply: loses, slow: drags };
    if (key !== undefined) {
      if (fate.refusal || loses || drags) remember(this.#streaks, key, streak + 1);
      else this.#streaks.delete(key);
    }
    return fate;
  }
}

/** @template T @param {Map<string, T>} map @param {string} name @param {T} value */
function remember(map, name, value) {
  map.delete(name);
  map.set(name, value);
  if (map.size > REMEMBERED_KEYS) map.delete(/** @type {string} */ (map.keys().next().value));
}

/** @param {string} field @param {string} expected @param {string} [verb] */
function invalid(field, expected, verb = 'must be') {
  return new HttpError(400, `${field} ${verb} ${expected}`, { code: 'BAD_FAULT', field });
}
