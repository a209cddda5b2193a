// Nothing stays of runs that are over, nor of items that were removed: no listener, timer, lock or memory. GROWTH=1
// makes a thousand runs, and an open run of 100,000 items.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { root } from "../../scripts/paths.mjs";
import { manyItems, manyRuns, watchListeners, watchMemories, watchTimers } from "./consumers/growth.mjs";
import { cleanUp, launchChromium, serve } from "./helpers.mjs";

const [RUNS, ITEMS] = process.env.GROWTH ? [1_000, 100_000] : [120, 6_000];
/** Runs after which garbage is collected: what the engine has of a run is freed when nobody holds its handle. */
const BATCH = RUNS / 20;
/** Bytes by which a heap varies in which nothing stays: that of Node, and that of a page. */
const NOISE = { process: 500_000, page: 150_000 };

/** The counts after some of the work, when all is warm, and at the end. */
function assertFlat(t, what, middle, end, noise) {
  const { heap: before, ...counts } = middle;
  const { heap: after, ...others } = end;
  t.diagnostic(`${what}: the heap changed by ${after - before} bytes; ${JSON.stringify(others)}`);
  const grown = others.memory - counts.memory;
  assert.ok(grown <= 0, `${what}: the memory of the engine grew by ${grown} bytes`);
  assert.deepEqual({ ...others, memory: 0 }, { ...counts, memory: 0 }, what);
  assert.ok(after - before < noise, `${what}: the heap grew from ${before} to ${after} bytes`);
}

/** Makes all runs, and returns the counts after the first half and at the end. */
async function inBatches(work, counts) {
  const seen = [];
  for (let made = 0; made < RUNS; made += BATCH) {
    await work();
    seen.push(await counts());
  }
  return { middle: seen[seen.length / 2 - 1], end: seen.at(-1) };
}

describe("a process", () => {
  test(`is the same after ${RUNS} runs, and after an open run of ${ITEMS} items`, async (t) => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc");
    const { Instance } = WebAssembly;
    const { setTimeout, clearTimeout } = globalThis;
    t.after(() => {
      WebAssembly.Instance = Instance;
      Object.assign(globalThis, { setTimeout, clearTimeout });
    });
    const [memory, timers] = [watchMemories(), watchTimers()];
    const sluicegate = await import("../../dist/index.js");
    const journal = await import("../../dist/journal.js");
    const { signal } = new AbortController();
    const listeners = watchListeners(signal);
    const limiter = new sluicegate.Limiter({ limit: 3 });

    async function counts() {
      for (let turn = 0; turn < 3; turn++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { listeners: listeners(), timers: timers(), memory: memory(), heap: process.memoryUsage().heapUsed };
    }
    const { middle, end } = await inBatches(
      () => manyRuns(sluicegate, journal, { signal, limiter, count: BATCH }),
      counts,
    );
    assert.deepEqual([end.listeners, end.timers], [0, 0]);
    assertFlat(t, "runs", middle, end, NOISE.process);

    const seen = [];
    const note = async (made) => void (made % (ITEMS / 4) === 0 && seen.push(await counts()));
    assert.equal(await manyItems(sluicegate, { count: ITEMS, signal, onMade: note }), ITEMS);
    assert.equal(seen.length, 4);
    assertFlat(t, "items", seen[0], seen[3], NOISE.process);
    assert.equal((await counts()).listeners, 0);
  });
});

const PAGE = `<!doctype html><title>growth</title><script type="module">
import { manyItems, manyRuns, watchListeners, watchMemories, watchTimers } from "/growth.mjs";

const [memory, timers] = [watchMemories(), watchTimers()];
const sluicegate = await import("/index.js");
const journal = await import("/journal.js");
const { signal } = new AbortController();
const listeners = watchListeners(signal);
const limiter = new sluicegate.Limiter({ limit: 3 });
globalThis.work = {
  runs: (count) => manyRuns(sluicegate, journal, { signal, limiter, count, journalOf: journal.indexedDbJournal }),
  items: (count) => manyItems(sluicegate, { count, signal, onMade: (made) => globalThis.note(made) }),
  async counts() {
    const { held, pending } = await navigator.locks.query();
    return { listeners: listeners(), timers: timers(), memory: memory(), locks: held.length + pending.length };
  },
};
</script>`;

describe("a page", () => {
  const undo = cleanUp();

  test(`of Chromium is the same after ${RUNS} runs with journals, and after an open run of ${ITEMS} items`, async (t) => {
    const files = {
      "/index.js": readFileSync(join(root, "dist", "index.js")),
      "/journal.js": readFileSync(join(root, "dist", "journal.js")),
      "/growth.mjs": readFileSync(new URL("consumers/growth.mjs", import.meta.url)),
    };
    const url = await serve(undo, (request, response) => {
      const file = files[request.url];
      response.writeHead(200, { "content-type": file ? "text/javascript" : "text/html" });
      response.end(file ?? PAGE);
    });
    const browser = await launchChromium(undo);
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(0);
    await page.goto(url);
    await page.waitForFunction(() => "work" in globalThis);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const work = (name, count) => page.evaluate(([name_, count_]) => globalThis.work[name_](count_), [name, count]);

    async function counts() {
      const counted = await work("counts");
      await session.send("HeapProfiler.collectGarbage");
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const { metrics } = await session.send("Performance.getMetrics");
      const listeners = metrics.find(({ name }) => name === "JSEventListeners")?.value;
      return { ...counted, listenersOfPage: listeners, heap: usedSize };
    }
    const { middle, end } = await inBatches(() => work("runs", BATCH), counts);
    assert.deepEqual([end.listeners, end.timers, end.locks], [0, 0, 0]);
    assertFlat(t, "runs", middle, end, NOISE.page);

    const seen = [];
    await page.exposeFunction("note", async (made) => void (made % (ITEMS / 4) === 0 && seen.push(await counts())));
    assert.equal(await work("items", ITEMS), ITEMS);
    assertFlat(t, "items", seen[0], seen[3], NOISE.page);
  });
});
