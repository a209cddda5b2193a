import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { openStoryboard, patience, startServer, useChromium } from "./helpers.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PAGES = {
  "/": "generate",
  "/bulk": "start",
  "/script?pace=0.01": "start",
  "/classroom": "start",
  "/videos": "start",
  "/why": "run-why",
  "/paid": "run-charges",
};
const STILL = { path: "/", reducedMotion: /** @type {const} */ ("reduce") };

describe("axe in Chromium", patience, () => {
  const browser = useChromium();

  for (const [path, start] of Object.entries(PAGES))
    for (const colorScheme of /** @type {const} */ (["light", "dark"]))
      test(`finds nothing at ${path} before, during and after a run, ${colorScheme}`, async (t) => {
        const server = await startServer(t);
        const hold = server.lab.hold();
        const storyboard = await openStoryboard(t, browser, server, { ...STILL, path, colorScheme });
        const { page } = storyboard;
        await page.getByTestId(start).waitFor();
        await assertClean(page, "before");
        await storyboard.get(start).click();
        await page.locator('.status.busy, [data-state="running"]').first().waitFor();
        await assertClean(page, "during");
        hold.release();
        await page
          .locator('.status[data-status="complete"], .status[data-status="completed"], [data-state="done"]')
          .first()
          .waitFor();
        await assertClean(page, "after");
      });
});

async function assertClean(page, when) {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
  assert.deepEqual(found, [], when);
}
