// Chromium and Firefox as tests, measurements and screenshots start them: their own pages only, on this machine.
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
