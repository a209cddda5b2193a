// The same as overhead.mjs, in a page that has one kind of task and no other: there V8 compiles the task into whoever calls it.

import { named, shareOf } from './peers.mjs';
import { timeRounds } from './rounds.mjs';

export { show } from './overhead.mjs';
export const about = 'overhead per task in a page with only one kind of task';
/** One of ours: they are one library, and would see each other's. */
export const defaults = { tasks: 100_000, rounds: 7, limits: [5, 100], only: ['sluicegate-everything', 'by-hand', 'async', 'p-map', 'seed-002'] };

/** @param {import('./browsers.mjs').Browser} browser */
export async function measure(browser, { tasks, rounds, limits, only }, site) {
  const page = await browser.openPage(`${site}/main.html`);
  const result = {};
  for (const limit of limits) {
    const work = named(only).map((library) => ({ id: library.id, limit, tasks: shareOf(library, tasks, limit) }));
    result[limit] = await timeRounds(page, work, rounds, true);
  }
  await page.close();
  return result;
}
