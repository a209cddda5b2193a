import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { backend, cleanUp, copy, install, runConsumer } from "./helpers.mjs";

const EXPECTED = {
  exports: [
    "ContinuationError",
    "HOST_CONNECTIONS",
    "HttpError",
    "Limiter",
    "RetryError",
    "callPhase",
    "init",
    "pollUntil",
    "processPhase",
    "processWithConcurrency",
    "retry",
    "runJob",
    "setWarnings",
    "settleWithConcurrency",
    "startBatches",
    "startInOrder",
    "startPhase",
    "startPipeline",
    "startRun",
  ],
  processed: [30, 11, 22],
  most: 2,
  settled: {
    status: "cancelled",
    values: ["a"],
    outcomes: ["fulfilled", "cancelled, started", "cancelled, not started"],
    reasonIsTheCallers: true,
  },
  phase: [[1, 2], [3, 4], [5]],
  accepted: { accepted: { after: "a refusal" } },
  retried: "done",
  attempts: [1, 2, 3],
  errors: [
    ["HttpError", "HttpError"],
    ["RetryError", "RetryError"],
    ["ContinuationError", "ContinuationError"],
  ],
  http: { status: 404, body: { error: "no /missing" }, type: "application/json" },
  retry: { attempts: 2, isAggregate: true, last: true, all: 2 },
  continuation: { hasMore: true },
};

describe("the installed package in Node", () => {
  const undo = cleanUp();
  let folder;
  let url;

  before(async () => {
    ({ folder } = await install(undo));
    copy(folder, "exercise.cjs", "imported.mjs", "required.cjs", "both.cjs", "workers.mjs", "idle.cjs");
    url = await backend(undo);
  });

  test("does everything when it is imported, and the process ends by itself", async () => {
    assertReport(await runConsumer(folder, "imported.mjs", url));
  });

  test("does everything when it is required, and the process ends by itself", async () => {
    assertReport(await runConsumer(folder, "required.cjs", url));
  });

  test("does everything imported by CommonJS, beside another that is required", async () => {
    for (const report of await runConsumer(folder, "both.cjs", url)) assertReport(report);
  });

  test("does everything in worker threads, which end by themselves", async () => {
    for (const { report, code } of await runConsumer(folder, "workers.mjs", url)) {
      assertReport(report);
      assert.equal(code, 0);
    }
  });

  for (const way of ["import", "require"]) {
    test(`keeps no process alive after its runs have ended (${way})`, async () => {
      assert.deepEqual(await runConsumer(folder, "idle.cjs", way), {
        timeout: [1],
        stagger: [1],
        retry: 1,
        phase: 1,
        call: { ok: true },
        many: 50_000,
        cancelled: ["cancelled", [true, false]],
      });
    });
  }
});

function assertReport({ misuse: [isTypeError, message], ...report }) {
  assert.deepEqual(report, EXPECTED);
  assert.ok(isTypeError);
  assert.match(message, /concurrency.*"2"/);
}
