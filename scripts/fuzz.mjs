// npm run fuzz: feeds what src/core reads from others (wait hints, errors, messages of tabs, records of journals) with
// bytes that reach ever more of its code, by cargo-fuzz.
//
//     npm run fuzz                          all targets of fuzz/, one minute each
//     npm run fuzz -- journal tabs          some of them
//     FUZZ_SECONDS=600 npm run fuzz         longer
//
// Inputs are kept in fuzz/corpus/, and those that fail in fuzz/artifacts/. The first run compiles cargo-fuzz.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { runChild } from "./child.mjs";
import { print } from "./output.mjs";
import { root } from "./paths.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpFuzz } from "./setup/tools.mjs";
import { main, StepError } from "./step.mjs";

const SECONDS = process.env.FUZZ_SECONDS ?? "60";

await main(async () => {
  await setUpNodeModules();
  const { native } = await setUpRust();
  const tool = await setUpFuzz({ native });
  const known = readdirSync(join(root, "fuzz", "fuzz_targets")).map((file) => file.replace(".rs", ""));
  const given = process.argv.slice(2);
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new StepError("Fuzzing", { output: `There is no ${unknown}. There are: ${known}` });
  const rows = [];
  for (const target of given.length > 0 ? given : known) {
    // The engine has no unsafe code, and without a sanitizer the stable compiler will do.
    const args = ["fuzz", "run", "--sanitizer", "none", target, "--"];
    const limits = [`-max_total_time=${SECONDS}`, "-max_len=4096", "-timeout=10", "-print_final_stats=1"];
    const env = { ...native, PATH: `${dirname(tool)}:${process.env.PATH}` };
    const { code, output } = await runChild("cargo", [...args, ...limits], { env, echo: true, group: true });
    const [, executions = "no"] = /number_of_executed_units: (\d+)/.exec(output) ?? [];
    rows.push(`${code === 0 ? "ok    " : "failed"} ${target}: ${executions} executions`);
    if (code !== 0) process.exitCode = 1;
  }
  print(`\n${rows.join("\n")}`);
});
