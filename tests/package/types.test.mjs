import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { cleanUp, copy, install } from "./helpers.mjs";
import { BUNDLER, COMPILERS, checkTypes, NODE } from "./strict-types.mjs";

describe("the types of the installed package", () => {
  const undo = cleanUp();
  let folder;

  before(async () => {
    ({ folder } = await install(undo));
    copy(folder, "consumer.ts", ["consumer.ts", "consumer.cts"]);
  });

  for (const [name, file, options, entry] of /** @type {[string, string, string[], string][]} */ ([
    ["an ES module in Node", "consumer.ts", NODE, "index.d.ts"],
    ["a CommonJS module in Node", "consumer.cts", NODE, "index.d.cts"],
    ["a bundler", "consumer.ts", BUNDLER, "index.d.ts"],
    ["a worker", "consumer.ts", [...BUNDLER, "--lib", "es2022,webworker"], "index.d.ts"],
  ])) {
    for (const compiler of /** @type {(keyof typeof COMPILERS)[]} */ (Object.keys(COMPILERS)))
      test(`infer what callers give and refuse what they must not, for ${name} in ${compiler}`, async () => {
        const { code, errors, read } = await checkTypes(folder, file, options, "index", compiler);
        assert.equal(code, 0, errors);
        assert.deepEqual(read, [entry]);
      });
  }
});
