// Rounds: each runs every library once, in another order.

import { median, rounded, spread } from "./figures.mjs";
import { YARDSTICK } from "./peers.mjs";

/**
 * The first in one round is the last in the next, and every other round goes backwards, so that neighbours change too.
 */
export function rotated(list, round) {
  const from = round % list.length;
  const turned = [...list.slice(from), ...list.slice(0, from)];
  return round % 2 ? turned.reverse() : turned;
}

/**
 * @typedef {object} Cost
 * @property {string} id
 * @property {number} tasks
 * @property {number | undefined} microseconds a task, the median of all rounds
 * @property {(number | undefined)[]} half  between which half of the rounds are
 * @property {number | undefined} ratio         to the loop by hand in the same round, the median of all rounds
 */

/**
 * Times the libraries in the page, round after round.
 * @param {import('./browsers.mjs').Page} page
 * @param {{id: string, tasks: number, limit: number}[]} work the loop by hand among it
 * @param {number} rounds
 * @param {boolean} [oneKind] whether the page never sees another kind of task
 * @returns {Promise<Cost[]>}
 */
export async function timeRounds(page, work, rounds, oneKind = false) {
  // A warm-up with fewer tasks, so that no round includes loading and compiling.
  const less = work.map((one) => ({ ...one, tasks: Math.min(one.tasks, Math.max(2_000, one.tasks / 10)) }));
  await page.call("overhead", less);
  if (!oneKind) await page.call("meetOthers", less);
  /** @type {Map<string, number[]>} */
  const timesOf = new Map(work.map(({ id }) => [id, []]));
  for (let round = 0; round < rounds; round++) {
    const order = rotated(work, round);
    const times = await page.call("overhead", order);
    for (const [place, { id }] of order.entries()) timesOf.get(id)?.push(times[place]);
  }
  const yardstick = timesOf.get(YARDSTICK) ?? [];
  return work.map(({ id, tasks }) => {
    const times = timesOf.get(id) ?? [];
    const ratio = median(times.map((time, round) => time / yardstick[round]));
    return { id, tasks, microseconds: rounded(median(times)), half: spread(times).map(rounded), ratio: rounded(ratio) };
  });
}
