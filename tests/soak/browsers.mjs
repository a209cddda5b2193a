// Three engines that are driven alike: tabs that share their storage, and that can be reloaded, closed and crashed.

import { launchChromium, launchFirefox, launchWebKit } from "../../scripts/browsers.mjs";

/** Milliseconds after which a page that does not answer is stuck. */
export const LIMIT = 60_000;

/**
 * @typedef {object} Tab
 * @property {(name: string, argument?: unknown) => Promise<any>} call calls a function of the page
 * @property {() => Promise<void>} reload
 * @property {() => Promise<void>} close
 * @property {(() => Promise<void>) | undefined} crash kills the process of the page, where the driver can
 *
 * @typedef {object} Engine
 * @property {string} name
 * @property {() => Promise<Tab>} open
 * @property {() => Promise<void>} close
 */

/**
 * Starts a browser.
 * @param {"chromium" | "firefox" | "webkit"} name
 * @param {string} url of the page that its tabs open
 * @param {Record<string, string | undefined>} [env]
 * @returns {Promise<Engine>}
 */
export async function launch(name, url, env = process.env) {
  if (name === "chromium") return chromium(url, env);
  const driver = name === "firefox" ? await launchFirefox({ env, system: true }) : await launchWebKit({ env });
  return byDriver(name, driver, url);
}

async function chromium(url, env) {
  const browser = await launchChromium({ env });
  const context = await browser.newContext();
  context.setDefaultTimeout(LIMIT);
  return {
    name: "Chromium",
    close: () => browser.close(),
    async open() {
      const page = await context.newPage();
      const isReady = () => page.waitForFunction(() => "soak" in globalThis);
      await page.goto(url);
      await isReady();
      return {
        call: (function_, argument) =>
          page.evaluate(([name, given]) => globalThis.soak[name](given), /** @type {any} */ ([function_, argument])),
        close: () => page.close(),
        async reload() {
          await page.reload();
          await isReady();
        },
        async crash() {
          await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
          await page.close();
        },
      };
    },
  };
}

const NAMES = { firefox: "Firefox", webkit: "WebKit" };

/** One command at a time: the driver has one current tab. @returns {Promise<Engine>} */
async function byDriver(name, driver, url) {
  await driver.manage().setTimeouts({ script: LIMIT, pageLoad: LIMIT });
  const first = await driver.getWindowHandle();
  let before = /** @type {Promise<unknown>} */ (Promise.resolve());
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const inTurn = (work) => {
    const result = before.then(work);
    before = result.catch(() => {});
    return result;
  };
  const isReady = () => driver.wait(() => driver.executeScript("return 'soak' in window"), LIMIT);
  const open = async () => {
    await driver.switchTo().window(first);
    await driver.switchTo().newWindow("tab");
    await driver.get(url);
    await isReady();
    const handle = await driver.getWindowHandle();
    const here = (work) => inTurn(() => driver.switchTo().window(handle).then(work));
    return {
      call: (function_, argument) => here(() => called(driver, function_, argument)),
      close: () => here(() => driver.close()),
      reload: () => here(() => driver.navigate().refresh().then(isReady)),
      crash: name === "firefox" ? () => here(() => killed(driver)) : undefined,
    };
  };
  return { name: NAMES[name], open: () => inTurn(open), close: () => driver.quit() };
}

async function called(driver, name, argument) {
  const { error, result } = await driver.executeAsyncScript(
    (given, argument_, done) => {
      /** @type {any} */ (window).soak[given](argument_).then(
        (value) => done({ result: value }),
        (reason) => done({ error: `${reason} ${reason?.stack ?? ""}` }),
      );
    },
    name,
    argument ?? null,
  );
  if (error) throw new Error(error);
  return result;
}

/** Kills the process of the current tab, and closes what is left of the tab. */
export async function killed(driver) {
  const { Context } = await import("selenium-webdriver/firefox.js");
  await driver.setContext(Context.CHROME);
  const pid = await driver.executeScript(`
    // The driver has set this, and the browser would end with the page.
    Services.env.set("MOZ_CRASHREPORTER_SHUTDOWN", "");
    return gBrowser.selectedBrowser.frameLoader.remoteTab.osPid`);
  await driver.setContext(Context.CONTENT);
  process.kill(pid, "SIGKILL");
  await driver.close();
}
