// Finds or installs Chromium, Firefox, WebKit, and their drivers.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { StepError } from "../step.mjs";
import { browserAdvice } from "./advice.mjs";
import { aptInstall } from "./apt.mjs";
import { system, which } from "./find.mjs";

const PACKAGES = {
  CHROMIUM: ["chromium"],
  CHROMIUM_SHELL: ["chromium-headless-shell"],
  CHROMEDRIVER: ["chromium-driver"],
  FIREFOX: ["firefox-esr"],
  WEBKIT_DRIVER: ["webkit2gtk-driver"],
  WEBKIT_BROWSER: ["webkit2gtk-driver"],
  XVFB_RUN: ["xvfb", "xauth"],
};

/**
 * Finds the browsers and their drivers and, when asked to, installs what is missing.
 * @param {{install: boolean}} options
 * @returns {Promise<Record<string, string>>} paths, by the names of environment variables
 */
export async function setUpBrowsers({ install }) {
  let found = findBrowsers();
  if (!install) return present(found);
  const lacking = () => Object.keys(found).filter((name) => !found[name]);
  if (lacking().length && system() === "debian") {
    await aptInstall("Installing the browsers", [...new Set(lacking().flatMap((name) => PACKAGES[name]))]);
    found = findBrowsers();
  }
  if (lacking().length) {
    throw new StepError("Looking for the browsers", {
      output: lacking()
        .map((name) => `not found: ${name}`)
        .join("\n"),
      hint: browserAdvice(),
    });
  }
  return present(found);
}

function findBrowsers() {
  const { env } = process;
  const mac = process.platform === "darwin";
  const windows = process.platform === "win32";
  const browsers = {
    CHROMIUM: which(
      ...named(env.CHROMIUM),
      "chromium",
      "chromium-browser",
      "google-chrome-stable",
      "google-chrome",
      ...application("Google Chrome"),
      ...application("Chromium"),
      ...program("Google/Chrome/Application/chrome"),
    ),
    CHROMEDRIVER: which(...named(env.CHROMEDRIVER), "chromedriver", "chromium.chromedriver"),
    FIREFOX: which(
      ...named(env.FIREFOX),
      "firefox-esr",
      "firefox",
      ...application("Firefox", "firefox"),
      ...program("Mozilla Firefox/firefox"),
    ),
  };
  // Chromium without windows needs a fifth of the time, and Debian has a package of it. Who names a Chromium gets that.
  const isNamed = env.CHROMIUM !== undefined;
  const shell = which(...named(env.CHROMIUM_SHELL), ...(isNamed ? [] : ["chromium-headless-shell"]));
  if (shell || (system() === "debian" && !isNamed)) browsers.CHROMIUM_SHELL = shell;
  // There is no WebKit for Windows that a driver could steer; Safari brings its own driver and no other browser to
  // name.
  if (!windows)
    browsers.WEBKIT_DRIVER = which(...named(env.WEBKIT_DRIVER), ...(mac ? ["safaridriver"] : ["WebKitWebDriver"]));
  if (!windows && !mac) {
    browsers.WEBKIT_BROWSER = which(...named(env.WEBKIT_BROWSER), "MiniBrowser", ...miniBrowsers());
    browsers.XVFB_RUN = which("xauth") && which(...named(env.XVFB_RUN), "xvfb-run");
  }
  return browsers;
}

/** WebKitGTK keeps its small browser among its libraries, in a folder named by version and machine. */
function miniBrowsers() {
  const machines = folders("/usr/lib").filter((path) => path.endsWith("-gnu"));
  const homes = [...machines, "/usr/lib", "/usr/lib64", "/usr/libexec"]
    .flatMap(folders)
    .filter((path) => /\/webkit2?gtk-?\d/.test(path));
  return homes
    .sort()
    .reverse()
    .map((home) => join(home, "MiniBrowser"))
    .filter(existsSync);
}

function folders(path) {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}

const named = (path) => (path ? [path] : []);
const application = (name, binary = name) =>
  process.platform === "darwin" ? [`/Applications/${name}.app/Contents/MacOS/${binary}`] : [];
const program = (path) =>
  process.platform === "win32" && process.env.ProgramFiles ? [join(process.env.ProgramFiles, path)] : [];
const present = (found) => Object.fromEntries(Object.entries(found).filter(([, path]) => path));
