import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { cleanUp, copy, install, runConsumer, serveFolder } from "./helpers.mjs";

describe("loading the engine", () => {
  const undo = cleanUp();
  let folder;
  let url;

  before(async () => {
    let installed;
    ({ folder, installed } = await install(undo));
    copy(folder, "early.mjs", "loading.cjs", "resolved.mjs");
    url = await serveFolder(undo, join(installed, "dist"));
  });

  for (const way of ["import", "require"]) {
    test(`is left to the first call and done once, also for two at the same time (${way})`, async () => {
      const nothing = { compiled: 0, instantiated: 0 };
      const { later, ...shown } = await runConsumer(folder, "loading.cjs", way, "lazily");
      assert.deepEqual(shown, {
        errors: ["HttpError", "RetryError", "ContinuationError"],
        connections: 6,
        imported: nothing,
        first: [[2, 4], 1],
        called: { compiled: 1, instantiated: 1 },
        added: [],
      });
      assert.deepEqual(later, shown.called);
    });

    test(`needs no TextDecoder and no other global before the first call (${way})`, async () => {
      assert.deepEqual(await runConsumer(folder, "loading.cjs", way, "withoutGlobals"), { missing: [], first: [2, 4] });
    });

    test(`may fail, and succeeds at a later call (${way})`, async () => {
      const { bad, good } = await runConsumer(folder, "loading.cjs", way, "badThenGood", url);
      assert.deepEqual(bad.map(({ cause }) => cause).slice(0, 2), ["CompileError", "TypeError"]);
      for (const { message } of bad) assert.match(message, /^(sluicegate cannot load|failed to fetch)/);
      assert.deepEqual(good, [2, 4]);
    });

    test(`takes the wasm as a module, bytes, a response or an address, and then not its own (${way})`, async () => {
      const sources = await runConsumer(folder, "loading.cjs", way, "sources", url);
      assert.equal(Object.keys(sources).length, 7);
      for (const [source, shown] of Object.entries(sources)) {
        assert.deepEqual(shown, { instantiated: 1, results: [2, 4], afterwards: 1 }, source);
      }
    });
  }

  test("without WebAssembly, a call rejects and a handle is refused, with what to do", async () => {
    const { rejected, thrown, unhandled } = await runConsumer(folder, "loading.cjs", "require", "withoutWasm");
    for (const message of [rejected, thrown])
      assert.match(message, /cannot load its WebAssembly: this environment has no/);
    assert.equal(unhandled, 0);
  });

  test("R13 what is added before is done once, and nothing else", async () => {
    assert.deepEqual(await runConsumer(folder, "early.mjs", "added"), {
      status: "completed",
      called: ["a", "b", "c", "d"],
      outcomes: 4,
    });
  });

  test("takes arguments as they are at the call", async () => {
    assert.deepEqual(await runConsumer(folder, "early.mjs", "changed"), {
      sent: ['{"text":"as it was"}'],
      values: [1, 2, 3],
    });
  });

  test("is not waited for by who refuses its arguments, which is a rejection", async () => {
    const [concurrency, body] = await runConsumer(folder, "early.mjs", "refused");
    assert.match(concurrency, /^TypeError: `concurrency`/);
    assert.match(body, /^TypeError: `body`/);
  });

  test("finds the wasm of the package by its name", async () => {
    assert.deepEqual(await runConsumer(folder, "resolved.mjs"), { file: "sluicegate.wasm", results: [2, 4] });
  });
});
