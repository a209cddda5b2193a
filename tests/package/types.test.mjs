import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { cleanUp, copy, install } from "./helpers.mjs";
import { BUNDLER, COMPILERS, checkTypes, NODE } from "./strict-types.mjs";

const FILES = ["consumer", "consumer-phases", "consumer-remote"];

describe("the types of the installed package", () => {
  const undo = cleanUp();
  let folder;

  before(async () => {
    ({ folder } = await install(undo));
    for (const file of FILES) copy(folder, `${file}.ts`, [`${file}.ts`, `${file}.cts`]);
  });

  for (const [name, ending, options, entry] of /** @type {[string, string, string[], string][]} */ ([
    ["an ES module in Node", "ts", NODE, "index.d.ts"],
    ["a CommonJS module in Node", "cts", NODE, "index.d.cts"],
    ["a bundler", "ts", BUNDLER, "index.d.ts"],
    ["a worker", "ts", [...BUNDLER, "--lib", "es2022,webworker"], "index.d.ts"],
  ])) {
    for (const compiler of /** @type {(keyof typeof COMPILERS)[]} */ (Object.keys(COMPILERS)))
      test(`infer what callers give and refuse what they must not, for ${name} in ${compiler}`, async () => {
        const files = FILES.map((file) => `${file}.${ending}`);
        const { code, errors, read } = await checkTypes(folder, files, options, "index", compiler);
        assert.equal(code, 0, errors);
        assert.deepEqual(read, [entry]);
      });
  }
});
