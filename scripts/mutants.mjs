// npm run mutants: breaks the rules in src/core one by one, and reports what no native test notices.
//
//     npm run mutants                              all of src/core and src/rows.rs, hours
//     npm run mutants -- src/core/limiter/mod.rs   one or several files
//     npm run mutants -- --shard 0/20              every twentieth mutant
//     npm run mutants -- --in-diff changes.diff    what a diff touches
//
// The unit tests go first, for seconds a mutant. The simulation is compiled and played only for what they miss.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runChild } from "./child.mjs";
import { namesOf, report } from "./mutants/caught.mjs";
import { copySources } from "./mutants/sources.mjs";
import { scratch } from "./paths.mjs";
import { which } from "./setup/find.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpMutants } from "./setup/tools.mjs";
import { main, StepError } from "./step.mjs";

/** Most mutants are found within a few hundred. From 1,000 on, the simulation also checks how much it has reached. */
const SCHEDULES = "999";

/** Unit tests that take longer than all others together. They run beside the simulation. */
const SLOW = ["no_text_makes_a_parser_panic"];

/** A mutant that never ends, or that fills the memory, ends by these limits: seconds of processor time, and bytes. */
const limits = (/** @type {number} */ seconds) => ["prlimit", `--cpu=${seconds}`, `--as=${4e9}`];
const SECONDS = { unit: 2, simulation: 20 };

await main(async () => {
  const options = /** @type {const} */ ({ shard: { type: "string" }, "in-diff": { type: "string" } });
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  await setUpNodeModules();
  const { native } = await setUpRust();
  const tool = await setUpMutants({ native });
  const isLimited = which("prlimit") !== undefined;
  const sources = mkdtempSync(join(tmpdir(), "sluicegate-mutants-"));
  process.once("exit", () => rmSync(sources, { recursive: true, force: true }));
  copySources(sources);

  /** Tests the chosen mutants, and returns the folder of the result. */
  const pass = async (
    /** @type {keyof typeof SECONDS} */ name,
    /** @type {string[]} */ chosen,
    /** @type {string[]} */ tests,
  ) => {
    const folder = join(scratch, "mutants", name);
    mkdirSync(folder, { recursive: true });
    const runner = `target.'cfg(unix)'.runner=${JSON.stringify(limits(SECONDS[name]))}`;
    const limited = isLimited ? ["--config", runner] : [];
    const order = ["--output", folder, "--no-shuffle", "--colors", "never"];
    const args = ["mutants", "--dir", sources, ...chosen, ...order, "--", "--locked", ...limited, ...tests];
    // It exits with 2 where mutants were missed, and with 3 where some took too long: that is what the report is for.
    const env = { ...native, SIMULATION_SCHEDULES: SCHEDULES };
    const { code, output } = await runChild(tool, args, { env, echo: true, group: true });
    if (![0, 2, 3].includes(code)) throw new StepError("Running cargo-mutants", { output });
    return join(folder, "mutants.out");
  };

  const given = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const files = positionals.flatMap((file) => ["--file", file]);
  const unit = await pass("unit", [...files, ...given], ["--lib", "--", ...SLOW.flatMap((test) => ["--skip", test])]);
  const left = namesOf(unit, "missed").map((name) => `^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
  const simulation =
    left.length > 0
      ? await pass(
          "simulation",
          left.flatMap((pattern) => ["--re", pattern]),
          ["--lib", "--test", "simulation"],
        )
      : undefined;
  if (!report(unit, simulation)) process.exitCode = 1;
});
