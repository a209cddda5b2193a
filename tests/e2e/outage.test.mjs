// A server that is not reachable, and a balance that is spent: what each page says, and that it goes on afterwards.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";
import { systems } from "./systems.mjs";

/** Where each system is when its server goes away. */
const PATHS = {
  ...Object.fromEntries(Object.entries(systems).map(([name, { path }]) => [name, path])),
  "storyboard on an asynchronous backend": "/?backend=submissions",
};
/** What starts and resumes runs. */
const SPENDING = ["resume", "start-over", "start", "generate"].map((id) => `[data-testid="${id}"]`).join();

describe("an outage in Chromium", patience, () => {
  const browser = useChromium();

  for (const [name, path] of Object.entries(PATHS)) {
    const { prepare, start, completed, cost } = systems[name] ?? systems.storyboard;
    test(`${name}: each wait is said and as long as at any other pace, and the run completes`, async (t) => {
      const server = await startServer(t);
      const storyboard = await openStoryboard(t, browser, server, { path });
      const { page } = storyboard;
      await storyboard.get(start).waitFor();
      await prepare(page);
      const { faults } = server.lab;
      faults.dropBefore = 1;
      await storyboard.get(start).click();
      await page.getByText(/^The server is not reachable, attempt 4 of \d, next in 2 s\./).waitFor();
      faults.dropBefore = 0;
      await page.locator(`.status[data-status="${completed}"]`).waitFor();
      assert.equal(await storyboard.get("outage").count(), 0);
      const { creditsUsed, doubleGenerations } = server.lab.stats;
      assert.deepEqual([creditsUsed, doubleGenerations], [cost, 0]);
      storyboard.assertNoComplaints();
    });
  }

  test("bulk: a poll that meets an outage says so, and goes on", async (t) => {
    const server = await startServer(t, { pace: 0.2 });
    const storyboard = await openStoryboard(t, browser, server, { path: "/bulk" });
    await storyboard.get("kind-animation").check();
    const hold = server.lab.hold("animation");
    await storyboard.get("start").click();
    await hold.reached(3);
    // All three are ordered: what follows are polls.
    await storyboard.page.waitForRequest(/\/api\/bulk\/generations\//);
    server.lab.faults.dropBefore = 1;
    hold.release();
    await storyboard.page.getByText(/^The server is not reachable, attempt 3 of 8, next in 1 s\./).waitFor();
    server.lab.faults.dropBefore = 0;
    await storyboard.page.locator('.status[data-status="completed"]').waitFor();
    assert.equal(server.lab.stats.doubleGenerations, 0);
  });
});

describe("a balance in Chromium", patience, () => {
  const browser = useChromium();

  for (const [name, { path, start, cost }] of Object.entries(systems))
    test(`${name}: with no credits nothing can be started, and the page says why before`, async (t) => {
      const server = await startServer(t, { credits: 0 });
      const storyboard = await openStoryboard(t, browser, server, { path });
      const { page } = storyboard;
      await page.getByText("the balance is 0.").waitFor();
      for (const button of await page.locator(SPENDING).all()) {
        assert.equal(await button.getAttribute("aria-disabled"), "true");
        await button.dispatchEvent("click");
      }
      await page.getByText("Past runs").waitFor({ state: "detached" });
      assert.deepEqual([server.lab.stats.calls, await storyboard.get("failure").count()], [0, 0]);
      server.lab.reset({ credits: 1 });
      await page.getByText("the balance is 1.").waitFor();
      server.lab.reset({ credits: 10 * cost });
      await page.getByText("Not enough credits").waitFor({ state: "detached" });
      assert.equal(await storyboard.get(start).getAttribute("aria-disabled"), null);
    });
});

describe("the elapsed time in Chromium", patience, () => {
  const browser = useChromium();
  const secondsIn = async (storyboard) => {
    const [, minutes, seconds] = /(\d+):(\d\d) elapsed/.exec(await storyboard.text("facts")) ?? [];
    return 60 * Number(minutes) + Number(seconds);
  };

  for (const [name, { path, prepare, start }] of Object.entries(systems))
    test(`${name}: stands still when the run is stopped, and goes on where it was after a reload`, async (t) => {
      const server = await startServer(t);
      const storyboard = await openStoryboard(t, browser, server, { path });
      await storyboard.get(start).waitFor();
      await prepare(storyboard.page);
      const hold = server.lab.hold();
      await storyboard.get(start).click();
      await until("two seconds have passed", async () => (await secondsIn(storyboard)) >= 2);
      const stop = (await storyboard.get("pause").count()) > 0 ? "pause" : "cancel";
      await storyboard.get(stop).click();
      await storyboard.get("resume").waitFor();
      const stopped = await secondsIn(storyboard);
      assert.ok(stopped >= 2, `${stopped} s`);
      await storyboard.page.reload();
      await storyboard.get("resume").waitFor();
      assert.equal(await secondsIn(storyboard), stopped);
      hold.release();
      await storyboard.page.locator('[data-testid="resume"]:not([aria-disabled])').click();
      await storyboard.page.locator(".status.good").waitFor();
      assert.ok((await secondsIn(storyboard)) >= stopped);
    });
});
