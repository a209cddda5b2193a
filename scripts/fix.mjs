// npm run fix: formats everything, applies the safe fixes of the linter, and writes src/runtime/table.ts from
// src/table.rs.

import { nodeBin } from "./paths.mjs";
import { setup } from "./setup.mjs";
import { main, step } from "./step.mjs";

await main(async () => {
  const { env, native } = await setup({ browsers: false });
  const rust = { ...env, ...native };
  await step("Formatting Rust", "cargo", ["fmt", "--all"], { env: rust });
  const table = { ...rust, WRITE_TABLE: "1" };
  await step("Writing the table", "cargo", ["test", "--locked", "--test", "table"], { env: table });
  await step("Formatting and fixing the rest", nodeBin("biome"), ["check", "--write", "."], { env });
});
