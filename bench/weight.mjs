// Measures what a page downloads for an import: all files that a bundler writes, including lazily loaded ones, minified
// and each compressed by brotli.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { root } from "../scripts/paths.mjs";
import { kilobytes, rounded, table, times } from "./figures.mjs";
import { libraries } from "./peers.mjs";
import { bundle } from "./site.mjs";

export const about = "weight: what a page downloads, minified, brotli";
export const defaults = {};
export const browsers = [];

const BUDGETED = ["core", "processWithConcurrency", "journal", "tabs", "remote"];
const BUDGET = join(root, "bench", "budget.json");
/** Accepted growth in bytes: versions of compilers and compressors differ by less. */
const TOLERANCE = 1.02;
async function weigh(path) {
  const output = await bundle({ index: path });
  const files = output.map((file) =>
    weighed(file.fileName, Buffer.from(file.type === "chunk" ? file.code : file.source)),
  );
  return { ...sum(files), files };
}

function weighed(file, content) {
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  return { file: file.replace(/-[\w-]{8}(?=\.js$)/, ""), minified: content.length, brotli: brotli.length };
}

const sum = (files) => ({ minified: total(files, "minified"), brotli: total(files, "brotli") });
const total = (files, what) => files.reduce((all, file) => all + file[what], 0);

/** Measures our own imports, without the packages of the bench. */
export async function measureOurs() {
  const core = await weigh("bench/page/core.mjs");
  const only = await weigh("bench/page/only.mjs");
  const journal = await weigh("bench/page/journal.mjs");
  const tabs = await weigh("bench/page/tabs.mjs");
  const remote = await weigh("bench/page/remote.mjs");
  return [
    { id: "core", name: "sluicegate, the whole core API", ...core },
    { id: "processWithConcurrency", name: "sluicegate, processWithConcurrency only", ...only },
    { id: "journal", name: "sluicegate/journal, beside the core", ...journal },
    { id: "tabs", name: "sluicegate/tabs, beside the core", ...tabs },
    { id: "remote", name: "sluicegate/remote, without the core", ...remote },
  ];
}

export async function measure() {
  const ours = await measureOurs();
  const only = ours.find(({ id }) => id === "processWithConcurrency");
  const peers = [];
  for (const { id, name } of libraries.filter((library) => !library.id.startsWith("sluicegate"))) {
    peers.push({ id, name, ...(await weigh(`bench/peers/${id}.mjs`)) });
  }
  return [...ours, ...peers].map(({ id, name, minified, brotli, files }) => ({
    id,
    name,
    minified,
    brotli,
    ratio: only && rounded(only.brotli / brotli),
    files,
  }));
}

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function show(rows) {
  const head = ["what a page downloads", "minified", "brotli", "processWithConcurrency beside it", "files"];
  const lines = rows.map(({ name, minified, brotli, ratio, files }) => [
    name,
    kilobytes(minified),
    kilobytes(brotli),
    times(ratio),
    String(files.length),
  ]);
  const files = rows[0].files.map(({ file, minified, brotli }) => [file, kilobytes(minified), kilobytes(brotli)]);
  const same =
    rows[0].brotli === rows[1].brotli
      ? "\n\nWho imports one function downloads the whole: nothing of it can be left out as it is built now."
      : "";
  return `${table([head, ...lines])}\n\n${table([["the files of the whole core API", "minified", "brotli"], ...files])}${same}`;
}

// ───────────── the budget ─────────────

const budgeted = (rows) => Object.fromEntries(BUDGETED.map((id) => [id, rows.find((row) => row.id === id).brotli]));

/** @param {Awaited<ReturnType<typeof measureOurs>>} rows @returns {{ok: boolean, text: string}} */
export function checkBudget(rows) {
  const budget = JSON.parse(readFileSync(BUDGET, "utf8")).brotli;
  const found = Object.entries(budgeted(rows)).map(([id, brotli]) => ({
    id,
    brotli,
    allowed: budget[id],
    ok: brotli <= budget[id] * TOLERANCE,
  }));
  const lines = found.map(
    ({ id, brotli, allowed, ok }) =>
      `${ok ? "✓" : "✗"} ${id}: ${brotli} bytes, the budget is ${allowed} (${((100 * brotli) / allowed - 100).toFixed(1)} %)`,
  );
  const ok = found.every((one) => one.ok);
  const advice = [
    "",
    "The package has grown by more than 2 %. Where that is worth it, write a new budget, and say in the commit what for:",
    "    npm run bench -- weight --write-budget",
  ];
  return { ok, text: [...lines, ...(ok ? [] : advice)].join("\n") };
}

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function writeBudget(rows) {
  writeFileSync(BUDGET, `${JSON.stringify({ brotli: budgeted(rows) }, null, 2)}\n`);
}
