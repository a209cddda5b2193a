// Builds the package and the storyboard, for the commands that need them.

import { join } from "node:path";
import { buildIfChanged } from "./inputs.mjs";
import { nodeBin, root } from "./paths.mjs";
import { step } from "./step.mjs";

/** Where the built storyboard is. */
export const APP = join(root, "www", "dist");

/** Where the built documentation is. */
export const DOCS = join(root, "website", "dist");

/**
 * Builds the storyboard, unless it is built of exactly these files.
 * @param {Record<string, string>} env
 */
export async function buildApp(env) {
  // The server is not part of the page.
  const what = {
    name: "app",
    inputs: ["www", "docs/recipes", "packages/fault-server/panel", "dist", "package-lock.json"],
    except: ["www/dist", "www/server", "www/node_modules"],
    output: "www/dist/index.html",
  };
  await buildIfChanged(what, () =>
    step("Building the storyboard", nodeBin("vite"), ["build", "www"], {
      env,
      hint: "By hand it is:\n    npx vite build www",
    }),
  );
}

/**
 * Builds the npm package into dist/, unless it is up to date.
 * @param {Record<string, string>} env
 * @param {{plain?: boolean}} [options] `plain`: without the steps of build/
 */
export async function buildPackage(env, { plain = false } = {}) {
  const flags = plain ? ["--plain"] : [];
  await step("Building the package", process.execPath, ["scripts/build.mjs", ...flags], {
    env,
    hint: `By hand it is:\n    npm run build${plain ? " -- --plain" : ""}`,
  });
}
