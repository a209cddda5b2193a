// Each page keeps what was bought before a cancel, a reload, a crash or a visit to another page, and offers to resume.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createGenerationServer } from "../../www/server/index.mjs";
import { APP, atRest, openStoryboard, patience, SHORT_STORY, startServer, until, useChromium } from "./helpers.mjs";

/** What ends the work of a page. Each resolves to the page that shows it afterwards. */
const ends = {
  "a cancel": async (page, hold) => {
    await page.getByTestId("cancel").click();
    // What is in flight has been paid for, and may finish.
    hold.release();
    await page.locator('.status[data-status="cancelled"]').waitFor();
    return page;
  },
  "a reload": async (page) => {
    await page.reload();
    return page;
  },
  "a crash": async (page) => {
    await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
    const next = await page.context().newPage();
    await next.goto(page.url());
    return next;
  },
  "a visit to another page": async (page) => {
    await page.getByRole("link", { name: "Why", exact: true }).click();
    await page.getByTestId("run-why").waitFor();
    await page.goBack();
    return page;
  },
};

/** A page: how a run of it starts, where the server is stopped, and what the whole costs. */
const pages = {
  "/?backend=concurrent": {
    start: async (page) => {
      await page.getByTestId("story-text").fill(SHORT_STORY);
      await page.getByTestId("generate").click();
    },
    stopAt: "image",
    released: 2,
    shown: '.scene[data-image="done"]',
    cost: 2 + 4 * 5,
    completed: "complete",
  },
  "/?backend=chunks": {
    start: async (page) => {
      await page.getByTestId("story-text").fill(SHORT_STORY);
      await page.getByTestId("generate").click();
    },
    stopAt: "audio",
    released: 2,
    shown: '.scene[data-audio="done"]',
    cost: 2 + 4 * 5,
    completed: "complete",
  },
  "/script?pace=0.01": {
    start: async (page) => {
      await page.getByTestId("minutes").selectOption("1");
      await page.getByTestId("batch-size").selectOption("3");
      await page.getByTestId("start").click();
    },
    stopAt: "scene",
    released: 4,
    shown: '.item[data-status="fulfilled"]',
    cost: 2 + 7,
    completed: "completed",
  },
  "/classroom": {
    start: async (page) => {
      await page.getByTestId("content-ahead").selectOption("3");
      await page.getByTestId("start").click();
    },
    stopAt: "speech",
    released: 2,
    shown: '.item[data-status="fulfilled"]',
    cost: 7 * 6,
    completed: "completed",
  },
  "/videos": {
    start: (page) => page.getByTestId("start").click(),
    stopAt: "image_to_video",
    released: 2,
    shown: '.item[data-status="fulfilled"]',
    cost: 4 + 4 * 10,
    completed: "completed",
  },
};

for (const path of Object.keys(pages))
  describe(`recovery at ${path} in Chromium`, patience, () => recovery(path, useChromium()));

function recovery(path, browser) {
  /** Starts a run, and waits until some of its pieces are on the page and others under way. */
  async function begin(t) {
    const server = await startServer(t);
    const { start, stopAt, released, shown } = pages[path];
    const storyboard = await openStoryboard(t, browser, server, { path });
    const hold = server.lab.hold(stopAt);
    hold.release(released);
    await start(storyboard.page);
    await hold.reached(released + 1);
    await until("some are on the page", async () => (await storyboard.page.locator(shown).count()) === released);
    return { server, storyboard, hold };
  }

  async function assertWhole({ lab }, page) {
    const { completed, cost } = pages[path];
    await page.locator(`.status[data-status="${completed}"]`).waitFor();
    await atRest({ lab });
    const { doubleGenerations, doubleCharges, creditsUsed } = lab.stats;
    assert.deepEqual(
      { doubleGenerations, doubleCharges, creditsUsed },
      { doubleGenerations: 0, doubleCharges: 0, creditsUsed: cost },
    );
  }

  for (const [how, end] of Object.entries(ends))
    test(`after ${how}: what was made is shown, Resume says its price, and each piece is paid once`, async (t) => {
      const { released, shown } = pages[path];
      const { server, storyboard, hold } = await begin(t);
      const page = await end(storyboard.page, hold);
      await page.getByRole("button", { name: "Resume" }).waitFor();
      // The page asks the server what there is.
      await until("what was made is shown", async () => (await page.locator(shown).count()) >= released);
      const kept = await page.locator(shown).count();
      assert.ok(how === "a cancel" ? kept >= released : kept === released, `${kept} are shown`);
      assert.match(await page.getByTestId("cost").textContent(), /^\d+ of \d+ \w+ are kept\. .*\d+ credits\./);
      const { calls } = server.lab.stats;
      // A run that goes on by itself would have called by then.
      await page.waitForTimeout(300);
      assert.equal(server.lab.stats.calls, calls, "it was resumed without a press");
      hold.release();
      await page.getByRole("button", { name: "Resume" }).click();
      await assertWhole(server, page);

      await page.reload();
      await assertWhole(server, page);
      storyboard.assertNoComplaints();
    });

  test("after a restart of the server it completes, or says that the work is lost, and Start over completes", async (t) => {
    const { start, stopAt, completed } = pages[path];
    const options = { staticDir: APP, pace: 0.015, seed: 1 };
    const first = createGenerationServer(options);
    const { url } = await first.listen(0);
    const { page } = await openStoryboard(t, browser, { url, lab: first.lab }, { path });
    const hold = first.lab.hold(stopAt);
    await start(page);
    await hold.reached(1);
    await page.goto("about:blank");
    await first.close();
    const second = createGenerationServer(options);
    t.after(() => second.close());
    await second.listen(Number(new URL(url).port));
    await page.goto(url + path);
    await page.getByRole("button", { name: "Resume" }).click();
    const isWhole = page.locator(`.status[data-status="${completed}"]`);
    const isLost = page.getByText("The server was restarted and has lost this work.");
    await isWhole.or(isLost).first().waitFor();
    if ((await isLost.count()) > 0) {
      const cancel = page.getByRole("button", { name: "Cancel" });
      const over = page.getByRole("button", { name: "Start over" });
      await cancel.or(over).first().waitFor();
      if ((await cancel.count()) > 0) await cancel.click();
      // A click within a double click would do nothing.
      await page.locator('[data-testid="start-over"]:not([aria-disabled])').click();
    }
    await isWhole.waitFor();
    await atRest(second);
    const { doubleGenerations, doubleCharges } = second.lab.stats;
    assert.deepEqual({ doubleGenerations, doubleCharges }, { doubleGenerations: 0, doubleCharges: 0 });
  });
}

describe("a failure and a reload in Chromium", patience, () => {
  const browser = useChromium();

  test("Resume makes the videos that had failed, and only those", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/videos" });
    const paid = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && new URL(request.url()).pathname === "/api/videos")
        paid.push(request.postDataJSON().image_path);
    });
    await page.route("**/api/videos", (route) =>
      route.request().postDataJSON().image_path === "scene_3.png"
        ? route.fulfill({ status: 400, json: { error: "The image cannot be animated" } })
        : route.continue(),
    );
    await page.getByTestId("start").click();
    await page.locator('.status[data-status="partial"]').waitFor();
    await page.unroute("**/api/videos");
    await page.reload();
    await page.getByText("3 of 4 videos are kept. Resume costs at most 10 credits.").waitFor();
    paid.length = 0;
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator('.status[data-status="completed"]').waitFor();
    assert.deepEqual(paid, ["scene_3.png"]);
    assert.equal(server.lab.stats.creditsUsed, 44);
  });

  test("Resume writes the scene that had failed, and goes on", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/script?pace=0.01" });
    await page.getByTestId("minutes").selectOption("1");
    await page.getByTestId("batch-size").selectOption("3");
    await page.route("**/api/script", (route) =>
      route.request().postDataJSON()?.scene_num === 5
        ? route.fulfill({ status: 400, json: { error: "Not this one" } })
        : route.continue(),
    );
    await page.getByTestId("start").click();
    await page.locator('.status[data-status="paused"]').waitFor();
    await page.unroute("**/api/script");
    await page.reload();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator('.status[data-status="completed"]').waitFor();
    await atRest(server);
    assert.deepEqual([server.lab.stats.creditsUsed, server.lab.stats.byPhase.scene.works], [9, 7]);
  });

  test("Resume goes on with the lesson whose scene had failed", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/classroom" });
    await page.route("**/api/classroom/speech", (route) =>
      route.fulfill({ status: 500, json: { success: false, error: "The model is ill", isRetryable: false } }),
    );
    await page.getByTestId("start").click();
    await page.locator('.status[data-status="paused"]').waitFor();
    await page.unroute("**/api/classroom/speech");
    await page.reload();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator('.status[data-status="completed"]').waitFor();
    await atRest(server);
    assert.deepEqual([server.lab.stats.creditsUsed, server.lab.stats.doubleGenerations], [42, 0]);
  });
});
