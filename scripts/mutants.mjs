// npm run mutants: breaks the rules in src/core one by one, and reports what no native test notices.
//
//     npm run mutants                              all of src/core, an hour or more
//     npm run mutants -- src/core/limiter/mod.rs   one or several files
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runChild } from "./child.mjs";
import { root, scratch } from "./paths.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpMutants } from "./setup/tools.mjs";
import { main, StepError } from "./step.mjs";

/** What has to be caught of what compiles and ends. */
const LEAST = 0.95;
/** Most mutants are found within a few hundred. From 1,000 on, the simulation also checks how much it has reached. */
const SCHEDULES = "999";

await main(async () => {
  await setUpNodeModules();
  const { native } = await setUpRust();
  const tool = await setUpMutants({ native });
  const files = process.argv.slice(2);
  const chosen = (files.length > 0 ? files : ["src/core/**"]).flatMap((file) => ["--file", file]);
  const excluded = ["--exclude", "src/core/testing.rs"];
  const tests = ["--", "--locked", "--lib", "--test", "simulation"];
  const args = ["mutants", ...chosen, ...excluded, "--output", scratch, "--no-shuffle", "--colors", "never", ...tests];
  // It exits with 2 where mutants were missed, and with 3 where some took too long: that is what the report is for.
  const env = { ...native, SIMULATION_SCHEDULES: SCHEDULES };
  const { code, output } = await runChild(tool, args, { env, echo: true, group: true });
  if (![0, 2, 3].includes(code)) throw new StepError("Running cargo-mutants", { output });
  report(join(scratch, "mutants.out"));
});

/** Prints how many mutants were caught, and those that were not; fails where these are too many. */
function report(folder) {
  const read = (name) =>
    readFileSync(join(folder, `${name}.txt`), "utf8")
      .split("\n")
      .filter(Boolean);
  const [caught, missed, timedOut] = ["caught", "missed", "timeout"].map(read);
  const viable = caught.length + missed.length + timedOut.length;
  // A mutant that never ends is noticed by whoever waits for it.
  const share = (caught.length + timedOut.length) / viable;
  for (const mutant of missed) console.log(`missed  ${mutant}`);
  console.log(
    `\n${(100 * share).toFixed(1)} % of ${viable} mutants were caught, ${timedOut.length} of them by a timeout.`,
  );
  console.log(`All are listed in ${relative(root, folder)}.`);
  if (share < LEAST) process.exitCode = 1;
}
