import { ACTIONS, anyCuts } from "./actions.mjs";
import { byShare, Dice } from "./dice.mjs";
import { HttpError } from "./http.mjs";

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

/** The troubles a visitor can switch on, and the seeded dice that deal them out. */
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

  /** The live settings: reading shows the present, assigning a field validates it. */
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
        throw invalid("preset", `one of ${Object.keys(FAULT_PRESETS).join(", ")}`);
      next = { ...CALM, ...FAULT_PRESETS[preset] };
    }
    for (const [field, value] of Object.entries(fields)) {
      if (field === "quota") {
        if (value !== null && !(Number.isInteger(value) && /** @type {number} */ (value) >= 0))
          throw invalid(field, "null or a whole number of at least 0");
      } else if (!SHARES.includes(/** @type {any} */ (field))) {
        throw invalid(field, `one of quota, ${SHARES.join(", ")}, preset`, "is not a fault; known are");
      } else if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
        throw invalid(field, "a number from 0 to 1");
      }
      next[field] = value;
    }
    this.#settings = next;
    return { ...next };
  }

  /** Starts the dice anew, so that a demonstration can be repeated throw for throw. */
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

/** @param {string} field @param {string} expected @param {string} [verb] */
function invalid(field, expected, verb = "must be") {
  return new HttpError(400, `${field} ${verb} ${expected}`, { code: "BAD_FAULT", field });
}
