// Bundles the pages and serves them on 127.0.0.1.

import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { root, scratch } from "../scripts/paths.mjs";
import { libraries } from "./peers.mjs";

const SITE = join(scratch, "bench");
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

/** Pages that share nothing with others get exact clocks; what is never stored is loaded anew every time. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cache-control": "no-store",
};

/**
 * As a page is bundled: for browsers, minified.
 * @param {Record<string, string>} input
 * @param {string} [dir] writes it there
 */
export async function bundle(input, dir) {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({ cwd: root, input, platform: "browser", logLevel: "silent" });
  /** @type {import('rolldown').OutputOptions} */
  const options = {
    ...(dir && { dir }),
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  };
  const { output } = await (dir ? build.write(options) : build.generate(options));
  await build.close();
  return output;
}

/** Bundles the page in which all are measured, and one with nothing but a library for each: to start from nothing. */
export async function buildSite() {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  await bundle({ main: "bench/page/main.mjs" }, SITE);
  for (const { id } of libraries) await bundle({ start: `bench/peers/${id}.mjs` }, join(SITE, "start", id));
  copyFileSync(join(root, "bench/page/start.js"), join(SITE, "start.js"));
  writePage("main", '<script type="module" src="main.js"></script>');
  writePage("start", '<script src="start.js"></script>');
}

const writePage = (name, script) =>
  writeFileSync(
    join(SITE, `${name}.html`),
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>sluicegate bench</title>${script}`,
  );

/** @returns {Promise<{url: string, close: () => void}>} ends also with the process */
export async function serveSite() {
  const server = createServer((request, response) => {
    // A first folder that is only there to make an address new: browsers may remember what they compiled.
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname.replace(/^\/fresh-[^/]+/, ""));
    const file = join(SITE, path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...HEADERS });
    response.end(readFileSync(file));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
