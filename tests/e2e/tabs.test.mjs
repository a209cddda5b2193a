// Two tabs with one page: only one of them works on a run, the other says so. And many tabs at once.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, LIMIT, openStoryboard, patience, startServer, useChromium } from "./helpers.mjs";
import { systems } from "./systems.mjs";

/** Where a system is stopped, so that a second tab finds it at work. */
const stopAt = { bulk: "preview", storyboard: "image", script: "scene", classroom: "speech", videos: "image_to_video" };

describe("two tabs in Chromium", patience, () => {
  const browser = useChromium();

  for (const [name, { path, prepare, start, whole, pieces, cost }] of Object.entries(systems))
    test(`${name}: a second tab offers nothing while the first one works, and shows its results at the end`, async (t) => {
      // A preview is asked for 60 times at this pace before its call times out.
      const server = await startServer(t, { pace: name === "bulk" ? 0.2 : 0.015 });
      const storyboard = await openStoryboard(t, browser, server, { path });
      const first = storyboard.page;
      await first.getByTestId(start).waitFor();
      const early = await first.context().newPage();
      await early.goto(server.url + path);
      const hold = server.lab.hold(stopAt[name]);
      hold.release(1);
      await prepare(first);
      await first.getByTestId(start).click();
      await hold.reached(2);
      const late = await first.context().newPage();
      await late.goto(server.url + path);
      const spending = ["resume", "start-over", "start", "fill-missing"].map((id) => `[data-testid="${id}"]`).join();
      for (const page of [early, late]) {
        await page.getByText("This run is open in another tab.").waitFor();
        assert.equal(await page.locator(spending).count(), 0);
        assert.equal(await page.locator('[data-testid="generate"]:not([aria-disabled])').count(), 0);
        if (name !== "bulk") await page.locator('.status[data-status="unfinished"]').waitFor();
      }
      hold.release();
      for (const page of [first, early, late]) {
        await page.getByTestId("elsewhere").waitFor({ state: "detached" });
        await page
          .locator(whole)
          .nth(pieces - 1)
          .waitFor();
      }
      await atRest(server);
      const { doubleGenerations, doubleCharges, creditsUsed } = server.lab.stats;
      assert.deepEqual(
        { doubleGenerations, doubleCharges, creditsUsed },
        { doubleGenerations: 0, doubleCharges: 0, creditsUsed: cost },
      );
      storyboard.assertNoComplaints();
    });

  test("five pages that are started at once in five tabs all complete, are stored, and are paid once", async (t) => {
    // The five connections are shared: at a faster pace a preview times out meanwhile.
    const server = await startServer(t, { pace: 0.2 });
    const { page: first } = await openStoryboard(t, browser, server, { path: "/paid" });
    const all = Object.values(systems);
    const tabs = await Promise.all(all.map(() => first.context().newPage()));
    for (const [at, { path, prepare, start }] of all.entries()) {
      await tabs[at].goto(server.url + path);
      await tabs[at].getByTestId(start).waitFor();
      await prepare(tabs[at]);
    }
    await Promise.all(all.map(({ start }, at) => tabs[at].getByTestId(start).click()));
    await Promise.all(
      all.map(({ completed }, at) => tabs[at].locator(`.status[data-status="${completed}"]`).waitFor()),
    );
    for (const tab of tabs) {
      await tab.reload();
      await tab.getByTestId("history").getByRole("row", { name: "Complete" }).waitFor();
    }
    const { creditsUsed, doubleGenerations } = server.lab.stats;
    assert.deepEqual([creditsUsed, doubleGenerations], [all.reduce((sum, { cost }) => sum + cost, 0), 0]);
  });

  test("a run that another tab replaces is gone from the first one", async (t) => {
    const server = await startServer(t);
    const { path, prepare, start, completed } = systems.script;
    const { page: first } = await openStoryboard(t, browser, server, { path });
    const run = async (page) => {
      await prepare(page);
      await page.getByTestId(start).click();
      await page.locator(`.status[data-status="${completed}"]`).waitFor();
    };
    await run(first);
    const second = await first.context().newPage();
    second.on("dialog", (dialog) => void dialog.accept());
    await second.goto(server.url + path);
    await run(second);
    await first.getByText("Another run costs").waitFor();
    assert.equal(await first.getByTestId("timeline").count(), 0);
    assert.equal(await first.locator("[data-testid=history] tr").count(), 2);
    // One that cannot be read hides no other.
    await first.evaluate(() => localStorage.setItem("storyboard-run:!", "{"));
    await first.reload();
    await first.locator("[data-testid=history] tr").first().waitFor();
    assert.equal(await first.locator("[data-testid=history] tr").count(), 2);
  });
});

describe("seven tabs in Chromium", patience, () => {
  const browser = useChromium();

  test("the five systems complete beside Why and Paid once, whose calls take all connections, and are paid once", async (t) => {
    // A call waits in the browser behind the 1,350 of Why: at a faster pace a preview times out meanwhile.
    const server = await startServer(t, { pace: 0.4 });
    const { page: paid } = await openStoryboard(t, browser, server, { path: "/paid" });
    const all = Object.values(systems);
    const [why, ...tabs] = await Promise.all(["/why", ...all].map(() => paid.context().newPage()));
    await why.goto(`${server.url}/why`);
    for (const [at, { path, prepare, start }] of all.entries()) {
      await tabs[at].goto(server.url + path);
      await tabs[at].getByTestId(start).waitFor();
      await prepare(tabs[at]);
    }
    await Promise.all([
      why.getByTestId("run-why").click(),
      paid.getByTestId("run-charges").click(),
      ...all.map(({ start }, at) => tabs[at].getByTestId(start).click()),
    ]);
    const ends = ["complete", "completed", "partial", "paused", "failed"].map((end) => `.status[data-status="${end}"]`);
    const status = (tab) => tab.locator(ends.join()).getAttribute("data-status", { timeout: 2 * LIMIT });
    assert.deepEqual(
      await Promise.all(tabs.map(status)),
      all.map(({ completed }) => completed),
    );
    // Why opens its gate although its own calls never get all connections.
    await why.getByTestId("bounded-answered").and(why.locator(":text-matches('^[1-9]')")).waitFor();
    for (const [page, stop] of [
      [why, "stop-why"],
      [paid, "stop-charges"],
    ]) {
      // It may have ended by itself.
      await page.getByTestId(stop).evaluate((button) => button.click());
      await page.getByTestId(stop).and(page.locator("[aria-disabled]")).waitFor();
    }
    const { creditsUsed, doubleGenerations } = server.lab.stats;
    assert.deepEqual([creditsUsed, doubleGenerations], [all.reduce((sum, { cost }) => sum + cost, 0), 0]);
  });
});
