// What the README says of the bench: from docs/bench.json, which `npm run bench` writes.

import { kilobytes, shown, times } from "./figures.mjs";
import { libraryOf } from "./peers.mjs";

const [BEGIN, END] = ["<!-- bench -->\n", "<!-- /bench -->"];

/** What a reader compares with; the rest is in docs/bench.json. */
const ROWS = [
  "sluicegate",
  "sluicegate-everything",
  "by-hand",
  "async",
  "p-map",
  "seed-002",
  "effect",
  "p-limit",
  "p-queue",
  "rxjs",
];

/** The README with the figures as they were measured. @param {string} readme @param {{parts: any}} bench docs/bench.json */
export function withBench(readme, bench) {
  const [from, to] = [readme.indexOf(BEGIN) + BEGIN.length, readme.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`README.md has no ${BEGIN.trim()} … ${END}`);
  return `${readme.slice(0, from)}\n${text(bench.parts)}\n${readme.slice(to)}`;
}

const nameOf = (id) => libraryOf(id).name;
const rowOf = (rows, id) => rows.find((row) => row.id === id);

function text({ weight, overhead, "one-kind": oneKind, schedule, start, memory }) {
  const [core, only] = ["core", "processWithConcurrency"].map((id) => rowOf(weight.rows, id));
  const { chromium, firefox } = start.browsers;
  const firstTask = (rows) => shown(rowOf(rows, "sluicegate").firstTask);
  const waiting = rowOf(memory.browsers.chromium, "sluicegate").waiting.heap;
  const weightOf = (id) => kilobytes(rowOf(weight.rows, id).brotli);
  const alone = (id) => shown(rowOf(oneKind.browsers.chromium[oneKind.settings.limits[0]], id).microseconds);
  return `${overheadTable(overhead)}

- Each has met several kinds of tasks before, as in a page that has more than one. Where there is only one, Chromium
  compiles it into its caller: ${alone("by-hand")} µs by hand, ${alone("sluicegate-everything")} with sluicegate and
  everything on, ${alone("async")} with async.mapLimit.
- Weight, minified and packed by brotli, the WebAssembly included: ${kilobytes(core.brotli)} for the whole core API,
  ${kilobytes(only.brotli)} for \`processWithConcurrency\` alone (p-map ${weightOf("p-map")}, p-queue
  ${weightOf("p-queue")}, Effect.forEach ${weightOf("effect")}). The engine starts at the first call, which takes
  ${firstTask(chromium)} ms in Chromium and ${firstTask(firefox)} ms in Firefox to its first task.
- ${schedule.settings.tasks} tasks of very different lengths take ${percent(worst(schedule))} longer than the best that
  is possible in the order of arrival; in batches behind a barrier ${percent(worst(schedule, "batches"))}.
- A waiting item holds ${shown(waiting)} bytes.
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
    "µs a task (times the loop by hand)",
    ...columns.map(({ browser, limit }) => `${browser}, ${limit} at once`),
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
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
