// Pages that crash, are closed or reloaded at random moments, while the server fails in all its ways: what was bought
// is kept, nothing is bought twice, and the next page offers to resume. CRASHES=30 tries so many moments of each
// system, and SYSTEMS=bulk,script these systems.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRandom } from "@sluicegate/fault-server/random";
import { atRest, LIMIT, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";
import { systems } from "./systems.mjs";

const CRASHES = Number(process.env.CRASHES ?? 1);
/** The systems whose pages resume. */
const RESUMING = (process.env.SYSTEMS ?? "bulk,storyboard,script,classroom,videos").split(",");
/** Milliseconds after which a moment has not come, because the run is over. */
const NO_LONGER = 5_000;

/** What ends a page. Each resolves to the next one, on the same address. */
const ends = {
  async crash(page) {
    const session = await page.context().newCDPSession(page);
    const crashed = page.waitForEvent("crash");
    session.send("Page.crash").catch(() => {});
    await crashed;
    return again(page);
  },
  async close(page) {
    const url = page.url();
    const next = await page.context().newPage();
    await page.close();
    await next.goto(url);
    return next;
  },
  async reload(page) {
    await page.reload();
    return page;
  },
};

async function again(page) {
  const next = await page.context().newPage();
  await next.goto(page.url());
  await page.close();
  return next;
}

for (const name of RESUMING)
  describe(`${name} in Chromium`, { timeout: patience.timeout + CRASHES * LIMIT }, () => crashes(name, useChromium()));

/** @param {string} name @param {() => import('playwright-core').Browser} browser */
function crashes(name, browser) {
  const { path, prepare, start, completed, calls, cost, whole, pieces } = systems[name];
  const status = (/** @type {string[]} */ ...names) => names.map((one) => `.status[data-status="${one}"]`).join();

  for (let crash = 1; crash <= CRASHES; crash++) {
    const random = createRandom(`crash/${name}/${crash}`);
    const how = /** @type {keyof typeof ends} */ (Object.keys(ends)[(crash + RESUMING.indexOf(name)) % 3]);
    const [after, delay] = [random.int(0, calls - 1), random.int(0, 150)];

    test(`after a ${how} ${delay} ms after call ${after}, all is made and paid once`, async (t) => {
      const server = await startServer(t, { pace: 0.05, seed: crash });
      const storyboard = await openStoryboard(t, browser, server, { path, reducedMotion: "reduce" });
      const { page } = storyboard;
      await page.getByTestId(start).waitFor();
      server.lab.faults = { preset: "hard", slow: 0 };
      await prepare(page);
      await page.getByTestId(start).click();
      const latest = performance.now() + NO_LONGER;
      await until("the moment has come", () => server.lab.stats.calls >= after || performance.now() > latest);
      await page.waitForTimeout(delay);
      const next = await ends[how](page);
      await finish(next);
      await atRest(server);
      const { doubleGenerations, doubleCharges, creditsUsed } = server.lab.stats;
      assert.deepEqual([doubleGenerations, doubleCharges, creditsUsed], [0, 0, cost]);
      assert.equal(await next.locator(whole).count(), pieces);
      storyboard.assertNoComplaints();
    });
  }

  /** Presses what the page offers, until all is made. */
  async function finish(page) {
    const resume = page.getByRole("button", { name: "Resume", exact: true });
    // The page has looked into its journal when it offers one of them.
    await page
      .getByTestId(start)
      .or(resume)
      .or(page.locator(status(completed)))
      .first()
      .waitFor();
    const isWhole = async () =>
      (await page.locator(whole).count()) === pieces &&
      (await page.locator(status("running", "unfinished")).count()) === 0;
    const offers = async () => {
      if (await resume.isVisible()) return [resume];
      const ended = await page.locator(status("partial", "failed")).count();
      if (ended > 0) return page.locator('[data-testid^="retry-"]').all();
      // Nothing was bought before the end of the page.
      const isNew = (await page.locator(status("running", "cancelling", "paused")).count()) === 0;
      const button = page.getByTestId(start);
      return isNew && (await button.isEnabled()) ? [button] : [];
    };
    const press = async () => {
      if (await isWhole()) return true;
      for (const button of await offers()) await button.click({ timeout: 2_000 }).catch(() => {});
      return false;
    };
    await until("all is made", press).catch(async (error) => {
      throw new Error(`${error.message}. The page says: ${await page.locator("main").textContent()}`);
    });
  }
}
