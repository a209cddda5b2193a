// npm run bench: measures sluicegate beside others in Chromium and Firefox. The figures of the README and the
// guide come from what it writes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { openers } from "../bench/browsers.mjs";
import * as bytes from "../bench/bytes.mjs";
import * as growth from "../bench/growth.mjs";
import * as memory from "../bench/memory.mjs";
import * as oneKind from "../bench/one-kind.mjs";
import * as overhead from "../bench/overhead.mjs";
import { versions } from "../bench/peers.mjs";
import * as queue from "../bench/queue.mjs";
import { writeFigures } from "../bench/readme.mjs";
import * as schedule from "../bench/schedule.mjs";
import { buildSite, serveSite } from "../bench/site.mjs";
import * as start from "../bench/start.mjs";
import * as weight from "../bench/weight.mjs";
import { buildPackage } from "./app.mjs";
import { endWithSignals } from "./child.mjs";
import { root, scratch } from "./paths.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setup } from "./setup.mjs";
import { main } from "./step.mjs";

const PARTS = { weight, bytes, overhead, "one-kind": oneKind, growth, memory, start, schedule, queue };
/** Returns whether a part needs no browser. */
const withoutBrowser = ({ browsers }) => browsers?.length === 0;
const REPORT = join(root, "docs", "bench.json");
/** Settings of the part "queue" alone. */
const OF_QUEUE = ["runs", "items", "workers"];
/** The results of other settings go to another file. */
const TRIAL = join(scratch, "bench-trial.json");

/** @type {import('../bench/browsers.mjs').Browser[]} */
const opened = [];
const closeBrowsers = async () => {
  await Promise.allSettled(opened.splice(0).map((browser) => browser.close()));
};

await main(async () => {
  const wanted = read(process.argv.slice(2));
  endWithSignals(closeBrowsers);
  const began = performance.now();
  const inBrowsers = wanted.parts.some((name) => !withoutBrowser(PARTS[name]));
  const { env } = await setUp(inBrowsers ? wanted.browsers : []);
  await buildPackage(env);
  // `npm start` and `npm test` do not install the compared libraries, because they are large.
  await setUpNodeModules(join(root, "bench"));
  const results = {};
  try {
    const site = inBrowsers ? await openSite(wanted.browsers, env) : undefined;
    for (const name of wanted.parts) results[name] = await measure(name, wanted, site);
    site?.close();
  } finally {
    // Results before a failure are kept.
    if (!wanted.check && Object.keys(results).length) report(results, wanted);
    await closeBrowsers();
  }
  console.log(`(${((performance.now() - began) / 1000).toFixed(0)} s)`);
  if (wanted.writeBudget) weight.writeBudget(results.weight.rows);
  if (wanted.check && !check(results.weight.rows)) process.exitCode = 1;
});

// ───────────── what is asked for ─────────────

function read(args) {
  try {
    return understand(
      parseArgs({
        args,
        allowPositionals: true,
        options: {
          rounds: { type: "string" },
          tasks: { type: "string" },
          runs: { type: "string" },
          items: { type: "string" },
          workers: { type: "string" },
          browser: { type: "string" },
          check: { type: "boolean" },
          "write-budget": { type: "boolean" },
        },
      }),
    );
  } catch (error) {
    console.error(`${error.message}\n\n${help()}`);
    process.exit(2);
  }
}

function understand({ values, positionals }) {
  const parts = positionals.length
    ? Object.keys(PARTS).filter((name) => positionals.includes(name))
    : Object.keys(PARTS);
  const unknown = positionals.filter((name) => !(name in PARTS));
  if (unknown.length) throw new Error(`There is no part ${unknown.join(", ")}.`);
  if (values.browser !== undefined && !(values.browser in openers))
    throw new Error(`There is no browser ${values.browser} here.`);
  if ((values.check || values["write-budget"]) && !parts.includes("weight"))
    throw new Error("The budget is one of the weight.");
  const changed = {};
  for (const name of ["rounds", "tasks", ...OF_QUEUE]) {
    if (values[name] === undefined) continue;
    changed[name] = Number(values[name]);
    if (!Number.isInteger(changed[name]) || changed[name] < 1)
      throw new Error(`--${name} is ${values[name]} and must be an integer from 1.`);
  }
  return {
    parts,
    changed,
    browsers: values.browser ? [values.browser] : Object.keys(openers),
    check: values.check,
    writeBudget: values["write-budget"],
  };
}

function help() {
  const parts = Object.entries(PARTS).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`);
  return [
    "npm run bench -- [parts] [--rounds 3] [--tasks 10000] [--browser chromium] [--check] [--write-budget]",
    "npm run bench -- queue [--runs 1000] [--items 50] [--workers 4] [--rounds 3]",
    ...parts,
    "--tasks is for overhead, one-kind, growth (its largest number too), memory and schedule; --check fails where the weight is over bench/budget.json.",
  ].join("\n");
}

/** `--tasks` is the number of items of a part. */
function settingsOf(name, { rounds, tasks, ...others }) {
  const { defaults } = PARTS[name];
  const settings = { ...defaults };
  if (rounds && "rounds" in defaults) settings.rounds = rounds;
  if (tasks && "tasks" in defaults) settings.tasks = tasks;
  if (name === "queue") return { ...settings, ...others };
  if (tasks && "items" in defaults) settings.items = tasks;
  if (tasks && "counts" in defaults)
    settings.counts = defaults.counts.filter((count) => count <= Math.max(tasks, defaults.counts[0]));
  return settings;
}

// ───────────── measuring ─────────────

/** Installs browsers only if one is missing. */
async function setUp(browsers) {
  const found = await setup({ browsers: false });
  return browsers.every((name) => found.env[name.toUpperCase()]) ? found : setup({ browsers: true });
}

async function openSite(browsers, env) {
  await buildSite();
  for (const name of browsers) opened.push(await openers[name](env));
  return serveSite();
}

async function measure(name, wanted, site) {
  const part = PARTS[name];
  const settings = settingsOf(name, wanted.changed);
  const measured = new Date().toISOString().slice(0, 10);
  console.log(`\n━━ ${part.about} ${"━".repeat(Math.max(3, 100 - part.about.length))}\n`);
  if (withoutBrowser(part)) {
    const rows = await part.measure(settings);
    console.log(part.show(rows));
    return { measured, rows };
  }
  const began = performance.now();
  const meant = opened.filter((browser) => !part.browsers || part.browsers.includes(browser.name));
  const found = [];
  const measureIn = async (browser) => found.push([browser.name, await part.measure(browser, settings, site.url)]);
  if (part.together) await Promise.all(meant.map(measureIn));
  else for (const browser of meant) await measureIn(browser);
  const browsers = Object.fromEntries(found.sort());
  if (Object.keys(browsers).length) console.log(part.show(browsers));
  console.log(`(${((performance.now() - began) / 1000).toFixed(0)} s; ${JSON.stringify(settings)})`);
  return { measured, settings, browsers };
}

// ───────────── reporting ─────────────

/** Writes the report. Parts that were not measured keep their former results. */
function report(results, { changed, browsers }) {
  const asUsual = Object.keys(changed).length === 0 && browsers.length === Object.keys(openers).length;
  const file = asUsual ? REPORT : TRIAL;
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const parts = { ...before.parts, ...results };
  const whole = {
    machine: {
      cpu: cpus()[0]?.model.trim(),
      cores: cpus().length,
      system: process.platform,
      node: process.versions.node,
    },
    browsers: { ...before.browsers, ...Object.fromEntries(opened.map(({ name, version }) => [name, version])) },
    versions: versions(),
    parts: Object.fromEntries(
      Object.keys(PARTS)
        .filter((name) => name in parts)
        .map((name) => [name, parts[name]]),
    ),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  if (asUsual) writeFigures(whole);
  console.log(
    `\nWritten to ${relative(root, file)}${asUsual ? " and into the README and the guide" : " (a trial: docs/bench.json is written only by the usual numbers in both browsers)"}`,
  );
}

function check(rows) {
  const { ok, text } = weight.checkBudget(rows);
  console[ok ? "log" : "error"](`\n${text}`);
  return ok;
}
