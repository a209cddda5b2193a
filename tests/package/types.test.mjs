import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { runChild } from "../../scripts/child.mjs";
import { nodeBin, root } from "../../scripts/paths.mjs";
import { cleanUp, copy, install } from "./helpers.mjs";

const STRICT = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--skipLibCheck",
  "false",
  "--target",
  "es2022",
  "--typeRoots",
  "none",
  "--listFiles",
];
/** The present compiler, and the oldest one that is supported. */
const COMPILERS = [
  ["TypeScript 7", nodeBin("tsc"), []],
  ["TypeScript 5.0", process.execPath, [join(root, "tests/package/typescript-5/node_modules/typescript/bin/tsc")]],
];
const NODE = ["--module", "nodenext", "--moduleResolution", "nodenext"];
const BUNDLER = ["--module", "esnext", "--moduleResolution", "bundler"];

describe("the types of the installed package", () => {
  const undo = cleanUp();
  let folder;

  before(async () => {
    ({ folder } = await install(undo));
    copy(folder, "consumer.ts", ["consumer.ts", "consumer.cts"]);
  });

  for (const [name, file, options, entry] of [
    ["an ES module in Node", "consumer.ts", NODE, "index.d.ts"],
    ["a CommonJS module in Node", "consumer.cts", NODE, "index.d.cts"],
    ["a bundler", "consumer.ts", BUNDLER, "index.d.ts"],
    ["a worker", "consumer.ts", [...BUNDLER, "--lib", "es2022,webworker"], "index.d.ts"],
  ]) {
    for (const [compiler, command, script] of COMPILERS)
      test(`infer what callers give and refuse what they must not, for ${name} in ${compiler}`, async () => {
        const { code, output } = await runChild(command, [...script, ...STRICT, ...options, file], {
          cwd: folder,
          timeout: 60,
        });
        const lines = output.trim().split(/\r?\n/);
        const read = lines
          .filter((line) => /[\\/]sluicegate[\\/]dist[\\/]index\.d\.c?ts$/.test(line))
          .map((line) => line.split(/[\\/]/).at(-1));
        assert.equal(code, 0, lines.filter((line) => /error TS|^\s/.test(line)).join("\n"));
        assert.deepEqual(read, [entry]);
      });
  }
});
