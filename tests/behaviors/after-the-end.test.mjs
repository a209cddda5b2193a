// Commands to a run while it goes and after its end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../typed.mjs";
import { byHand, failure, startRun, turn } from "./package.mjs";

const failingOnce = () => {
  const failed = new Set();
  return async (item) => {
    if (item === "bad" && !failed.has(item)) {
      failed.add(item);
      throw failure(500);
    }
    return item.toUpperCase();
  };
};

test("retryFailed after the end makes the rejected items again, and the report follows", async () => {
  const run = startRun(["a", "bad", "c"], failingOnce(), { concurrency: 1 });
  const finished = await run.finished;
  assert.equal(finished.status, "partial");
  assert.equal(run.report.status, "partial");
  const report = await run.retryFailed();
  assert.deepEqual([report.status, report.values, report.error], ["completed", ["A", "BAD", "C"], undefined]);
  assert.equal(run.report.status, "completed");
  assert.equal(finished.status, "partial", "the first report does not change");
});

test("retryFailed while paused makes them again, and the rest stays paused", async () => {
  const run = startRun(["bad", "b"], failingOnce(), { concurrency: 1, onFailure: "pause" });
  await run.settled("0");
  const report = await run.retryFailed();
  assert.equal(report.outcomes[0].status, "fulfilled");
  assert.equal(run.state, "paused");
  run.resume();
  assert.equal((await run.finished).status, "completed");
});

test("a restart aborts the attempt under way, and makes the item anew", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 2 });
  await turn();
  const again = run.retry("0", { restart: true });
  await turn();
  assert.equal(calls[0].context.signal.aborted, true);
  calls[0].reject(new Error("aborted"));
  await turn();
  calls[1].resolve("second");
  assert.equal(fieldsOf(await again).value, "second");
});

test("a retry in the turn of a cancel of its item is a new attempt", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a", "b"], task, { concurrency: 2 });
  await turn();
  run.cancelItem("0");
  const again = run.retry("0");
  calls[0].reject(new Error("aborted"));
  await turn();
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["a", "b", "a"],
  );
  calls[1].resolve("b");
  calls[2].resolve("a");
  assert.equal(fieldsOf(await again).value, "a");
});

test("new data replaces an item, and the item is made with another key", async () => {
  const keys = [];
  const task = (item, _, { idempotencyKey }) => {
    keys.push(idempotencyKey);
    return item;
  };
  const run = startRun(["a"], task, { concurrency: 1 });
  await run.finished;
  const outcome = await run.retry("0", { item: "z" });
  assert.deepEqual([fieldsOf(outcome).value, outcome.item], ["z", "z"]);
  assert.equal(new Set(keys).size, 2);
});

test("values resolves as processWithConcurrency does, or rejects as it does", async () => {
  const good = startRun([1, 2], (n) => n * 2, { concurrency: 1 });
  assert.deepEqual(await good.values, [2, 4]);
  const error = new Error("no");
  const bad = startRun([1], () => Promise.reject(error), { concurrency: 1, onFailure: "stop" });
  await assert.rejects(bad.values, error);
  const partial = startRun([1], () => Promise.reject(error), { concurrency: 1 });
  await assert.rejects(partial.values, AggregateError);
  const { calls, task } = byHand();
  const cancelled = startRun([1], task, { concurrency: 1 });
  await turn();
  cancelled.cancel("enough");
  calls[0].resolve(1);
  await assert.rejects(cancelled.values, (reason) => reason === "enough");
});

test("value gives an item's value, or rejects with its failure", async () => {
  const error = new Error("no");
  const run = startRun(["a", "b"], (item) => (item === "b" ? Promise.reject(error) : item), { concurrency: 1 });
  assert.equal(await run.value("0"), "a");
  await assert.rejects(run.value("1"), error);
});

test("a wait for an outcome ends with the reason of its signal", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 1 });
  const controller = new AbortController();
  const waiting = run.settled("0", { signal: controller.signal });
  controller.abort("enough");
  await assert.rejects(waiting, (reason) => reason === "enough");
  await turn();
  calls[0].resolve(1);
  assert.equal(fieldsOf(await run.settled("0")).value, 1);
});

test("a retry refuses a new item for one that is not settled, unless it is restarted", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 1 });
  while (calls.length === 0) await turn();
  await assert.rejects(run.retry("0", { item: "z" }), /`item` of "0".*`restart: true`/);
  calls[0].resolve("done");
  assert.deepEqual(fieldsOf((await run.finished).outcomes[0]).value, "done");
});

test("an item that is made again after the end can be cancelled by whoever is told of its start", async () => {
  const run = startRun([1], () => new Promise((resolve) => setTimeout(resolve, 5)), { concurrency: 1 });
  await run.finished;
  const unsubscribe = run.subscribe(() => {
    if (run.snapshot.items[0].status !== "running") return;
    unsubscribe();
    run.cancelItem("0", "not again");
  });
  const { status, reason } = fieldsOf(await run.retry("0", { regenerate: true }));
  assert.deepEqual([status, reason], ["cancelled", "not again"]);
});

test("a cancel of a finished run does not replace the reason of its end", async () => {
  const run = startRun(["a"], byHand().task, { concurrency: 1, onCancel: "abort" });
  run.cancel("first");
  await run.finished;
  run.cancel("second");
  await assert.rejects(run.values, (reason) => reason === "first");
});

test("a run that was cancelled keeps its reason when its items are retried", async () => {
  const run = startRun(["a"], (item) => item, { concurrency: 1 });
  run.cancel("first");
  await run.finished;
  await run.retry("0");
  await assert.rejects(run.values, (reason) => reason === "first");
});

test("retryFailed makes items whose keys could not be read, under keys that no other item has", async () => {
  const key = (item) => {
    if (item === "bad") throw new Error("no key");
    return item;
  };
  const run = startRun(["bad", "0", "bad"], (item) => item, { concurrency: 1, key });
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ["rejected", "fulfilled", "rejected"],
  );
  const keys = outcomes.map((outcome) => outcome.key);
  assert.deepEqual([new Set(keys).size, keys[1]], [3, "0"]);
  assert.equal((await run.settled(keys[2])).index, 2);
  const report = await run.retryFailed();
  assert.deepEqual([report.status, report.values], ["completed", ["bad", "0", "bad"]]);
});
