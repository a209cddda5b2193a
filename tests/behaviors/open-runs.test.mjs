// Long-lived runs that items are added to, and what their watchers see.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../typed.mjs";
import { byHand, failure, startRun, turn } from "./package.mjs";

const open = (task, options) => startRun(/** @type {any[]} */ ([]), task, { concurrency: 2, open: true, ...options });

test("the total of an open run is what was added so far, and its fraction counts", async () => {
  const { calls, task } = byHand();
  const run = open(task);
  run.add(["a", "b"]);
  await turn();
  calls[0].resolve(1);
  await turn();
  const { total, fraction } = run.snapshot.progress;
  assert.deepEqual([total, fraction], [2, 0.5]);
  run.cancel();
  calls[1].resolve(2);
  await run.finished;
});

test("a removed item is forgotten, and its key may be added again", async () => {
  const run = open((item) => item.text, { key: ({ id }) => id });
  run.add([{ id: "x", text: "first" }]);
  assert.equal(await run.value("x"), "first");
  run.remove("x");
  assert.deepEqual(run.snapshot.items, []);
  run.add([{ id: "x", text: "second" }]);
  assert.equal(await run.value("x"), "second");
  run.end();
  assert.equal((await run.finished).status, "completed");
});

test("an item without an outcome cannot be removed", async () => {
  const { calls, task } = byHand();
  const run = open(task);
  run.add(["a"]);
  assert.throws(() => run.remove("0"), TypeError);
  assert.throws(() => run.remove("7"), RangeError);
  run.end();
  await turn();
  calls[0].resolve(1);
  await run.finished;
});

test("adding nothing is no mistake, also after the end", async () => {
  const run = open((item) => item);
  run.end();
  await run.finished;
  run.add([]);
  assert.throws(() => run.add(["a"]), /came after the end/);
});

test("outcomes and snapshots carry the item, and the data that was reported last", async () => {
  const { calls, task } = byHand();
  const outcomes = [];
  const run = open(task, { onOutcome: (outcome) => outcomes.push(outcome) });
  run.add(["a", "b"]);
  await turn();
  calls[0].context.report({ data: { part: 1 } });
  calls[1].context.report({ data: "half" });
  assert.deepEqual(
    run.snapshot.items.map(({ item }) => item),
    ["a", "b"],
  );
  run.cancelItem("0");
  calls[0].reject(new Error("aborted"));
  calls[1].reject(new Error("no"));
  run.end();
  await run.finished;
  assert.deepEqual(
    outcomes.map(({ item, status, data }) => [item, status, data]),
    [
      ["a", "cancelled", { part: 1 }],
      ["b", "rejected", "half"],
    ],
  );
});

test("an item that waits for another attempt shows which failed, why, and when the next is due", async () => {
  const notices = [];
  const error = failure(503);
  const run = startRun(["a"], (_, __, { attempt }) => (attempt === 1 ? Promise.reject(error) : "ok"), {
    concurrency: 1,
    retry: { attempts: 2, minDelay: 20, jitter: 0 },
    onRetry: (notice, item) => notices.push([notice, item]),
  });
  await turn();
  await turn();
  const [item] = run.snapshot.items;
  assert.deepEqual([item.status, fieldsOf(item).attempt, fieldsOf(item).error], ["retrying", 1, error]);
  assert.equal(typeof fieldsOf(item).nextAttemptAt, "number");
  const [[notice, told]] = notices;
  assert.deepEqual([notice.key, notice.index, notice.attempt, notice.error, told], ["0", 0, 1, error, "a"]);
  assert.ok(notice.delay > 0 && notice.delay <= 20);
  assert.deepEqual(await run.values, ["ok"]);
});
