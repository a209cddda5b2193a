// The recipes of the guide, bundled to run in Node against a server, with a clock that runs faster.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { root, scratch } from "../../scripts/paths.mjs";

const SOURCES = join(root, "docs", "recipes");
const ENTRIES = {
  bulk: ["bulk/pipeline.ts", "bulk/api.ts"],
  classroom: ["classroom/pipeline.ts", "classroom/lessons.ts"],
  script: ["script/pipeline.ts", "script/choice.ts"],
  storyboard: ["storyboard/pipeline.ts", "storyboard/story.ts", "storyboard/pieces.ts", "storyboard/stories.ts"],
  videos: ["videos/pipeline.ts", "videos/definition.ts", "videos/examples.ts"],
};

/** Replaces the module that splits a picture by a canvas. A panel is one pixel, followed by its number. */
const SPLIT = `
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const pixel = Uint8Array.from(atob(PIXEL), (c) => c.charCodeAt(0));
export const release = () => {};
export async function splitImage(_url, { grid, naming }) {
  const [columns, rows] = grid.split("x").map(Number);
  return Array.from({ length: columns * rows }, (_, n) => ({
    name: naming.replaceAll("{n}", String(n + 1)), blob: new Blob([pixel, Uint8Array.of(n)]), url: "", width: 1, height: 1,
  }));
}`;

/** Returns what the modules of a page export. @param {keyof typeof ENTRIES} page @returns {Promise<any>} */
export async function recipeOf(page) {
  const entry = "virtual:recipe";
  const text = ENTRIES[page].map((file) => `export * from ${JSON.stringify(join(SOURCES, file))};`).join("\n");
  const bundle = await rolldown({
    input: entry,
    external: /^sluicegate/,
    platform: "node",
    logLevel: "silent",
    moduleTypes: { ".yaml": "text" },
    plugins: [
      {
        name: "recipe",
        resolveId: (id, from) => {
          if (id === entry || id.endsWith("/split")) return `\0${id}`;
          if (id.endsWith("?raw")) return join(from ?? "", "..", id.slice(0, -4));
        },
        load: (id) => (id === `\0${entry}` ? text : id.startsWith("\0") && id.endsWith("/split") ? SPLIT : undefined),
      },
    ],
  });
  const file = join(scratch, "recipes", `${page}.mjs`);
  await mkdir(join(scratch, "recipes"), { recursive: true });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return import(pathToFileURL(file).href);
}

/** The longest step of a hurried clock, in milliseconds: a busy machine slows the clock, and no call is late. */
const STEP = 20;

/**
 * Lets all clocks and timers of this process run faster. Waits and work keep their proportions: a minute of a page
 * takes a second.
 * @param {number} factor
 */
export function hurry(factor) {
  const { setTimeout: later } = globalThis;
  const now = performance.now.bind(performance);
  const day = Date.now() - now();
  let [last, time] = [now(), now()];
  const read = () => {
    const real = now();
    time += Math.min(real - last, STEP) * factor;
    last = real;
    return time;
  };
  setInterval(read, STEP / 4).unref();
  performance.now = read;
  Date.now = () => Math.round(day + read());
  globalThis.setTimeout = /** @type {typeof setTimeout} */ (
    (work, wait = 0, ...rest) => {
      const due = read() + wait;
      const timer = later(() => (read() < due ? timer.refresh() : work(...rest)), wait / factor);
      return timer;
    }
  );
}

/** Lets the recipes run as in a page: with addresses without an origin, and a network. @param {string} origin */
export function openPage(origin) {
  const { fetch } = globalThis;
  Object.assign(globalThis, { navigator: { onLine: true } });
  globalThis.fetch = (address, init) => fetch(typeof address === "string" ? new URL(address, origin) : address, init);
}
