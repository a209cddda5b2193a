import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal } from "../../dist/journal.js";
import { fieldsOf } from "../typed.mjs";
import { imported } from "./bundle.mjs";
import { deferred, queueProcessor, queueTask, startRun, until } from "./lab.mjs";
import { lab } from "./task-lab.mjs";

const { jobIdOf, keyOfJob } = await imported("src/bullmq/job-id.ts");

test("two owners that start the same items buy each of them once, and both get the results", async () => {
  const one = lab();
  const second = lab(one.name);
  const bought = [];
  const work = async (item) => (bought.push(item), `picture ${item}`);
  one.serve(work);
  second.serve(work);
  const items = Array.from({ length: 20 }, (_, at) => at);
  const runs = [one.start(items), second.start(items)];
  const reports = await Promise.all(runs.map((run) => run.finished));
  for (const { values } of reports)
    assert.deepEqual(
      values,
      items.map((item) => `picture ${item}`),
    );
  assert.deepEqual(
    bought.sort((a, b) => a - b),
    items,
  );
});

test("an owner that starts again gets the results that are kept, without a worker", async () => {
  const { serve, start } = lab();
  const worker = serve(async (item) => ({ item, none: null }));
  await start([1, 2]).finished;
  await worker.close();
  assert.deepEqual((await start([1, 2]).finished).values, [
    { item: 1, none: null },
    { item: 2, none: null },
  ]);
});

test("results are kept for `keep`", async () => {
  const { serve, start, queue } = lab();
  serve(async (item) => item);
  await start([1], { task: { keep: 90_500 } }).finished;
  const { opts } = await queue.getJob(jobIdOf("job 1"));
  assert.deepEqual([opts.removeOnComplete, opts.removeOnFail, opts.attempts], [{ age: 91 }, { age: 91 }, 1]);
});

test("an owner that finds a job failed makes it again", async () => {
  const { serve, start } = lab();
  let calls = 0;
  serve(async () => {
    calls += 1;
    if (calls === 1) throw new Error("first");
    return calls;
  });
  assert.equal((await start([1]).finished).status, "partial");
  assert.deepEqual((await start([1]).finished).values, [2]);
});

test("a cancelled item whose job waits takes it out of the queue", async () => {
  const { serve, start, queue } = lab();
  const held = deferred();
  const begun = [];
  serve(async (item) => {
    begun.push(item);
    await held.promise;
    return item;
  });
  const run = start([1, 2]);
  await until(async () => begun.length === 1 && (await queue.getWaitingCount()) === 1);
  run.cancelItem("1", new Error("not this one"));
  await until(async () => (await queue.getWaitingCount()) === 0);
  assert.equal(await queue.getJob(jobIdOf("job 2")), undefined);
  held.resolve();
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map(fieldsOf).map(({ status, reason }) => [status, reason?.message]),
    [
      ["fulfilled", undefined],
      ["cancelled", "not this one"],
    ],
  );
  assert.deepEqual(begun, [1]);
});

test("a cancelled run tells the workers of its jobs to stop, and those of others go on", async () => {
  const { serve, start } = lab();
  const signals = {};
  const held = deferred();
  serve(
    async (item, { signal }) => {
      signals[item] = signal;
      await Promise.race([held.promise, new Promise((_, reject) => signal.addEventListener("abort", reject))]);
      return item;
    },
    { worker: { concurrency: 3 } },
  );
  const [run, other] = [start([1, 2], { onCancel: "abort" }), start([3])];
  await until(() => Object.keys(signals).length === 3);
  run.cancel();
  assert.equal((await run.finished).status, "cancelled");
  await until(() => signals[1].aborted && signals[2].aborted);
  assert.equal(signals[1].reason.name, "AbortError");
  assert.equal(signals[3].aborted, false);
  held.resolve();
  assert.deepEqual((await other.finished).values, [3]);
});

test("a cancel leaves a job alone that another run of the same task waits for", async () => {
  const { serve, task, queue } = lab();
  const held = deferred();
  const signals = [];
  serve(async (item, { signal }) => {
    signals.push(signal);
    await held.promise;
    return item;
  });
  const shared = task();
  const options = { concurrency: 1, idempotencyKey: (item) => `job ${item}` };
  const [one, other] = [1, 2].map(() => startRun([1], shared, options));
  const waiting = startRun([2], shared, options);
  await until(async () => signals.length === 1 && (await queue.getWaitingCount()) === 1);
  one.cancelItem("0");
  waiting.cancelItem("0");
  // The second one is gone from the queue: the first one had the time to be stopped, too.
  await until(async () => (await queue.getWaitingCount()) === 0);
  assert.equal(signals[0].aborted, false);
  held.resolve();
  assert.deepEqual((await other.finished).values, [1]);
});

test("a result that is there when its item is cancelled stays for the next run", async () => {
  const { serve, start, queue, task } = lab();
  let calls = 0;
  serve(async () => ++calls);
  const silent = { on() {}, waitUntilReady: async () => {} };
  const run = startRun([1], task({ events: silent }), { concurrency: 1, idempotencyKey: () => "job 1" });
  await until(async () => (await queue.getCompletedCount()) === 1);
  run.cancel();
  await run.finished;
  assert.deepEqual((await start([1]).finished).values, [1]);
  assert.equal(calls, 1);
});

test("a job that somebody removes rejects its item", async () => {
  const { start, queue } = lab();
  const run = start([1]);
  await until(async () => (await queue.getWaitingCount()) === 1);
  await (await queue.getJob(jobIdOf("job 1"))).remove();
  const [{ reason }] = (await run.finished).outcomes.map(fieldsOf);
  assert.deepEqual([reason.name, reason.job], ["JobRemovedError", "job 1"]);
});

test("results are found without events of the queue", async () => {
  const { serve, task } = lab();
  serve(async (item) => {
    if (item === 2) throw Object.assign(new Error("bad"), { status: 400 });
    return item;
  });
  const silent = { on() {}, waitUntilReady: async () => {} };
  const run = startRun([1, 2], task({ events: silent }), { concurrency: 2 });
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map(fieldsOf).map(({ status, reason }) => [status, reason?.status]),
    [
      ["fulfilled", undefined],
      ["rejected", 400],
    ],
  );
});

test("every idempotency key has a job of its own, whose worker is given the key", async () => {
  const { serve, start } = lab();
  const keys = [
    "5",
    "-5",
    "NaN",
    "meta",
    "wait",
    "a:b",
    "a%3Ab",
    "%",
    "é ∞",
    "x/draw",
    "stalled-check",
    "0:1",
    "a:b:c",
  ];
  assert.equal(new Set(keys.map(jobIdOf)).size, keys.length);
  assert.deepEqual(keys.map(jobIdOf).map(keyOfJob), keys);
  assert.deepEqual(["draw-1", "x/draw", "é ∞"].map(jobIdOf), ["draw-1", "x/draw", "é ∞"]);
  serve(async (_, { idempotencyKey }) => idempotencyKey);
  const { values } = await start(keys, { idempotencyKey: (key) => key, concurrency: 20 }).finished;
  assert.deepEqual(values, keys);
});

test("an item whose data is no JSON fails alone", async () => {
  const { serve, start } = lab();
  serve(async (item) => item);
  const items = [1, 2n, 3];
  const { outcomes } = await start(items).finished;
  assert.deepEqual(
    outcomes.map(fieldsOf).map(({ status, value }) => [status, value]),
    [
      ["fulfilled", 1],
      ["rejected", undefined],
      ["fulfilled", 3],
    ],
  );
});

test("tasks of one queue share its listeners, and a job of one is left alone for another", async () => {
  const { serve, task, events } = lab();
  const held = deferred();
  const signals = [];
  serve(async (item, { signal }) => {
    signals.push(signal);
    await held.promise;
    return item;
  });
  const tasks = Array.from({ length: 20 }, () => task());
  assert.equal(events.listenerCount("completed"), 1);
  const options = { concurrency: 1, idempotencyKey: () => "job 1" };
  const [one, other] = [tasks[0], tasks[1]].map((each) => startRun([1], each, options));
  await until(() => signals.length === 1);
  one.cancelItem("0");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(signals[0].aborted, false);
  held.resolve();
  assert.deepEqual((await other.finished).values, [1]);
});

/** Returns a journal that shows what it stores, and stores the second entry of item "0" when it is told to. */
function heldJournal() {
  const held = deferred();
  const stored = [];
  const journal = createJournal({
    load: async () => [],
    clear: async () => {},
    append: async (entry) => {
      if (entry.key !== "0") return;
      stored.push([entry.status, entry.repeatable]);
      if (stored.length === 2) await held.promise;
    },
  });
  return { journal, stored, held };
}

test("a job is known to the journal as one that may be asked for again before its task begins", async () => {
  const { serve, task } = lab();
  serve(async (item) => item);
  const { journal, stored, held } = heldJournal();
  held.resolve();
  await startRun([1], task(), { concurrency: 1, journal }).finished;
  assert.deepEqual(stored, [
    ["started", true],
    ["fulfilled", true],
  ]);
});

test("a job of a task in another function is not added before the journal knows that it may be asked for again", async () => {
  const { serve, task, queue } = lab();
  serve(async (item) => item);
  const { journal, stored, held } = heldJournal();
  const inner = task();
  const run = startRun([1], (item, index, context) => inner(item, index, context), { concurrency: 1, journal });
  await until(() => stored.length === 2);
  assert.deepEqual(stored, [
    ["started", false],
    ["started", true],
  ]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await queue.getJobCountByTypes("waiting", "active", "completed"), 0);
  held.resolve();
  assert.deepEqual((await run.finished).values, [1]);
});

test("arguments that cannot be used are TypeErrors that name them", () => {
  const { queue, events, redis } = lab();
  const bad =
    (/** @type {any[]} */ ...args) =>
    () =>
      queueTask(args[0], args[1]);
  assert.throws(bad({}, {}), /`queue` must be a Queue of BullMQ, got an object/);
  assert.throws(bad(queue), /`options` must be \{ events, redis \}, got undefined/);
  assert.throws(bad(queue, { redis }), /`events` must be the QueueEvents of the queue/);
  assert.throws(bad(queue, { events }), /`redis` must be a client of ioredis/);
  assert.throws(bad(queue, { events, redis, keeps: 1 }), /`keeps` is not an option; the nearest is `keep`/);
  assert.throws(bad(queue, { events, redis, keep: 0 }), /`keep` must be a number of milliseconds above 0, got 0/);
  const work = async () => {};
  const worker =
    (/** @type {any[]} */ ...args) =>
    () =>
      queueProcessor(args[0], args[1], args[2]);
  assert.throws(worker({}, work, { redis }), /`queue` must be a Queue of BullMQ/);
  assert.throws(worker(queue, 5, { redis }), /`work` must be a function, got 5/);
  assert.throws(worker(queue, work, {}), /`redis` must be a client of ioredis/);
  assert.throws(worker(queue, work, { redis, cooldown: -1 }), /`cooldown` must be a number of milliseconds from 0/);
});
