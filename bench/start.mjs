// From nothing to the first task: a page that has loaded nothing yet, new every time.

import { median, rounded, shown, table } from './figures.mjs';
import { YARDSTICK, libraries } from './peers.mjs';
import { rotated } from './rounds.mjs';

export const about = 'start: from the import, and from the first call, to the first task, in a new page each time';
export const defaults = { rounds: 9 };

const COMPARED = libraries.filter(({ id }) => id === 'sluicegate' || !id.startsWith('sluicegate'));

/** @param {import('./browsers.mjs').Browser} browser */
export async function measure(browser, { rounds }, site) {
  const samples = new Map(COMPARED.map(({ id }) => [id, []]));
  // The first round is for the browser to wake up.
  for (let round = 0; round <= rounds; round++) {
    for (const { id } of rotated(COMPARED, round)) {
      const sample = await startOnce(browser, site, id, round);
      if (round > 0) samples.get(id).push(sample);
    }
  }
  const figures = new Map([...samples].map(([id, all]) => [id, medians(all)]));
  // What serving a file and asking for it takes in this browser: the loop by hand is next to nothing.
  const { load: floor, block, ...nothing } = figures.get(YARDSTICK);
  return COMPARED.map(({ id }) => {
    const { load, firstTask, total, block, ...mainThread } = figures.get(id);
    const aboveFloor = Math.max(0, load - floor);
    const beyond = Object.fromEntries(Object.entries(mainThread).map(([name, value]) => [name, rounded(Math.max(0, value - nothing[name]))]));
    return { id, load: rounded(load), aboveFloor: rounded(aboveFloor), firstTask: rounded(firstTask), total: rounded(total), block: rounded(block), ...beyond };
  });
}

/** Twice: to be timed, and to be watched, which takes time. */
async function startOnce(browser, site, id, round) {
  const fresh = (what) => `${site}/fresh-${id}-${round}-${what}`;
  const visit = async (what) => {
    const page = await browser.openPage(`${fresh(what)}/start.html`);
    const before = await page.mainThread?.();
    const times = await page.call('start', { entry: `${fresh(what)}/start/${id}/start.js`, watch: what === 'watched' });
    const after = await page.mainThread?.();
    await page.close();
    return { times, used: after && { mainThread: after.task - before.task, script: after.script - before.script } };
  };
  const { times, used } = await visit('timed');
  const watched = await visit('watched');
  return { ...times, block: watched.times.block, ...used };
}

const medians = (all) => Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(all.map((sample) => sample[name]))]));

/** @param {Record<string, Awaited<ReturnType<typeof measure>>>} results by browser */
export function show(results) {
  return Object.entries(results).map(([browser, rows]) => {
    const exact = 'mainThread' in rows[0];
    const head = [`${browser}, milliseconds`, 'import', 'above an empty one', 'first call → first task', 'both', 'longest block', ...(exact ? ['main thread', 'script'] : [])];
    const lines = rows.map((row) => {
      const { name } = libraries.find(({ id }) => id === row.id);
      const cells = [row.load, row.aboveFloor, row.firstTask, row.total, row.block, ...(exact ? [row.mainThread, row.script] : [])];
      return [name, ...cells.map(shown)];
    });
    return table([head, ...lines]);
  }).join('\n\n') + '\n\nThe import is fetched, parsed and evaluated; main thread and script are above those of the loop by hand, from the import to the first task.';
}
