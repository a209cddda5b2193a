// Pages that are really hidden, in Chromium and Firefox: their waits are not slowed down as the timers of the page are.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { launchChromiumByDriver, launchFirefox } from "../../scripts/browsers.mjs";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, serve } from "./helpers.mjs";

/** Milliseconds after which browsers hold back the timers of a page that was hidden. */
const GRACE = 12_000;

const PAGE = `<!doctype html><title>hidden</title><script type="module">
import { Limiter, pollUntil, settleWithConcurrency } from "/index.js";

const sleep = (delay) => new Promise((done) => setTimeout(done, delay));
/** Times the work, and counts the timers of the page, 100 ms each, that fire while it is done. */
const counted = async () => {
  let timers = 0;
  const begun = performance.now();
  const counting = setInterval(() => timers++, 100);
  await work();
  clearInterval(counting);
  return { timers, hidden: document.hidden, time: performance.now() - begun };
};

/** Staggers, backoffs, a poll and a rate. */
async function work() {
  const fails = (item, _, { attempt }) => {
    if (item % 5 === 0 && attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
  };
  await settleWithConcurrency([...Array(20).keys()], 5, fails, { stagger: 100, retry: { minDelay: 200 } });
  let asked = 0;
  await pollUntil(() => ++asked, { done: (count) => count > 10, interval: 150 });
  const limiter = new Limiter({ rate: { limit: 2, interval: 300 } });
  await settleWithConcurrency([1, 2, 3, 4, 5, 6, 7, 8], 8, () => {}, { limiter });
}

document.addEventListener("visibilitychange", async () => {
  if (!document.hidden) return;
  await sleep(${GRACE});
  const hidden = await counted();
  await fetch("/done", { method: "POST", body: JSON.stringify({ visible: globalThis.visible, hidden }) });
});
globalThis.visible = await counted();
</script>`;

async function measure(undo, launch, hide) {
  let tell;
  const done = new Promise((resolve) => {
    tell = resolve;
  });
  const url = await serve(undo, (request, response) => {
    if (request.url === "/done") {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => response.end(tell(JSON.parse(Buffer.concat(parts).toString()))));
      return;
    }
    const isScript = request.url === "/index.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? readFileSync(join(root, "dist", "index.js")) : PAGE);
  });
  const driver = await launch();
  undo.push(() => driver.quit());
  await driver.get(url);
  await driver.wait(() => driver.executeScript("return globalThis.visible !== undefined"), 60_000);
  await hide(driver);
  return done;
}

const browsers = [
  ["Chromium", launchChromiumByDriver, (driver) => driver.switchTo().newWindow("tab")],
  ["Firefox", launchFirefox, (driver) => driver.manage().window().minimize()],
];

describe("a hidden page", () => {
  const undo = cleanUp();
  for (const [name, launch, hide] of browsers) {
    test(`waits hardly longer than a visible one, in ${name}`, async (t) => {
      const { visible, hidden } = await measure(undo, launch, hide);
      const times = [visible, hidden].map(({ time }) => Math.round(time));
      t.diagnostic(`visible ${times[0]} ms, hidden ${times[1]} ms: ${(times[1] / times[0]).toFixed(2)} times as long`);
      assert.deepEqual([visible.hidden, hidden.hidden], [false, true]);
      // A hidden page has one timer a second. Were the waits slowed down as well, they would see as many of them.
      assert.ok(hidden.timers * 3 < visible.timers, `${hidden.timers} timers hidden, ${visible.timers} visible`);
    });
  }
});
