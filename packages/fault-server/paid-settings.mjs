import * as v from "valibot";
import { FAULTS } from "./actions.mjs";
import { number, quota, strictObject, valid } from "./validate.mjs";

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

const TIME = v.optional(number(0, LONGEST));
const SOME = `a list of some of ${KINDS.join(", ")}`;
const SETTINGS = strictObject({
  seed: v.optional(v.union([v.string(), v.pipe(v.number(), v.finite())], "a text or a number")),
  faultRate: v.optional(number(0, 1)),
  kinds: v.optional(v.pipe(v.array(v.picklist(KINDS, SOME), SOME), v.nonEmpty(SOME))),
  quota: v.optional(quota),
  time: TIME,
  retryAfter: TIME,
  lateness: TIME,
});

/**
 * @param {Record<string, unknown>} given
 * @returns {Readonly<PaidSettings>}
 */
export function paidSettings(given) {
  return Object.freeze({ ...USUAL, ...valid(SETTINGS, given, "BAD_SETTING") });
}
