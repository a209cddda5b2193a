// Runs inside the tasks of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../typed.mjs";
import {
  byHand,
  callPhase,
  Limiter,
  pollUntil,
  processWithConcurrency,
  retry,
  settleWithConcurrency,
  startPipeline,
  startRun,
  turn,
} from "./package.mjs";

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

test("at a cancel that drains, the outer item keeps the results of nested calls and runs in flight", async () => {
  const { calls, task } = byHand();
  const replies = [];
  const fetch = () => new Promise((resolve) => replies.push(() => resolve(Response.json("replied"))));
  const nested = {
    call: ({ signal }) => callPhase("https://example.test/", {}, { signal, fetch }),
    retry: ({ signal }) => retry((context) => task("retry", 0, context), undefined, { signal }),
    run: ({ signal }) => processWithConcurrency(["run"], 1, task, { signal }),
    report: async ({ signal }) => (await settleWithConcurrency(["report"], 1, task, { signal })).status,
  };
  const run = startRun(Object.values(nested), (work, _, context) => work(context), { concurrency: 4 });
  await turn();
  run.cancel("enough");
  await turn();
  replies.forEach((reply) => reply());
  calls.forEach(({ resolve, item }) => resolve(item));
  const { status, outcomes } = await run.finished;
  const values = outcomes.map(fieldsOf).map(({ value }) => value);
  assert.deepEqual([status, ...values], ["cancelled", "replied", "retry", ["run"], "completed"]);
});

for (const limiter of [undefined, new Limiter({ limit: 5 })]) {
  const where = limiter ? "in a limiter" : "without a limiter";
  test(`a poll ends at once when the run around it is cancelled, also where that drains, ${where}`, async () => {
    const ways = [(context) => ({ context }), ({ signal }) => ({ signal }), ({ cancelled }) => ({ signal: cancelled })];
    const work = (way, _, context) =>
      pollUntil(async () => "processing", { interval: 1_000, done: () => false, ...way(context) });
    const run = startRun(ways, work, { concurrency: 3, limiter });
    await turn();
    run.cancel("enough");
    const { outcomes } = await run.finished;
    assert.deepEqual(
      outcomes.map(fieldsOf).map(({ status, reason }) => [status, reason]),
      ways.map(() => ["cancelled", "enough"]),
    );
  });
}

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

test("what a nested call fails with while the outer run drains is the outer item's reason", async () => {
  const { calls, task } = byHand();
  const fetch = () =>
    new Promise((resolve) => calls.push({ reject: () => resolve(new Response("", { status: 400 })) }));
  const nested = [
    ({ signal }) => callPhase("https://example.test/", {}, { signal, fetch }),
    ({ signal }) => retry((context) => task("retry", 0, context), undefined, { signal }),
    ({ signal }) => processWithConcurrency(["run"], 1, task, { signal }),
  ];
  const run = startRun(nested, (work, _, context) => work(context), { concurrency: 3 });
  await turn();
  run.cancel("enough");
  const failure = Object.assign(new Error("no"), { status: 400 });
  calls.forEach(({ reject }) => reject(failure));
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map(fieldsOf).map(({ status, reason }) => [status, reason.status]),
    nested.map(() => ["rejected", 400]),
  );
});

test("a refusal of a nested call cools the limiter of the task around it", async (t) => {
  const limiter = new Limiter({ limit: 1 });
  const fetch = async () => new Response("", { status: 429, headers: { "retry-after": "60" } });
  const call = ({ signal }) => callPhase("https://example.test/", {}, { signal, fetch });
  const run = startRun([1, 2], (_, __, context) => call(context), { concurrency: 1, limiter });
  t.after(() => run.cancel());
  await turn();
  await turn();
  assert.notEqual(limiter.coolingUntil, undefined);
  run.cancel();
  await run.finished;
});

test("refusals of a nested call use up no attempt where they cool a limiter", async () => {
  const limiter = new Limiter({ limit: 1 });
  let calls = 0;
  const fetch = async () => new Response("{}", ++calls < 6 ? { status: 429, headers: { "retry-after": "0" } } : {});
  const policy = { attempts: 2, minDelay: 1, maxDelay: 1 };
  const call = ({ signal }) => callPhase("https://example.test/", {}, { signal, fetch, retry: policy });
  const task = (_, __, { step }) => step("picture", call);
  await startRun([1], task, { concurrency: 1, limiter }).finished;
  assert.equal(calls, 6);
});
