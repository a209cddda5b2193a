// A limiter that tabs of real browsers share, against a server that counts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { launchFirefox } from "../../scripts/browsers.mjs";
import { cleanUp, install, launchChromium, serve } from "./helpers.mjs";

const LIMIT = 3;
/** In milliseconds. */
const TAKES = 60;

/** What each tab runs: so many calls, in one limiter with the other tabs. Calls of `/hang` get no reply. */
const PAGE = `<!doctype html><title>Tab</title><script type="module">
import { callPhase, Limiter, settleWithConcurrency } from "./index.js";
import { sharedAcrossTabs } from "./tabs.js";
const limiter = new Limiter({ limit: ${LIMIT}, sharedAcrossTabs: sharedAcrossTabs("backend") });
window.run = async (tab, count, path = "/work") => {
  const call = (_, index, { signal }) => callPhase(path + "?tab=" + tab, { index }, { signal, retry: { attempts: 1 } });
  const options = { limiter, retry: { attempts: 5 } };
  const { status } = await settleWithConcurrency(Array(count).fill(0), count, call, options);
  return status;
};
window.isReady = true;
</script>`;

/** Serves the package and the page, and counts the calls that are under way. */
async function startServer(undo, folder) {
  /** @type {{tab: string | null, at: number}[]} */
  const starts = [];
  const counts = { busy: 0, most: 0, refusals: 0, starts };
  const url = await serve(undo, (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (pathname === "/") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    if (pathname.endsWith(".js")) {
      response.writeHead(200, { "content-type": "text/javascript" });
      return response.end(readFileSync(join(folder, pathname)));
    }
    if (request.method !== "POST") return response.writeHead(204).end();
    counts.starts.push({ tab: searchParams.get("tab"), at: performance.now() });
    // The call of a page that crashes: its lock may be free before its socket is closed.
    if (pathname === "/hang") return;
    counts.busy += 1;
    counts.most = Math.max(counts.most, counts.busy);
    response.on("close", () => {
      counts.busy -= 1;
    });
    const isRefused = counts.refusals > 0;
    counts.refusals -= isRefused ? 1 : 0;
    setTimeout(
      () => {
        response.writeHead(isRefused ? 429 : 200, { "content-type": "application/json", "retry-after": "1" });
        response.end("{}");
      },
      isRefused ? 5 : TAKES,
    );
  });
  const began = async (number) => {
    while (counts.starts.length < number) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { url, counts, began };
}

describe("R23 a limiter that tabs share", () => {
  const undo = cleanUp();
  let folder;

  before(async () => {
    const { installed } = await install(undo);
    folder = join(installed, "dist");
  });

  describe("in Chromium", () => {
    let browser;

    before(async () => {
      browser = await launchChromium(undo);
    });

    async function openTabs(t, count) {
      const server = await startServer(undo, folder);
      const context = await browser.newContext();
      t.after(() => context.close());
      const tabs = [];
      for (let tab = 0; tab < count; tab++) {
        const page = await context.newPage();
        await page.goto(server.url);
        await page.waitForFunction(() => "isReady" in window);
        const run = (count, path) =>
          page.evaluate((args) => /** @type {any} */ (window).run(...args), [tab, count, path]);
        tabs.push({ page, run });
      }
      return { ...server, tabs, context };
    }

    test("three tabs never exceed the limit together", async (t) => {
      const { tabs, counts } = await openTabs(t, 3);
      const statuses = await Promise.all(tabs.map(({ run }) => run(8)));
      assert.deepEqual(statuses, ["completed", "completed", "completed"]);
      assert.deepEqual([counts.starts.length, counts.most], [24, LIMIT]);
    });

    for (const [which, at] of /** @type {[string, number][]} */ ([
      ["the first", 0],
      ["the second", 1],
    ])) {
      test(`the places of ${which} tab are free again within a second of its crash`, async (t) => {
        const { tabs, counts, began, context } = await openTabs(t, 3);
        const crashed = tabs[at];
        void crashed.run(LIMIT, "/hang").catch(() => {});
        await began(LIMIT);
        const rest = tabs[2].run(LIMIT);
        const session = await context.newCDPSession(crashed.page);
        const crashedAt = performance.now();
        session.send("Page.crash").catch(() => {});
        assert.equal(await rest, "completed");
        const waits = counts.starts.slice(LIMIT).map(({ at }) => at - crashedAt);
        assert.equal(waits.length, LIMIT);
        assert.ok(Math.min(...waits) > 0 && Math.max(...waits) < 1_000, `${waits}`);
        assert.equal(counts.most, LIMIT);
      });
    }

    test("a 429 in one tab holds back all", async (t) => {
      const { tabs, counts, began } = await openTabs(t, 3);
      counts.refusals = 1;
      const refused = tabs[1].run(1);
      await began(1);
      // The reply is on its way to the other tabs.
      await tabs[1].page.waitForTimeout(100);
      await Promise.all([refused, tabs[0].run(1), tabs[2].run(1)]);
      const [first, ...others] = counts.starts.map(({ at }) => at);
      assert.equal(others.length, 3);
      assert.ok(Math.min(...others) - Number(first) >= 1_000, `${others.map((at) => at - Number(first))}`);
    });
  });

  test("three tabs of Firefox never exceed the limit together, also when one is closed", async () => {
    const { url, counts, began } = await startServer(undo, folder);
    const driver = await launchFirefox();
    undo.push(() => driver.quit());
    await driver.manage().setTimeouts({ script: 120_000 });
    const handles = [];
    for (let tab = 0; tab < 3; tab++) {
      if (tab > 0) await driver.switchTo().newWindow("tab");
      await driver.get(url);
      await driver.wait(() => driver.executeScript("return window.isReady"));
      handles.push(await driver.getWindowHandle());
    }
    const start = async (tab, count, path) => {
      await driver.switchTo().window(handles[tab]);
      await driver.executeScript("window.done = window.run(...arguments)", tab, count, path);
    };
    const end = async (tab) => {
      await driver.switchTo().window(handles[tab]);
      return driver.executeScript("return window.done");
    };
    await start(0, LIMIT, "/hang");
    await began(LIMIT);
    for (const tab of [1, 2]) await start(tab, 6);
    assert.equal(counts.starts.length, LIMIT);
    await driver.switchTo().window(handles[0]);
    await driver.close();
    assert.deepEqual([await end(1), await end(2)], ["completed", "completed"]);
    assert.deepEqual([counts.starts.length, counts.most], [LIMIT + 12, LIMIT]);
  });
});
