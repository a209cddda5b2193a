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
const GLUE = join(PKG, "sluicegate.js");
const ENGINE = { compiled: join(PKG, "sluicegate_bg.wasm"), wasm: join(DIST, "sluicegate.wasm") };
/** The rules of limiters that tabs share. Only the entry `tabs` has them, as text. */
const TABS = { compiled: join(PKG, "tabs_bg.wasm"), wasm: join(PKG, "tabs.wasm") };
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
  ["journal", "journal"],
  ["tabs", "tabs"],
  ["server", "server"],
  ["remote", "remote"],
  ["testing", "testing"],
  ["react-devtools", "devtools"],
  ["bullmq", "bullmq"],
];

/** The libraries whose code is part of the package. */
const BUNDLED = ["eventsource-parser", "idb"];

/** Entries for platforms that compile no WebAssembly at run time, and what each imports. */
const COMPILING = { workerd: "./sluicegate.wasm", "edge-light": "./sluicegate.wasm?module" };

const WASM_FILE = "sluicegate:file";

/** The package itself, in the bundles of other entries that call it: a page has one engine. */
const ITSELF = "sluicegate";

const COMPILE = "export const compile = (source) => WebAssembly.compile(source);\n";
/** Next refuses code for the edge that could compile. */
const FROM_FILE = `import module from "${WASM_FILE}";
export const bytes = () => module;
export const compile = async () => {
  throw new Error("this platform compiles no WebAssembly at run time: give init a WebAssembly.Module");
};
`;

/** Returns the types of an import of the wasm file by a bundler that compiles it. */
const wasmTypes = (extension, statement) =>
  `declare const module: import("./platform.${extension}").WasmModule;\n${statement};\n`;

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
  adaptGlue();
  const tabs = ["--out-name", "tabs", "--", "--no-default-features", "--features", "tabs"];
  await step("Compiling the rules of tabs", "wasm-pack", [...wasmPack, ...tabs], { env });
  for (const wasm of [ENGINE, TABS]) await reduce(wasm, env);
  for (const [name, entry] of ENTRIES) {
    await bundle(entry, name, "es", "js");
    await bundle(entry, name, "cjs", "cjs");
  }
  for (const [name, file] of Object.entries(COMPILING)) await bundle("index", name, "es", "js", file);
  await step("Writing the types", nodeBin("tsc"), ["-p", "tsconfig.json"], { env });
  copyTypes();
  copyLicenses();
}

/**
 * Changes the glue of wasm-bindgen in two places: an import that it writes several times, of which some bundlers warn,
 * and its test for a compiled module, which refuses those of another realm (as in Next's edge runtime).
 */
function adaptGlue() {
  let glue = readFileSync(GLUE, "utf8");
  for (const [found, replacement] of /** @type {[RegExp, string][]} */ ([
    [/^( *"[^"]+": )import\d+,\n(?=\1)/gm, ""],
    [/if \(!\(module instanceof WebAssembly\.Module\)\) \{\s*module = new WebAssembly\.Module\(module\);\s*\}/, ""],
  ])) {
    if (!found.test(glue)) throw new Error(`The glue of wasm-bindgen has changed: it has no ${found}.`);
    glue = glue.replace(found, replacement);
  }
  writeFileSync(GLUE, glue);
}

async function reduce({ compiled, wasm }, env) {
  await cutPanics(compiled);
  // The lowest memory is the end of the stack: no address begins below 1 kB and ends above.
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  const optimize = ["-Os", "--low-memory-unused", "--reorder-functions", ...STRIP, ...features, compiled, "-o", wasm];
  await step("Making it small", nodeBin("wasm-opt"), optimize, { env });
}

async function cutPanics(compiled) {
  if (plain) return;
  // Imported here, because set-up installs its dependencies.
  const { withoutPanicMessages } = await import("../build/panics.mjs");
  writeFileSync(compiled, withoutPanicMessages(readFileSync(compiled)));
}

/**
 * Writes one bundle: one file, no `new URL`, no top-level await. It has the wasm as text, or imports it from a file
 * that the platform compiles when it builds.
 */
async function bundle(entry, name, format, extension, wasmFile) {
  // Imported here, because set-up installs it.
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: { [name]: join(root, `src/npm/${entry}.ts`) },
    external: ["react", "node:v8", WASM_FILE, ITSELF],
    plugins: [wasmModule(wasmFile !== undefined), itself(entry)],
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
    paths: { [WASM_FILE]: wasmFile ?? "" },
    // Frameworks with server components need this directive for hooks.
    banner: name.startsWith("react") ? '"use client";' : "",
  });
  await build.close();
}

/** Resolves the modules that the sources import to the wasms, as text or as a file. */
function wasmModule(isFile) {
  const ids = { "sluicegate:wasm": "\0sluicegate:wasm", "sluicegate:tabs-wasm": "\0sluicegate:tabs-wasm" };
  return {
    name: "sluicegate-wasm",
    resolveId: (source) => ids[source],
    async load(id) {
      if (!Object.values(ids).includes(id)) return undefined;
      if (isFile) return FROM_FILE;
      const { textModule } = await import("../build/text.mjs");
      const { wasm } = id === ids["sluicegate:wasm"] ? ENGINE : TABS;
      return `${await textModule(readFileSync(wasm), { plain })}${COMPILE}`;
    },
  };
}

/** Leaves imports of the package's own entry to those who load the bundle. */
function itself(entry) {
  const index = join(root, "src/npm/index.ts");
  return {
    name: "sluicegate-itself",
    resolveId: (source, importer) =>
      entry !== "index" && importer && join(importer, "..", source) === index
        ? { id: ITSELF, external: true }
        : undefined,
  };
}

/** Writes the types of the CommonJS entry, which TypeScript needs in separate files. */
function copyTypes() {
  const types = join(root, "target/types");
  const names = [
    "index",
    "types",
    "modes",
    "limiter",
    "pipeline",
    "runs",
    "calls",
    "inspecting",
    "react",
    "journal",
    "bullmq",
    "server",
    "remote",
    "tabs",
    "testing",
  ];
  const renamed = [
    ["errors", "runtime/errors"],
    ["base-errors", "runtime/base-errors"],
    ["platform", "runtime/platform"],
    ["react-devtools", "npm/devtools"],
  ];
  const inside = ["journal/types", "journal/errors", "server/store"].concat(
    ["bullmq", "failures", "journal", "processor", "redis", "store", "task"].map((name) => `bullmq/${name}`),
  );
  const files = [
    ...names.map((name) => [name, `npm/${name}`]),
    ...renamed,
    ...inside.map((path) => [path.replace("/", "."), path]),
  ];
  for (const [name, path] of files) {
    const text = readFileSync(join(types, `${path}.d.ts`), "utf8");
    const [own] = path.split("/");
    const as = (extension) =>
      text.replace(/(["'])\.\.?\/(?:(\w+)\/)?([\w.-]+)\.ts(?=\1)/g, (_, quote, folder = own, file) => {
        // The files of these folders are known by their names alone.
        const before = ["npm", "runtime"].includes(folder) ? "" : `${folder}.`;
        return `${quote}./${before}${file}.${extension}`;
      });
    writeFileSync(join(DIST, `${name}.d.ts`), as("js"));
    writeFileSync(join(DIST, `${name}.d.cts`), as("cjs"));
  }
  writeFileSync(join(DIST, "sluicegate.wasm.d.ts"), wasmTypes("js", "export default module"));
  writeFileSync(join(DIST, "sluicegate.wasm.d.cts"), wasmTypes("cjs", "export = module"));
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
