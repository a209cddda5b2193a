// What the work of all systems has in common: it takes its time, is counted, and is paid.
import { createAccount } from "@sluicegate/fault-server/credits";
import { createRandom } from "@sluicegate/fault-server/random";

/**
 * @typedef {(orders: import('@sluicegate/fault-server/paid-endpoint').Orders) =>
 *   import('@sluicegate/fault-server/paid-endpoint').PaidEndpoint} Sell returns the endpoint that sells what is ordered
 */

/**
 * @typedef {object} Tools what the systems share
 * @property {import('@sluicegate/fault-server/credits').Credits} credits
 * @property {import('@sluicegate/fault-server/stats').Stats} stats
 * @property {import('@sluicegate/fault-server/faults').Faults} faults
 * @property {import('@sluicegate/fault-server/holds').Holds} holds
 * @property {number} pace  multiplies every duration; 1 is realistic
 * @property {string | number} seed
 */

/**
 * Waits as long as work takes.
 * @param {Pick<Tools, "holds" | "pace">} tools
 * @param {string} name by which it can be held
 * @param {string} seed decides how long it takes
 * @param {readonly [least: number, most: number]} range in milliseconds, at pace 1
 * @param {number} slowness
 * @returns {Promise<number>} the milliseconds that it took
 */
export async function takeTime({ holds, pace }, name, seed, range, slowness) {
  const begun = performance.now();
  await holds.takes(name, createRandom(seed).between(...range) * pace * slowness);
  return Math.round(performance.now() - begun);
}

/** Counts a piece that was made. @param {Pick<Tools, "stats">} tools @param {string} phase @param {boolean} [again] */
export function countPiece({ stats }, phase, again = false) {
  stats.add("piecesGenerated");
  stats.addToPhase(phase, "pieces");
  if (again) stats.add("doubleGenerations");
}

/**
 * Gives back the price of work that failed.
 * @param {Pick<Tools, "stats" | "credits">} tools @param {string} phase
 * @param {import('@sluicegate/fault-server/credits').Account} account @param {number} price
 */
export function refund({ stats, credits }, phase, account, price) {
  stats.addToPhase(phase, "credits", -credits.refund(account, price));
}

/** Returns an account that is charged on the spot: there is no bill at the end. */
export const paidOnTheSpot = () => ({ ...createAccount(), finalized: true });
