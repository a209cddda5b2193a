// What a page says beside its results, and where the focus is.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { elapsedFrom, openStoryboard, patience, priceOf, SHORT_STORY, startServer, useChromium } from "./helpers.mjs";
import { systems } from "./systems.mjs";

describe("the head of a run in Chromium", patience, () => {
  const browser = useChromium();

  test("a run that ends under a focused button leaves the focus on its title", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/classroom" });
    const hold = server.lab.hold("speech");
    await systems.classroom.prepare(page);
    await page.getByTestId("start").click();
    await hold.reached(1);
    await page.getByTestId("cancel").focus();
    hold.release();
    await page.locator('.status[data-status="completed"]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H2");
    await page.waitForFunction(() => document.title === "Complete | Classroom · sluicegate");
  });

  test("offline the remaining time is not shown, and the run completes afterwards", async (t) => {
    const server = await startServer(t, { pace: 0.1 });
    const { page } = await openStoryboard(t, browser, server, { path: "/script?pace=0.02" });
    await page.getByTestId("minutes").selectOption("5");
    await page.getByTestId("start").click();
    await page.getByTestId("counts").getByText("left").waitFor();
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    assert.doesNotMatch(await page.getByTestId("counts").textContent(), /left/);
    await page.context().setOffline(false);
    await page.locator('.status[data-status="completed"]').waitFor();
  });

  test("the time of a run goes on after a pause", async (t) => {
    const server = await startServer(t);
    const { page } = await openStoryboard(t, browser, server, { path: "/classroom" });
    const hold = server.lab.hold("speech");
    await systems.classroom.prepare(page);
    await page.getByTestId("start").click();
    await hold.reached(1);
    await page.getByText(elapsedFrom(2)).waitFor();
    await page.getByTestId("pause").click();
    await page.getByTestId("resume").waitFor();
    await page.waitForFunction(() => document.title === "Paused | Classroom · sluicegate");
    await page.locator('[data-testid="resume"]:not([aria-disabled])').click();
    await page.getByTestId("pause").waitFor();
    assert.match(await page.getByTestId("facts").textContent(), elapsedFrom(2));
    hold.release();
  });

  test("the head stays as high as it is when a finished storyboard makes a piece again", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.complete();
    const heightOfHead = () => storyboard.page.locator("[aria-label=Progress]").evaluate((head) => head.offsetHeight);
    const before = await heightOfHead();
    const hold = server.lab.hold("image");
    await storyboard.press("regenerate-image-0");
    await storyboard.get("cancel").waitFor();
    assert.equal(await heightOfHead(), before);
    hold.release();
    await storyboard.reaches("complete");
  });

  test("the page of a phone begins with its link in view", async (t) => {
    const server = await startServer(t);
    const viewport = { width: 320, height: 800 };
    const { page } = await openStoryboard(t, browser, server, { path: "/paid", viewport });
    const { x, width } = await page.locator("nav [aria-current]").boundingBox();
    assert.ok(x >= 0 && x + width <= 320, `it is at ${x}`);
  });

  test("each audio track names its voice, or says that it is a melody; made again, a piece keeps the focus", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.complete();
    const voices = storyboard.page
      .locator(".scene")
      .getByText(/^(?:Voice: espeak-ng, en|Melody \(no voice available\))$/);
    assert.equal(await voices.count(), 4);

    // Regenerate keeps the focus on its button.
    const hold = server.lab.hold("image");
    const regenerate = storyboard.get("regenerate-image-0");
    await regenerate.press("Enter");
    await hold.reached(1);
    await storyboard.page.locator('[data-testid="regenerate-image-0"][aria-disabled]').press("Enter");
    hold.release();
    await storyboard.page.locator('.status[data-status="complete"]').waitFor();
    assert.ok(await regenerate.evaluate((button) => button === document.activeElement));
    assert.equal(server.lab.stats.creditsUsed, priceOf(4) + 4);
  });
});
