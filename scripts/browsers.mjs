// Browsers as tests, measurements and screenshots start them: their own pages only, on this machine.
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.mjs";

const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Chromium, without windows where there is such a program.
 * @param {{env?: Record<string, string | undefined>, whole?: boolean, args?: string[], ignoreDefaultArgs?: string[],
 * timeout?: number}} [options] `env` names its program as CHROMIUM_SHELL, and as CHROMIUM the `whole` browser that
 * people use; `timeout` is in milliseconds
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchChromium({ env = process.env, whole = false, args = [], ...options } = {}) {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: (!whole && env.CHROMIUM_SHELL) || env.CHROMIUM || "/usr/bin/chromium",
    args: [...CHROMIUM_ARGS, ...args],
    ...options,
  });
}

/**
 * Starts Chromium as its own driver does, which leaves hidden pages hidden.
 * @param {{env?: Record<string, string | undefined>}} [options] `env` names its program as CHROMIUM, and the driver as
 * CHROMEDRIVER
 * @returns {Promise<any>} a WebDriver with the commands of DevTools
 */
export async function launchChromiumByDriver({ env = process.env } = {}) {
  const { Builder } = await import("selenium-webdriver");
  const { default: chrome } = await import("selenium-webdriver/chrome.js");
  const options = new chrome.Options();
  options.setChromeBinaryPath(env.CHROMIUM || "/usr/bin/chromium");
  options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu");
  // The driver sets these switches, which let hidden pages run like visible ones. The tests need them hidden.
  const kept = ["background-timer-throttling", "backgrounding-occluded-windows", "renderer-backgrounding"];
  options.excludeSwitches(...kept.map((name) => `disable-${name}`));
  const service = new chrome.ServiceBuilder(env.CHROMEDRIVER || "/usr/bin/chromedriver");
  return new Builder().forBrowser("chrome").setChromeOptions(options).setChromeService(service).build();
}

/**
 * Starts Firefox.
 * @param {{env?: Record<string, string | undefined>, system?: boolean, bidi?: boolean}} [options] `env` names its
 * program as FIREFOX, and the driver as GECKODRIVER; with `system` its own pages can be driven, too; `bidi` opens the
 * connection over which the driver reports what the console says
 * @returns {Promise<import('selenium-webdriver').WebDriver>}
 */
export async function launchFirefox({ env = process.env, system = false, bidi = false } = {}) {
  const { Builder } = await import("selenium-webdriver");
  const { default: firefox } = await import("selenium-webdriver/firefox.js");
  const options = new firefox.Options();
  options.setBinary(env.FIREFOX || "/usr/bin/firefox-esr");
  options.addArguments("-headless", "--width=1280", "--height=900");
  const driver = env.GECKODRIVER || join(homedir(), ".cache/sluicegate/tools/bin/geckodriver");
  if (bidi) options.enableBidi();
  const service = new firefox.ServiceBuilder(driver);
  if (system) service.addArguments("--allow-system-access");
  return new Builder().forBrowser("firefox").setFirefoxOptions(options).setFirefoxService(service).build();
}

/**
 * Starts the browser of WebKitGTK, on a screen of its own because it has no headless mode. Where there is Safari, its
 * driver starts that.
 * @param {{env?: Record<string, string | undefined>}} [options] `env` names the driver as WEBKIT_DRIVER, and the
 * program as WEBKIT_BROWSER
 * @returns {Promise<import('selenium-webdriver').WebDriver>} its `quit` ends the driver, too
 */
export async function launchWebKit({ env = process.env } = {}) {
  const { Builder, Capabilities } = await import("selenium-webdriver");
  const port = await freePort();
  const command = [env.WEBKIT_DRIVER || "WebKitWebDriver", `--port=${port}`];
  if (env.XVFB_RUN) command.unshift(env.XVFB_RUN, "-a");
  const service = spawn(command[0], command.slice(1), { detached: true, stdio: "ignore" });
  const end = () => {
    try {
      if (service.pid) process.kill(-service.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", end);
  const capabilities = new Capabilities({ browserName: env.WEBKIT_BROWSER ? "MiniBrowser" : "safari" });
  if (env.WEBKIT_BROWSER) {
    capabilities.set("webkitgtk:browserOptions", { binary: env.WEBKIT_BROWSER, args: ["--automation"] });
  }
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url);
    const driver = await new Builder().usingServer(url).withCapabilities(capabilities).build();
    const { quit } = driver;
    driver.quit = () => quit.call(driver).finally(end);
    return driver;
  } catch (error) {
    end();
    throw error;
  }
}

/** Waits until a driver answers. */
async function answers(url) {
  for (const end = Date.now() + 120_000; Date.now() < end; ) {
    const isReady = await fetch(`${url}/status`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the driver of WebKit does not answer");
}
