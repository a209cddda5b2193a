// The overhead per task: runs tasks that cost nothing.

import { check, range, run } from "./libraries.mjs";

/**
 * Shortest measurement, in milliseconds. Work that takes less is repeated, because the clock has a resolution of 20 µs
 * and quick work must run as long as other work before it is compiled.
 */
const LEAST_TIME = 60;

const trivial = async (item) => item;

/** Other kinds of tasks that cost next to nothing. */
const others = [
  async (item) => item + 0,
  async (item) => {
    await undefined;
    return item;
  },
];

/**
 * Times libraries one after the other.
 * @param {{id: string, tasks: number, limit: number}[]} work in this order
 * @returns {Promise<number[]>} microseconds a task
 */
export async function overhead(work) {
  const times = [];
  for (const { id, tasks, limit } of work) {
    const items = range(tasks);
    await turn();
    times.push(await timed(id, items, limit));
  }
  return times;
}

/**
 * Calls libraries with other kinds of tasks, as pages do that have more than one: a function that has only ever seen
 * one is compiled with that one inside of it.
 * @param {{id: string, tasks: number, limit: number}[]} work
 */
export async function meetOthers(work) {
  for (const { id, tasks, limit } of work) {
    for (const task of others) check(await run[id](range(tasks), limit, task), tasks, id);
  }
}

async function timed(id, items, limit) {
  let results;
  let runs = 0;
  let spent = 0;
  const began = performance.now();
  for (; spent < LEAST_TIME; runs++) {
    results = await run[id](items, limit, trivial);
    spent = performance.now() - began;
  }
  check(results, items.length, id);
  return (spent * 1_000) / (runs * items.length);
}

/** The page has a turn, and nobody pays for the garbage of the library before where the browser lets us collect it. */
function turn() {
  globalThis.gc?.();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}
