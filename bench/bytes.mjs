// The bytes of the package by part: how much smaller the download would be without each.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { nodeBin, root, scratch } from "../scripts/paths.mjs";
import { kilobytes, table } from "./figures.mjs";

export const about = "bytes: what the bytes of the package go to";
export const defaults = {};
export const browsers = [];

/** Of the optimised wasm, by the names of its functions; the first that fits counts. */
/** @type {[string, RegExp][]} */
const PARTS = [
  ["futures and promises, the call", /futures|call::send|Rc<|engine_send/],
  ["allocator", /rlsf|__rust_|wbindgen_(malloc|realloc|free)/],
  ["facts of failures", /classify|engine_verdict/],
  ["opening, AbortSignal", /host::open|abort|engine_open externref/i],
  ["the engine", /^engine_|sluicegate::core|slab|binary_heap|vec_deque|powidf/],
  ["wasm-bindgen, timers, host", /wasm_bindgen|wbindgen|externref|closure|vtable|gloo|host::|js_sys/i],
  ["std", /./],
];

const NOTE =
  "parts of the wasm: how much smaller it is without them, so that what they share is in none; scripts: each alone, so that it is in all";

const NAMED = join(scratch, "named.wasm");

/** As scripts/build.mjs has compiled it, and with the names of its functions. */
export async function measure() {
  // Its declarations leave `Function` out.
  const { default: binaryen } = /** @type {any} */ (await import("binaryen"));
  execFileSync(nodeBin("wasm-opt"), [
    "-Os",
    "--low-memory-unused",
    "--all-features",
    "-g",
    join(root, "pkg", "sluicegate_bg.wasm"),
    "-o",
    NAMED,
  ]);
  const without = (pattern) => {
    const module = binaryen.readBinary(readFileSync(NAMED));
    let functions = 0;
    for (let at = 0; at < module.getNumFunctions(); at++) {
      const func = module.getFunctionByIndex(at);
      const { name, module: imported } = binaryen.getFunctionInfo(func);
      if (imported || PARTS.find(([, ours]) => ours.test(name))?.[1] !== pattern) continue;
      binaryen.Function.setBody(func, module.unreachable());
      functions += 1;
    }
    binaryen.setDebugInfo(false);
    const bytes = module.emitBinary();
    module.dispose();
    return { functions, minified: bytes.length, brotli: brotliCompressSync(bytes).length };
  };
  const whole = without(undefined);
  const wasm = PARTS.map(([name, pattern]) => less(`wasm: ${name}`, whole, without(pattern)));
  return [...wasm.sort(byBrotli), ...(await scripts())];
}

/**
 * Each module as if it were alone: together they are packed better, and without the names that they know each other by.
 */
async function scripts() {
  const { rolldown } = await import("rolldown");
  const found = [];
  for (const folder of ["src/bridge", "src/npm"]) {
    for (const file of readdirSync(join(root, folder)).filter(
      (name) => /(?<!\.d)\.(js|ts)$/.test(name) && name !== "react.ts",
    )) {
      const build = await rolldown({
        cwd: root,
        input: `${folder}/${file}`,
        external: (id) => !id.endsWith(file),
        platform: "browser",
        logLevel: "silent",
      });
      const { output } = await build.generate({ format: "esm", minify: true });
      await build.close();
      found.push({
        id: file,
        name: `${folder}/${file}`,
        minified: output[0].code.length,
        brotli: brotliCompressSync(output[0].code).length,
      });
    }
  }
  return found.sort(byBrotli);
}

const less = (name, whole, rest) => ({
  id: name,
  name,
  functions: rest.functions,
  minified: whole.minified - rest.minified,
  brotli: whole.brotli - rest.brotli,
});
const byBrotli = (a, b) => b.brotli - a.brotli;

/** @param {Awaited<ReturnType<typeof measure>>} rows */
export function show(rows) {
  const lines = rows.map(({ name, functions, minified, brotli }) => [
    name,
    String(functions ?? ""),
    kilobytes(minified),
    kilobytes(brotli),
  ]);
  return `${table([["what would be saved without it", "functions", "minified", "brotli"], ...lines])}\n\n(${NOTE})`;
}
