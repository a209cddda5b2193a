// The browsers in which `wasm-pack test` runs, and their settings.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../paths.mjs";

// wasm-bindgen's runner takes the first driver it finds named in its environment, whatever browser was asked for.
const NO_DRIVERS = Object.fromEntries(
  ["GECKODRIVER", "SAFARIDRIVER", "CHROMEDRIVER", "MSEDGEDRIVER"]
    .flatMap((name) => [name, `${name}_REMOTE`, `${name}_ARGS`])
    .map((name) => [name, undefined]),
);

/**
 * The browsers that the WebAssembly tests run in, and how wasm-pack is told so.
 * @param {Record<string, string>} env as from setup
 * @returns {{name: string, command: string, before: string[], flags: string[], env: Record<string, string |
 * undefined>}[]}
 */
export function browsersFor(env) {
  /** @type {{name: string, flags: string[], capabilities: Record<string, unknown>, screen?: string}[]} */
  const browsers = [
    {
      name: "Chromium",
      flags: ["--chrome", "--chromedriver", env.CHROMEDRIVER],
      capabilities: {
        "goog:chromeOptions": {
          binary: env.CHROMIUM_SHELL ?? env.CHROMIUM,
          // Without a sandbox: containers and root have none. The pages are this project's own.
          args: [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
          ],
        },
      },
    },
    {
      name: "Firefox",
      flags: ["--firefox", "--geckodriver", env.GECKODRIVER],
      capabilities: { "moz:firefoxOptions": { binary: env.FIREFOX, args: ["-headless"] } },
    },
  ];
  if (env.WEBKIT_DRIVER) {
    browsers.push({
      name: "WebKit",
      flags: ["--safari", "--safaridriver", env.WEBKIT_DRIVER],
      capabilities: env.WEBKIT_BROWSER
        ? { "webkitgtk:browserOptions": { binary: env.WEBKIT_BROWSER, args: ["--automation"] } }
        : {},
      // WebKitGTK knows no headless mode: it gets a screen of its own.
      screen: env.XVFB_RUN,
    });
  }
  return browsers.map(({ name, flags, capabilities, screen }) => ({
    name,
    flags,
    command: screen ?? "wasm-pack",
    before: screen ? ["-a", "wasm-pack"] : [],
    env: { ...NO_DRIVERS, WASM_BINDGEN_TEST_WEBDRIVER_JSON: written(name, capabilities) },
  }));
}

/** The capabilities hold paths of this machine: they are written anew for every run, outside what git knows. */
function written(name, capabilities) {
  const folder = join(scratch, "webdriver");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.toLowerCase()}.json`);
  writeFileSync(file, JSON.stringify(capabilities, null, 2));
  return file;
}
