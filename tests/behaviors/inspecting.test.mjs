// What `run.inspect()` and `limiter.inspect()` say.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { fieldsOf, wrong } from "../typed.mjs";
import { disk, never } from "./disk.mjs";
import {
  byHand,
  failure,
  Limiter,
  pollUntil,
  retry,
  startBatches,
  startInOrder,
  startPhase,
  startPipeline,
  startRun,
  turn,
} from "./package.mjs";

const byKey = (item) => item;
/** Retries after a second each. */
const retries = {
  attempts: 3,
  minDelay: 1_000,
  maxDelay: 1_000,
  jitter: 0,
  classify: () => /** @type {const} */ ("retry"),
};

/** What each open item waits for, by key. Each inspection must be the same after JSON, and its counts must add up. */
function reasons(run, options) {
  const found = run.inspect(options);
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  assert.equal(found.running + found.waiting + found.done, found.total);
  return Object.fromEntries(found.items.map(({ key, waitsFor }) => [key, waitsFor]));
}

afterEach(() => mock.timers.reset());

test("items of a pool run, wait for a place, back off until a time, and are counted", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { calls, task } = byHand();
  const run = startRun(["a", "b", "c"], task, { concurrency: 2, key: byKey, retry: retries });
  await Promise.resolve();
  assert.deepEqual(reasons(run), { a: "task", b: "task", c: "concurrency" });
  calls[0].reject(new Error("busy"));
  calls[1].resolve();
  await new Promise(setImmediate);
  const { at, items, limiter, ...counts } = run.inspect();
  const [a, c] = items;
  assert.deepEqual(counts, { state: "running", running: 1, waiting: 1, done: 1, total: 3, source: "ended" });
  assert.equal(limiter, undefined);
  const { until, ...others } = a;
  assert.deepEqual(others, { index: 0, key: "a", waitsFor: "backoff", attempt: 1, error: "Error: busy" });
  assert.ok(until !== undefined && until > at && until <= performance.now() + 1_000);
  assert.equal(until, fieldsOf(run.snapshot.items[0]).nextAttemptAt);
  assert.deepEqual(c, { index: 2, key: "c", waitsFor: "task", attempt: 1 });
  run.cancel();
  calls[2].resolve();
  await run.finished;
  assert.deepEqual(run.inspect().items, []);
  assert.equal(run.inspect().state, "finished");
});

test("a paused run waits for its resume, and only as many items as asked for are listed", async () => {
  const { calls, task } = byHand();
  const run = startRun(Array(300).keys(), task, { concurrency: 1 });
  const list = startRun([...Array(300).keys()], task, { concurrency: 1 });
  await turn();
  list.pause();
  assert.deepEqual(reasons(list, { limit: 3 }), { 0: "task", 1: "resume", 2: "resume" });
  assert.deepEqual(
    [undefined, {}, { limit: Infinity }].map((it) => list.inspect(it).items.length),
    [100, 100, 300],
  );
  assert.deepEqual([run.inspect().total, run.inspect().source], [1, "ready"]);
  assert.throws(() => list.inspect({ limit: 0 }), /`limit` must be an integer of at least 1 or Infinity, got 0/);
  assert.throws(() => list.inspect(wrong({ limits: 1 })), /`limits` is not an option; the nearest is `limit`/);
  const { inspect } = list;
  assert.equal(inspect().state, "paused");
  for (const one of [run, list]) one.cancel();
  for (const call of calls) call.resolve();
  await Promise.all([run.finished, list.finished]);
});

test("batches and commits in order wait for their turn", async () => {
  const batches = byHand();
  const run = startBatches(["a", "b", "c"], 2, batches.task);
  await turn();
  assert.deepEqual(reasons(run), { 0: "task", 1: "task", 2: "turn" });
  batches.calls[0].resolve();
  batches.calls[1].resolve();
  await turn();
  assert.deepEqual(reasons(run), { 2: "task" });
  run.cancel();
  batches.calls[2].resolve();
  const { calls, task } = byHand();
  const inOrder = startInOrder(["a", "b"], {
    prepare: task,
    commit: (value) => ({ value, carry: 0 }),
    carry: 0,
    concurrency: 2,
  });
  await turn();
  calls[1].resolve();
  await turn();
  assert.deepEqual(reasons(inOrder), { 0: "task", 1: "turn" });
  calls[0].resolve();
  await Promise.all([run.finished, inOrder.finished]);
});

test("an item waits for the items and promises that `after` has named, and these are listed", async () => {
  const audio = byHand();
  const sounds = startRun(["a", "b"], audio.task, { concurrency: 2, key: byKey });
  const video = byHand();
  const run = startRun(["a"], video.task, {
    concurrency: 1,
    after: () => [sounds.value("a"), sounds.value("b"), never()],
  });
  await turn();
  audio.calls[0].resolve();
  await turn();
  assert.deepEqual(run.inspect().items, [{ index: 0, key: "0", waitsFor: "inputs", inputs: ["b", null] }]);
  run.cancel();
  audio.calls[1].resolve();
  await Promise.all([run.finished, sounds.finished]);
});

test("a phase says that its source is read, or how long its pause between chunks is", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {(value?: unknown) => void} */
  let stored = () => {};
  const run = startPhase(() => Promise.resolve({ hasMore: true, nextStartIndex: 1 }), {
    stagger: 500,
    onChunk: () => new Promise((resolve) => (stored = resolve)),
  });
  await new Promise(setImmediate);
  // What follows is known when the chunk is stored.
  assert.deepEqual([run.inspect().source, reasons(run)], ["reading", {}]);
  stored();
  await new Promise(setImmediate);
  assert.deepEqual(reasons(run), { 1: "stagger" });
  run.cancel();
  await run.finished;
});

test("runs, retries and polls inside a task are shown below its item", async () => {
  const { calls, task } = byHand();
  const run = startPipeline([
    {
      name: "images",
      run: async (_, { signal }) => {
        const ask = () => pollUntil(() => "pending", { done: () => false, interval: 60_000, signal });
        const call = () =>
          retry(() => Promise.reject(failure(503)), { ...retries, minDelay: 50_000, maxDelay: 50_000 }, { signal });
        const pictures = startRun(["a", "b"], task, { concurrency: 1, signal, key: byKey });
        await Promise.all([ask(), call(), pictures.values]);
      },
    },
    { name: "text", run: () => "done" },
  ]);
  await turn();
  const [images, text] = run.inspect().items;
  assert.deepEqual([images.key, images.waitsFor, text.waitsFor], ["images", "task", "concurrency"]);
  const waits = ({ items }) =>
    items.map(({ key, waitsFor, nested, error }) => [key, waitsFor, error, nested?.map(waits)]);
  const nested = images.nested?.map(waits);
  assert.deepEqual(
    new Set(nested),
    new Set([
      [["0", "task", undefined, [[["1", "poll", undefined, undefined]]]]],
      [["0", "backoff", "Error: status 503", undefined]],
      [
        ["a", "task", undefined, undefined],
        ["b", "concurrency", undefined, undefined],
      ],
    ]),
  );
  const call = images.nested?.find(({ items }) => items[0].waitsFor === "backoff");
  assert.ok(Number(call?.items[0].until) > performance.now() + 40_000);
  assert.deepEqual(reasons(run), { images: "task", text: "concurrency" });
  run.cancel();
  for (const { resolve } of calls) resolve();
  await run.finished;
});

test("a run waits for its journal, and an item for its own attempt that timed out", async () => {
  let load = () => {};
  const { page } = disk({ load: () => new Promise((resolve) => (load = () => resolve([]))) });
  const journaled = startRun(["a"], (item) => item, { concurrency: 1, journal: page().journal });
  await turn();
  assert.deepEqual(reasons(journaled), { 0: "journal" });
  load();
  await journaled.finished;
  const run = startRun(["a", "b"], never, {
    concurrency: 1,
    timeout: 1,
    retry: { ...retries, minDelay: 1, maxDelay: 1 },
  });
  while (run.inspect().items[0].waitsFor !== "settling") await turn();
  assert.deepEqual(reasons(run), { 0: "settling", 1: "concurrency" });
  run.cancel();
  await run.finished;
});

test("items wait for a place of the limiter, its rate, its pause and its cooldown, until a time", async () => {
  /** @type {[import("./package.mjs").LimiterOptions, string][]} */
  const cases = [
    [{ limit: 1 }, "limiter"],
    [{ rate: { limit: 1, interval: 50_000 } }, "rate"],
    [{ stagger: 50_000 }, "limiterStagger"],
  ];
  for (const [options, expected] of cases) {
    const limiter = new Limiter(options);
    const { calls, task } = byHand();
    const run = startRun(["a", "b"], task, { concurrency: 2, limiter });
    await turn();
    const [, waiting] = run.inspect().items;
    assert.deepEqual(reasons(run), { 0: "task", 1: expected });
    const { readyAt } = limiter.inspect();
    assert.equal(waiting.until, readyAt);
    assert.equal(readyAt === undefined, expected === "limiter");
    limiter.cooldown(90_000);
    assert.deepEqual(reasons(run), { 0: "task", 1: "cooldown" });
    assert.equal(run.inspect().items[1].until, limiter.coolingUntil);
    run.cancel();
    calls[0].resolve();
    await run.finished;
  }
});

test("a limiter says its places, its rate, what it has learned, and nothing that it does not have", async () => {
  const { at, ...unused } = new Limiter({ limit: Infinity }).inspect();
  assert.ok(at <= performance.now());
  assert.deepEqual(unused, { limit: null, inFlight: 0, waiting: 0, stagger: 0 });
  const limiter = new Limiter({ limit: 4, adaptive: { min: 2, max: 9 }, rate: { limit: 7, interval: 60_000 } });
  const { calls, task } = byHand();
  const run = startRun(["a", "b"], task, { concurrency: 2, limiter, onFailure: "continue" });
  const waiting = startRun(Array(5).fill("c"), task, { concurrency: 5, limiter });
  await turn();
  const { adaptive, rate, ...others } = limiter.inspect();
  assert.deepEqual(
    [adaptive, rate],
    [
      { min: 2, max: 9 },
      { limit: 7, interval: 60_000, used: 4 },
    ],
  );
  assert.deepEqual([others.limit, others.inFlight, others.waiting], [4, 4, 1]);
  assert.deepEqual(waiting.inspect().limiter?.inFlight, 4);
  calls[0].reject(failure(429));
  await turn();
  assert.deepEqual(limiter.inspect().adaptive, { min: 2, max: 9, refused: 4 });
  assert.equal(limiter.inspect().coolingUntil, limiter.coolingUntil);
  run.cancel();
  waiting.cancel();
  for (const { resolve } of calls) resolve();
  await Promise.all([run.finished, waiting.finished]);
});
