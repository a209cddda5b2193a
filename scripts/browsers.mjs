// Chromium, Firefox and WebKit as tests, measurements and screenshots start them: for pages of this machine only.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";

const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Chromium.
 * @param {{env?: Record<string, string | undefined>, args?: string[], timeout?: number}} [options] `env` names its
 * program as CHROMIUM; `timeout` is in milliseconds
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchChromium({ env = process.env, args = [], ...options } = {}) {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: env.CHROMIUM || "/usr/bin/chromium",
    args: [...CHROMIUM_ARGS, ...args],
    ...options,
  });
}

/**
 * Starts Firefox.
 * @param {{env?: Record<string, string | undefined>, bidi?: boolean}} [options] `env` names its program as FIREFOX,
 * and the driver as GECKODRIVER; `bidi` opens the connection over which the driver reports what the console says
 * @returns {Promise<import('selenium-webdriver').WebDriver>}
 */
export async function launchFirefox({ env = process.env, bidi = false } = {}) {
  const { Builder } = await import("selenium-webdriver");
  const { default: firefox } = await import("selenium-webdriver/firefox.js");
  const options = new firefox.Options();
  options.setBinary(env.FIREFOX || "/usr/bin/firefox-esr");
  options.addArguments("-headless", "--width=1280", "--height=900");
  if (bidi) options.enableBidi();
  const driver = env.GECKODRIVER || join(homedir(), ".cache/sluicegate/tools/bin/geckodriver");
  return new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder(driver))
    .build();
}

/**
 * Starts WebKit. WebKitGTK has no headless mode, so it gets a screen of its own.
 * @param {{env?: Record<string, string | undefined>}} [options] `env` names the driver as WEBKIT_DRIVER, the program as
 * WEBKIT_BROWSER and the screen as XVFB_RUN, as setup does
 * @returns {Promise<{driver: import('selenium-webdriver').WebDriver, stop: () => Promise<void>}>}
 */
export async function launchWebKit({ env = process.env } = {}) {
  const { Builder, Capabilities } = await import("selenium-webdriver");
  const port = await freePort();
  const words = [env.WEBKIT_DRIVER || "/usr/bin/WebKitWebDriver", `--port=${port}`];
  const [command = "", ...args] = env.XVFB_RUN ? [env.XVFB_RUN, "-a", ...words] : words;
  // A group of its own, so that the screen ends with the driver.
  const child = spawn(command, args, { detached: true, stdio: "ignore" });
  const ended = once(child, "close");
  const end = async () => {
    if (child.exitCode !== null || child.pid === undefined) return;
    process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  const server = `http://127.0.0.1:${port}`;
  try {
    await replies(`${server}/status`, child);
    const options = env.WEBKIT_BROWSER ? { binary: env.WEBKIT_BROWSER, args: ["--automation"] } : undefined;
    const capabilities = new Capabilities({
      browserName: options ? "MiniBrowser" : "safari",
      ...(options && { "webkitgtk:browserOptions": options }),
    });
    const driver = await new Builder().usingServer(server).withCapabilities(capabilities).build();
    return {
      driver,
      async stop() {
        await driver.quit().catch(() => {});
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves when a server replies; rejects when its process has ended. */
async function replies(url, child) {
  while (child.exitCode === null) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the driver of WebKit ended with ${child.exitCode}`);
}
