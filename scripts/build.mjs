// Builds the npm package into dist/: Rust to wasm, the wasm made small, and the TypeScript face around it.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { lightGlue } from "./glue.mjs";
import { buildIfChanged } from "./inputs.mjs";
import { minified, refuseKnownNames } from "./minify.mjs";
import { nodeBin, root } from "./paths.mjs";
import { setup } from "./setup.mjs";
import { main, step } from "./step.mjs";
import { encode } from "./wasm-text.mjs";
import { withoutPanicTexts } from "./wasm-data.mjs";
import { nameModule, readNames, shortenBridge, SHORTEN } from "./wasm-names.mjs";

const PKG = join(root, "pkg");
const DIST = join(root, "dist");
const GLUE = join(PKG, "sluicegate.js");
const FACE = join(root, "src/npm/index.ts");
const BRIDGE = join(root, "src/bridge/");
const WASM = join(DIST, "sluicegate.wasm");
/** Between the compiler and the optimiser. */
const CUT = join(PKG, "sluicegate_cut.wasm");

// One by one: --all-features writes imports that Chromium refuses. These are what rustc's wasm32 target is compiled for.
const WASM_FEATURES = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "multivalue",
];
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

await main(async () => {
  const { env } = await setup({ browsers: false });
  const inputs = [
    "src",
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "scripts/build.mjs",
    "scripts/glue.mjs",
    "scripts/minify.mjs",
    "scripts/setup.mjs",
    "scripts/wasm-data.mjs",
    "scripts/wasm-names.mjs",
    "scripts/wasm-panics.mjs",
    "scripts/wasm-text.mjs",
  ];
  const built = await buildIfChanged({ name: "package", inputs, output: "dist/index.js" }, () => build(env));
  console.log(built ? sizes() : "dist/ is up to date");
});

async function build(env) {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const wasmPack = [
    "build",
    "--target",
    "web",
    "--mode",
    "no-install",
    "--no-opt",
    "--no-pack",
    "--no-typescript",
    "--out-dir",
    "pkg",
  ];
  await step("Compiling the engine", "wasm-pack", wasmPack, { env });
  // Not at the top of this file, because set-up installs what it uses.
  const { withoutPanicMessages } = await import("./wasm-panics.mjs");
  const compiled = join(PKG, "sluicegate_bg.wasm");
  writeFileSync(CUT, withoutPanicTexts(withoutPanicMessages(readFileSync(compiled))));
  // The lowest memory is the end of the stack: no address begins below 1 kB and ends above.
  const optimise = [
    "-Oz",
    "--low-memory-unused",
    "--reorder-functions",
    ...STRIP,
    SHORTEN,
    ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
    CUT,
    "-o",
    WASM,
  ];
  const { output } = await step("Making it small", nodeBin("wasm-opt"), optimise, { env });
  const names = readNames(output);
  writeFileSync(WASM, nameModule(readFileSync(WASM)));
  await bundle("es", "js", names);
  await bundle("cjs", "cjs", names);
  await step("Writing the types", nodeBin("tsc"), ["-p", "tsconfig.json"], { env });
  copyTypes();
  refuseKnownNames();
}

/** One bundle for every bundler and runtime: no conditions, no `new URL`, no top-level await, the wasm in a lazy chunk. */
async function bundle(format, extension, names) {
  // Not at the top of this file, because set-up installs it.
  const { rolldown } = await import("rolldown");
  const input = { index: FACE, react: join(root, "src/npm/react.ts") };
  const build = await rolldown({
    input,
    external: ["react"],
    plugins: [engineModules(names)],
    platform: "neutral",
    logLevel: "warn",
  });
  await build.write({
    dir: DIST,
    format,
    // Errors are known by the names of their classes in consoles and reports.
    minify: { compress: true, mangle: { keepNames: { class: true, function: false } } },
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name].${extension}`,
    exports: "named",
    // Frameworks with server components have to be told whose hooks are the browser's.
    banner: ({ name }) => (name === "react" ? '"use client";' : ""),
  });
  await build.close();
}

/**
 * Puts the glue and the wasm in for the names that src/npm/ imports.
 * @param {import('./wasm-names.mjs').Names} names
 */
function engineModules(names) {
  return {
    name: "sluicegate-engine",
    resolveId(id, importer) {
      if (id === "sluicegate:glue") return GLUE;
      if (id === "sluicegate:wasm") return "\0sluicegate:wasm";
      // It has types for the classes, and nothing else: a second name for a class would change the one that people see.
      if (id === "./errors.js" && importer === FACE) return join(BRIDGE, "errors.js");
      // wasm-bindgen copies the JavaScript of src/bridge/. Its errors must be the same classes as those that the face exports.
      const copied = /\/snippets\/[^/]+\/(src\/bridge\/.+\.js)$/.exec(id.replaceAll("\\", "/"));
      return copied ? join(root, copied[1]) : undefined;
    },
    async load(id) {
      if (id === "\0sluicegate:wasm") {
        const encoded = Object.entries(await encode(readFileSync(WASM)));
        return encoded.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join("\n");
      }
      return id === GLUE ? lightGlue(readFileSync(GLUE, "utf8"), names) : undefined;
    },
    transform: (code, id) => (id.startsWith(BRIDGE) ? shortenBridge(code, names) : undefined),
    async generateBundle(_options, chunks) {
      // The minifier writes import(`…`), which not every tool that looks for imports takes for a constant.
      for (const chunk of Object.values(chunks))
        chunk.code = (await minified(chunk.code)).replace(/\bimport\(`([^`$]+)`\)/g, 'import("$1")');
    },
  };
}

/** TypeScript wants the types of a CommonJS entry in a file of their own. */
function copyTypes() {
  const types = join(root, "target/types/npm");
  for (const name of ["index", "types", "errors", "limiter", "runs", "calls", "react"]) {
    const text = readFileSync(join(types, `${name}.d.ts`), "utf8");
    writeFileSync(join(DIST, `${name}.d.ts`), text);
    writeFileSync(join(DIST, `${name}.d.cts`), text.replace(/(from "\.\/\w+)\.js"/g, '$1.cjs"'));
  }
}

function sizes() {
  const rows = readdirSync(DIST)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .sort()
    .map((name) => {
      const content = readFileSync(join(DIST, name));
      return `  dist/${name.padEnd(18)} ${kilobytes(content.length)}  brotli ${kilobytes(brotliCompressSync(content).length)}`;
    });
  return rows.join("\n");
}

function kilobytes(bytes) {
  return `${(bytes / 1_000).toFixed(1)} kB`.padStart(8);
}
