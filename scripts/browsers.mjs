// Chromium, Firefox and WebKit as tests, measurements and screenshots start them: for their own pages, on this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

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
 * @param {{env?: Record<string, string | undefined>}} [options] `env` names its program as FIREFOX, and the driver as
 * GECKODRIVER
 * @returns {Promise<import('selenium-webdriver').WebDriver>}
 */
export async function launchFirefox({ env = process.env } = {}) {
  const { Builder } = await import("selenium-webdriver");
  const { default: firefox } = await import("selenium-webdriver/firefox.js");
  const options = new firefox.Options();
  options.setBinary(env.FIREFOX || "/usr/bin/firefox-esr");
  options.addArguments("-headless", "--width=1280", "--height=900");
  const driver = env.GECKODRIVER || join(homedir(), ".cache/sluicegate/tools/bin/geckodriver");
  return new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder(driver))
    .build();
}

/**
 * Starts WebKit where its driver is installed, on a screen of its own where it needs one. Call `close` in the end: it
 * ends the driver, too.
 * @param {{env?: Record<string, string | undefined>}} [options] `env` names the driver as WEBKIT_DRIVER, the browser as
 * WEBKIT_BROWSER, and what gives it a screen as XVFB_RUN
 * @returns {Promise<{driver: import('selenium-webdriver').WebDriver, close: () => Promise<void>} | undefined>}
 */
export async function launchWebKit({ env = process.env } = {}) {
  const { WEBKIT_DRIVER: program, WEBKIT_BROWSER: binary, XVFB_RUN: screen } = env;
  if (!program) return undefined;
  const { Builder, Capabilities } = await import("selenium-webdriver");
  const port = await freePort();
  const [command, ...before] = screen ? [screen, "-a", program] : [program];
  // A group of its own, so that the screen ends with the driver.
  const child = spawn(command, [...before, `--port=${port}`], { stdio: "ignore", detached: true });
  const end = () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid);
  };
  const capabilities = new Capabilities({
    browserName: binary ? "MiniBrowser" : "Safari",
    ...(binary && { "webkitgtk:browserOptions": { binary, args: ["--automation"] } }),
  });
  try {
    await untilOpen(port);
    const driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(capabilities)
      .disableEnvironmentOverrides()
      .build();
    return { driver, close: () => driver.quit().finally(end) };
  } catch (error) {
    end();
    throw error;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

/** Waits until a driver listens. */
async function untilOpen(port) {
  for (let tries = 0; ; tries++) {
    const socket = connect(port, "127.0.0.1");
    try {
      return await once(socket, "connect");
    } catch (error) {
      if (tries > 300) throw error;
      await sleep(100);
    } finally {
      socket.destroy();
    }
  }
}
