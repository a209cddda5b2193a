// sluicegate/react as others get it: installed from the tarball next to React 18 or 19, in Chromium.

import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, install, launchChromium, serveFolder } from "../package/helpers.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const of18 = join(here, "react-18", "node_modules");
const of19 = join(root, "node_modules");

/** As strict as WebAssembly allows. What it forbids is an error on the console. `tests` is a policy of the pages. */
export const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self'; " +
    "require-trusted-types-for 'script'; trusted-types tests",
};

/** In milliseconds: longer than any scenario waits for something itself. */
const LIMIT = 120_000;

/** Where npm has put each React, and what it needs besides. */
export const REACTS = [
  { version: "18", modules: of18, types: { "@types/react": of18, "@types/prop-types": of19, csstype: of19 } },
  { version: "19", modules: of19, types: { "@types/react": of19, csstype: of19 } },
];

/** A project with the package and one of the Reacts, and files from here. */
export function project(installed, name, react, ...files) {
  const folder = join(dirname(installed), name);
  cpSync(installed, folder, { recursive: true });
  const modules = { react: react.modules, "react-dom": react.modules, scheduler: react.modules, ...react.types };
  for (const [module, from] of Object.entries(modules))
    cpSync(join(from, module), join(folder, "node_modules", module), { recursive: true });
  for (const file of files) cpSync(join(here, file), join(folder, file), { recursive: true });
  return folder;
}

/** The advice about its tools that React gives to every developer. */
const ADVERTISEMENT = /Download the React DevTools/;

/** A page whose console is kept, all of it, and whatever breaks in it. */
export async function openLab(browser, url) {
  const page = await browser.newPage();
  const said = [];
  page.on(
    "console",
    (message) => ADVERTISEMENT.test(message.text()) || said.push(`${message.type()}: ${message.text()}`),
  );
  page.on("pageerror", (error) => said.push(`uncaught: ${error.stack}`));
  await page.goto(url);
  return { page, said };
}

/**
 * Describes a behaviour once for each React. `play` runs a scenario of pages/ in a page of its own, resolves to what it
 * returns and has made sure that nothing was written to the console. A second argument looks at the page before that.
 * `lab` gives the browser and the address, for pages that are loaded again. `headers` are those of the pages.
 */
export function describeInReact(title, tests, headers = {}) {
  for (const react of REACTS) {
    describe(`R28 ${title}, with React ${react.version}`, () => {
      const undo = cleanUp();
      let browser;
      let url;

      before(async () => {
        const [{ folder: installed }, chromium] = await Promise.all([install(undo), launchChromium(undo)]);
        browser = chromium;
        const folder = project(installed, `react-${react.version}`, react, "pages");
        await bundle(folder);
        url = await serveFolder(undo, join(folder, "out"), headers);
      });

      tests(
        async (scenario, look) => {
          const { page, said } = await openLab(browser, url);
          const played = page.evaluate((name) => globalThis.play(name), scenario);
          // A page that renders for ever answers nothing, not even that it be closed: the browser's end is its end.
          const result = await Promise.race([
            played,
            sleep(LIMIT, undefined, { ref: false }).then(() => assert.fail(`${scenario} did not end`)),
          ]);
          await look?.(page);
          await page.close();
          assert.deepEqual(said, []);
          return result;
        },
        react,
        () => ({ browser, url }),
      );
    });
  }
}

/** Bundles the pages. With the React of developers: it warns, and its StrictMode mounts twice. */
export async function bundle(folder) {
  const warnings = [];
  const build = await rolldown({
    cwd: folder,
    input: join(folder, "pages", "index.jsx"),
    transform: { define: { "process.env.NODE_ENV": '"development"' } },
    // "use client" is of no use to a bundler of the browser's half alone: it says so of whatever has one.
    onLog: (level, log) => level === "warn" && log.code !== "MODULE_LEVEL_DIRECTIVE" && warnings.push(log.message),
  });
  await build.write({ dir: join(folder, "out"), format: "esm" });
  await build.close();
  assert.deepEqual(warnings, []);
  writeFileSync(
    join(folder, "out", "index.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/index.js"></script>',
  );
}
