// Mistakes are refused at once, with a remedy.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  callPhase,
  Limiter,
  pollUntil,
  processPhase,
  processWithConcurrency,
  retry,
  runJob,
  startBatches,
  startInOrder,
  startPipeline,
  startRun,
} from "./package.mjs";

const task = () => 1;
const done = () => true;
const UNKNOWN = {
  processWithConcurrency: () => processWithConcurrency([1], 1, task, { staggr: 5 }),
  startRun: () => startRun([1], task, { concurrency: 1, onOutcom: task }),
  startBatches: () => startBatches([1], 1, task, { retries: 3 }),
  startInOrder: () => startInOrder([1], { commit: task, carry: 0, concurency: 2 }),
  startPipeline: () => startPipeline([{ name: "a", run: task }], { form: "a" }),
  "a phase of startPipeline": () => startPipeline([{ name: "a", run: task, wieght: 2 }]),
  processPhase: () => processPhase(task, { startindex: 1 }),
  callPhase: () => callPhase("http://127.0.0.1:9/", {}, { timeOut: 5 }),
  retry: () => retry(task, {}, { signl: undefined, timout: 4 }),
  "a retry policy": () => retry(task, { attemps: 2 }),
  pollUntil: () => pollUntil(task, { done, intervall: 5 }),
  runJob: () => runJob({ submit: task, poll: task, done, onReplay: task, context: {} }),
  Limiter: () => new Limiter({ limits: 3 }),
  "limiter.run": () => new Limiter().run(task, { prio: 1 }),
};
for (const [name, act] of Object.entries(UNKNOWN)) {
  test(`an unknown option of ${name} is refused with the nearest one`, async () => {
    await assert.rejects(async () => act(), /^TypeError: `[\w.[\]]+` is not an option; the nearest is `[\w.[\]]+`$/);
  });
}

test("an unknown option names the nearest known one", () => {
  assert.throws(() => startRun([1], task, { concurrency: 1, onoutcome: task }), /the nearest is `onOutcome`/);
  assert.throws(() => new Limiter({ adaptiv: true }), /the nearest is `adaptive`/);
});

test("an unknown option that is undefined counts as absent", async () => {
  assert.deepEqual(await processWithConcurrency([1], 1, task, { nothing: undefined }), [1]);
});

test("a promise among the arguments says that it has to be awaited", async () => {
  await assert.rejects(processWithConcurrency(Promise.resolve([1]), 1, task), /got a promise: await it first/);
  await assert.rejects(retry(Promise.resolve(1)), /got a promise: await it first/);
});

test("an iterator without next is refused", async () => {
  await assert.rejects(processWithConcurrency({ [Symbol.iterator]: () => ({}) }, 1, task), /no `next`/);
});
