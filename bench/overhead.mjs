// Overhead: the cost of a library per task, with tasks that cost nothing.

import { notes, shown, table, times } from "./figures.mjs";
import { libraries, named, shareOf } from "./peers.mjs";
import { timeRounds } from "./rounds.mjs";

export const about = "overhead per task: trivial async tasks, medians of interleaved rounds";
export const defaults = { tasks: 100_000, rounds: 7, limits: [5, 100] };

/** @param {import('./browsers.mjs').Browser} browser */
export async function measure(browser, { tasks, rounds, limits, only, oneKind }, site) {
  const page = await browser.openPage(`${site}/main.html`);
  const result = {};
  for (const limit of limits) {
    const work = (only ? named(only) : libraries).map((library) => ({
      id: library.id,
      limit,
      tasks: shareOf(library, tasks, limit),
    }));
    result[limit] = await timeRounds(page, work, rounds, oneKind);
  }
  await page.close();
  return result;
}

/** @param {Record<string, Awaited<ReturnType<typeof measure>>>} results by browser */
export function show(results) {
  const columns = Object.entries(results).flatMap(([browser, byLimit]) =>
    Object.entries(byLimit).map(([limit, rows]) => ({ browser, limit, rows })),
  );
  const head = [
    "µs per task, and times the loop by hand",
    ...columns.flatMap(({ browser, limit }) => [`${browser}, ${limit} at once`, ""]),
  ];
  const measured = libraries.filter(({ id }) => columns[0].rows.some((row) => row.id === id));
  const rows = measured.map(({ id, name }) => {
    const cells = columns.flatMap(({ rows }) => {
      const { microseconds, ratio } = rows.find((row) => row.id === id);
      return [shown(microseconds), times(ratio)];
    });
    return [name, ...cells];
  });
  return `${table([head, ...rows])}\n\n${notes(measured)}`;
}
