import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, openStoryboard, patience, startServer, useChromium } from "./helpers.mjs";

/** Pages, what starts a run there, and the buttons that a double click must not press twice. */
const PAGES = { "/": "generate", "/classroom": "start", "/bulk": "start", "/script": "start", "/videos": "start" };

describe("a double click in Chromium", patience, () => {
  const browser = useChromium();

  for (const [path, start] of Object.entries(PAGES)) {
    test(`at ${path} starts one run, and on Cancel buys nothing more: no button that spends takes its place`, async (t) => {
      const server = await startServer(t, { pace: 0.1 });
      const storyboard = await openStoryboard(t, browser, server, { path });
      const { page, calls } = storyboard;
      const hold = server.lab.hold();
      await storyboard.get(start).dblclick();
      await page.locator('[data-testid="cancel"]:not([aria-disabled])').waitFor();
      await page.evaluate(clickAgainOnceCancelled);
      assert.equal(await page.locator('.status[data-status="cancelled"]').count(), 0, "the start was no cancel");
      hold.release();
      await storyboard.get("cancel").click();
      await page.locator("body[data-clicked-again]").waitFor();
      const sent = calls.length;
      await atRest(server, 300);
      assert.equal(calls.length, sent, "a call was begun after the cancel");
      assert.equal(await page.locator(".status").first().getAttribute("data-status"), "cancelled");
      assert.equal(await page.getByTestId("history").locator("tr").count(), 1);
    });
  }
});

/** Runs in the page: at once, however busy the machine is, what is then under the pointer is clicked. */
function clickAgainOnceCancelled() {
  let [x, y] = [0, 0];
  addEventListener("click", (event) => ([x, y] = [event.clientX, event.clientY]), { capture: true, once: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.status[data-status="cancelled"]')) return;
    observer.disconnect();
    document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 2 }));
    document.body.dataset.clickedAgain = "";
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}
