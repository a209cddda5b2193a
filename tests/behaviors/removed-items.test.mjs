// Items that are removed from a run: nothing starts, counts or keeps them any more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { byHand, startRun, turn } from "./package.mjs";

const key = (item) => item;
const fails = (item) => (item.startsWith("bad") ? Promise.reject(new Error(item)) : item);

/** Runs "bad 1", "good" and "bad 2" in an open run, and removes the first. */
async function withoutTheFirst(options) {
  const started = [];
  const task = (item) => (started.push(item), fails(item));
  const run = startRun(["bad 1", "good", "bad 2"], task, { concurrency: 3, open: true, key, ...options });
  await Promise.all(["bad 1", "good", "bad 2"].map((name) => run.settled(name)));
  run.remove("bad 1");
  started.length = 0;
  return { run, started };
}

test("a removed item is not started by a resume that retries what failed", async () => {
  const { run, started } = await withoutTheFirst();
  run.pause();
  run.resume({ retryFailed: true });
  run.end();
  await run.finished;
  assert.deepEqual(started, ["bad 2"]);
});

test("the report has no holes where items were removed, and the others keep their indexes", async () => {
  const { run } = await withoutTheFirst();
  const { outcomes, values, error, progress } = run.report;
  assert.deepEqual([outcomes.length, outcomes.map(({ index }) => index), values], [2, [1, 2], ["good"]]);
  assert.match(String(error?.message), /^1 of 2 items failed/);
  assert.deepEqual([progress.total, progress.failed, progress.completed], [2, 1, 1]);
  run.remove("bad 2");
  run.end();
  const report = await run.finished;
  assert.deepEqual([report.status, report.outcomes.length, report.error], ["completed", 1, undefined]);
  assert.deepEqual(await run.values, ["good"]);
});

test("a report before the end has the outcomes that are there, without holes", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a", "b"], task, { concurrency: 2 });
  await turn();
  calls[1].resolve("B");
  await run.settled("1");
  assert.deepEqual(
    Array.from(run.report.outcomes, (outcome) => outcome?.index),
    [1],
  );
  calls[0].resolve("A");
  await run.finished;
});

test("a run is repaired after its end by retries and removals", async () => {
  let isDown = true;
  const task = (item) => (isDown && item !== "a" ? Promise.reject(new Error("down")) : item);
  const run = startRun(["a", "b", "c"], task, { concurrency: 1, key });
  assert.equal((await run.finished).status, "partial");
  isDown = false;
  run.remove("b");
  await run.retry("c");
  assert.deepEqual([run.report.status, run.report.values], ["completed", ["a", "c"]]);
});

test("a removed item has no key any more, also where keys are indexes", async () => {
  for (const options of [{}, { key: (_, index) => String(index) }]) {
    const run = startRun(["a"], (item) => item, { concurrency: 1, ...options });
    await run.finished;
    run.remove("0");
    assert.throws(() => run.remove("0"), RangeError);
    assert.throws(() => run.cancelItem("0"), RangeError);
    await assert.rejects(run.retry("0", { regenerate: true }), RangeError);
    await assert.rejects(run.settled("0"), RangeError);
  }
});

test("all outcomes of an item that was retried are removed", async () => {
  const { run } = await withoutTheFirst();
  await run.retry("bad 2");
  run.remove("bad 2");
  run.end();
  const seen = [];
  for await (const outcome of run) seen.push(outcome.key);
  assert.deepEqual(seen, ["good"]);
});

test("what was kept for a removed item is freed: values of its steps, its inputs, its promises", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const kept = [];
  const keep = (object) => (kept.push(new WeakRef(object)), object);
  const run = startRun(
    /** @type {object[]} */ ([]),
    async (_, __, { step }) => void (await step("a", () => keep({}))),
    {
      concurrency: 1,
      open: true,
      after: () => [keep({})],
      onOutcome: async () => keep({}),
    },
  );
  run.add([keep({}), {}]);
  await run.settled("1");
  await turn();
  run.remove("0");
  run.remove("1");
  for (let tries = 0; tries < 20 && kept.some((ref) => ref.deref()); tries++) {
    await turn();
    collect();
  }
  assert.deepEqual([kept.length, kept.filter((ref) => ref.deref()).length], [7, 0]);
  run.end();
  await run.finished;
});

test("a retry of an item that is removed before it can be made again is a RangeError", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 1, open: true, onOutcome: () => run.remove("0") });
  await turn();
  run.cancelItem("0");
  const again = run.retry("0");
  calls[0].resolve();
  await assert.rejects(again, RangeError);
  run.end();
  await run.finished;
});

test("a resume within onFailure does not make the item again whose failure it is told", async () => {
  const outcomes = [];
  const run = startRun(["bad 1", "b"], fails, {
    concurrency: 1,
    onFailure: () => (run.pause(), run.resume({ retryFailed: true }), "continue"),
    onOutcome: ({ status }) => void outcomes.push(status),
  });
  await run.finished;
  assert.deepEqual(outcomes, ["rejected", "fulfilled"]);
});
