// The views of sluicegate/react/devtools in all browsers, in a frame of 320 px, under a strict policy.

import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { launchFirefox, launchWebKit } from "../../scripts/browsers.mjs";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, install, launchChromium, serveFolder } from "../package/helpers.mjs";
import { bundle, project, REACTS } from "./lab.mjs";

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; frame-src 'self'";
const FRAME =
  '<!doctype html><html lang="en"><title>Frame</title><iframe title="Views" src="/views.html" width="320" height="900"></iframe>';
const VIEWS = '<!doctype html><script src="/axe.js"></script><script type="module" src="/index.js"></script>';

/** In milliseconds. */
const LIMIT = 180_000;

/** Opens a page and returns a function that calls one of the functions of its frame, by its name. */
const browsers = {
  async Chromium(undo) {
    const chromium = await launchChromium(undo);
    return async (url) => {
      const page = await chromium.newPage();
      await page.goto(url);
      const call = (name, ...args) =>
        page.evaluate(({ name, args }) => /** @type {any} */ (globalThis).frames[0][name](...args), { name, args });
      return Object.assign(call, { page });
    };
  },
  async Firefox(undo) {
    const driver = await launchFirefox();
    undo.push(() => driver.quit());
    return byWebDriver(driver);
  },
  async WebKit(undo) {
    if (!process.env.WEBKIT_DRIVER) return undefined;
    const driver = await launchWebKit();
    undo.push(() => driver.quit());
    return byWebDriver(driver);
  },
};

/** @param {import('selenium-webdriver').WebDriver} driver */
const byWebDriver = (driver) => async (url) => {
  await driver.get(url);
  await driver.manage().setTimeouts({ script: LIMIT });
  return async (name, ...args) => {
    const text = await driver.executeAsyncScript(
      (name, args, done) => {
        const { frames } = /** @type {any} */ (window);
        frames[0][name](...args).then(
          (value) => done(JSON.stringify({ value })),
          (error) => done(JSON.stringify({ error: String(error) })),
        );
      },
      name,
      args,
    );
    const { value, error } = JSON.parse(text);
    if (error) throw new Error(error);
    return value;
  };
};

for (const [browser, launch] of Object.entries(browsers)) {
  describe(`R28 the views of a run in ${browser}`, { timeout: 3 * LIMIT }, () => {
    const undo = cleanUp();
    let url;
    /** @type {any} */
    let open;

    before(async () => {
      const [{ folder: installed }, opener] = await Promise.all([install(undo), launch(undo)]);
      open = opener;
      const folder = project(installed, "views", REACTS[1], "pages");
      await bundle(folder);
      cpSync(join(root, "node_modules", "axe-core", "axe.min.js"), join(folder, "out", "axe.js"));
      writeFileSync(join(folder, "out", "views.html"), VIEWS);
      writeFileSync(join(folder, "out", "frame.html"), FRAME);
      url = `${await serveFolder(undo, join(folder, "out"), { "content-security-policy": POLICY })}/frame.html`;
    });

    for (const [where, isInShadow] of [
      ["a page", false],
      ["a shadow root", true],
    ]) {
      test(`in ${where} they have their styles, light and dark, fit 320 px, and axe finds nothing`, async (t) => {
        if (!open) return t.skip(`${browser} has no driver here`);
        const surfaces = [];
        for (const colorScheme of ["light", "dark"]) {
          const call = await open(url);
          const { surface, ...seen } = await call("play", "strictViews", isInShadow, colorScheme);
          surfaces.push(surface);
          assert.deepEqual(seen, {
            violations: [],
            position: "absolute",
            isTooWide: false,
            width: 320,
          });
          assert.deepEqual(await violations(call), [], colorScheme);
        }
        assert.deepEqual(surfaces, ["rgb(255, 255, 255)", "rgb(22, 27, 34)"]);
      });
    }

    test("in forced colors all kinds of bars still differ", async (t) => {
      const call = await open?.(url);
      if (!call?.page) return t.skip(`${browser} cannot force colors here`);
      await call.page.emulateMedia({ forcedColors: "active" });
      await call("play", "strictViews", false, "light");
      const looks = await call("play", "looks");
      assert.equal(new Set(looks).size, looks.length, looks.join("\n"));
      assert.deepEqual(await violations(call), []);
    });
  });
}

async function violations(call) {
  const found = await call("findViolations");
  return found.map(({ id, nodes }) => `${id}: ${nodes.join(" ")}`);
}
