// Test runners, with the fake timers that each has by default.

/** @typedef {import('../run-row.mjs').Row} Row */

const SHARED = { "timers.js": "runners/timers.js", "expect.js": "../expect.mjs" };

/** @type {Row[]} */
const ofVitest = ["node", "jsdom", "happy-dom"].map((environment) => ({
  name: `Vitest, ${environment}`,
  family: "vitest",
  files: {
    ...SHARED,
    "package.json": "node/package.json",
    "timers.test.js": "runners/timers.vitest.js",
    "real.test.js": "runners/real.vitest.js",
  },
  commands: [["vitest", "run", "--environment", environment]],
}));

const JEST = {
  ...SHARED,
  "package.json": "next/package.json",
  "timers.test.js": "runners/timers.jest.js",
  "real.test.js": "runners/real.jest.js",
  "fetch.cjs": "runners/fetch.cjs",
};

/** @returns {Row} */
const jest = (name, config, more = {}) => ({
  name: `Jest 30, ${name}`,
  family: "jest",
  files: JEST,
  commands: [["jest", "--config", JSON.stringify({ rootDir: ".", ...config })]],
  ...more,
});

/** babel-jest needs its presets to read ES modules, as every project with such tests has them. */
const BABEL = { "babel.config.cjs": "runners/babel.config.cjs" };

/** @type {Row[]} */
const ofJest = [
  jest("babel, node", { testEnvironment: "node" }, { files: { ...JEST, ...BABEL }, isQuick: true }),
  jest("babel, jsdom", { testEnvironment: "jsdom" }, { files: { ...JEST, ...BABEL } }),
  jest(
    "ts-jest",
    { preset: "ts-jest/presets/js-with-ts", testEnvironment: "node" },
    { files: { ...JEST, "types.test.ts": "runners/types.jest.ts", "tsconfig.json": "runners/tsconfig.json" } },
  ),
  jest(
    "ES modules",
    {},
    {
      files: { ...SHARED, "package.json": "node/package.json", "esm.test.mjs": "runners/esm.jest.mjs" },
      commands: [
        [
          "node",
          "--experimental-vm-modules",
          "{home}/node_modules/jest/bin/jest.js",
          "--config",
          JSON.stringify({ rootDir: ".", testMatch: ["**/*.test.mjs"], transform: {} }),
        ],
      ],
      allows: /ExperimentalWarning: VM Modules|--trace-warnings/,
    },
  ),
];

/** @type {Row[]} */
export const runnerRows = [...ofVitest, ...ofJest];
