// The figures of the README and of docs/guide/performance.md: from docs/bench.json, which `npm run bench` writes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/paths.mjs";
import { kilobytes, shown, times } from "./figures.mjs";
import { libraryOf } from "./peers.mjs";

const [BEGIN, END] = ["<!-- bench -->\n", "<!-- /bench -->"];

/** The columns of the README. */
const COMPARED = ["sluicegate", "p-limit", "p-queue", "bottleneck"];

/** The rows of the guide; the rest is in docs/bench.json. */
const ROWS = [
  "sluicegate",
  "sluicegate-everything",
  "by-hand",
  "async",
  "p-map",
  "promise-race",
  "effect",
  "p-limit",
  "p-queue",
  "bottleneck",
  "rxjs",
];

/** The pages with figures, and what writes those of each. */
export const pages = [
  { file: join(root, "README.md"), textOf: comparison },
  { file: join(root, "docs", "guide", "performance.md"), textOf: details },
];

/** Writes the figures into all pages. @param {{parts: any}} bench docs/bench.json */
export function writeFigures(bench) {
  for (const page of pages) writeFileSync(page.file, withBench(page, bench));
}

/**
 * Returns the text of a page with the figures as they were measured.
 * @param {typeof pages[number]} page
 * @param {{parts: any}} bench docs/bench.json
 */
export function withBench({ file, textOf }, bench) {
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`${file} has no ${BEGIN.trim()} … ${END}`);
  return `${text.slice(0, from)}\n${textOf(bench.parts)}\n${text.slice(to)}`;
}

const nameOf = (id) => libraryOf(id).name;
const rowOf = (rows, id) => rows.find((row) => row.id === id);

/** A table of few libraries: what a task costs, and what a page downloads. */
function comparison({ weight, overhead }) {
  const [limit] = overhead.settings.limits;
  const cost = (browser) => COMPARED.map((id) => shown(rowOf(overhead.browsers[browser][limit], id).microseconds));
  const sizeOf = (id) => kilobytes(rowOf(weight.rows, id === "sluicegate" ? "processWithConcurrency" : id).brotli);
  const rows = [
    ["Measured", ...COMPARED.map(nameOf)],
    ["---", ...COMPARED.map(() => "---:")],
    ["µs per trivial task, Chromium", ...cost("chromium")],
    ["µs per trivial task, Firefox", ...cost("firefox")],
    ["Download, brotli", ...COMPARED.map(sizeOf)],
  ];
  return `${tableOf(rows)}\n`;
}

function details({ weight, overhead, "one-kind": oneKind, schedule, start, memory }) {
  const [core, only] = ["core", "processWithConcurrency"].map((id) => rowOf(weight.rows, id));
  const { chromium, firefox } = start.browsers;
  const firstTask = (rows) => shown(rowOf(rows, "sluicegate").firstTask);
  const waiting = rowOf(memory.browsers.chromium, "sluicegate").waiting.heap;
  const weightOf = (id) => kilobytes(rowOf(weight.rows, id).brotli);
  const alone = (id) => shown(rowOf(oneKind.browsers.chromium[oneKind.settings.limits[0]], id).microseconds);
  return `${overheadTable(overhead)}

- In these rounds each library meets several kinds of tasks, as in most pages. With a single kind of task, Chromium
  inlines it: ${alone("by-hand")} µs by hand, ${alone("sluicegate-everything")} µs with sluicegate and everything on,
  ${alone("async")} µs with async.mapLimit.
- Download, minified and compressed by brotli, WebAssembly included: ${kilobytes(core.brotli)} for the whole core API,
  ${kilobytes(only.brotli)} for \`processWithConcurrency\` alone (p-map ${weightOf("p-map")}, p-queue
  ${weightOf("p-queue")}, Effect.forEach ${weightOf("effect")}).
- The first call loads the engine. Its first task starts after ${firstTask(chromium)} ms in Chromium and
  ${firstTask(firefox)} ms in Firefox.
- ${schedule.settings.tasks} tasks of very different durations take ${percent(worst(schedule))} longer than the optimum
  for their order of arrival. In batches with a barrier they take ${percent(worst(schedule, "batches"))} longer.
- A waiting item uses ${shown(waiting)} bytes.
`;
}

/** The worst of all browsers and limits. */
const worst = ({ browsers }, id = "sluicegate") =>
  Math.max(
    ...Object.values(browsers).flatMap((byLimit) => Object.values(byLimit).map((rows) => rowOf(rows, id).ratio)),
  );
const percent = (ratio) => `${((ratio - 1) * 100).toFixed(ratio < 1.02 ? 1 : 0)} %`;

function overheadTable({ settings, browsers }) {
  const columns = Object.entries(browsers).flatMap(([browser, byLimit]) =>
    settings.limits.map((limit) => ({ browser, limit, rows: byLimit[limit] })),
  );
  const head = [
    "µs per task (relative to the loop by hand)",
    ...columns.map(({ browser, limit }) => `${browser}, concurrency ${limit}`),
  ];
  const cells = (id) =>
    columns.map(({ rows }) => {
      const { microseconds, ratio } = rowOf(rows, id);
      return `${shown(microseconds)} (${times(ratio)})`;
    });
  const lines = [
    head,
    head.map((_, column) => (column ? "---:" : "---")),
    ...ROWS.map((id) => [nameOf(id), ...cells(id)]),
  ];
  return tableOf(lines);
}

const tableOf = (lines) => lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
