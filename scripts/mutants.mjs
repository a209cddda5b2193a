// npm run mutants: breaks the rules in src/core one by one, and reports what no native test notices.
//
//     npm run mutants                              all of src/core, an hour or more
//     npm run mutants -- src/core/limiter/mod.rs   one or several files
import { join } from "node:path";
import { report } from "./caught.mjs";
import { runChild } from "./child.mjs";
import { scratch } from "./paths.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpMutants } from "./setup/tools.mjs";
import { main, StepError } from "./step.mjs";

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
  if (!report(join(scratch, "mutants.out"))) process.exitCode = 1;
});
