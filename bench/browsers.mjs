// Chromium and Firefox for the measurements: pages with functions that are called by name.

import { launchChromium, launchFirefox } from "../scripts/browsers.mjs";

/** Time limit of a call, in milliseconds. */
const LIMIT = 180_000;

/**
 * `gc()` lets every library begin on an empty floor. After some of them V8 would throw away the code of those whose
 * turn is later.
 */
const MEASURING = ["--js-flags=--expose-gc --no-flush-bytecode"];

/**
 * @typedef {object} Page
 * @property {(name: string, argument?: unknown) => Promise<any>} call
 * @property {() => Promise<void>} close
 * @property {() => Promise<number>} [liveHeap] Chromium only: bytes, after a collection
 * @property {() => Promise<{task: number, script: number, compile: number}>} [mainThread] Chromium only: milliseconds
 * so far
 */

/**
 * @typedef {object} Browser
 * @property {'chromium' | 'firefox'} name
 * @property {string} version
 * @property {(url: string) => Promise<Page>} openPage in a context of its own, where there is such a thing
 * @property {() => Promise<void>} close
 */

export const openers = { chromium: openChromium, firefox: openFirefox };

/** @returns {Promise<Browser>} */
async function openChromium(env) {
  const browser = await launchChromium({ env, whole: true, args: MEASURING, timeout: LIMIT });
  return {
    name: "chromium",
    version: browser.version(),
    openPage: (url) => openChromiumPage(browser, url),
    close: () => browser.close(),
  };
}

async function openChromiumPage(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const broken = new Promise((_, reject) => {
    page.once("pageerror", reject);
    page.once("crash", () => reject(new Error("the page has crashed")));
  });
  broken.catch(() => {});
  await page.goto(url);
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  return {
    call: (name, argument) =>
      Promise.race([
        page.evaluate(([name, argument]) => globalThis.bench[name](argument), [name, argument]),
        broken,
        tooLong(name),
      ]),
    close: () => context.close(),
    async liveHeap() {
      // Twice: what the first frees may have held what only the second finds.
      await session.send("HeapProfiler.collectGarbage");
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize, embedderHeapUsedSize = 0 } = await session.send("Runtime.getHeapUsage");
      return usedSize + embedderHeapUsedSize;
    },
    async mainThread() {
      const { metrics } = await session.send("Performance.getMetrics");
      const milliseconds = (name) => 1_000 * metrics.find((metric) => metric.name === name).value;
      return {
        task: milliseconds("TaskDuration"),
        script: milliseconds("ScriptDuration"),
        compile: milliseconds("V8CompileDuration"),
      };
    },
  };
}

function tooLong(name) {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`${name} has not ended after ${LIMIT / 1_000} s`)), LIMIT).unref(),
  );
}

/** @returns {Promise<Browser>} */
async function openFirefox(env) {
  const driver = await launchFirefox({ env });
  await driver.manage().setTimeouts({ script: LIMIT });
  const version = (await driver.getCapabilities()).get("browserVersion");
  return { name: "firefox", version, openPage: (url) => openFirefoxPage(driver, url), close: () => driver.quit() };
}

async function openFirefoxPage(driver, url) {
  await driver.get(url);
  return {
    async call(name, argument) {
      const { value, error } = await driver.executeAsyncScript(callInPage, name, argument ?? null);
      if (error) throw new Error(`${name}: ${error}`);
      return value;
    },
    close: () => driver.get("about:blank"),
  };
}

/** Runs in the page. */
function callInPage(name, argument, done) {
  const fail = (error) => done({ error: `${error}\n${error?.stack}` });
  try {
    globalThis.bench[name](argument).then((value) => done({ value }), fail);
  } catch (error) {
    fail(error);
  }
}
