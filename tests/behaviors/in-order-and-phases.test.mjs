// Runs in order, and phases in chunks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../typed.mjs";
import { byHand, failure, startInOrder, startPhase, turn } from "./package.mjs";

test("a skipped item can give a carry to the next commit", async () => {
  const seen = [];
  const run = startInOrder(["a", "b", "c"], {
    skip: (item) => item === "b" && { value: "kept", carry: "b's carry" },
    commit: (item, _, carry) => {
      seen.push([item, carry]);
      return { value: item, carry: `${item}'s carry` };
    },
    carry: "first",
  });
  assert.deepEqual(await run.values, ["a", "kept", "c"]);
  assert.deepEqual(seen, [
    ["a", "first"],
    ["c", "b's carry"],
  ]);
});

test("classify and reconcile are told the item, and a commit whether it is made anew", async () => {
  const told = [];
  const anew = [];
  const run = startInOrder(["a"], {
    commit: (item, _, __, { attempt, regenerating }) => {
      anew.push(regenerating);
      if (attempt === 1 && anew.length === 1) throw failure(500);
      return { value: item, carry: 0 };
    },
    carry: 0,
    retry: {
      attempts: 2,
      minDelay: 1,
      classify: (_, { item, index, key, step }) => {
        told.push([item, index, key, step]);
        return "reconcile";
      },
      reconcile: (_, item) => {
        told.push(item);
        return { found: false };
      },
    },
  });
  await run.finished;
  await run.retry("0", { regenerate: true });
  assert.deepEqual(told, [["a", 0, "0", "commit"], "a"]);
  assert.deepEqual(anew, [false, false, true]);
});

test("the attempts of a prepared item that is cancelled are those that were made", async () => {
  const { calls, task } = byHand();
  const run = startInOrder(["a", "b"], {
    prepare: (item, _, { attempt }) => {
      if (item === "b" && attempt < 3) throw failure(503);
    },
    commit: task,
    carry: 0,
    concurrency: 2,
    retry: { attempts: 3, minDelay: 1, jitter: 0 },
  });
  while ((fieldsOf(run.snapshot.items[1]).attempt ?? 0) < 3) await turn();
  await turn();
  run.cancel();
  calls[0].resolve({ value: 1, carry: 1 });
  const { outcomes } = await run.finished;
  assert.deepEqual([outcomes[1].status, outcomes[1].attempts], ["cancelled", 3]);
});

test("classify can pause a phase", async () => {
  let made = 0;
  const call = () => {
    made += 1;
    if (made === 1) throw failure(402);
    return { hasMore: false };
  };
  const run = startPhase(call, { retry: { classify: () => "pause" } });
  while (run.state !== "paused") await turn();
  run.resume({ retryFailed: true });
  assert.equal((await run.finished).status, "completed");
});

test("an onChunk under way at a cancel is awaited, and where it fails its chunk is asked for again", async () => {
  const storing = byHand();
  const chunks = [{ hasMore: true, nextStartIndex: 4 }];
  const run = startPhase(() => chunks[0], { onChunk: (chunk) => storing.task(chunk) });
  while (storing.calls.length === 0) await turn();
  assert.equal(run.nextStartIndex, 4);
  run.cancel();
  let isFinished = false;
  void run.finished.then(() => {
    isFinished = true;
  });
  await turn();
  assert.equal(isFinished, false);
  storing.calls[0].reject(new Error("disk full"));
  const report = await run.finished;
  assert.deepEqual([report.status, report.error?.errors[0].message, run.nextStartIndex], ["cancelled", "disk full", 0]);
});
