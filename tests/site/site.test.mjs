// The documentation site, as `npm run docs` has built it and `npm start` serves it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { launchChromium } from "../../scripts/browsers.mjs";
import { root } from "../../scripts/paths.mjs";
import { createGenerationServer } from "../../www/server/index.mjs";
import { cleanUp, filesIn } from "../package/helpers.mjs";

const SITE = join(root, "website", "dist");
const AXE = join(root, "node_modules", "axe-core", "axe.min.js");
const PATIENCE = 30_000;

test("every link and every file of every page is there", () => {
  const missing = new Set();
  for (const name of filesIn(SITE).filter((file) => file.endsWith(".html"))) {
    for (const [, path = ""] of readFileSync(join(SITE, name), "utf8").matchAll(/ (?:href|src)="\/docs\/([^"#?]*)/g)) {
      const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
      if (!existsSync(join(SITE, decodeURIComponent(file)))) missing.add(`${name}: ${path}`);
    }
  }
  assert.deepEqual([...missing], []);
});

test("every page of the guide is a page of the site, and in its side bar", () => {
  const home = readFileSync(join(SITE, "guide", "quick-start.html"), "utf8");
  const pages = filesIn(join(root, "docs", "guide")).map((name) => name.replace(".md", ".html"));
  assert.deepEqual(
    pages.filter((name) => !home.includes(`"/docs/guide/${name}"`)),
    [],
  );
});

// Runs tests at the same time, because the examples wait for most of their time.
describe("the site, in Chromium", { concurrency: 3 }, () => {
  const undo = cleanUp();
  let browser;
  let url;

  before(async () => {
    browser = await launchChromium();
    undo.push(() => browser.close());
    const server = createGenerationServer({ docsDir: SITE });
    url = (await server.listen()).url;
    undo.push(() => server.close());
  });

  /** Opens a page in a profile of its own. What it writes to the console fails the test. */
  async function open(t, path, options) {
    const context = await browser.newContext(options);
    const said = [];
    t.after(async () => {
      await context.close();
      assert.deepEqual(said, []);
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    // Chromium says of every 429 that it is one.
    page.on("console", (message) => /status of 429/.test(message.text()) || said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(`${url}/docs/${path}`);
    return page;
  }

  async function openLive(t, name) {
    const page = await open(t, "live.html");
    const live = page.locator(`[data-live="${name}"]`);
    const press = (text) => live.getByRole("button", { name: text }).click();
    const says = (text) => live.locator(".sluicegate-muted", { hasText: text }).first().waitFor();
    const statuses = () => live.locator(".sluicegate-status").allTextContents();
    const bars = (kind) => live.locator(`.sluicegate-track .sluicegate-${kind}`).count();
    return { page, live, press, says, statuses, bars };
  }

  test("the limit holds: two calls at a time, of six", async (t) => {
    const { press, says, statuses, page } = await openLive(t, "limit");
    await press("Two at a time");
    let most = 0;
    for (let done = false; !done; done = (await statuses()).every((status) => status === "done")) {
      most = Math.max(most, (await statuses()).filter((status) => status === "in flight").length);
      await page.waitForTimeout(20);
    }
    assert.equal(most, 2);
    await says("6 of 6 done");
  });

  test("a 429 cools the limiter, and the refused calls are made again", async (t) => {
    const { press, says, bars } = await openLive(t, "retry");
    await press("Ask for too much");
    await says("6 of 6 done");
    assert.ok((await bars("failed")) >= 1, "calls are refused");
    assert.ok((await bars("cooldown")) >= 1, "the limiter cools");
  });

  test("a cancel aborts the calls in flight, and starts nothing new", async (t) => {
    const { live, says, statuses } = await openLive(t, "cancel");
    // Clicks within the page: a picture may take less time than this test on a busy machine.
    await live.getByRole("button", { name: "Cancel" }).waitFor();
    await live.evaluate(async (element) => {
      const press = (text) => [...element.querySelectorAll("button")].find((one) => one.textContent === text).click();
      const isInFlight = () => element.querySelector(".sluicegate-status")?.textContent === "in flight";
      press("Start, abort calls");
      while (!isInFlight()) await new Promise(requestAnimationFrame);
      press("Cancel");
    });
    await says("6 cancelled");
    assert.deepEqual(new Set(await statuses()), new Set(["cancelled"]));
  });

  test("a job goes on after a reload, and each picture is paid for once", async (t) => {
    const { press, says, page, live } = await openLive(t, "reload");
    await press("Start a job");
    await says("2 of 6 done");
    await press("Reload the page");
    await says("6 of 6 done");
    await live.locator('[data-paid="6"]').waitFor();
    assert.equal(await page.locator("[data-paid]").getAttribute("data-paid"), "6");
  });

  test("the search finds pages of the guide and of the API", async (t) => {
    const page = await open(t, "guide/quick-start.html");
    await page
      .getByRole("button", { name: /search/i })
      .first()
      .click();
    for (const [words, path] of [
      ["cancelling and credits", "/docs/guide/cancelling.html"],
      ["RunTimeline", "/docs/api/react-devtools/functions/RunTimeline.html"],
    ]) {
      await page.locator(".VPLocalSearchBox input").fill(words);
      await page.locator(`.VPLocalSearchBox .result[href^="${path}"]`).first().waitFor();
    }
  });

  for (const path of ["index.html", "guide/quick-start.html", "live.html", "api/index/functions/callPhase.html"]) {
    test(`axe finds nothing in ${path}, light and dark, and a phone need not scroll sideways`, async (t) => {
      for (const colorScheme of ["light", "dark"]) {
        const page = await open(t, path, { colorScheme, viewport: { width: 390, height: 844 } });
        if (path === "live.html") await page.locator(".sluicegate-view").first().waitFor();
        await page.addScriptTag({ content: readFileSync(AXE, "utf8") });
        // The schemes differ in colors only.
        const options = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
        const { violations } = await page.evaluate((options) => globalThis.axe.run(options), options);
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html)}`);
        assert.deepEqual(found, [], colorScheme);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      }
    });
  }
});
