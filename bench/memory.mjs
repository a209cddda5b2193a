// Memory: of a million waiting items, and after their end.

import { rounded, shown, table } from "./figures.mjs";
import { libraryOf, named } from "./peers.mjs";

export const about = "memory: live heap per waiting item, and after the end (Chromium, which can be asked)";
export const defaults = {
  items: 1_000_000,
  limit: 5,
  only: ["sluicegate", "sluicegate-everything", "by-hand", "p-map", "p-limit", "p-queue", "async"],
};
export const browsers = ["chromium"];

/**
 * Opens a page for each library, because a heap that has grown would distort the next one.
 * @param {import('./browsers.mjs').Browser} browser
 */
export async function measure(browser, { items: count, limit, only }, site) {
  const rows = [];
  for (const { id } of named(only)) {
    const page = await browser.openPage(`${site}/main.html`);
    await page.call("memoryPrepare", { id, count, limit });
    /** @returns {Promise<{heap: number, wasm: number}>} */
    const bytes = async () => {
      const heap = (await page.liveHeap?.()) ?? Number.NaN;
      return { heap, wasm: await page.call("wasmMemory") };
    };
    const before = await bytes();
    await page.call("memoryBegin", { id, limit });
    const waiting = await bytes();
    await page.call("memoryFinish", { id });
    const finished = await bytes();
    await page.call("memoryForget");
    const after = await bytes();
    await page.close();
    const perItem = (/** @type {any} */ state, /** @type {string} */ what) =>
      rounded((state[what] - before[what]) / count);
    rows.push({
      id,
      waiting: { heap: perItem(waiting, "heap"), wasm: perItem(waiting, "wasm") },
      withResults: { heap: perItem(finished, "heap"), wasm: perItem(finished, "wasm") },
      after: {
        heap: perItem(after, "heap"),
        wasm: perItem(after, "wasm"),
        heapBytes: after.heap - before.heap,
        wasmBytes: after.wasm,
      },
    });
  }
  return rows;
}

/** @param {Record<string, Awaited<ReturnType<typeof measure>>>} results by browser */
export function show({ chromium: rows }) {
  const head = [
    "bytes per item",
    "waiting: heap",
    "wasm",
    "done, results kept: heap",
    "wasm",
    "heap left in all, kB",
    "wasm left in all, kB",
  ];
  const lines = rows.map(({ id, waiting, withResults, after }) => {
    const { name } = libraryOf(id);
    return [
      name,
      ...[
        waiting.heap,
        waiting.wasm,
        withResults.heap,
        withResults.wasm,
        after.heapBytes / 1_000,
        after.wasmBytes / 1_000,
      ].map(shown),
    ];
  });
  return `${table([head, ...lines])}\n\nA wasm memory never shrinks: what is left of it is there for the next run. An array of a million results takes 4 to 5.3 bytes each, and somebody has to hold it.`;
}
