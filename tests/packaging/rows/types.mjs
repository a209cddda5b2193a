// What compilers and package linters say of the packed package.

/** @typedef {import('../run-row.mjs').Row} Row */

const MODES = {
  node16: ["--module", "node16", "--moduleResolution", "node16"],
  nodenext: ["--module", "nodenext", "--moduleResolution", "nodenext"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
  node10: ["--module", "commonjs", "--moduleResolution", "node10"],
};

const FILES = { "package.json": "node/package.json", "consumer.ts": "types/consumer.ts" };
const tsc = (version, ...args) => ["node", `{home}/node_modules/typescript-${version}/bin/tsc`, ...args];

/** @returns {Row} */
const compiled = (version, mode) => ({
  name: `TypeScript ${version}, ${mode}`,
  family: "types",
  files: { ...FILES, "tsconfig.json": "types/tsconfig.json" },
  commands: [
    tsc(
      version,
      ...MODES[mode],
      // TypeScript 6 has deprecated node10, and TypeScript 7 has removed it.
      ...(mode === "node10" && version === "6" ? ["--ignoreDeprecations", "6.0"] : []),
    ),
  ],
  isQuick: version === "5.9" && mode === "node10",
});

/** @type {Row[]} */
export const typeRows = [
  ...["5.0", "5.9", "6", "7"].flatMap((version) =>
    Object.keys(MODES)
      .filter((mode) => version !== "7" || mode !== "node10")
      .map((mode) => compiled(version, mode)),
  ),
  ...["5.0", "5.9", "6", "7"].map((version) => ({
    name: `TypeScript ${version}, @tsconfig/node20 without the DOM`,
    family: "types",
    files: { ...FILES, "tsconfig.json": "types/tsconfig.node20.json" },
    commands: [tsc(version)],
  })),
  ...["5.0", "7"].map((version) => ({
    name: `TypeScript ${version}, neither the DOM nor Node`,
    family: "types",
    files: { ...FILES, "consumer.ts": "types/plain.ts", "tsconfig.json": "types/tsconfig.plain.json" },
    commands: [tsc(version)],
  })),
  {
    name: "attw --pack",
    family: "types",
    commands: [["attw", "--no-emoji", "--format", "ascii", "{tarball}"]],
    isQuick: true,
  },
  {
    name: "publint --strict",
    family: "types",
    commands: [["publint", "--strict", "{home}/node_modules/sluicegate"]],
    isQuick: true,
  },
];
