// Runs one row of the table: its commands, then what it prints, its page or its server.

import { deepStrictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { plain, runChild } from "../../scripts/child.mjs";
import { expected, expectJson, shorten } from "./expect.mjs";
import { makeRow } from "./homes.mjs";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} family the folder of families/ with its tools
 * @property {Record<string, string>} [files] of the consumer, as of `makeRow`
 * @property {boolean} [isAtHome] puts the files beside node_modules, for tools that read nothing above their folder
 * @property {string[][]} [commands] each of them must end with 0 and print no warning
 * @property {string[]} [prints] a command whose last line is the result, as JSON
 * @property {unknown} [expects] another result than that of every consumer
 * @property {string} [page] a folder with a built page that shows the result
 * @property {Record<string, string>} [headers] of the page
 * @property {string[]} [server] a command that serves; `{port}` is the port
 * @property {string[]} [paths] pages of the server that show the result
 * @property {string[]} [replies] paths of the server that reply with the result
 * @property {RegExp} [allows] a warning that is not about the package
 * @property {(context: Check) => Promise<void>} [also] more checks
 * @property {boolean} [isQuick] is part of `npm test`
 * @typedef {object} Check
 * @property {string} url of the server, if any
 * @property {string} folder
 * @property {Awaited<ReturnType<typeof import('./backend.mjs').startBackend>>} backend
 * @typedef {object} Context
 * @property {string} home
 * @property {string} tarball
 * @property {Check['backend']} backend
 * @property {import('./open-page.mjs').Opener[]} browsers
 */

/** In seconds, for a command to end and for a server to reply: for what hangs. No busy machine reaches them. */
const LIMIT = 900;
const WARNING = /\bwarn(ing)?\b|deprecat/i;

/** @param {Row} row @param {Context} context */
export async function runRow(row, { home, tarball, backend, browsers }) {
  const folder = makeRow(home, { ...row, files: { "exercise.js": "exercise.js", ...row.files } });
  const env = {
    ...ENV,
    BACKEND: backend.url,
    PATH: `${join(home, "node_modules", ".bin")}:${process.env.PATH}`,
  };
  const filled = (words, more = {}) =>
    words.map((word) =>
      word.replace(/\{(\w+)\}/g, (_, name) => ({ home, tarball, backend: backend.url, ...more })[name] ?? ""),
    );
  const run = async (words) => {
    const [command = "", ...args] = filled(words);
    const { code, output } = await runChild(command, args, { cwd: folder, env, group: true, timeout: LIMIT });
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}:\n${shorten(plain(output))}`);
    refuseWarnings(plain(output), row);
    return plain(output);
  };
  for (const command of row.commands ?? []) await run(command);
  if (row.prints) expectJson(await run(row.prints), row.expects);
  if (row.page !== undefined) {
    const server = await serve(join(folder, row.page), withBackend(row.headers, backend.url));
    try {
      await expectPage(browsers, `${server.url}/?backend=${encodeURIComponent(backend.url)}`, row);
    } finally {
      server.close();
    }
  }
  if (!row.server) return row.also?.({ url: "", folder, backend });
  const port = await freePort();
  const server = await start(filled(row.server, { port: String(port) }), { cwd: folder, env, port });
  try {
    for (const path of row.replies ?? []) {
      const reply = await fetch(`${server.url}${path}`);
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${path} replied ${reply.status}: ${shorten(text)}\n${shorten(server.output())}`);
      try {
        expectJson(text);
      } catch (error) {
        throw new Error(`${path}: ${error.message}\n${shorten(server.output())}`);
      }
    }
    for (const path of row.paths ?? []) {
      const query = `backend=${encodeURIComponent(backend.url)}`;
      await expectPage(browsers, `${server.url}${path}?${query}`, row).catch((error) => {
        throw new Error(`${error.message}\n${shorten(server.output())}`);
      });
    }
    await row.also?.({ url: server.url, folder, backend });
    refuseWarnings(server.output(), row);
  } finally {
    await server.stop();
  }
}

/** Tools must not see that they run inside a test, or inside npm. */
const ENV = {
  NODE_OPTIONS: undefined,
  NODE_TEST_CONTEXT: undefined,
  NODE_ENV: undefined,
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  NEXT_TELEMETRY_DISABLED: "1",
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^npm_|^INIT_CWD$/.test(name))
      .map((name) => [name, undefined]),
  ),
};

/** @param {string} output @param {Row} row */
function refuseWarnings(output, { allows }) {
  const lines = output.split("\n").filter((line) => WARNING.test(line) && !allows?.test(line));
  if (lines.length) throw new Error(`it warned:\n${shorten(output)}`);
}

const withBackend = (headers = {}, url) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll("{backend}", url)]));

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files of a folder. `{nonce}` in pages and headers is a new text for each page. */
async function serve(folder, headers) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    const nonce = Math.random().toString(36).slice(2);
    const own = Object.entries(headers).map(([name, value]) => [name, value.replaceAll("{nonce}", nonce)]);
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, ...Object.fromEntries(own) });
    const content = readFileSync(file);
    response.end(extname(file) === ".html" ? String(content).replaceAll("{nonce}", nonce) : content);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a server in a process group of its own, and waits until it replies. */
async function start([command = "", ...args], { cwd, env, port }) {
  const merged = Object.entries({ ...process.env, ...env, PORT: String(port) }).filter(
    ([, value]) => value !== undefined,
  );
  const child = spawn(command, args, {
    cwd,
    env: Object.fromEntries(merged),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.once("close", resolve));
  let isOver = false;
  void ended.then(() => (isOver = true));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (isOver || child.pid === undefined) return;
    process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  child.once("error", (error) => (output += error.message));
  const isServing = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  const latest = performance.now() + LIMIT * 1000;
  while (!(await isServing())) {
    if (isOver || performance.now() > latest) {
      await stop();
      throw new Error(`${command} ${args.join(" ")} did not serve:\n${shorten(plain(output))}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, stop, output: () => plain(output) };
}

/** Opens a page in each browser. It must show the result and leave the console clean. */
async function expectPage(browsers, url, { expects = /** @type {unknown} */ (expected), allows = /$^/ }) {
  // What the backend refuses on purpose, the browser shows as an error. A page may end its own requests.
  const isOurs = (text) => /status of 429|net::ERR_ABORTED/.test(text) || allows.test(text);
  for (const browser of browsers) {
    try {
      const { text, complaints } = await browser.show(url);
      const rest = complaints.filter((complaint) => !isOurs(complaint));
      if (text === null || rest.length) throw new Error(`the console: ${rest.join("\n") || "empty"}; shown: ${text}`);
      deepStrictEqual(JSON.parse(text), expects);
    } catch (error) {
      throw new Error(`${browser.name}, ${url}: ${error.message}`);
    }
  }
}
