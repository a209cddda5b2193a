// Pages and workers, by bundlers and by none.

/** @typedef {import('../run-row.mjs').Row} Row */

const SHOW = { "show.js": "page/show.js" };
const PAGE = { ...SHOW, "index.html": "page/index.html", "main.js": "page/main.js" };
const WORKERS = {
  module: { ...PAGE, "main.js": "page/module-worker.js", "worker.js": "page/worker.js" },
  classic: { ...PAGE, "main.js": "page/classic-worker.js", "worker.js": "page/worker.js" },
  inline: { ...PAGE, "main.js": "page/inline-worker.js", "worker.js": "page/worker.js" },
};

/** The policies are as strict as the package and the server on another origin allow. */
const connect = "connect-src 'self' {backend}";
const CSP = {
  strict: `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:; ${connect}`,
  nonce: `default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; img-src data:; ${connect}`,
  trustedTypes: `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:; ${connect}; require-trusted-types-for 'script'; trusted-types 'none'`,
};
/** Without 'wasm-unsafe-eval' nothing can be compiled. */
const NO_WASM = {
  "content-security-policy": `default-src 'none'; script-src 'self'; img-src data:; ${connect}`,
};
const csp = (name) => ({ "content-security-policy": CSP[name] });
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const vite = (version, ...args) => ["node", `{home}/node_modules/vite-${version}/bin/vite.js`, ...args];
const built = ["build", "--logLevel", "warn"];
const served = ["--port", "{port}", "--strictPort", "--host", "127.0.0.1"];

/** @returns {Row[]} */
const ofVite = (version) => [
  {
    name: `Vite ${version}, build`,
    family: "vite",
    files: PAGE,
    commands: [vite(version, ...built)],
    page: "dist",
    headers: csp("strict"),
    isQuick: version === 8,
  },
  { name: `Vite ${version}, dev`, family: "vite", files: PAGE, server: vite(version, ...served), paths: ["/"] },
  ...["module", "classic", "inline"].map((kind) => ({
    name: `Vite ${version}, build, ${kind} worker`,
    family: "vite",
    files: WORKERS[kind],
    commands: [vite(version, ...built)],
    page: "dist",
    headers: kind === "inline" ? {} : csp("strict"),
  })),
  // Vite does not bundle classic workers for development.
  ...["module", "inline"].map((kind) => ({
    name: `Vite ${version}, dev, ${kind} worker`,
    family: "vite",
    files: WORKERS[kind],
    server: vite(version, ...served),
    paths: ["/"],
  })),
];

const BUNDLED = { ...SHOW, "main.js": "page/main.js", "out/index.html": "page/bundled.html" };
const webpackTo = (...more) => ["webpack", "--mode", "production", "--entry", "./main.js", "-o", "out", ...more];
const esbuildTo = (entry, outfile, format) => [
  "esbuild",
  entry,
  "--bundle",
  `--format=${format}`,
  `--outfile=${outfile}`,
  "--log-level=warning",
];

/** A row of the family `bundlers`. @returns {Row} */
const bundled = (name, commands, more = {}) => ({
  name,
  family: "bundlers",
  files: BUNDLED,
  commands: [commands].flat(1).every((word) => typeof word === "string") ? [commands] : commands,
  page: "out",
  headers: csp("strict"),
  ...more,
});

/** @type {Row[]} */
const ofBundlers = [
  bundled("webpack 5", webpackTo(), { isQuick: true }),
  bundled("webpack 5, development", [
    "webpack",
    "--mode",
    "development",
    "--devtool",
    "source-map",
    "--entry",
    "./main.js",
    "-o",
    "out",
  ]),
  bundled("webpack 5, Trusted Types", webpackTo(), { headers: csp("trustedTypes") }),
  bundled("webpack 5, module worker", webpackTo(), {
    files: { ...BUNDLED, "main.js": "page/module-worker.js", "worker.js": "page/worker.js" },
  }),
  bundled("webpack 5, shared worker", webpackTo(), {
    files: { ...BUNDLED, "main.js": "page/shared-worker.js", "shared.js": "page/shared.js" },
  }),
  bundled(
    "webpack 5, service worker",
    [
      webpackTo(),
      ["webpack", "--mode", "production", "--entry", "./service.js", "-o", "out", "--output-filename", "service.js"],
    ],
    { files: { ...BUNDLED, "main.js": "page/service-worker-page.js", "service.js": "page/service.js" } },
  ),
  bundled("webpack 5, required and imported", webpackTo(), {
    files: { ...BUNDLED, "main.js": "page/both-systems.js", "both-systems.cjs": "page/both-systems.cjs" },
  }),
  bundled("esbuild, iife", esbuildTo("main.js", "out/main.js", "iife")),
  bundled("esbuild, minified module", [...esbuildTo("main.js", "out/main.js", "esm"), "--minify"], {
    files: { ...BUNDLED, "out/index.html": "page/module.html" },
  }),
  bundled("esbuild, required and imported", esbuildTo("main.js", "out/main.js", "iife"), {
    files: { ...BUNDLED, "main.js": "page/both-systems.js", "both-systems.cjs": "page/both-systems.cjs" },
  }),
  bundled(
    "esbuild, service worker",
    [esbuildTo("main.js", "out/main.js", "iife"), esbuildTo("service.js", "out/service.js", "iife")],
    {
      files: { ...BUNDLED, "main.js": "page/service-worker-page.js", "service.js": "page/service.js" },
    },
  ),
  bundled(
    "esbuild, classic worker",
    [esbuildTo("main.js", "out/main.js", "esm"), esbuildTo("worker.js", "out/worker.js", "iife")],
    {
      files: {
        ...BUNDLED,
        "main.js": "page/classic-worker.js",
        "worker.js": "page/worker.js",
        "out/index.html": "page/module.html",
      },
    },
  ),
  bundled("esbuild, nonce and strict-dynamic", esbuildTo("main.js", "out/main.js", "iife"), {
    headers: csp("nonce"),
    files: { ...BUNDLED, "out/index.html": "page/nonce.html" },
  }),
  bundled("esbuild, a policy without wasm-unsafe-eval", esbuildTo("main.js", "out/main.js", "iife"), {
    headers: NO_WASM,
    files: { ...BUNDLED, "main.js": "page/refused.js" },
    allows: /blocked WebAssembly/,
    expects: { says: [true, true] },
  }),
  bundled("esbuild, cross-origin isolation", esbuildTo("main.js", "out/main.js", "iife"), {
    headers: ISOLATED,
    files: { ...BUNDLED, "main.js": "page/isolated.js" },
  }),
  bundled("Rollup, -d", ["rollup", "main.js", "-d", "out", "-p", "node-resolve"], {
    files: { ...BUNDLED, "out/index.html": "page/module.html" },
  }),
  bundled("Rollup, -o", ["rollup", "main.js", "-o", "out/main.js", "-f", "es", "-p", "node-resolve"], {
    files: { ...BUNDLED, "out/index.html": "page/module.html" },
  }),
  bundled("Rollup, iife", ["rollup", "main.js", "-o", "out/main.js", "-f", "iife", "-p", "node-resolve"]),
  bundled("Rolldown", ["rolldown", "main.js", "-o", "out/main.js", "-f", "iife"]),
  bundled("Rspack", ["rspack", "build", "--mode", "production", "--entry", "./main.js", "-o", "out"]),
  bundled("Rsbuild", ["rsbuild", "build"], {
    files: {
      ...SHOW,
      "src/show.js": "page/show.js",
      "src/exercise.js": "exercise.js",
      "src/index.js": "page/rsbuild.js",
    },
    page: "dist",
    allows: /favicon.ico because it violates/,
  }),
];

/** @type {Row[]} */
const ofNone = [
  {
    name: "import map",
    family: "bundlers",
    files: { ...PAGE, "index.html": "page/import-map.html" },
    commands: [["cp", "-r", "{home}/node_modules/sluicegate", "sluicegate"]],
    page: "",
  },
  bundled(
    "two copies on one page",
    [
      ["cp", "-r", "{home}/node_modules/sluicegate", "copy"],
      [...esbuildTo("main.js", "out/main.js", "iife"), "--alias:sluicegate-copy=./copy/dist/index.js"],
    ],
    { files: { ...BUNDLED, "main.js": "page/twice.js" } },
  ),
];

/** @type {Row[]} */
const ofParcel = ["build", "serve"].map((command) => ({
  name: `Parcel 2, ${command}`,
  family: "parcel",
  files: { ...SHOW, "index.html": "page/parcel.html", "parcel.js": "page/parcel.js" },
  ...(command === "build"
    ? { commands: [["parcel", "build", "index.html", "--no-cache", "--dist-dir", "dist"]], page: "dist" }
    : { server: ["parcel", "index.html", "--port", "{port}", "--no-cache", "--no-hmr"], paths: ["/"] }),
}));

/** @type {Row[]} */
export const pageRows = [...[8, 7, 6, 5].flatMap(ofVite), ...ofBundlers, ...ofNone, ...ofParcel];
