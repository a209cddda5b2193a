// As Wrangler bundles: with the condition of workerd, and wasm files left as modules that workerd compiles.
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
await build({
  entryPoints: ["worker.js"],
  bundle: true,
  format: "esm",
  outfile: "out/worker.mjs",
  conditions: ["workerd", "worker", "browser"],
  external: ["*.wasm"],
});
cpSync(join(dirname(require.resolve("sluicegate/package.json")), "dist/sluicegate.wasm"), "out/sluicegate.wasm");
