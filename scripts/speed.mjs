// npm run speed: how long the work of the documents takes one by one, in their batches, and by sluicegate, in one run.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildPackage } from "./app.mjs";
import { root } from "./paths.mjs";
import { setup } from "./setup.mjs";
import { MINUTE, measure, SPREADS } from "./speed/systems.mjs";
import { main } from "./step.mjs";

const JSON_FILE = join(root, "docs", "speed.json");
const rounded = (row) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? Number(value.toFixed(2)) : value]),
  );

await main(async () => {
  const { env } = await setup({ browsers: false });
  await buildPackage(env);
  const sluicegate = await import(pathToFileURL(join(root, "dist", "index.js")).href);
  const tables = {};
  for (const [name, spread] of Object.entries(SPREADS)) {
    const rows = await measure(sluicegate, spread);
    console.log(`\n${name[0].toUpperCase()}${name.slice(1)}:\n`);
    print(rows);
    tables[name] = rows.map(rounded);
  }
  console.log(`\nA minute is ${MINUTE} ms here; every way has the same times of calls.`);
  mkdirSync(dirname(JSON_FILE), { recursive: true });
  writeFileSync(JSON_FILE, `${JSON.stringify({ minute: MINUTE, tables }, null, 2)}\n`);
});

function print(rows) {
  const minutes = (milliseconds) => `${(milliseconds / MINUTE).toFixed(2)} min`;
  const cells = rows.map(({ work, document, promised, sequential, batches, ours }) => [
    work,
    document + (promised ? ` (${promised.toFixed(1)}x)` : ""),
    minutes(sequential),
    `${minutes(batches)} (${(sequential / batches).toFixed(1)}x)`,
    `${minutes(ours)} (${(sequential / ours).toFixed(1)}x)`,
  ]);
  const table = [["", "the document", "one by one", "as the document", "sluicegate"], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
    );
}
