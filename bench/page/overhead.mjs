import { check, range, run } from './libraries.mjs';

/**
 * In milliseconds; what takes less is done again until then: a clock of 20 µs is not to be measured, and what is quick is to have as
 * long as others until it is compiled.
 */
const LEAST_TIME = 60;

const trivial = async (item) => item;

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
      resolve();
    };
    port2.postMessage(undefined);
  });
}
