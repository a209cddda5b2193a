// Opens the page of a row in a browser, and collects what its console says.
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { launchChromium, launchFirefox, launchWebKit } from "../../scripts/browsers.mjs";
import { setUpTools } from "./homes.mjs";

/**
 * @typedef {object} Shown
 * @property {string | null} text of the element `#result`, or null if it stayed empty
 * @property {string[]} complaints errors and warnings of the console, uncaught errors, failed requests
 * @typedef {object} Opener
 * @property {string} name
 * @property {(url: string) => Promise<Shown>} show
 * @property {() => Promise<unknown>} close
 */

/** In milliseconds, for a page to load and for its result. A development server compiles a page when it is asked. */
const LOAD = 300_000;
const RESULT = 180_000;

/**
 * The browsers by name. Each is started by its first page.
 * @param {Record<string, string>} env as of setup
 * @returns {Record<string, Opener>}
 */
export function openers(env) {
  /** @type {Record<string, Opener>} */
  const all = {
    Chromium: inChromium("Chromium", () => launchChromium({ env, timeout: LOAD })),
    Firefox: inFirefox(env),
    "Chromium 115": inChromium("Chromium 115", launchOldest),
  };
  return env.WEBKIT_DRIVER ? { ...all, WebKit: inWebKit(env) } : all;
}

/** Starts the oldest Chromium that the package supports in pages, of a package for clouds that bring no browser. */
async function launchOldest() {
  const folder = join(await setUpTools("oldest-chromium"), "node_modules/@sparticuz/chromium/bin");
  const program = join(folder, "chromium");
  if (!existsSync(program)) {
    writeFileSync(`${program}.part`, brotliDecompressSync(readFileSync(join(folder, "chromium.br"))));
    chmodSync(`${program}.part`, 0o755);
    renameSync(`${program}.part`, program);
  }
  const args = ["--disable-software-rasterizer", "--no-zygote", "--disable-dev-shm-usage"];
  return launchChromium({ env: { CHROMIUM: program }, args, timeout: LOAD });
}

/**
 * @param {string} name
 * @param {() => Promise<import('playwright-core').Browser>} launch
 * @returns {Opener}
 */
function inChromium(name, launch) {
  let started;
  return {
    name,
    async show(url) {
      started ??= launch();
      const context = await (await started).newContext();
      const page = await context.newPage();
      const complaints = [];
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
      try {
        await page.goto(url, { timeout: LOAD });
        const shown = page.locator("#result:not(:empty)");
        return { text: await shown.textContent({ timeout: RESULT }).catch(() => null), complaints };
      } finally {
        await context.close();
      }
    },
    close: async () => {
      if (started) await (await started).close();
    },
  };
}

/** @returns {Opener} */
function inFirefox(env) {
  return byWebDriver("Firefox", () => launchFirefox({ env, bidi: true }));
}

/** Its driver does not report what the console says. @returns {Opener} */
function inWebKit(env) {
  return byWebDriver("WebKit", () => launchWebKit({ env }));
}

/**
 * @param {string} name
 * @param {() => Promise<import('selenium-webdriver').WebDriver>} launch
 * @returns {Opener}
 */
function byWebDriver(name, launch) {
  /** @type {ReturnType<typeof start> | undefined} */
  let started;
  async function start() {
    const driver = await launch();
    const entries = [];
    if (name === "Firefox") {
      // Its types lack `script`.
      const script = /** @type {any} */ (driver).script();
      await script.addConsoleMessageHandler((entry) => entries.push(entry));
      await script.addJavaScriptErrorHandler((entry) => entries.push(entry));
    }
    return { driver, entries };
  }
  return {
    name,
    async show(url) {
      started ??= start();
      const { driver, entries } = await started;
      entries.length = 0;
      await driver.manage().setTimeouts({ pageLoad: LOAD });
      // A service worker, and what an earlier page kept, belong to its origin: each row has another port.
      await driver.get(url);
      const text = await driver
        .wait(() => driver.executeScript("return document.querySelector('#result')?.textContent || null"), RESULT)
        .catch(() => null);
      const complaints = entries
        .filter(({ level }) => level === "error" || level === "warn")
        .map((entry) => entry.text);
      await driver.get("about:blank");
      return { text, complaints };
    },
    close: async () => {
      if (started) await (await started).driver.quit();
    },
  };
}
