// Every library, by the id that bench/peers.mjs lists it under.
import async from "../peers/async.mjs";
import batches from "../peers/batches.mjs";
import bottleneck from "../peers/bottleneck.mjs";
import byHand from "../peers/by-hand.mjs";
import effect from "../peers/effect.mjs";
import pLimit from "../peers/p-limit.mjs";
import pMap from "../peers/p-map.mjs";
import pQueue from "../peers/p-queue.mjs";
import promisePool from "../peers/promise-pool.mjs";
import promiseRace from "../peers/promise-race.mjs";
import rxjs from "../peers/rxjs.mjs";
import serial from "../peers/serial.mjs";
import sluicegate from "../peers/sluicegate.mjs";
import sluicegateEverything from "../peers/sluicegate-everything.mjs";
import sluicegateSignal from "../peers/sluicegate-signal.mjs";
import tinyAsyncPool from "../peers/tiny-async-pool.mjs";

/**
 * @type {Record<string, (items: number[], limit: number, task: (item: number) => Promise<number>) =>
 * Promise<number[]>>}
 */
export const run = {
  async,
  batches,
  bottleneck,
  "by-hand": byHand,
  effect,
  "p-limit": pLimit,
  "p-map": pMap,
  "p-queue": pQueue,
  "promise-pool": promisePool,
  rxjs,
  "promise-race": promiseRace,
  serial,
  "sluicegate-everything": sluicegateEverything,
  "sluicegate-signal": sluicegateSignal,
  sluicegate,
  "tiny-async-pool": tinyAsyncPool,
};

/** The numbers from 0 on. */
export const range = (count) => Array.from({ length: count }, (_, index) => index);

/** Throws if a library has lost results. */
export function check(results, count, id) {
  let sum = 0;
  for (const result of results) sum += result;
  if (results.length !== count || sum !== (count * (count - 1)) / 2)
    throw new Error(`${id} gave ${results.length} results of ${count}, or others`);
}
