// Builds the npm package into dist/: compiles Rust to wasm, reduces the wasm, and bundles the TypeScript. `--plain`
// skips the two steps of our own: see build/README.md.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { buildIfChanged } from "./inputs.mjs";
import { nodeBin, root } from "./paths.mjs";
import { setup } from "./setup.mjs";
import { main, step } from "./step.mjs";

const PKG = join(root, "pkg");
const DIST = join(root, "dist");
const COMPILED = join(PKG, "sluicegate_bg.wasm");
/** Between the compiler and the optimizer. */
const CUT = join(PKG, "sluicegate_cut.wasm");
const WASM = join(DIST, "sluicegate.wasm");
const TEXT_ENCODING = join(root, "build/text-encoding.ts");

// One by one: --all-features writes imports that Chromium refuses. These are what rustc's wasm32 target is compiled
// for.
const FEATURES = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "multivalue",
];
const STRIP = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** The bundles, and their sources in src/npm/. */
const ENTRIES = [
  ["index", "index"],
  ["react", "react"],
  ["react-devtools", "devtools"],
];

/** The libraries whose code is part of the package. */
const BUNDLED = ["eventsource-parser"];

/** Types of an import of the wasm file by a bundler that compiles it. */
const WASM_TYPES = "declare const module: WebAssembly.Module;\nexport default module;\n";

const plain = process.argv.includes("--plain");

await main(async () => {
  const { env } = await setup({ browsers: false });
  const inputs = [
    "src",
    "build",
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "scripts/build.mjs",
    "scripts/setup.mjs",
  ];
  const what = { name: "package", variant: plain ? "plain" : "", inputs, output: "dist/index.js" };
  const built = await buildIfChanged(what, () => build(env));
  console.log(built ? sizes() : "dist/ is up to date");
});

async function build(env) {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const wasmPack = ["build", "--target", "web", "--mode", "no-install", "--no-opt", "--no-pack", "--out-dir", "pkg"];
  await step("Compiling the engine", "wasm-pack", wasmPack, { env });
  await cutPanics();
  // The lowest memory is the end of the stack: no address begins below 1 kB and ends above.
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  const optimize = ["-Os", "--low-memory-unused", "--reorder-functions", ...STRIP, ...features, CUT, "-o", WASM];
  await step("Making it small", nodeBin("wasm-opt"), optimize, { env });
  await bundle("es", "js");
  await bundle("cjs", "cjs");
  await step("Writing the types", nodeBin("tsc"), ["-p", "tsconfig.json"], { env });
  copyTypes();
  copyLicenses();
}

async function cutPanics() {
  const compiled = readFileSync(COMPILED);
  if (plain) return writeFileSync(CUT, compiled);
  // Imported here, because set-up installs its dependencies.
  const { withoutPanicMessages } = await import("../build/panics.mjs");
  writeFileSync(CUT, withoutPanicMessages(compiled));
}

/** Writes one bundle for every bundler and runtime: one file, no conditions, no `new URL`, no top-level await. */
async function bundle(format, extension) {
  // Imported here, because set-up installs it.
  const { rolldown } = await import("rolldown");
  for (const [name, source] of ENTRIES) {
    const build = await rolldown({
      input: { [name]: join(root, `src/npm/${source}.ts`) },
      external: ["react"],
      plugins: [wasmText()],
      platform: "neutral",
      logLevel: "warn",
      // The glue of wasm-bindgen asks for these, which some test environments lack or fake.
      transform: {
        inject: {
          TextDecoder: [TEXT_ENCODING, "TextDecoder"],
          TextEncoder: [TEXT_ENCODING, "TextEncoder"],
          queueMicrotask: [TEXT_ENCODING, "queueMicrotask"],
        },
      },
    });
    await build.write({
      dir: DIST,
      format,
      entryFileNames: `[name].${extension}`,
      exports: "named",
      sourcemap: true,
      codeSplitting: false,
      // Frameworks with server components need this directive for hooks.
      banner: name.startsWith("react") ? '"use client";' : "",
    });
    await build.close();
  }
}

/** Resolves the module that src/runtime/engine.ts imports to the wasm as text. */
function wasmText() {
  const id = "\0sluicegate:wasm";
  return {
    name: "sluicegate-wasm",
    resolveId: (source) => (source === "sluicegate:wasm" ? id : undefined),
    async load(source) {
      if (source !== id) return undefined;
      const { textModule } = await import("../build/text.mjs");
      return textModule(readFileSync(WASM), { plain });
    },
  };
}

/** Writes the types of the CommonJS entry, which TypeScript needs in separate files. */
function copyTypes() {
  const types = join(root, "target/types");
  const files = ["index", "types", "modes", "limiter", "runs", "calls", "react"].map((name) => [name, `npm/${name}`]);
  const renamed = [
    ["errors", "runtime/errors"],
    ["react-devtools", "npm/devtools"],
  ];
  for (const [name, path] of [...files, ...renamed]) {
    const text = readFileSync(join(types, `${path}.d.ts`), "utf8");
    const as = (extension) => text.replace(/(["']\.\/\w+)\.ts(["'])/g, `$1.${extension}$2`);
    writeFileSync(join(DIST, `${name}.d.ts`), as("js"));
    writeFileSync(join(DIST, `${name}.d.cts`), as("cjs"));
  }
  writeFileSync(join(DIST, "sluicegate.wasm.d.ts"), WASM_TYPES);
}

/** Writes the licenses of the bundled libraries. */
function copyLicenses() {
  const texts = BUNDLED.map((name) => [name, readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8").trim()]);
  const parts = texts.map(([name, text]) => `## ${name}\n\n${text}\n`);
  writeFileSync(join(DIST, "licenses.md"), ["# Licenses of what is bundled\n", ...parts].join("\n"));
}

function sizes() {
  const rows = readdirSync(DIST)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .sort()
    .map((name) => {
      const content = readFileSync(join(DIST, name));
      const packed = brotliCompressSync(content).length;
      return `  dist/${name.padEnd(18)} ${kilobytes(content.length)}  brotli ${kilobytes(packed)}`;
    });
  return rows.join("\n");
}

function kilobytes(bytes) {
  return `${(bytes / 1_000).toFixed(1)} kB`.padStart(8);
}
