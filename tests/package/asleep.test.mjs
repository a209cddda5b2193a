// Pages that are frozen, or shown again from the back-forward cache: what was due starts once, nothing piles up.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { launchChromium, launchChromiumByDriver, launchFirefox } from "../../scripts/browsers.mjs";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, serve } from "./helpers.mjs";

/** Milliseconds for which a page sleeps. */
const SLEEP = 3_000;
/** A page that has slept shows a gap between its starts of this length. */
const GAP = 2_500;
const STAGGER = 150;
const RATE = { limit: 2, interval: 400 };
/** Browsers round the time. */
const ROUNDING = 2;

const PAGE = `<!doctype html><title>asleep</title><script type="module">
import { Limiter, pollUntil, settleWithConcurrency } from "/index.js";

const range = (count) => [...Array(count).keys()];
const log = { staggered: [], limited: [], retried: [], asks: [], ended: undefined, shown: [] };
addEventListener("pageshow", ({ persisted }) => log.shown.push(persisted));
const note = (name) => (item) => void log[name].push([item, performance.now()]);
const busy = (item, _, { attempt }) => {
  note("retried")(item);
  if (attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
};
const limiter = new Limiter({ limit: 20, rate: ${JSON.stringify(RATE)} });
const poll = pollUntil(() => log.asks.push(performance.now()), { done: () => false, interval: 200, timeout: 2_000 });
globalThis.log = log;
globalThis.work = Promise.all([
  settleWithConcurrency(range(12), 12, note("staggered"), { stagger: ${STAGGER} }),
  settleWithConcurrency(range(12), 20, note("limited"), { limiter }),
  settleWithConcurrency(range(4), 4, busy, { retry: { minDelay: 1_200, jitter: 0 } }),
  poll.catch(({ name }) => {
    log.ended = name;
  }),
]);
globalThis.work.then(() => {
  log.isDone = true;
});
</script>`;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function serveSite(undo) {
  const index = readFileSync(join(root, "dist", "index.js"));
  return serve(undo, (request, response) => {
    const isScript = request.url === "/index.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? index : request.url === "/other" ? "<!doctype html><title>other</title>" : PAGE);
  });
}

const times = (entries) => entries.map(([, time]) => time);
const gaps = (list) => list.slice(1).map((time, index) => time - list[index]);

function assertRested({ staggered, limited, retried, asks, ended }) {
  const itemsOf = (entries) => entries.map(([item]) => item).sort((one, other) => one - other);
  assert.deepEqual([itemsOf(staggered).length, new Set(itemsOf(staggered)).size], [12, 12], "each starts once");
  assert.deepEqual([itemsOf(limited).length, new Set(itemsOf(limited)).size], [12, 12], "each starts once");
  assert.deepEqual(itemsOf(retried), [0, 0, 1, 1, 2, 2, 3, 3], "each is repeated once");
  const pauses = gaps(times(staggered));
  assert.ok(Math.max(...pauses) >= GAP, `the page slept: ${pauses}`);
  assert.ok(Math.min(...pauses) >= STAGGER - ROUNDING, `starts pile up: ${pauses}`);
  const limitedAt = times(limited);
  for (const [index, time] of limitedAt.entries()) {
    const next = limitedAt[index + RATE.limit] ?? Infinity;
    assert.ok(next - time >= RATE.interval - ROUNDING, `more than the rate: ${limitedAt}`);
  }
  assert.equal(ended, "TimeoutError");
  assert.ok(Math.max(0, ...gaps(asks)) < GAP, `it asked again though its time was over: ${asks}`);
}

describe("a page that sleeps", () => {
  const undo = cleanUp();

  test("goes on as if nothing had been due twice, frozen by Chromium", async () => {
    const url = await serveSite(undo);
    const driver = await launchChromiumByDriver();
    undo.push(() => driver.quit());
    const holds = (script) => driver.wait(() => driver.executeScript(`return ${script}`), 60_000);
    await driver.get(url);
    await holds("window.log?.staggered.length >= 2");
    // Only hidden pages are frozen.
    const own = await driver.getWindowHandle();
    await driver.switchTo().newWindow("tab");
    await driver.switchTo().window(own);
    await driver.sendDevToolsCommand("Page.setWebLifecycleState", { state: "frozen" });
    await sleep(SLEEP);
    await driver.sendDevToolsCommand("Page.setWebLifecycleState", { state: "active" });
    await holds("window.log?.isDone");
    assertRested(JSON.parse(await driver.executeScript("return JSON.stringify(window.log)")));
  });

  test("goes on as if nothing had been due twice, in the back-forward cache of Chromium", async () => {
    const url = await serveSite(undo);
    const browser = await launchChromium({ whole: true, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
    undo.push(() => browser.close());
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => globalThis.log?.staggered.length >= 2);
    await page.goto(`${url}/other`);
    await sleep(SLEEP);
    await page.goBack({ waitUntil: "commit" });
    await page.waitForFunction(() => globalThis.log.isDone, undefined, { timeout: 180_000 });
    const log = await page.evaluate(() => globalThis.log);
    assert.equal(log.shown.at(-1), true, "it comes from the cache");
    assertRested(log);
  });

  test("goes on as if nothing had been due twice, in the back-forward cache of Firefox", async () => {
    const url = await serveSite(undo);
    const driver = await launchFirefox();
    undo.push(() => driver.quit());
    const holds = (script) => driver.wait(() => driver.executeScript(`return ${script}`), 60_000);
    await driver.get(url);
    await holds("window.log?.staggered.length >= 2");
    // Of another site: for a page of the same one, Firefox sometimes takes the new request for an open request of this
    // page, which keeps a page out of the cache.
    await driver.get(`${url.replace("127.0.0.1", "localhost")}/other`);
    await sleep(SLEEP);
    await driver.navigate().back();
    await holds("window.log?.isDone");
    const log = JSON.parse(await driver.executeScript("return JSON.stringify(window.log)"));
    assert.equal(log.shown.at(-1), true, "it comes from the cache");
    assertRested(log);
  });
});
