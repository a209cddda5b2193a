// Growth: whether the cost per task depends on the number of tasks.

import { shown, table } from "./figures.mjs";
import { libraryOf, named, shareOf } from "./peers.mjs";
import { timeRounds } from "./rounds.mjs";

export const about = "growth: overhead per task by the number of items, and by concurrency";
export const defaults = {
  rounds: 3,
  counts: [1e3, 1e4, 1e5, 1e6],
  limits: [1, 10, 100, 1_000],
  tasks: 50_000,
  only: ["sluicegate", "sluicegate-everything", "by-hand", "p-map", "p-limit", "p-queue", "async"],
};

const LIMIT = 5;
/** Number of tasks up to which libraries are compared that need seconds for a million. */
const FAR_ENOUGH = 1e5;
const FAR = ["sluicegate", "sluicegate-everything", "by-hand", "p-map", "async"];

/** @param {import('./browsers.mjs').Browser} browser */
export async function measure(browser, { rounds, counts, limits, tasks, only }, site) {
  const page = await browser.openPage(`${site}/main.html`);
  const byItems = {};
  for (const count of counts) {
    const compared = named(only).filter(({ id }) => count <= FAR_ENOUGH || FAR.includes(id));
    byItems[count] = await timeRounds(
      page,
      compared.map(({ id }) => ({ id, limit: LIMIT, tasks: count })),
      rounds,
    );
  }
  const byConcurrency = {};
  for (const limit of limits) {
    byConcurrency[limit] = await timeRounds(
      page,
      named(only).map((library) => ({ id: library.id, limit, tasks: shareOf(library, tasks, limit) })),
      rounds,
    );
  }
  await page.close();
  return { byItems, byConcurrency };
}

/** @param {Record<string, Awaited<ReturnType<typeof measure>>>} results by browser */
export function show(results) {
  return Object.entries(results)
    .map(([browser, { byItems, byConcurrency }]) => {
      const items = [
        `${browser}, µs per task, ${LIMIT} at once`,
        ...Object.keys(byItems).map((count) => `${Number(count).toLocaleString("en")} items`),
      ];
      const limits = [
        `${browser}, µs per task`,
        ...Object.keys(byConcurrency).map((limit) => `${Number(limit).toLocaleString("en")} at once`),
      ];
      return `${table([items, ...lines(byItems)])}\n\n${table([limits, ...lines(byConcurrency)])}`;
    })
    .join("\n\n");
}

function lines(columns) {
  const ids = Object.values(columns)[0].map(({ id }) => id);
  return ids.map((id) => {
    const { name } = libraryOf(id);
    return [name, ...Object.values(columns).map((rows) => shown(rows.find((row) => row.id === id)?.microseconds))];
  });
}
