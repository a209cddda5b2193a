// Runs the packed package in every tool of tests/packaging/rows.mjs. Arguments pick rows by words of their names;
// `--list` lists them, `--quick` picks those of `npm test`. Pages open in all browsers; with `--quick` in Chromium,
// with `--in=firefox` in that one.
import { startBackend } from "../tests/packaging/backend.mjs";
import { pack, setUpHome } from "../tests/packaging/homes.mjs";
import { openers } from "../tests/packaging/open-page.mjs";
import { rows } from "../tests/packaging/rows.mjs";
import { runRow } from "../tests/packaging/run-row.mjs";
import { buildPackage } from "./app.mjs";
import { endWithSignals } from "./child.mjs";
import { setup } from "./setup.mjs";
import { main } from "./step.mjs";

endWithSignals();
const words = process.argv.slice(2);

await main(async () => {
  const chosen = choose(words);
  if (words.includes("--list")) return console.log(chosen.map(({ name }) => name).join("\n"));
  const { env } = await setup({ browsers: true });
  if (!words.includes("--built")) await buildPackage(env);
  const results = await runRows(chosen, env);
  print(results);
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
});

/** Returns the rows whose names have one of these words, or all. */
function choose(words) {
  const names = words.filter((word) => !word.startsWith("--")).map((word) => word.toLowerCase());
  const chosen = rows
    .filter(({ isQuick }) => isQuick || !words.includes("--quick"))
    .filter(
      ({ name, family }) => !names.length || names.some((word) => `${name} ${family}`.toLowerCase().includes(word)),
    );
  if (chosen.length === 0) throw new Error(`No row is named ${names.join(" or ")}; --list lists them.`);
  return chosen;
}

function chooseBrowsers(env) {
  const all = openers(env);
  const named = words.find((word) => word.startsWith("--in="))?.slice("--in=".length);
  const names = words.includes("--quick") ? "chromium" : named;
  const chosen = Object.values(all).filter(({ name }) => !names || names.split(",").includes(name.toLowerCase()));
  if (chosen.length === 0) throw new Error(`No browser is named ${names}; there are ${Object.keys(all).join(", ")}.`);
  return chosen;
}

async function runRows(chosen, env) {
  const tarball = await pack();
  const backend = await startBackend();
  const homes = new Map();
  const browsers = chooseBrowsers(env);
  const context = { tarball, backend, browsers };
  const results = [];
  try {
    for (const row of chosen) {
      const started = performance.now();
      let error;
      try {
        if (!homes.has(row.family)) homes.set(row.family, await setUpHome(row.family, tarball));
        await runRow(row, { ...context, home: homes.get(row.family) });
      } catch (thrown) {
        error = thrown;
      }
      const seconds = (performance.now() - started) / 1000;
      results.push({ name: row.name, ok: !error, seconds });
      console.log(`${error ? "✗" : "✓"} ${row.name} (${seconds.toFixed(1)} s)`);
      if (error) console.log(`${error.message}\n`);
    }
  } finally {
    for (const browser of browsers) await browser.close();
    backend.close();
  }
  return results;
}

function print(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log("\n━━ summary");
  for (const { name, ok, seconds } of results) {
    console.log(`${name.padEnd(width)}  ${ok ? "ok    " : "failed"} ${`${seconds.toFixed(1)} s`.padStart(8)}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  const seconds = results.reduce((total, row) => total + row.seconds, 0);
  console.log(`\n${results.length - failed} ok, ${failed} failed, ${seconds.toFixed(0)} s`);
}
