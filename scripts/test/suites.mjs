// The suites of `npm test`: what each needs, and how it runs.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildApp, buildPackage } from "../app.mjs";
import { ask, runChild } from "../child.mjs";
import { freePort } from "../free-port.mjs";
import { print } from "../output.mjs";
import { nodeBin, root } from "../paths.mjs";
import { setUpNodeModules } from "../setup/node-modules.mjs";
import { setUpRedis } from "../setup/redis.mjs";
import { checkCounts, nodeCounts, none, rustCounts, sum } from "./counts.mjs";
import { tooLong } from "./lines.mjs";
import { browsersFor } from "./webdriver.mjs";

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} about
 * @property {boolean} [browsers] needs browsers and drivers
 * @property {('package' | 'app')[]} [needs] must be built before
 * @property {boolean} [isLongest] begins first
 * @property {(context: Context) => Promise<Result>} run
 * @typedef {Awaited<ReturnType<typeof import('../setup.mjs').setup>> & {plain: boolean}} Context `plain`: the package
 * is built without the steps of build/
 * @typedef {import('./counts.mjs').Counts & {notes?: string[]}} Result
 */

const MINUTE = 60;

/** Both wasms: each is a feature. */
const WASM = ["--target", "wasm32-unknown-unknown", "--all-features"];

/** In the order in which they run. @type {Suite[]} */
export const suites = [
  { name: "build", about: "the npm package and the storyboard", run: build },
  // The tests for browsers call the package, so they compile only where it is built.
  { name: "rust", about: "the engine, natively, and its style", needs: ["package"], run: rust },
  { name: "lint", about: "formatting, lint rules and lengths of all but Rust", run: lint },
  {
    name: "weight",
    about: "what a page downloads, against its budget",
    needs: ["package"],
    run: weight,
  },
  { name: "types", about: "the types, those of our JavaScript too", needs: ["package"], run: types },
  {
    name: "browser",
    about: "the package in Chromium, Firefox and WebKit",
    browsers: true,
    needs: ["package"],
    run: browser,
  },
  {
    name: "server",
    about: "the fault server, the generation server, and the recipes at its quotas",
    needs: ["package"],
    run: (context) => nodeTests(context, ["packages", join("www", "server"), join("tests", "recipes")], 15 * MINUTE),
  },
  {
    name: "behaviors",
    about: "what runs and calls do, in Node",
    needs: ["package"],
    run: (context) => nodeTests(context, [join("tests", "behaviors")], 10 * MINUTE),
  },
  {
    name: "sdks",
    about: "failures of real fetch wrappers and SDKs",
    needs: ["package"],
    run: sdks,
  },
  {
    name: "journal",
    about: "the stores of journals, also in Chromium and Firefox",
    browsers: true,
    run: (context) => nodeTests(context, [join("tests", "journal")], 15 * MINUTE),
  },
  {
    name: "queue",
    about: "runs on a BullMQ queue, journals and runs in a Redis of its own",
    needs: ["package"],
    run: queue,
  },
  {
    name: "remote",
    about: "runs on a server, and their clients",
    needs: ["package"],
    run: remote,
  },
  {
    name: "package",
    about: "the packed npm package, installed elsewhere",
    browsers: true,
    needs: ["package"],
    run: (context) => nodeTests(context, [join("tests", "package")], 30 * MINUTE),
  },
  {
    name: "packaging",
    about: "the packed npm package in a selection of tools; npm run test:packaging has all",
    browsers: true,
    needs: ["package"],
    run: packaging,
  },
  {
    name: "react",
    about: "the hooks of the packed npm package, with React 18 and 19",
    browsers: true,
    needs: ["package"],
    run: (context) => nodeTests(context, [join("tests", "react")], 30 * MINUTE),
  },
  {
    name: "docs",
    about: "the documentation site: its links, its examples in Chromium",
    browsers: true,
    needs: ["package"],
    run: docs,
  },
  {
    name: "e2e",
    about: "the storyboard in Chromium and Firefox",
    browsers: true,
    needs: ["package", "app"],
    isLongest: true,
    run: (context) => nodeTests(context, [join("tests", "e2e")], 60 * MINUTE, 2),
  },
];

async function rust(context) {
  const env = { ...context.env, ...context.native };
  const notes = new Set();
  const checks = [];
  for (const [name, probe, args] of /** @type {[string, string[], string[]][]} */ ([
    ["formatting", ["fmt", "--version"], ["fmt", "--all", "--check", "--", "--color", "never"]],
    ["clippy", ["clippy", "--version"], ["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]],
    // The bridge to the browser is compiled only here; a compiler that came from elsewhere for this has no clippy.
    ...(context.oneCompiler
      ? [["clippy", ["clippy", "--version"], ["clippy", "--locked", "--all-targets", ...WASM, "--", "-D", "warnings"]]]
      : []),
  ])) {
    if (ask("cargo", probe, { env }) === undefined)
      notes.add(`${name} not checked: this toolchain has no cargo ${probe[0]}`);
    else checks.push(checkCounts(await shown("cargo", args, env, 30 * MINUTE, `cargo ${args.join(" ")}`)));
  }
  if (!context.oneCompiler)
    notes.add("clippy has not seen what is compiled for WebAssembly only: its compiler has no clippy");
  heading("cargo test");
  const tests = await runChild("cargo", ["test", "--locked", "--no-fail-fast"], {
    env,
    echo: true,
    group: true,
    timeout: 30 * MINUTE,
  });
  const counts = withExit(rustCounts(tests.output), tests.code);
  if (counts.passed + counts.failed === 0) return { ...none(), notes: ["cargo test ran no test"] };
  return { ...sum([...checks, counts]), notes: [...notes] };
}

async function build({ env, plain }) {
  const results = [];
  for (const make of [buildPackage, buildApp]) {
    try {
      await make(env, { plain });
      results.push(checkCounts(true));
    } catch (error) {
      print(error.message);
      results.push(checkCounts(false));
    }
  }
  return sum(results);
}

async function lint({ env }) {
  const biome = await shown(nodeBin("biome"), ["check", "--error-on-warnings", "."], env, 5 * MINUTE, "biome check");
  heading("lengths");
  const long = tooLong();
  print(long.length === 0 ? "ok" : long.join("\n"));
  return sum([checkCounts(biome), checkCounts(long.length === 0)]);
}

async function weight() {
  // Imported here, because set-up installs its dependencies.
  const { checkBudget, measureOurs } = await import("../../bench/weight.mjs");
  const { ok, text } = checkBudget(await measureOurs());
  print(`\n${text}`);
  return checkCounts(ok);
}

async function types({ env }) {
  const projects = ["tsconfig.json", join("www", "tsconfig.json"), join("scripts", "tsconfig.json")];
  const results = [];
  for (const project of projects) {
    results.push(
      checkCounts(await shown(nodeBin("tsc"), ["-p", project, "--noEmit"], env, 10 * MINUTE, `tsc -p ${project}`)),
    );
  }
  return sum(results);
}

async function browser({ env }) {
  if (!existsSync(join(root, "tests", "web"))) return { ...none(), notes: ["there is no tests/web"] };
  const results = [];
  const notes = [];
  const browsers = browsersFor(env);
  for (const { name, command, before, flags, env: own } of browsers) {
    heading(name);
    // The profile that is shipped: its code is what is tested, and the build of the package has most of it compiled.
    const args = [
      ...before,
      "test",
      "--headless",
      ...flags,
      "--mode",
      "no-install",
      "--release",
      ".",
      "--locked",
      "--test",
      "web",
    ];
    const timeouts = { WASM_BINDGEN_TEST_TIMEOUT: "900", WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "180" };
    // A page in an endless loop reacts neither to the driver nor to the limit of the runner.
    const limits = { timeout: 20 * MINUTE, silence: 10 * MINUTE };
    const page = await keptAwake();
    const { code, output, timedOut } = await runChild(command, args, {
      env: { ...env, ...own, ...timeouts, ...page.env },
      echo: true,
      group: true,
      ...limits,
    });
    page.stop();
    const counts = withExit(rustCounts(output), code);
    if (timedOut) notes.push(`stopped in ${name}`);
    // A browser that ran no test is a failure.
    if (counts.passed + counts.failed === 0) {
      counts.failed = 1;
      if (!timedOut) notes.push(`no test ran in ${name}`);
    }
    results.push(counts);
  }
  if (browsers.length < 3) notes.push("not in WebKit: this system has none with a driver");
  return { ...sum(results), notes };
}

/** A link that leads nowhere fails the build. */
async function docs(context) {
  const isBuilt = await shown(process.execPath, ["scripts/docs.mjs"], context.env, 10 * MINUTE, "npm run docs");
  if (!isBuilt) return checkCounts(false);
  const compiler = join("website", "node_modules", "typescript", "bin", "tsc");
  const typed = await shown(process.execPath, [compiler, "-p", "website"], context.env, 5 * MINUTE, "tsc -p website");
  return sum([checkCounts(true), checkCounts(typed), await nodeTests(context, [join("tests", "site")], 10 * MINUTE)]);
}

async function packaging({ env }) {
  const { code, output } = await runChild(process.execPath, ["scripts/packaging.mjs", "--built", "--quick"], {
    env,
    echo: true,
    group: true,
    timeout: 30 * MINUTE,
  });
  const [, passed = 0, failed = 0] = /(\d+) ok, (\d+) failed/.exec(output) ?? [];
  return withExit({ ...none(), passed: Number(passed), failed: Number(failed) }, code);
}

/** Redis is set up for this suite alone. */
async function queue(context) {
  await setUpRedis();
  return nodeTests(context, [join("tests", "queue")], 15 * MINUTE);
}

/** The SDKs are installed for this suite alone: nothing else needs them. */
async function sdks(context) {
  const folder = join("tests", "sdks");
  await setUpNodeModules(join(root, folder));
  return nodeTests(context, [folder], 10 * MINUTE);
}

/** The frameworks are installed for this suite alone. */
async function remote(context) {
  const folder = join("tests", "remote");
  await setUpNodeModules(join(root, folder));
  return nodeTests(context, [folder], 15 * MINUTE);
}

/**
 * Opens connections to the server of the test runner, which sometimes loses connections that a browser opens at once. A
 * new connection frees the stuck ones. This does not repeat tests.
 */
async function keptAwake() {
  const address = `127.0.0.1:${await freePort()}`;
  const knock = () =>
    fetch(`http://${address}/`).then(
      (reply) => reply.body?.cancel(),
      () => {},
    );
  const timer = setInterval(knock, 100);
  return { env: { WASM_BINDGEN_TEST_ADDRESS: address }, stop: () => clearInterval(timer) };
}

/**
 * @param {Context} context
 * @param {string[]} folders
 * @param {number} timeout
 * @param {number} [atOnce] files at a time
 */
async function nodeTests({ env }, folders, timeout, atOnce = 1) {
  const files = folders.flatMap(testFiles);
  if (files.length === 0) return { ...none(), notes: [`there is no *.test.mjs in ${folders.join(" and ")}`] };
  const args = ["--test", `--test-concurrency=${atOnce}`, "--test-reporter=spec", ...files];
  // Run inside another node --test, it would report to that one instead.
  const { code, output, timedOut } = await runChild(process.execPath, args, {
    env: { ...env, NODE_TEST_CONTEXT: undefined },
    echo: true,
    group: true,
    timeout,
  });
  return {
    ...withExit(nodeCounts(output), code),
    notes: timedOut ? [`stopped after ${timeout / MINUTE} minutes`] : [],
  };
}

/** Files and not the folder: what node --test does with a folder differs between its versions. */
function testFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : testFiles(path);
      return /\.test\.[cm]?js$/.test(entry.name) ? [path] : [];
    })
    .sort();
}

async function shown(command, args, env, timeout, name) {
  heading(name);
  const { code, seconds } = await runChild(command, args, { env, echo: true, group: true, timeout });
  print(`${code === 0 ? "ok" : "failed"} (${seconds.toFixed(1)} s)`);
  return code === 0;
}

/** A runner that fails without counting a failure, by crashing or running out of time, has failed nevertheless. */
function withExit(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

const heading = (text) => print(`\n── ${text}`);
