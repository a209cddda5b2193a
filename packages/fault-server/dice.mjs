import { createRandom } from "./random.mjs";

/** @typedef {import('./actions.mjs').Fault} Fault */
/** @typedef {import('./random.mjs').Random} Random */

export const FAULTS_IN_A_ROW = 3;
const REMEMBERED = 10_000;

/** Decides the faults of each call. */
export class Dice {
  #seed;
  /** @type {Map<string, number>} how often a call of this label was judged */
  #judged = new Map();
  /** @type {Map<string, number>} faults in a row of an idempotency key */
  #streaks = new Map();

  /** @param {string | number} seed */
  constructor(seed) {
    this.#seed = seed;
  }

  /** Starts again from the seed, so that a demonstration can be repeated exactly. */
  reset() {
    this.#judged.clear();
    this.#streaks.clear();
  }

  /**
   * Returns the faults of a call. They depend on its label and on the number of earlier calls with that label, not on
   * the order of arrival: two runs of the same story meet the same faults however their calls interleave.
   * @param {string} label
   * @param {string | undefined} key its idempotency key
   * @param {(random: Random) => Fault[]} choose
   * @returns {Fault[]}
   */
  judge(label, key, choose) {
    const count = (this.#judged.get(label) ?? 0) + 1;
    remember(this.#judged, label, count);
    const streak = key === undefined ? 0 : (this.#streaks.get(key) ?? 0);
    if (streak >= FAULTS_IN_A_ROW) {
      this.#streaks.delete(/** @type {string} */ (key));
      return [];
    }
    const faults = choose(createRandom(`${this.#seed}/fault/${label}/${count}`));
    if (key !== undefined) {
      if (faults.length > 0) remember(this.#streaks, key, streak + 1);
      else this.#streaks.delete(key);
    }
    return faults;
  }
}

/**
 * Draws each fault by a share of its own. All are drawn for every call, so that changing one share does not change
 * the draws of the others.
 * @param {Readonly<Partial<Record<Fault, number>>>} shares
 * @returns {(random: Random) => Fault[]}
 */
export function byShare(shares) {
  const throws = /** @type {[Fault, number][]} */ (Object.entries(shares));
  return (random) => throws.flatMap(([fault, share]) => (random.chance(share) ? fault : []));
}

/**
 * Draws at most one fault a call, each kind as often as the others.
 * @param {number} rate share of calls that meet one
 * @param {readonly Fault[]} faults
 * @returns {(random: Random) => Fault[]}
 */
export function oneOf(rate, faults) {
  return (random) => (random.chance(rate) ? [random.pick(faults)] : []);
}

/** @template T @param {Map<string, T>} map @param {string} name @param {T} value */
function remember(map, name, value) {
  map.delete(name);
  map.set(name, value);
  if (map.size > REMEMBERED) map.delete(/** @type {string} */ (map.keys().next().value));
}
