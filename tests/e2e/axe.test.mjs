import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { openStoryboard, patience, SHORT_STORY, startServer, useChromium } from "./helpers.mjs";
import { systems } from "./systems.mjs";

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

describe("axe in Chromium, light and dark", patience, () => {
  const browser = useChromium();

  for (const [path, start] of Object.entries(PAGES))
    test(`finds nothing at ${path} before, during and after a run`, async (t) => {
      const server = await startServer(t);
      const hold = server.lab.hold();
      const storyboard = await openStoryboard(t, browser, server, { path });
      const { page } = storyboard;
      await page.getByTestId(start).waitFor();
      await assertCleanInBoth(page, "before");
      await storyboard.get(start).click();
      await page.locator('.status.busy, [data-state="running"]').first().waitFor();
      await assertCleanInBoth(page, "during");
      hold.release();
      await page
        .locator('.status[data-status="complete"], .status[data-status="completed"], [data-state="done"]')
        .first()
        .waitFor();
      await assertCleanInBoth(page, "after");
    });
});

describe("axe in Chromium, light and dark, in states that are rare", patience, () => {
  const browser = useChromium();

  for (const [name, { path, prepare, start }] of Object.entries(systems))
    test(`finds nothing in ${name} without credits, in an outage, paused, stopped, reopened and in a second tab`, async (t) => {
      const server = await startServer(t, { credits: 0 });
      const options = { path, viewport: { width: 320, height: 700 } };
      const storyboard = await openStoryboard(t, browser, server, options);
      const { page } = storyboard;
      await page.getByText("Not enough credits").waitFor();
      // Also what is folded.
      await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      await assertCleanInBoth(page, "without credits");
      server.lab.reset({ credits: 1_000 });
      await page.getByText("Not enough credits").waitFor({ state: "detached" });
      await prepare(page);
      const hold = server.lab.hold();
      await storyboard.get(start).click();
      await hold.reached(1);
      const second = await page.context().newPage();
      await second.goto(server.url + path);
      await second.getByTestId("elsewhere").waitFor();
      await assertCleanInBoth(second, "in a second tab");
      await second.close();
      server.lab.faults.dropBefore = 1;
      hold.release();
      await storyboard.get("outage").waitFor();
      await assertCleanInBoth(page, "in an outage");
      if (name !== "storyboard") {
        await storyboard.get("pause").click();
        await page.locator('.status[data-status="paused"]').waitFor();
        await assertCleanInBoth(page, "paused");
      }
      await storyboard.get("cancel").click();
      await storyboard.get(name === "bulk" ? "resume" : "start-over").waitFor();
      await assertCleanInBoth(page, "stopped");
      await page.reload();
      await storyboard.get("resume").waitFor();
      await assertCleanInBoth(page, "reopened");
    });

  for (const [path, start] of Object.entries({ "/why": "run-why", "/paid": "run-charges" }))
    test(`finds nothing at ${path} when its experiment is stopped`, async (t) => {
      const server = await startServer(t);
      const storyboard = await openStoryboard(t, browser, server, {
        path,
        viewport: { width: 320, height: 700 },
      });
      await storyboard.get(start).click();
      await storyboard.page.locator('[data-state="running"]').first().waitFor();
      await storyboard.get(start.replace("run", "stop")).click();
      await storyboard.page.locator('[data-state="stopped"]').waitFor();
      const focused = await storyboard.page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
      assert.equal(focused, start.replace("run", "stop"), "the focus stays");
      await assertCleanInBoth(storyboard.page, "stopped");
      storyboard.assertNoComplaints();
    });

  test("finds nothing in an open image, a failed piece, a failed run and a page that is not there", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const { page } = storyboard;
    await storyboard.write(SHORT_STORY);
    await storyboard.complete();
    await storyboard.get("open-0").click();
    await assertCleanInBoth(page, "an open image");
    await page.keyboard.press("Escape");
    server.lab.reset({ credits: 0 });
    await storyboard.get("regenerate-image-0").click();
    await page.locator('.scene[data-image="failed"]').waitFor();
    await assertCleanInBoth(page, "a failed piece");
    server.lab.reset({ credits: 3 });
    await page.getByText("the balance is 3.").waitFor();
    await storyboard.get("generate").click();
    await storyboard.get("failure").waitFor();
    await assertCleanInBoth(page, "a failed run");
    await page.goto(`${server.url}/nowhere`);
    await page.getByText("Page not found").waitFor();
    await assertCleanInBoth(page, "a page that is not there");
  });
});

/** Checks a page in both schemes, which differ in colors only. */
async function assertCleanInBoth(page, when) {
  await assertClean(page, when);
  await page.emulateMedia({ colorScheme: "dark" });
  await assertClean(page, `${when}, dark`, { runOnly: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
}

async function assertClean(page, when, options = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(
    async (options) => {
      const { violations } = await /** @type {any} */ (window).axe.run(document, options);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
    },
    { resultTypes: ["violations"], ...options },
  );
  assert.deepEqual(found, [], when);
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(excess, 0, `${when}: the page is wider than the window`);
}
