// Package managers that lay out node_modules in their own ways: pnpm, and Yarn without node_modules. And npm with
// React 17, which the core does not need and the hooks do not support.

/** @typedef {import('../run-row.mjs').Row} Row */

const FILES = {
  "main.mjs": "node/main.mjs",
  "main.cjs": "node/main.cjs",
  "prepare.mjs": "managers/prepare.mjs",
};
const prepare = ["node", "prepare.mjs", "{tarball}"];
const pnpm = [prepare, ["pnpm", "install", "--ignore-workspace", "--offline"]];
const yarn = [prepare, ["yarn", "install", "--no-immutable"]];

/** @type {Row[]} */
export const managerRows = [
  { name: "pnpm, ES module", commands: pnpm, prints: ["node", "main.mjs"] },
  { name: "pnpm, CommonJS", commands: pnpm, prints: ["node", "main.cjs"] },
  { name: "Yarn PnP, ES module", commands: yarn, prints: ["yarn", "node", "main.mjs"] },
  { name: "Yarn PnP, CommonJS", commands: yarn, prints: ["yarn", "node", "main.cjs"] },
  {
    name: "npm, in a project with React 17",
    commands: [
      [...prepare, "17.0.2"],
      ["npm", "pack", "./react"],
      ["npm", "install", "--offline", "--no-audit", "--no-fund"],
    ],
    prints: ["node", "main.mjs"],
  },
].map((row) => ({ family: "managers", files: FILES, ...row }));
