// The package as others get it: packed, installed in an empty folder, served, opened in a browser.

import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, extname, join, normalize, relative, sep } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium as launch } from "../../scripts/browsers.mjs";
import { runChild } from "../../scripts/child.mjs";
import { hashOf } from "../../scripts/inputs.mjs";
import { stage } from "../../scripts/pack/published.mjs";
import { scratch } from "../../scripts/paths.mjs";

const consumers = fileURLToPath(new URL("consumers/", import.meta.url));

/** In seconds. Whatever has not ended by itself until then is not going to. */
const LIMIT = 180;

/** Returns the steps to undo after a suite, the last first. Its `describe` calls it: hooks of hooks run too early. */
export function cleanUp() {
  const undo = [];
  after(async () => {
    for (const step of undo.reverse()) await step();
  });
  return undo;
}

// ───────────── installing ─────────────

/** Copies the installed package into a folder of its own, until the clean-up. */
export async function install(undo) {
  const home = emptyFolder(undo);
  const folder = join(home, "consumer");
  cpSync(await packAndInstall(), folder, { recursive: true });
  return { home, folder, installed: join(folder, "node_modules", "sluicegate") };
}

/** Makes an empty folder, until the clean-up. */
export function emptyFolder(undo) {
  const folder = newHome();
  undo.push(() => removeFolder(folder));
  return folder;
}

/** Packs the package and installs it in an empty folder, once for each state of its files. Returns the folder. */
async function packAndInstall() {
  const kept = join(scratch, "installed");
  const folder = join(kept, hashOf(["dist", "package.json", "README.md", "LICENSE"]));
  if (existsSync(folder)) return folder;
  removeFolder(kept);
  const home = newHome();
  const consumer = join(home, "consumer");
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  await npm(home, stage(join(home, "staged")), "pack", "--pack-destination", home);
  const tarball = readdirSync(home).find((name) => name.endsWith(".tgz"));
  await npm(home, consumer, "install", join(home, String(tarball)));
  // An interrupted copy must not pass for a complete one.
  const copied = `${folder}-${process.pid}`;
  cpSync(consumer, copied, { recursive: true });
  removeFolder(home);
  if (existsSync(folder)) removeFolder(copied);
  else renameSync(copied, folder);
  return folder;
}

const newHome = () => mkdtempSync(join(realpathSync(tmpdir()), "sluicegate-package-"));
const removeFolder = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** With no cache, no settings and no registry but what it is told here. */
async function npm(home, cwd, ...args) {
  const path = process.env.npm_execpath;
  const [command, ...before] = path?.endsWith(".js")
    ? [process.execPath, path]
    : [process.platform === "win32" ? "npm.cmd" : "npm"];
  const own = Object.keys(process.env).filter((name) => /^(npm_|INIT_CWD$|NODE_ENV$)/i.test(name));
  const env = {
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    npm_config_userconfig: join(home, "npmrc"),
    npm_config_cache: join(home, "cache"),
  };
  const options = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier"];
  const { code, output } = await runChild(command, [...before, ...args, ...options], { cwd, env, timeout: LIMIT });
  if (code !== 0) throw new Error(`npm ${args[0]} failed:\n${output}`);
}

/** All files in a folder, as relative paths with slashes. */
export function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).replaceAll(sep, "/"))
    .sort();
}

/** Puts files from consumers/ where the package is installed, by other names if told so. */
export function copy(folder, ...names) {
  for (const name of names) {
    const [from, to] = Array.isArray(name) ? name : [name, basename(name)];
    cpSync(join(consumers, from), join(folder, to), { recursive: true });
  }
}

// ───────────── running ─────────────

/**
 * Runs a program in the folder until it ends by itself; resolves to what it printed, which must be JSON and nothing
 * else.
 */
export async function runConsumer(folder, program, ...args) {
  const env = { NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined };
  const { code, output, timedOut } = await runChild(process.execPath, [program, ...args], {
    cwd: folder,
    env,
    timeout: LIMIT,
  });
  if (timedOut) throw new Error(`${program} did not end by itself:\n${readable(output)}`);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${readable(output)}`);
  try {
    return JSON.parse(output);
  } catch {
    throw new Error(`${program} printed:\n${readable(output)}`);
  }
}

/** Node shows the line in which an error was thrown; here, that may be all of a minified file. */
const readable = (output) => output.replace(/^.{400,}$/gm, (line) => `${line.slice(0, 100)}…`);

// ───────────── serving ─────────────

/** Serves until the clean-up. */
export async function serve(undo, answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  undo.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}

/**
 * A backend: /echo answers what it was sent, /phase gives five numbers in chunks of two, /missing is a 404, /flaky/…
 * refuses every first call, /stuck never says where to go on.
 */
export function backend(undo) {
  const refused = new Set();
  return serve(undo, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const [status, reply] = answerOf(request.url, body, refused);
    response.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
    response.end(JSON.stringify(reply));
  });
}

function answerOf(path, body, refused) {
  if (path === "/echo") return [200, { echo: body }];
  if (path === "/stuck") return [200, { hasMore: true }];
  if (path === "/phase") {
    const numbers = [1, 2, 3, 4, 5].slice(body.startIndex, body.startIndex + 2);
    const next = body.startIndex + numbers.length;
    return [200, next < 5 ? { numbers, hasMore: true, nextStartIndex: next } : { numbers, hasMore: false }];
  }
  if (path.startsWith("/flaky/")) {
    if (refused.has(path)) return [200, { accepted: body }];
    refused.add(path);
    return [503, { error: "busy" }];
  }
  return [404, { error: `no ${path}` }];
}

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files of a folder, to pages that may load nothing from elsewhere if `headers` say so. */
export function serveFolder(undo, folder, headers = {}) {
  return serve(undo, (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = join(folder, path.endsWith(sep) ? join(path, "index.html") : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers });
    response.end(readFileSync(file));
  });
}

// ───────────── browsing ─────────────

/** Starts Chromium until the clean-up. */
export async function launchChromium(undo) {
  const browser = await launch();
  undo.push(() => browser.close());
  return browser;
}

/**
 * Opens a page and waits for its result. `complaints` is what its console shows as errors or warnings, and what failed
 * to load.
 */
export async function openPage(browser, url) {
  const page = await browser.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  const broken = new Promise((_, reject) => page.once("pageerror", reject));
  broken.catch(() => {});
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  try {
    await page.goto(url, { timeout: LIMIT * 1000 });
    const text = await Promise.race([
      page.locator("#result:not(:empty)").textContent({ timeout: LIMIT * 1000 }),
      broken,
    ]);
    return { result: JSON.parse(text), complaints, requests };
  } catch (error) {
    throw new Error([`${url}: ${error.message}`, ...complaints].join("\n"));
  } finally {
    await page.close();
  }
}
