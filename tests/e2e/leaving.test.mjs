import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openStoryboard, patience, startServer, useChromium } from "./helpers.mjs";

const PAGES = { "/": "generate", "/classroom": "start" };

describe("leaving the page in Chromium", patience, () => {
  const browser = useChromium();

  for (const [path, start] of Object.entries(PAGES)) {
    test(`at ${path} asks first while something is being made, and not before or after`, async (t) => {
      const server = await startServer(t, { pace: 0.3 });
      const storyboard = await openStoryboard(t, browser, server, { path, reducedMotion: "reduce" });
      const { page } = storyboard;
      /** Whether the browser would ask. */
      const asks = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
      assert.equal(await asks(), false);
      await storyboard.get(start).click();
      await storyboard.get("cancel").waitFor();
      assert.equal(await asks(), true);
      await storyboard.get("cancel").click();
      await page.locator('.status[data-status="cancelled"]').waitFor();
      assert.equal(await asks(), false);
    });
  }
});
