// Which entry of a journal belongs to which item, and which run works on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal, memoryJournal } from "../../dist/journal.js";
import { callPhase, processPhase, startInOrder, startRun } from "./package.mjs";

const key = (item) => item;

test("keys with slashes, empty keys and those of nested runs have entries of their own", async () => {
  const journal = memoryJournal();
  const open = () => {
    const calls = [];
    const run = startRun(
      ["", "a/b", "a", "a%2Fb"],
      async (item, _index, context) => {
        calls.push(item);
        if (item !== "a") return `outer ${item}`;
        const { signal } = context;
        const inner = startRun(["b", ""], (one) => `inner ${one}`, {
          concurrency: 1,
          key,
          journal: context.journal,
          signal,
        });
        return inner.values;
      },
      { concurrency: 1, key, journal },
    );
    return { calls, run };
  };
  const expected = ["outer ", "outer a/b", ["inner b", "inner "], "outer a%2Fb"];
  assert.deepEqual((await open().run.finished).values, expected);
  const again = open();
  assert.deepEqual((await again.run.finished).values, expected);
  assert.deepEqual(again.calls, []);
});

test("steps of tasks do not meet those of runs in order and of phases", async () => {
  const journal = memoryJournal();
  const steps = (context) => Promise.all(["prepare", "commit"].map((name) => context.step(name, () => `step ${name}`)));
  const run = startInOrder(["a"], {
    carry: 0,
    journal,
    prepare: (_item, _index, context) => steps(context),
    commit: async (_item, prepared, carry, context) => ({ value: [prepared, await steps(context)], carry }),
  });
  assert.deepEqual((await run.finished).values, [
    [
      ["step prepare", "step commit"],
      ["step prepare", "step commit"],
    ],
  ]);
  const stored = [];
  const phase = memoryJournal();
  await processPhase((request) => request.step("onChunk", () => ({ hasMore: false })), {
    journal: phase,
    onChunk: (chunk) => void stored.push(chunk),
  });
  assert.deepEqual(stored, [{ hasMore: false }]);
});

test("a second run on a journal waits until the first has finished, and makes nothing again", async () => {
  const journal = memoryJournal();
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  const calls = [];
  const open = () => startRun(["a"], async () => (calls.push("call"), await gate, "made"), { concurrency: 1, journal });
  const [first, second] = [open(), open()];
  while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(second.snapshot.items[0].status, "waiting");
  release();
  assert.deepEqual([(await first.finished).values, (await second.finished).values], [["made"], ["made"]]);
  assert.equal(calls.length, 1);
});

test("a run that is cancelled before the journal is free lets go of it", async () => {
  const journal = memoryJournal();
  let release;
  const first = startRun(["a"], () => new Promise((resolve) => (release = resolve)), { concurrency: 1, journal });
  const second = startRun(["a"], () => "second", { concurrency: 1, journal });
  second.cancel();
  assert.equal((await second.finished).status, "cancelled");
  while (!release) await new Promise((resolve) => setTimeout(resolve, 0));
  release("first");
  await first.finished;
  const third = startRun(["a"], () => "third", { concurrency: 1, journal });
  assert.deepEqual((await third.finished).values, ["first"]);
});

test("a keyed request of callPhase leaves when the journal knows that it is keyed", async () => {
  const log = [];
  const journal = createJournal({
    load: async () => [],
    append: async ({ key, status, repeatable }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (key) log.push(`${status}${repeatable ? ", repeatable" : ""}`);
    },
    clear: async () => {},
  });
  const fetch = async () => (log.push("sent"), Response.json({}));
  const task = (_item, _index, { signal, idempotencyKey }) =>
    callPhase("/api/x", {}, { signal, idempotencyKey, fetch });
  await startRun(["a"], task, { concurrency: 1, journal }).finished;
  assert.deepEqual(log, ["started", "started, repeatable", "sent", "fulfilled, repeatable"]);
});
