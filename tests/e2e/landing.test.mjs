import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createGenerationServer } from "../../www/server/index.mjs";
import {
  APP,
  assertPaidOnce,
  elapsedFrom,
  openStoryboard,
  patience,
  SHORT_STORY,
  startServer,
  until,
  useChromium,
} from "./helpers.mjs";

/** Pages that have the controls of a run. */
const PAGES = {
  "/?backend=concurrent": "generate",
  "/bulk": "start",
  "/script?pace=0.01": "start",
  "/videos": "start",
};

describe("the page of a run in Chromium", patience, () => {
  const browser = useChromium();

  test("by default audio and images are generated concurrently, at most five calls at a time", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server, { path: "/?" });
    await storyboard.record();
    const hold = server.lab.hold("image", "audio");
    await storyboard.write(SHORT_STORY);
    await storyboard.press("generate");
    await hold.reached(5);
    await until("the browser has told of all calls", () => storyboard.calls.length >= 6);
    const phases = storyboard.calls.map(({ phase }) => phase).sort();
    hold.release();
    await storyboard.reaches("complete");
    assert.deepEqual(phases, [...Array(3).fill("regenerate_audio"), ...Array(2).fill("regenerate_image"), "script"]);
    assert.equal(server.lab.stats.maxInFlight, 5);
    storyboard.assertNoComplaints();
  });

  test("a prompt that is edited replaces the one of its scene, and only that image is generated again", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.complete();
    await storyboard.get("open-1").click();
    const dialog = storyboard.page.getByRole("dialog", { name: "Image of scene 2" });
    await dialog.getByLabel("Prompt").fill("A castle in the snow");
    await storyboard.begins(() => dialog.getByRole("button", { name: /^Regenerate/ }).click());
    await storyboard.reaches("complete");
    assert.equal((await storyboard.project()).scenes[1].visualPrompt, "A castle in the snow");
    assert.equal(server.lab.stats.byPhase.regenerate_image.pieces, 1);
    // 22 for the story, 4 for the image; a reload keeps both.
    for (const again of [async () => {}, () => storyboard.page.reload()]) {
      await again();
      await storyboard.get("facts").getByText("26 credits").waitFor();
    }
    assert.equal(server.lab.stats.creditsUsed, 26);
    storyboard.assertNoComplaints();
  });

  for (const [path, start] of Object.entries(PAGES)) {
    test(`at ${path} a refused call says which attempt follows, and a quota of 1 lets the run complete`, async (t) => {
      const server = await startServer(t);
      const storyboard = await openStoryboard(t, browser, server, { path });
      server.lab.faults.quota = 1;
      // One batch is enough.
      if (path.startsWith("/script")) await storyboard.get("minutes").selectOption("1");
      await storyboard.get(start).click();
      assert.match(await storyboard.get("outage").textContent(), /attempt \d+ of \d+, next /);
      assert.ok(server.lab.stats.replies[429] > 0);
      await storyboard.page.locator('.status[data-status="complete"], .status[data-status="completed"]').waitFor();
      assert.equal(await storyboard.get("outage").count(), 0);
      assert.equal(server.lab.stats.maxInFlight, 1);
    });
  }

  test("offline, a run says so and waits; online again, it completes, and nothing is paid twice", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const { page } = storyboard;
    await storyboard.write(SHORT_STORY);
    const hold = server.lab.hold("script");
    await storyboard.press("generate");
    await hold.reached(1);
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    hold.release();
    const { length } = storyboard.calls;
    await page.context().setOffline(false);
    await storyboard.reaches("complete");
    assert.ok(storyboard.calls.length > length);
    assertPaidOnce(server, (await storyboard.pieces()).length);
  });

  test("after a restart of the server a story says that its work is lost, and a new one completes", async (t) => {
    const options = { staticDir: APP, pace: 0.015 };
    const first = createGenerationServer(options);
    const { url } = await first.listen(0);
    const hold = first.lab.hold("audio");
    const storyboard = await openStoryboard(t, browser, { url, lab: first.lab });
    await storyboard.write(SHORT_STORY);
    await storyboard.press("generate");
    await hold.reached(1);
    await first.close();
    const second = createGenerationServer(options);
    t.after(() => second.close());
    await second.listen(Number(new URL(url).port));
    await storyboard.reaches("failed");
    assert.match(await storyboard.text("failure"), /was restarted and has lost this work\..*start over\./);
    const scenes = await storyboard.complete();
    assertPaidOnce(second, scenes);
  });

  test("after a restart of the server bulk says what to do, and a new storyboard completes", async (t) => {
    // At a faster pace the polls time out meanwhile.
    const options = { staticDir: APP, pace: 0.1 };
    const first = createGenerationServer(options);
    const { url } = await first.listen(0);
    const hold = first.lab.hold("preview");
    const storyboard = await openStoryboard(t, browser, { url, lab: first.lab }, { path: "/bulk" });
    const { page } = storyboard;
    await storyboard.get("start").click();
    await hold.reached(1);
    await page.getByText(elapsedFrom(1)).waitFor();
    await first.close();
    const second = createGenerationServer(options);
    t.after(() => second.close());
    await second.listen(Number(new URL(url).port));
    await page.getByText("The server was restarted and has lost this work.").waitFor();
    assert.match(await storyboard.text("failure"), /was restarted and has lost this work\..*“New storyboard”\.$/);
    await page.locator('[data-testid="renew"]:enabled').press("Enter");
    await page.locator('.status[data-status="idle"]').waitFor();
    assert.equal(await storyboard.text("facts"), "", "the time of the last run is not that of the next");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-testid")), "renew");
    await storyboard.get("start").click();
    await page.locator('.status[data-status="completed"]').waitFor();
    assert.deepEqual([second.lab.stats.creditsUsed, second.lab.stats.doubleCharges], [32, 0]);
  });

  test("a page that shows the lab holds no connection", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server);
    const streams = [];
    page.on("request", (request) => request.resourceType() === "eventsource" && streams.push(request.url()));
    await page.waitForResponse(/\/api\/lab$/);
    await page.waitForResponse(/\/api\/lab$/);
    assert.deepEqual(streams, []);
  });

  test("a server that is away is shown on every page until it answers again", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/paid" });
    await page.route("**/api/lab", (route) => route.abort("connectionrefused"));
    await page.getByText("Server not reachable").waitFor();
    await page.unroute("**/api/lab");
    await page.getByText("Server not reachable").waitFor({ state: "detached" });
  });

  for (const [path, name] of [
    ["/why", "why"],
    ["/paid", "charges"],
  ])
    test(`at ${path} the experiment can be stopped, and run again`, async (t) => {
      const server = await startServer(t);
      const { page } = await openStoryboard(t, browser, server, { path });
      await page.getByTestId(`run-${name}`).click();
      await page.getByTestId(`stop-${name}`).click();
      await page.locator('[data-state="stopped"]').waitFor();
      await page.getByTestId(`run-${name}`).and(page.locator(":enabled")).waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);
    });
});
