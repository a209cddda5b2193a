// npm test: sets up what is missing, browsers too, and runs every suite; `npm test -- rust e2e` runs only those named.
import { buildApp, buildPackage } from "./app.mjs";
import { endWithSignals } from "./child.mjs";
import { setup } from "./setup.mjs";
import { main } from "./step.mjs";
import { none, sum } from "./test/counts.mjs";
import { suites } from "./test/suites.mjs";

const BUILDS = { package: buildPackage, app: buildApp };

main(async () => {
  endWithSignals();
  const chosen = choose(process.argv.slice(2));
  const started = performance.now();
  const context = await setup({ browsers: chosen.some(({ browsers }) => browsers) });
  console.log(`Set up (${((performance.now() - started) / 1000).toFixed(1)} s)`);

  const rows = [];
  for (const suite of chosen) rows.push(await runSuite(suite, context, chosen));

  const total = sum(rows);
  print(rows, (performance.now() - started) / 1000);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed ? 1 : 0;
});

function choose(names) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length) {
    console.error(
      `There is no suite ${unknown.join(", ")}. There are:\n${suites.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join("\n")}`,
    );
    process.exit(2);
  }
  return names.length ? suites.filter(({ name }) => names.includes(name)) : suites;
}

async function runSuite(suite, context, chosen) {
  console.log(
    `\n━━ ${suite.name}: ${suite.about} ${"━".repeat(Math.max(3, 70 - suite.name.length - suite.about.length))}`,
  );
  const started = performance.now();
  /** @type {import('./test/suites.mjs').Result} */
  let result;
  try {
    // The build suite, if chosen, has already reported a failed build.
    if (!chosen.some(({ name }) => name === "build"))
      for (const need of suite.needs ?? []) await BUILDS[need](context.env);
    result = await suite.run(context);
  } catch (error) {
    console.error(error.name === "StepError" ? error.message : error.stack);
    result = { ...none(), failed: 1, notes: ["it could not run"] };
  }
  const notes = result.notes ?? [];
  // A suite without tests fails.
  if (result.passed + result.failed === 0) {
    result = { ...result, failed: 1 };
    if (!notes.length) notes.push("no test ran");
  }
  return { ...result, notes, name: suite.name, seconds: (performance.now() - started) / 1000 };
}

function print(rows, seconds) {
  console.log(`\n━━ summary ${"━".repeat(64)}`);
  console.log(
    `${"suite".padEnd(9)} ${"passed".padStart(7)} ${"failed".padStart(7)} ${"skipped".padStart(8)} ${"time".padStart(9)}`,
  );
  for (const row of rows) {
    const mark = row.failed ? "✗" : "✓";
    const cells = [
      row.name.padEnd(9),
      String(row.passed).padStart(7),
      String(row.failed).padStart(7),
      String(row.skipped).padStart(8),
      `${row.seconds.toFixed(1)} s`.padStart(9),
    ];
    console.log(`${cells.join(" ")}  ${mark}${row.notes.length ? `  ${row.notes.join("; ")}` : ""}`);
  }
  console.log(`${"".padEnd(34)} ${`${seconds.toFixed(1)} s`.padStart(9)}\n`);
}
