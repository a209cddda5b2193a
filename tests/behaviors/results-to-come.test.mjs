// Results that are waited for while their items are made anew, or have not been read yet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../typed.mjs";
import { byHand, startRun, turn } from "./package.mjs";

const key = (item) => item;

test("a result that is there is no cycle, though its item is made anew", async () => {
  const made = new Map();
  const inputsOf = [];
  const run = startRun(["a"], (item, _, { inputs }) => item + inputsOf.push(inputs), {
    concurrency: 1,
    key,
    after: (item) => (made.has(item) ? [made.get(item)] : []),
  });
  const first = run.value("a");
  assert.equal(await first, "a1");
  made.set("a", first);
  const { value } = fieldsOf(await run.retry("a", { regenerate: true }));
  assert.equal(value, "a2");
  assert.deepEqual(inputsOf, [[], ["a1"]]);
});

test("what waits for an item that is restarted waits for the new result", async () => {
  const sounds = byHand();
  const audio = startRun(["a"], sounds.task, { concurrency: 2, key });
  const video = startRun(["a"], (_item, _index, { inputs }) => inputs, {
    concurrency: 1,
    after: () => [audio.value("a")],
  });
  const settled = audio.settled("a");
  await turn();
  const again = [audio.retry("a", { restart: true }), audio.retry("a", { restart: true })];
  sounds.calls[0].reject(new Error("aborted"));
  await turn();
  await turn();
  const third = audio.retry("a", { restart: true });
  sounds.calls[1].reject(new Error("aborted"));
  await turn();
  await turn();
  sounds.calls.at(-1).resolve("sound");
  assert.deepEqual((await video.finished).values, [["sound"]]);
  for (const outcome of await Promise.all([settled, ...again, third])) assert.equal(fieldsOf(outcome).value, "sound");
});

test("what waits for an item that cannot be made again after a restart has its cancel", async () => {
  const { calls, task } = byHand();
  const run = startRun(["a", "b"], task, { concurrency: 2, key });
  await turn();
  const value = assert.rejects(run.value("a"), /restarted/);
  const again = run.retry("a", { restart: true });
  run.cancel();
  assert.equal((await again).status, "cancelled");
  await value;
  for (const call of calls) call.resolve();
  await run.finished;
});

test("an item may wait for one that its source has not given yet, at any concurrency", async () => {
  for (const isAsync of [false, true]) {
    function* items() {
      yield* ["last", "b", "c", "first"];
    }
    async function* later() {
      yield* items();
    }
    const started = [];
    const run = startRun(isAsync ? later() : items(), (item) => started.push(item), {
      concurrency: 1,
      key,
      after: (item) => (item === "last" ? [run.value("first")] : []),
    });
    const early = run.settled("first");
    assert.equal((await run.finished).status, "completed");
    assert.deepEqual(started, ["b", "c", "first", "last"], `async: ${isAsync}`);
    assert.equal((await early).value, 3);
  }
});

test("a wait for an item that never comes ends with the source, its failure, or the cancel of the run", async () => {
  const none = startRun(["a"].values(), () => 1, { concurrency: 1, key });
  await assert.rejects(none.value("b"), RangeError);
  const byIndex = startRun(["a"].values(), () => 1, { concurrency: 1 });
  await assert.rejects(byIndex.value("no index"), RangeError);
  await assert.rejects(byIndex.value("1"), RangeError);
  await none.finished;
  await assert.rejects(none.value("b"), RangeError);
  const reason = new Error("source");
  function* broken() {
    yield "a";
    throw reason;
  }
  const failed = startRun(broken(), () => 1, { concurrency: 1, key });
  await assert.rejects(failed.value("b"), (error) => error === reason);
  const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
  const cancelled = startRun(never, () => 1, { concurrency: 1, key });
  const value = cancelled.value("b");
  cancelled.cancel(reason);
  await assert.rejects(value, (error) => error === reason);
});
