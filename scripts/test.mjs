// npm test: sets up what is missing, browsers too, and runs every suite; `npm test -- rust e2e` runs only those named.
// `npm test -- package --plain` tests the package as it is without the steps of build/.
import { buildApp, buildPackage } from "./app.mjs";
import { endWithSignals } from "./child.mjs";
import { inOnePiece, print } from "./output.mjs";
import { setup } from "./setup.mjs";
import { main } from "./step.mjs";
import { none, sum } from "./test/counts.mjs";
import { suites } from "./test/suites.mjs";

const PLAIN = "--plain";
/** The number of suites that run at once. Most of them wait for timers, servers and browsers. */
const AT_ONCE = 2;
const BUILDS = { package: buildPackage, app: buildApp };

main(async () => {
  endWithSignals();
  const plain = process.argv.includes(PLAIN);
  const chosen = choose(process.argv.slice(2).filter((name) => name !== PLAIN));
  const started = performance.now();
  const context = { ...(await setup({ browsers: chosen.some(({ browsers }) => browsers) })), plain };
  print(`Set up (${((performance.now() - started) / 1000).toFixed(1)} s)`);

  const rows = await runSuites(chosen, context);
  const total = sum(rows);
  printSummary(rows, (performance.now() - started) / 1000);
  print(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed ? 1 : 0;
});

function choose(names) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length) {
    const known = suites.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join("\n");
    console.error(`There is no suite ${unknown.join(", ")}. There are:\n${known}`);
    process.exit(2);
  }
  return names.length ? suites.filter(({ name }) => names.includes(name)) : suites;
}

/** Runs suites, the longest first. Returns their results in the order of the suites. */
async function runSuites(chosen, context) {
  const failedBuilds = new Map();
  const [first, ...others] = chosen;
  /** @type {Map<string, Awaited<ReturnType<typeof runSuite>>>} */
  const rows = new Map();
  // The build suite reports a failed build. Without it each suite that needs the build does.
  if (first.name === "build") rows.set(first.name, await runSuite(first, context, failedBuilds));
  else await build(chosen, context, failedBuilds);

  const rest = first.name === "build" ? others : chosen;
  const queue = [...rest.filter(({ isLongest }) => isLongest), ...rest.filter(({ isLongest }) => !isLongest)];
  const isAlone = queue.length === 1;
  const work = async () => {
    for (let suite = queue.shift(); suite; suite = queue.shift()) {
      const next = suite;
      const run = () => runSuite(next, context, failedBuilds);
      if (!isAlone) print(`… ${next.name} has begun`);
      rows.set(next.name, await (isAlone ? run() : inOnePiece(run)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return chosen.map(({ name }) => rows.get(name));
}

/** Builds what the suites need. Errors are kept in `failed`. */
async function build(chosen, { env, plain }, failed) {
  for (const need of new Set(chosen.flatMap(({ needs = [] }) => needs))) {
    try {
      await BUILDS[need](env, { plain });
    } catch (error) {
      failed.set(need, error);
    }
  }
}

async function runSuite(suite, context, failedBuilds) {
  print(`\n━━ ${suite.name}: ${suite.about} ${"━".repeat(Math.max(3, 70 - suite.name.length - suite.about.length))}`);
  const started = performance.now();
  /** @type {import('./test/suites.mjs').Result} */
  let result;
  try {
    for (const need of suite.needs ?? []) if (failedBuilds.has(need)) throw failedBuilds.get(need);
    result = await suite.run(context);
  } catch (error) {
    print(error.name === "StepError" ? error.message : error.stack);
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

function printSummary(rows, seconds) {
  print(`\n━━ summary ${"━".repeat(64)}`);
  print(
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
    print(`${cells.join(" ")}  ${mark}${row.notes.length ? `  ${row.notes.join("; ")}` : ""}`);
  }
  print(`${"".padEnd(34)} ${`${seconds.toFixed(1)} s`.padStart(9)}\n`);
}
