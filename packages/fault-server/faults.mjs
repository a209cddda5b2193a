import * as v from "valibot";
import { ACTIONS, anyCuts } from "./actions.mjs";
import { byShare, Dice } from "./dice.mjs";
import { number, quota, refusal, strictObject, valid } from "./validate.mjs";

/** @typedef {import('./actions.mjs').Fault} Fault */

/**
 * The faults that a visitor can switch on. The lab has a quota and slow work where the fault server throttles and
 * answers late.
 * @typedef {Exclude<Fault, "throttled" | "late">} LabFault
 * @typedef {{quota: number | null} & Record<LabFault, number>} FaultSettings `quota` calls at once, beyond it 429;
 * shares of the calls for the others
 */

const NOT_HERE = ["throttled", "late"];
const SHARES = /** @type {LabFault[]} */ (Object.keys(ACTIONS).filter((fault) => !NOT_HERE.includes(fault)));
const NONE = /** @type {Record<LabFault, number>} */ (Object.fromEntries(SHARES.map((fault) => [fault, 0])));

const SETTINGS = strictObject({
  quota: v.optional(quota),
  ...Object.fromEntries(SHARES.map((fault) => [fault, v.optional(number(0, 1))])),
});

/** @type {Readonly<FaultSettings>} */
const CALM = Object.freeze({ quota: null, ...NONE });

/** @type {Readonly<Record<string, Readonly<FaultSettings>>>} */
export const FAULT_PRESETS = Object.freeze({
  calm: CALM,
  hard: Object.freeze({
    quota: 5,
    unavailable: 0.1,
    dropBefore: 0.06,
    loseReply: 0.08,
    slow: 0.08,
    serverError: 0.04,
    ...broken(0.02),
  }),
  hardest: Object.freeze({
    quota: 3,
    unavailable: 0.2,
    dropBefore: 0.12,
    loseReply: 0.18,
    slow: 0.15,
    serverError: 0.1,
    ...broken(0.04),
  }),
});

/** @param {number} share */
function broken(share) {
  return { dropDuring: share, redirect: share, gatewayError: share, badJson: share, truncated: share, empty: share };
}

/** The faults that a visitor can switch on, and the seeded dice that apply them. */
export class Faults {
  /** @type {FaultSettings} */
  #settings = { ...CALM };
  /** @type {FaultSettings} */
  #live;
  #dice;

  /** @param {string | number} seed */
  constructor(seed) {
    this.#dice = new Dice(seed);
    const live = {};
    for (const field of Object.keys(CALM)) {
      Object.defineProperty(live, field, {
        enumerable: true,
        get: () => this.#settings[field],
        set: (value) => this.merge({ [field]: value }),
      });
    }
    this.#live = /** @type {FaultSettings} */ (Object.seal(live));
  }

  /** The live settings. Assigning a field validates it. */
  get settings() {
    return this.#live;
  }

  /** The name of the preset that is in force, if any. */
  get preset() {
    return Object.keys(FAULT_PRESETS).find((name) =>
      Object.entries({ ...CALM, ...FAULT_PRESETS[name] }).every(([field, value]) => this.#settings[field] === value),
    );
  }

  /** Whether sockets may be destroyed under a caller at present. */
  get cutsSockets() {
    return anyCuts(SHARES.filter((fault) => this.#settings[fault] > 0));
  }

  /**
   * @param {Partial<FaultSettings> & { preset?: string }} change applied whole or not at all
   * @returns {FaultSettings}
   */
  merge(change) {
    const { preset, ...fields } = change;
    let next = { ...this.#settings };
    if (preset !== undefined) {
      if (!Object.hasOwn(FAULT_PRESETS, preset))
        throw refusal("preset", `one of ${Object.keys(FAULT_PRESETS).join(", ")}`, preset, "BAD_FAULT");
      next = { ...CALM, ...FAULT_PRESETS[preset] };
    }
    this.#settings = { ...next, ...valid(SETTINGS, fields, "BAD_FAULT") };
    return { ...this.#settings };
  }

  /** Restarts the dice, so that a demonstration can be repeated exactly. */
  reset() {
    this.#dice.reset();
  }

  /**
   * @param {string} label
   * @param {string | undefined} key its idempotency key
   * @returns {Fault[]}
   */
  judge(label, key) {
    // In the order of the actions, not of the settings: the draws of a seed depend on it.
    const shares = Object.fromEntries(SHARES.map((fault) => [fault, this.#settings[fault]]));
    const met = this.#dice.judge(label, key, byShare(shares));
    // The dice spare a key after a few faults in a row. A share of 1 means every call.
    return SHARES.filter((fault) => shares[fault] === 1 || met.includes(fault));
  }
}
