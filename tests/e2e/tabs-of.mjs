// One tab of a browser as the tests of crashes use it: driven alike in Chromium, Firefox and WebKit, and replaced by
// the next one when it crashes or is closed.

import assert from "node:assert/strict";
import { launchChromium, launchFirefox, launchWebKit } from "../../scripts/browsers.mjs";
import { setUpBrowsers } from "../../scripts/setup/browsers.mjs";
import { killed } from "../soak/browsers.mjs";
import { LIMIT, launched, openStoryboard } from "./helpers.mjs";

const LAUNCHES = {
  chromium: () => launchChromium(),
  firefox: () => launchFirefox({ system: true }),
  webkit: async () => launchWebKit({ env: { ...process.env, ...(await setUpBrowsers({ install: false })) } }),
};

/**
 * @typedef {object} Field
 * @property {(text: string) => Promise<unknown>} fill
 * @property {(value: string) => Promise<unknown>} selectOption
 *
 * @typedef {object} Tab
 * @property {(testId: string) => Field} getByTestId
 * @property {(testId: string, timeout?: number) => Promise<unknown>} press
 * @property {(look: (given: any) => any, given?: unknown) => Promise<any>} evaluate
 * @property {Partial<Record<"crash" | "close" | "reload", () => Promise<unknown>>>} ends what the driver can do to the
 * page. The tab is at the same address again afterwards
 * @property {() => Promise<unknown>} assertNoComplaints
 */

/**
 * Starts a browser for the tests of the `describe` that calls this.
 * @param {"chromium" | "firefox" | "webkit"} name
 * @returns {(t: import('node:test').TestContext, server: any, path: string) => Promise<Tab>} opens a tab
 */
export function tabsIn(name) {
  const browser = launched(LAUNCHES[name], (it) => (it.quit ? it.quit() : it.close()));
  return (t, server, path) =>
    name === "chromium" ? inChromium(t, browser, server, path) : byDriver(t, name, browser(), server.url + path);
}

/** @returns {Promise<Tab>} */
async function inChromium(t, browser, server, path) {
  const storyboard = await openStoryboard(t, browser, server, { path });
  let { page } = storyboard;
  const next = async () => {
    const before = page;
    page = await before.context().newPage();
    return before;
  };
  return {
    getByTestId: (testId) => page.getByTestId(testId),
    press: (testId, timeout) => page.getByTestId(testId).click({ timeout }),
    evaluate: (look, given) => page.evaluate(look, given),
    ends: {
      async crash() {
        const session = await page.context().newCDPSession(page);
        const crashed = page.waitForEvent("crash");
        session.send("Page.crash").catch(() => {});
        await crashed;
        const before = await next();
        await page.goto(before.url());
        await before.close();
      },
      async close() {
        const before = await next();
        await before.close();
        await page.goto(before.url());
      },
      reload: () => page.reload(),
    },
    assertNoComplaints: async () => storyboard.assertNoComplaints(),
  };
}

/** The driver has one current tab. @returns {Promise<Tab>} */
async function byDriver(t, name, driver, url) {
  const first = await driver.getWindowHandle();
  await driver.manage().setTimeouts({ script: LIMIT, pageLoad: LIMIT });
  const find = (testId) => driver.findElement({ css: `[data-testid="${testId}"]` });
  const evaluate = (look, given) => driver.executeScript(`return (${look})(arguments[0])`, given ?? null);
  const open = async () => {
    await driver.switchTo().newWindow("tab");
    return driver.getWindowHandle();
  };
  const load = async () => {
    await driver.get(url);
    await evaluate(listen);
  };
  let tab = await open();
  t.after(async () => {
    await driver.close();
    await driver.switchTo().window(first);
  });
  await load();

  /** Opens the next tab, ends the current one, and only then loads the page. */
  async function replace(end) {
    const next = await open();
    await driver.switchTo().window(tab);
    await end();
    tab = next;
    await driver.switchTo().window(tab);
    await load();
  }
  return {
    getByTestId: (testId) => ({
      async fill(text) {
        await find(testId).clear();
        await find(testId).sendKeys(text);
      },
      selectOption: (value) =>
        find(testId)
          .findElement({ css: `option[value="${value}"]` })
          .click(),
    }),
    press: (testId) => find(testId).click(),
    evaluate,
    ends: {
      ...(name === "firefox" && { crash: () => replace(() => killed(driver)) }),
      close: () => replace(() => driver.close()),
      async reload() {
        await driver.navigate().refresh();
        await evaluate(listen);
      },
    },
    assertNoComplaints: async () => assert.deepEqual(await evaluate(() => /** @type {any} */ (window).complaints), []),
  };
}

/** Runs in the page: keeps what nobody handles from now on. */
function listen() {
  // A script of the driver may have another global object than the page.
  const page = /** @type {any} */ (window);
  page.complaints = [];
  addEventListener("error", (event) => page.complaints.push(`error: ${event.message}`));
  addEventListener("unhandledrejection", (event) => page.complaints.push(`rejection: ${event.reason}`));
}
