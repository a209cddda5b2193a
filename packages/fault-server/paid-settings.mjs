import { FAULTS } from "./actions.mjs";
import { HttpError } from "./http.mjs";

/** @typedef {import('./actions.mjs').Fault} Fault */

/**
 * The settings of a run of paid work; times are milliseconds.
 * @typedef {object} PaidSettings
 * @property {string | number} seed
 * @property {number} faultRate      share of the calls that meet a fault
 * @property {readonly Fault[]} kinds the faults that are dealt, each as often as the others
 * @property {number | null} quota   pieces under way at once; beyond it 429
 * @property {number} time           the median of a piece's time
 * @property {number} retryAfter     how long a 429 asks to wait
 * @property {number} lateness       how much later a late reply is
 */

const LONGEST = 60_000;
/** Late replies serve here where work is slow elsewhere. */
const KINDS = /** @type {readonly Fault[]} */ (FAULTS.filter((fault) => fault !== "slow"));
/** @type {Readonly<PaidSettings>} */
const USUAL = Object.freeze({
  seed: 1,
  faultRate: 0,
  kinds: KINDS,
  quota: null,
  time: 15,
  retryAfter: 50,
  lateness: 800,
});

/**
 * @param {Record<string, unknown>} given
 * @returns {Readonly<PaidSettings>}
 */
export function paidSettings(given) {
  for (const [field, value] of Object.entries(given)) {
    const rule = Object.hasOwn(RULES, field) ? RULES[field] : undefined;
    if (!rule) throw invalid(field, `is not a setting; known are ${Object.keys(RULES).join(", ")}`);
    if (!rule.holds(value)) throw invalid(field, `must be ${rule.is}`);
  }
  return Object.freeze({ ...USUAL, ...given });
}

/** @typedef {{is: string, holds: (value: any) => boolean}} Rule */

/** @type {Rule} */
const TIME = {
  is: `a number from 0 to ${LONGEST}`,
  holds: (value) => typeof value === "number" && value >= 0 && value <= LONGEST,
};

/** @type {Record<string, Rule>} */
const RULES = {
  seed: { is: "a text or a number", holds: (value) => typeof value === "string" || Number.isFinite(value) },
  faultRate: { is: "a number from 0 to 1", holds: (value) => typeof value === "number" && value >= 0 && value <= 1 },
  kinds: {
    is: `a list of some of ${KINDS.join(", ")}`,
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every((kind) => KINDS.includes(kind)),
  },
  quota: {
    is: "null or a whole number of at least 0",
    holds: (value) => value === null || (Number.isInteger(value) && value >= 0),
  },
  time: TIME,
  retryAfter: TIME,
  lateness: TIME,
};

/** @param {string} field @param {string} problem */
function invalid(field, problem) {
  return new HttpError(400, `${field} ${problem}`, { code: "BAD_SETTING", field });
}
