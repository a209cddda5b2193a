// Work that may be done again: a crash leaves none of it in doubt.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, wrong } from "../typed.mjs";
import { disk, never } from "./disk.mjs";
import {
  HttpError,
  settleWithConcurrency,
  startBatches,
  startInOrder,
  startPhase,
  startPipeline,
  startRun,
  turn,
} from "./package.mjs";

const commit = (work) => async (item, _prepared, carry, context) => ({ value: await work(item, 0, context), carry });
const again = { repeatable: true };

/** Runs of one item, with work that does not read its key, and options of the run. */
const RUNS = {
  "a pool": (work, options) => startRun(["a"], work, { concurrency: 1, ...options }).finished,
  "a pool without a handle": (work, options) => settleWithConcurrency(["a"], 1, work, options),
  batches: (work, options) => startBatches(["a"], 1, work, options).finished,
  "a preparation in order": (work, options) =>
    startInOrder(["a"], { carry: 0, prepare: work, commit: commit(() => "done"), ...options }).finished,
  "a commit in order": (work, options) =>
    startInOrder(["a"], { carry: 0, commit: commit(work), onFailure: "continue", ...options }).finished,
  "a step of a task": (work, options) =>
    startRun(["a"], (item, index, context) => context.step("part", () => work(item, index, context)), {
      concurrency: 1,
      ...options,
    }).finished,
  "a phase": (work, options) =>
    startPhase(async (request) => ({ value: await work("a", 0, request), hasMore: false }), options).finished,
  "a phase of a pipeline": (work, { journal, repeatable }) =>
    startPipeline([{ name: "one", run: (_, context) => work("a", 0, context), repeatable }], { journal }).finished,
};

for (const [name, start] of Object.entries(RUNS)) {
  for (const repeatable of [true, false]) {
    test(`${name}: a crash ${repeatable ? "leaves no doubt" : "leaves doubt"} with repeatable: ${repeatable}`, async () => {
      const { page, entries } = disk();
      const first = page();
      let calls = 0;
      start(() => (++calls, never()), { journal: first.journal, repeatable });
      while (calls === 0) await turn();
      first.crash();
      const started = [...entries.values()].filter(({ key, status }) => key !== "" && status === "started");
      assert.equal(started.every((entry) => entry.repeatable) && started.length > 0, repeatable);
      const report = await start(() => (++calls, "done"), { journal: page().journal, repeatable });
      const reasons = report.outcomes.map((outcome) => fieldsOf(outcome).reason?.name);
      assert.deepEqual([calls, reasons], repeatable ? [2, [undefined]] : [1, ["UnconfirmedError"]]);
    });
  }
}

test("a phase of a pipeline is in doubt if only another one may be repeated", async () => {
  const { page } = disk();
  const first = page();
  const phases = (work) => [
    { name: "plan", run: () => "plan", ...again },
    { name: "paid", run: work },
  ];
  const run = startPipeline(phases(never), { journal: first.journal });
  await run.settled("plan");
  await turn();
  first.crash();
  const report = await startPipeline(
    phases(() => assert.fail("it is not called")),
    { journal: page().journal },
  ).finished;
  assert.equal(fieldsOf(report.outcomes[1]).reason.name, "UnconfirmedError");
});

test("an ambiguous failure is retried where the work may be done again", async () => {
  for (const [options, expected] of /** @type {[object, number][]} */ ([
    [{}, 1],
    [again, 2],
  ])) {
    let attempts = 0;
    const task = () => (++attempts === 1 ? Promise.reject(new HttpError("no", 500, undefined, new Headers())) : "done");
    await startRun(["a"], task, { concurrency: 1, retry: { attempts: 2, minDelay: 0 }, ...options }).finished;
    assert.equal(attempts, expected);
  }
});

test("`repeatable` must be true or false", () => {
  const expected = { name: "TypeError", message: /`repeatable` must be true or false, got 1/ };
  assert.throws(() => startRun([], () => 1, { concurrency: 1, repeatable: wrong(1) }), expected);
  assert.throws(() => startPhase(() => ({ hasMore: false }), { repeatable: wrong(1) }), expected);
  const phases = [{ name: "one", run: () => 1, repeatable: wrong(1) }];
  assert.throws(() => startPipeline(phases), { name: "TypeError", message: /`phases\[0\].repeatable` must be/ });
});
