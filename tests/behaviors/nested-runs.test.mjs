// Runs inside the tasks of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { byHand, processWithConcurrency, startPipeline, startRun, turn } from "./package.mjs";

test("a nested run starts nothing new once the outer run is cancelled, also while that drains", async () => {
  const { calls, task } = byHand();
  const run = startPipeline([
    { name: "images", run: (_, { signal }) => processWithConcurrency([1, 2, 3], 1, task, { signal }) },
  ]);
  await turn();
  run.cancel("enough");
  await turn();
  assert.equal(calls[0].context.signal.aborted, false, "what is in flight finishes");
  calls[0].resolve("paid for");
  const { status, outcomes } = await run.finished;
  assert.deepEqual([status, outcomes[0].status, calls.length], ["cancelled", "cancelled", 1]);
});

test("an outer run that aborts aborts the attempts of the nested one", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a"], (_, __, { signal }) => processWithConcurrency([1, 2], 1, task, { signal }), {
    concurrency: 1,
    onCancel: "abort",
  });
  await turn();
  run.cancel("enough");
  await turn();
  assert.deepEqual([calls[0].context.signal.aborted, calls[0].context.signal.reason], [true, "enough"]);
  calls[0].reject(new Error("aborted"));
  assert.equal((await run.finished).status, "cancelled");
  assert.equal(calls.length, 1);
});
