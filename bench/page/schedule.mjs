// The schedule: runs slow tasks under a limit.

import { check, range, run } from "./libraries.mjs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Runs tasks of these durations, as exactly as timers allow.
 * @param {{id: string, limit: number, durations: number[]}} work
 * @returns {Promise<{took: number, durations: number[], most: number}>} `most`: tasks in flight
 */
export async function schedule({ id, limit, durations }) {
  const real = [];
  let atOnce = 0;
  let most = 0;
  const task = async (item) => {
    const began = performance.now();
    most = Math.max(most, ++atOnce);
    await sleep(durations[item]);
    atOnce -= 1;
    real[item] = performance.now() - began;
    return item;
  };
  // Loaded and warm: what a first call costs is a measurement of its own.
  await run[id](range(10), limit, async (item) => item);
  const began = performance.now();
  const results = await run[id](range(durations.length), limit, task);
  const took = performance.now() - began;
  check(results, durations.length, id);
  return { took, durations: real, most };
}
