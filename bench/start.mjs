// Start: the time to the first task in a new page.

import { median, rounded, shown, table, times } from "./figures.mjs";
import { libraries, libraryOf, YARDSTICK } from "./peers.mjs";
import { rotated } from "./rounds.mjs";

export const about = "start: from the import, and from the first call, to the first task, in a new page each time";
export const defaults = { rounds: 5 };

const COMPARED = libraries.filter(
  ({ id }) => id === "sluicegate" || !(id.startsWith("sluicegate") || id === "promise-race"),
);

/**
 * @param {import('./browsers.mjs').Browser} browser
 * @returns {Promise<any[]>}
 */
export async function measure(browser, { rounds }, site) {
  /** @type {Map<string, any[]>} */
  const samples = new Map(COMPARED.map(({ id }) => [id, []]));
  // The first round is a warm-up.
  for (let round = 0; round <= rounds; round++) {
    for (const { id } of rotated(COMPARED, round)) {
      const sample = await startOnce(browser, site, id, round);
      if (round > 0) samples.get(id)?.push(sample);
    }
  }
  /** @type {Map<string, any>} */
  const figures = new Map([...samples].map(([id, all]) => [id, medians(all)]));
  const { total } = figures.get(YARDSTICK);
  return COMPARED.map(({ id }) => ({ id, ...figures.get(id), ratio: rounded(figures.get(id).total / total) }));
}

/** To be timed; and every other time in another new page to be watched, which costs time itself. */
async function startOnce(browser, site, id, round) {
  const fresh = (what) => `${site}/fresh-${id}-${round}-${what}`;
  const visit = async (what) => {
    const page = await browser.openPage(`${fresh(what)}/start.html`);
    const before = await page.mainThread?.();
    const times = await page.call("start", { entry: `${fresh(what)}/start/${id}/start.js`, watch: what === "watched" });
    const after = await page.mainThread?.();
    await page.close();
    return { times, used: after && { mainThread: after.task - before.task, script: after.script - before.script } };
  };
  const { times, used } = await visit("timed");
  const block = round % 2 ? (await visit("watched")).times.block : undefined;
  return { ...times, ...used, block };
}

function medians(all) {
  const known = (name) => all.map((sample) => sample[name]).filter((value) => value !== undefined);
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, rounded(median(known(name)))]));
}

/** @param {Record<string, Awaited<ReturnType<typeof measure>>>} results by browser */
export function show(results) {
  const tables = Object.entries(results).map(([browser, rows]) => {
    const exact = "mainThread" in rows[0];
    const head = [
      `${browser}, milliseconds`,
      "import",
      "first call → first task",
      "both",
      "",
      "longest block",
      ...(exact ? ["main thread", "of it script"] : []),
    ];
    const lines = rows.map(({ id, load, firstTask, total, ratio, block, mainThread, script }) => {
      const { name } = libraryOf(id);
      return [
        name,
        shown(load),
        shown(firstTask),
        shown(total),
        times(ratio),
        shown(block),
        ...(exact ? [shown(mainThread), shown(script)] : []),
      ];
    });
    return table([head, ...lines]);
  });
  return `${tables.join("\n\n")}\n\nImports are fetched, parsed and evaluated. The loop by hand is next to nothing: what it takes is the browser's and the server's.`;
}
