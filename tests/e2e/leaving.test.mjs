import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const PAGES = { "/": "generate", "/script": "start", "/classroom": "start", "/videos": "start" };

describe("leaving the page in Chromium", patience, () => {
  const browser = useChromium();

  async function open(t, path) {
    const server = await startServer(t, { pace: 0.3 });
    const storyboard = await openStoryboard(t, browser, server, { path });
    const { page } = storyboard;
    /** Whether the browser would ask. */
    const asks = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
    return { storyboard, page, asks };
  }

  for (const [path, start] of Object.entries(PAGES)) {
    test(`at ${path} asks nothing while a run is stored`, async (t) => {
      const { storyboard, asks } = await open(t, path);
      await storyboard.get(start).click();
      await storyboard.get("cancel").waitFor();
      assert.equal(await asks(), false);
    });

    test(`at ${path} asks first while something is made that cannot be stored, and not before or after`, async (t) => {
      const { storyboard, page, asks } = await open(t, path);
      await page.evaluate(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("The disk is full", "QuotaExceededError");
        };
      });
      assert.equal(await asks(), false);
      await storyboard.get(start).click();
      await storyboard.get("cancel").waitFor();
      await until("the page asks", asks);
      const [dialog] = await Promise.all([page.waitForEvent("dialog"), page.close({ runBeforeUnload: true })]);
      assert.equal(dialog.type(), "beforeunload");
      await dialog.dismiss();
      assert.equal(page.isClosed(), false);
      await storyboard.get("cancel").click();
      await page.locator('.status[data-status="cancelled"]').waitFor();
      assert.equal(await asks(), false);
    });
  }
});
