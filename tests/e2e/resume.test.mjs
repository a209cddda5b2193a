// What was bought before a reload, a crash, a cancel or a visit to another page is kept, and not bought again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const PREVIEWS = 8;
const PRICE = 4;

/** What ends the page of a run, and how many of the five calls under way the next run repeats with their keys. */
const repeated = { "a reload": 5, "a crash": 5, "a visit to another page": 0 };
const ends = {
  "a reload": async ({ page }) => {
    await page.reload();
    return page;
  },
  "a crash": async ({ page }) => {
    await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
    const next = await page.context().newPage();
    await next.goto(page.url());
    return next;
  },
  "a visit to another page": async ({ page }) => {
    await page.locator('a[href="/videos"]').first().click();
    await page.getByRole("heading", { level: 1, name: /video/i }).waitFor();
    await page.goBack();
    return page;
  },
};

describe("resuming bulk previews in Chromium", patience, () => {
  const browser = useChromium();

  async function openBulk(t) {
    const server = await startServer(t, { pace: 0.05 });
    const storyboard = await openStoryboard(t, browser, server, { path: "/bulk" });
    await storyboard.get("start").waitFor();
    return { server, storyboard, page: storyboard.page };
  }

  /** Starts a run and waits until three previews are on the page, and five more under way. */
  async function makeThree({ server: { lab }, page }) {
    const drawing = lab.hold("preview");
    const replies = lab.hold("reply/preview");
    await page.getByTestId("start").click();
    await drawing.reached(5);
    drawing.release(3);
    await drawing.reached(8);
    await until("three are on the page", async () => (await page.locator(".item.fulfilled").count()) === 3);
    return { drawing, replies };
  }

  const offers = (page, made, cost) =>
    page
      .getByTestId("cost")
      .filter({ hasText: `${made} of 12 previews are kept. Resume costs at most ${cost} credits.` })
      .waitFor();

  async function resume(page) {
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator('.status[data-status="completed"]').waitFor();
  }

  async function assertPaidOnce({ server }, page) {
    await atRest(server);
    const { piecesGenerated, doubleGenerations, doubleCharges, creditsUsed } = server.lab.stats;
    assert.deepEqual(
      { piecesGenerated, doubleGenerations, doubleCharges, creditsUsed },
      { piecesGenerated: PREVIEWS, doubleGenerations: 0, doubleCharges: 0, creditsUsed: PREVIEWS * PRICE },
    );
    assert.equal(await page.locator(".item img").count(), 12);
    for (const account of ["mine", "servers"]) {
      await page
        .getByTestId(`${account}-spent`)
        .filter({ hasText: `${PREVIEWS * PRICE}` })
        .waitFor();
    }
  }

  for (const [how, end] of Object.entries(ends)) {
    test(`after ${how} the page keeps what was made, offers to resume, and pays for each preview once`, async (t) => {
      const bulk = await openBulk(t);
      const { drawing, replies } = await makeThree(bulk);
      const page = await end(bulk);
      await offers(page, 7, 5 * PRICE);
      assert.equal(bulk.server.lab.stats.calls, 8, "it was resumed without a press");
      drawing.release();
      replies.release();
      await resume(page);
      await assertPaidOnce(bulk, page);
      assert.equal(bulk.server.lab.stats.calls, 8 + repeated[how]);

      await page.reload();
      await page.getByTestId("counts").filter({ hasText: "12 of 12 previews exist" }).waitFor();
      assert.equal(await page.locator(".item img").count(), 12);
      bulk.storyboard.assertNoComplaints();
    });
  }

  test("a cancelled run is resumed after a reload, and what was ordered before is not paid again", async (t) => {
    const bulk = await openBulk(t);
    const { page } = bulk;
    const { drawing, replies } = await makeThree(bulk);
    await page.getByTestId("cancel").click();
    drawing.release();
    replies.release();
    await page.locator('.status[data-status="cancelled"]').waitFor();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    await page.reload();
    await page.locator('.status[data-status="unfinished"]').waitFor();
    await resume(page);
    await assertPaidOnce(bulk, page);
  });

  test("a run whose entries are stored can be left without a warning", async (t) => {
    const bulk = await openBulk(t);
    await makeThree(bulk);
    assert.equal(await asks(bulk.page), false);
  });

  test("a run whose entries cannot be stored warns before the page is left", async (t) => {
    const bulk = await openBulk(t);
    await bulk.page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("The disk is full", "QuotaExceededError");
      };
    });
    await makeThree(bulk);
    assert.equal(await asks(bulk.page), true);
  });

  test("a new storyboard is begun only if it was confirmed, and has nothing of the one before", async (t) => {
    const bulk = await openBulk(t);
    const { page } = bulk;
    await page.getByTestId("start").click();
    await page.locator('.status[data-status="completed"]').waitFor();
    page.once("dialog", (dialog) => dialog.dismiss());
    await page.getByTestId("renew").click();
    assert.equal(await page.locator(".item img").count(), 12);
    page.once("dialog", (dialog) => dialog.accept());
    await page.getByTestId("renew").click();
    await until("the new one is there", async () => (await page.locator(".item img").count()) === 4);
    await page.getByTestId("counts").filter({ hasText: "4 of 12 previews exist" }).waitFor();
    assert.equal(await page.getByTestId("mine-spent").textContent(), "0");
  });

  test("another visitor has neither the storyboard nor its journal", async (t) => {
    const bulk = await openBulk(t);
    await makeThree(bulk);
    const other = await openStoryboard(t, browser, bulk.server, { path: "/bulk" });
    await other.get("start").waitFor();
    assert.equal(await other.text("counts"), "4 of 12 previews exist");
    assert.equal(await other.page.locator(".item img").count(), 4);
  });
});

/** Whether the browser would ask before the page is left. */
const asks = (page) => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
