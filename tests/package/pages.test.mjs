import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { rolldown } from "rolldown";
import { createServer } from "vite";
import { runChild } from "../../scripts/child.mjs";
import { nodeBin } from "../../scripts/paths.mjs";
import { cleanUp, copy, filesIn, install, launchChromium, openPage, serveFolder } from "./helpers.mjs";

const EXPECTED = {
  results: ["a01false", "b11false", "c21false"],
  most: 2,
  last: [3, 3],
  status: "partial",
  failure: [true, "HttpError", 404],
};
const IN_WORKER = { ...EXPECTED, inWorker: true };

/** As strict as WebAssembly allows. */
const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:",
};
/** Refuses to compile WebAssembly. */
const WITHOUT_WASM = { "content-security-policy": "default-src 'none'; script-src 'self'; img-src data:" };

describe("the installed package in Chromium", () => {
  const undo = cleanUp();
  let browser;
  let installed;

  before(async () => {
    [{ folder: installed }, browser] = await Promise.all([install(undo), launchChromium(undo)]);
  });

  /** A project of its own, with these files and the package. */
  function project(name, ...files) {
    const folder = join(dirname(installed), name);
    cpSync(installed, folder, { recursive: true });
    copy(folder, ...files);
    return folder;
  }

  const plain = (name) => project(name, ["page", "."]);
  const withWorker = (name) => project(name, ["worker-page", "."], "page/work.js");

  async function assertShows(url, expected) {
    const { result, complaints, requests } = await openPage(browser, url);
    assert.deepEqual(complaints, []);
    assert.deepEqual(result, expected);
    return requests;
  }

  for (const [name, make, expected] of /** @type {[string, (name: string) => string, any][]} */ ([
    ["page", plain, EXPECTED],
    ["module worker", withWorker, IN_WORKER],
  ])) {
    test(`runs in a ${name} built by Vite, under a strict content security policy`, async () => {
      const folder = make(`vite-build-${expected.inWorker ? "worker" : "page"}`);
      await viteBuild(folder);
      await assertShows(await serveFolder(undo, join(folder, "dist"), STRICT), expected);
    });

    test(`runs in a ${name} served by Vite for development, bundled before as a dependency`, async () => {
      const folder = make(`vite-dev-${expected.inWorker ? "worker" : "page"}`);
      const { url, complaints } = await viteServe(undo, folder);
      const requests = await assertShows(url, expected);
      assert.ok(
        requests.some((path) => path.includes("/.vite/deps/sluicegate.js")),
        requests.join("\n"),
      );
      assert.deepEqual(complaints, []);
    });
  }

  test("runs in a page bundled by rolldown", async () => {
    const folder = plain("rolldown");
    await bundle(folder, "main.js", "out");
    writeFileSync(join(folder, "out", "index.html"), readFileSync(join(folder, "index.html")));
    await assertShows(await serveFolder(undo, join(folder, "out"), STRICT), EXPECTED);
  });

  test("runs in a page without any bundler, by an import map", async () => {
    const folder = project("import-map", ["page", "."], ["import-map-page", "."]);
    await assertShows(await serveFolder(undo, folder), EXPECTED);
  });

  test("rejects or throws at each call with what to do, where the content security policy forbids WebAssembly", async () => {
    const folder = project("refused", ["page/index.html", "index.html"], "refused-page/main.js");
    await bundle(folder, "main.js", "out");
    writeFileSync(join(folder, "out", "index.html"), readFileSync(join(folder, "index.html")));
    const { result } = await openPage(browser, await serveFolder(undo, join(folder, "out"), WITHOUT_WASM));
    const { shown, ...counts } = result;
    assert.deepEqual(counts, { called: 0, unhandled: 0 });
    assert.equal(shown.length, 5);
    for (const { error, tried } of shown) {
      assert.match(
        error.message,
        /^sluicegate cannot load its WebAssembly: .*Content-Security-Policy needs 'wasm-unsafe-eval'/,
      );
      assert.deepEqual([error.cause, tried], ["CompileError", true]);
    }
  });

  test("adds nothing to a bundle that imports and does not use it", async () => {
    const folder = project("unused");
    writeFileSync(
      join(folder, "unused.js"),
      "import 'sluicegate';\nimport { HOST_CONNECTIONS, retry } from 'sluicegate';\nconsole.log(HOST_CONNECTIONS);\n",
    );
    await bundle(folder, "unused.js", "out");
    assert.deepEqual(filesIn(join(folder, "out")), ["unused.js"]);
    assert.ok(readFileSync(join(folder, "out", "unused.js")).length < 200);
  });
});

/** As `vite build` in the folder, which must have nothing to warn of. */
async function viteBuild(folder) {
  const { code, output } = await runChild(nodeBin("vite"), ["build", "--logLevel", "warn"], {
    cwd: folder,
    env: { NODE_ENV: undefined },
    timeout: 120,
  });
  assert.equal(output, "");
  assert.equal(code, 0);
}

async function viteServe(undo, folder) {
  const complaints = [];
  const complain = (message) => complaints.push(message);
  const customLogger = {
    info() {},
    warn: complain,
    warnOnce: complain,
    error: complain,
    clearScreen() {},
    hasErrorLogged: () => false,
    hasWarned: false,
  };
  const server = await createServer({
    root: folder,
    configFile: false,
    customLogger,
    server: { host: "127.0.0.1", port: 0 },
  });
  undo.push(() => server.close());
  await server.listen();
  return { url: server.resolvedUrls?.local[0], complaints };
}

async function bundle(folder, input, dir) {
  const warnings = [];
  const build = await rolldown({
    cwd: folder,
    input: join(folder, input),
    onLog: (level, log) => level === "warn" && warnings.push(log.message),
  });
  await build.write({ dir: join(folder, dir), format: "esm" });
  await build.close();
  assert.deepEqual(warnings, []);
}
