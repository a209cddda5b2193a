// Schedules: the time of many slow tasks under a limit, compared with the optimum for their order of arrival.

import { median, rounded, table } from "./figures.mjs";
import { libraries, schedulers, YARDSTICK } from "./peers.mjs";

export const about = "schedule: tasks of lognormal durations through a limit, beside the best possible for their order";
export const defaults = { tasks: 300, limits: [5, 3], mean: 15, spread: 0.6, seed: 2, rounds: 3 };
/** Browsers run together, because the measurement mostly waits. */
export const together = true;

/** Shortest task in milliseconds: browsers extend shorter nested timers to 4 ms. */
const SHORTEST = 5;
/** Largest accepted ratio to the optimum. */
const CLOSE = 1.02;

/** Durations in milliseconds, the same for all libraries. */
export function lognormal({ tasks, mean, spread, seed }) {
  let state = seed;
  const random = () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) + 0.5) / 2 ** 32;
  return Array.from({ length: tasks }, () => {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return Math.max(SHORTEST, mean * Math.exp(spread * normal - (spread * spread) / 2));
  });
}

/** What the verdict is of: a busy moment of the machine must not decide it. */
const isCentral = (id) => id === "sluicegate" || id === "sluicegate-everything" || id === YARDSTICK;

/** Returns the end of the last task if each starts as soon as a place is free. */
export function bestPossible(durations, limit) {
  const free = new Array(Math.min(limit, durations.length)).fill(0);
  for (const duration of durations) {
    const place = free.indexOf(Math.min(...free));
    free[place] += duration;
  }
  return Math.max(...free);
}

/**
 * The optimum is computed from the actual durations, so that the accuracy of timers does not count.
 * @param {import('./browsers.mjs').Browser} browser
 */
export async function measure(browser, settings, site) {
  const page = await browser.openPage(`${site}/main.html`);
  const durations = lognormal(settings);
  const result = {};
  for (const limit of settings.limits) {
    result[limit] = [];
    for (const { id } of [...libraries, ...schedulers]) {
      const runs = [];
      for (let round = 0; round < (isCentral(id) ? settings.rounds : 1); round++)
        runs.push(await page.call("schedule", { id, limit, durations }));
      const ratio = median(runs.map(({ took, durations: real }) => took / bestPossible(real, limit)));
      const most = Math.max(...runs.map((run) => run.most));
      result[limit].push({
        id,
        milliseconds: rounded(median(runs.map(({ took }) => took))),
        ratio: Number(ratio.toFixed(4)),
        most,
      });
    }
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
    "times the best possible schedule",
    ...columns.map(({ browser, limit }) => `${browser}, ${limit} at once`),
  ];
  const cell = (id, { limit, rows }) => {
    const { ratio, most } = rows.find((row) => row.id === id);
    return `${ratio.toFixed(3)}${most > limit ? `, ${most} at once!` : ""}`;
  };
  const rows = [...libraries, ...schedulers].map(({ id, name }) => [
    name,
    ...columns.map((column) => cell(id, column)),
  ]);
  const late = columns.filter(({ rows }) => rows.some(({ id, ratio }) => id.startsWith("sluicegate") && ratio > CLOSE));
  const verdict = late.length
    ? `✗ sluicegate is more than 2 % from the best: ${late.map(({ browser, limit }) => `${browser}, ${limit} at once`).join("; ")}`
    : "✓ sluicegate is within 2 % of the best possible everywhere";
  return `${table([head, ...rows])}\n\n${verdict}`;
}
