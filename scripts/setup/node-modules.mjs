// Installs npm packages by their lock files.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";
import { step } from "../step.mjs";

/** Installs exactly what the package-lock.json of a folder names, unless it is there. */
export async function setUpNodeModules(folder = root) {
  if (isInstalled(folder)) return;
  // Started by npm, this is the npm to use, whatever the PATH says.
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm?.endsWith(".js")
    ? [process.execPath, npm]
    : [process.platform === "win32" ? "npm.cmd" : "npm"];
  await step("Installing the npm packages", command, [...before, "ci", "--include=dev", "--no-audit", "--no-fund"], {
    cwd: folder,
    hint: "Check the network and the npm registry (npm ping); by hand it is:\n    npm ci",
  });
}

/** npm writes down, last of all, what it has installed: an interrupted installation has no such file. */
function isInstalled(folder) {
  const installed = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  const wanted = packagesOf(join(folder, "package-lock.json"));
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
    if (link) return existsSync(join(folder, path));
    const have = installed[path];
    return have ? have.version === version && existsSync(join(folder, path)) : optional === true;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
