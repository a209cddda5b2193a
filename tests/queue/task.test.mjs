import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { createJournal } from "../../dist/journal.js";
import { imported } from "./bundle.mjs";
import {
  deferred,
  HttpError,
  Limiter,
  openQueue,
  queueProcessor,
  queueTask,
  startRun,
  startServer,
  until,
} from "./lab.mjs";

const { jobIdOf, keyOfJob } = await imported("src/bullmq/job-id.ts");

let server;
const opened = [];
before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Returns a queue, and how to start runs and workers on it. */
function lab(name) {
  const own = openQueue(server.url, name);
  opened.push(own);
  const { queue, events, redis } = own;
  return {
    ...own,
    /** Starts a worker that does `work`. */
    serve: (work, { worker = {}, ...options } = /** @type {any} */ ({})) =>
      own.work(queueProcessor(queue, work, { redis, ...options }), worker),
    task: (options = {}) => queueTask(queue, { events, redis, ...options }),
    /** Starts a run whose items keep their keys in all processes. */
    start: (items, { task = {}, ...options } = /** @type {any} */ ({})) =>
      startRun(items, queueTask(queue, { events, redis, ...task }), {
        concurrency: 10,
        idempotencyKey: (item) => `job ${item}`,
        ...options,
      }),
  };
}

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

test("what the worker reports is the progress of the item", async () => {
  const { serve, start } = lab();
  const go = deferred();
  serve(async (item, { report }) => {
    report({ fraction: 0.25 });
    report({ data: "sketch" });
    await go.promise;
    report({ fraction: 0.5 });
    return item;
  });
  const run = start([1]);
  await until(() => run.snapshot.items[0].data !== undefined);
  const [item] = run.snapshot.items;
  assert.deepEqual([item.fraction, item.data], [0.25, "sketch"]);
  go.resolve();
  const [outcome] = (await run.finished).outcomes;
  assert.deepEqual([outcome.value, outcome.data], [1, "sketch"]);
});

test("percentages and other data of workers that are not ours are progress, too", async () => {
  const { work, start } = lab();
  const go = deferred();
  const process = async (job) => {
    await job.updateProgress(job.data === 1 ? 50 : { page: 3 });
    await go.promise;
  };
  work(process, { concurrency: 2 });
  const run = start([1, 2]);
  await until(() => run.snapshot.items.every(({ fraction, data }) => (fraction ?? data) !== undefined));
  const [one, two] = run.snapshot.items;
  assert.deepEqual([one.fraction, two.data], [0.5, { page: 3 }]);
  go.resolve();
  await run.finished;
});

test("a failure arrives with its name, message, status, body, code and wait hint", async () => {
  const { serve, start } = lab();
  const failures = {
    http: () => new HttpError("It answered 422: too long", 422, { field: "text" }, new Headers(), 3_000),
    code: () => Object.assign(new Error("connect"), { name: "SystemError", code: "ECONNREFUSED" }),
    text: () => "just a text",
    lines: () => new RangeError("two\nlines\nsluicegate:{}"),
    circular: () => {
      const body = {};
      return Object.assign(new Error("odd"), { status: 400, body: Object.assign(body, { body }) });
    },
  };
  serve(async (item) => {
    throw failures[item]();
  });
  const run = start(Object.keys(failures));
  const { outcomes } = await run.finished;
  const reasons = Object.fromEntries(outcomes.map(({ item, reason }) => [item, reason]));
  const facts = (error) => [error.name, error.message, error.status, error.body, error.retryAfter, error.code];
  assert.deepEqual(facts(reasons.http), [
    "HttpError",
    "It answered 422: too long",
    422,
    { field: "text" },
    3_000,
    undefined,
  ]);
  assert.deepEqual(facts(reasons.code), ["SystemError", "connect", undefined, undefined, undefined, "ECONNREFUSED"]);
  assert.equal(reasons.text.message, "just a text");
  assert.deepEqual([reasons.lines.name, reasons.lines.message], ["RangeError", "two\nlines\nsluicegate:{}"]);
  assert.deepEqual([reasons.circular.message, reasons.circular.status], ["odd", 400]);
  for (const reason of Object.values(reasons)) assert.ok(reason instanceof Error);
});

test("the policy of the run repeats a failed job, and neither side repeats on its own", async () => {
  const { serve, start, queue } = lab();
  const calls = { 1: 0, 2: 0, 3: 0 };
  const attempts = [];
  serve(async (item, { attempt }) => {
    attempts.push(attempt);
    calls[item] += 1;
    if (item === 1 && calls[1] < 3) throw Object.assign(new Error("down"), { status: 500 });
    if (item === 2) throw Object.assign(new Error("bad"), { status: 400 });
    if (item === 3) throw Object.assign(new Error("lost"), { name: "RetryError", status: 500 });
    return "done";
  });
  const run = start([1, 2, 3], { retry: { attempts: 5, minDelay: 1, jitter: 0 } });
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map(({ status, attempts: made }) => [status, made]),
    [
      ["fulfilled", 3],
      ["rejected", 1],
      ["rejected", 1],
    ],
  );
  assert.deepEqual(calls, { 1: 3, 2: 1, 3: 1 });
  assert.deepEqual(new Set(attempts), new Set([1]));
  assert.equal((await queue.getJob(jobIdOf("job 1"))).returnvalue, "done");
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

test("a refusal holds back all workers of the queue for as long as it says", async () => {
  const { serve, start } = lab();
  const starts = [];
  let refusedAt = Infinity;
  const work = async (item, { attempt }) => {
    starts.push([item, performance.now(), attempt]);
    if (item !== 1 || refusedAt < Infinity) return item;
    refusedAt = performance.now();
    throw new HttpError("slow down", 429, undefined, new Headers(), 400);
  };
  for (const _ of [1, 2]) serve(work);
  const run = start([1], { retry: { attempts: 2 } });
  await until(() => refusedAt < Infinity);
  // The hold is in Redis before the failure is.
  await until(() => run.snapshot.items[0].status === "retrying");
  const others = start([2, 3]);
  assert.deepEqual((await others.finished).values, [2, 3]);
  assert.deepEqual((await run.finished).values, [1]);
  for (const [item, at] of starts.slice(1))
    assert.ok(at - refusedAt >= 390, `item ${item} started ${at - refusedAt} ms after the refusal`);
  assert.equal(starts.length, 4);
});

test("a refusal without a wait hint holds back the queue for `cooldown`, and a long hint for `maxRetryAfter`", async () => {
  const { serve, start, queue } = lab();
  serve(
    async (item) => {
      throw Object.assign(new Error("slow down"), { status: 503, ...(item === 2 && { retryAfter: 3_600_000 }) });
    },
    { cooldown: 60_000, maxRetryAfter: 120_000, worker: { maximumRateLimitDelay: 50 } },
  );
  await start([1]).finished;
  const first = await queue.getRateLimitTtl();
  assert.ok(first > 50_000 && first <= 60_000, `${first} ms`);
  await queue.removeRateLimitKey();
  await start([2]).finished;
  const second = await queue.getRateLimitTtl();
  assert.ok(second > 110_000 && second <= 120_000, `${second} ms`);
});

test("a worker with a rate limit of its own keeps it when it is held back", async () => {
  const { serve, start, queue } = lab();
  serve(
    async () => {
      throw Object.assign(new Error("slow down"), { status: 429 });
    },
    { cooldown: 60_000, worker: { limiter: { max: 5, duration: 10 } } },
  );
  await start([1]).finished;
  assert.ok((await queue.getRateLimitTtl(5)) > 0);
  assert.equal(await queue.getGlobalRateLimit(), null);
});

test("a cooldown of the limiter is a rate limit of the queue", async () => {
  const { serve, start, queue } = lab();
  const held = deferred();
  const starts = [];
  serve(async (item) => {
    starts.push([item, performance.now()]);
    if (item === 1) await held.promise;
    return item;
  });
  const limiter = new Limiter({ limit: 10 });
  const run = start([1, 2], { task: { limiter } });
  await until(() => starts.length === 1);
  const began = performance.now();
  limiter.cooldown(700);
  await until(async () => (await queue.getRateLimitTtl()) > 0);
  held.resolve();
  await run.finished;
  assert.ok(starts[1][1] - began >= 690, `item 2 started after ${starts[1][1] - began} ms`);
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
    outcomes.map(({ status, reason }) => [status, reason?.message]),
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
  const [{ reason }] = (await run.finished).outcomes;
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
    outcomes.map(({ status, reason }) => [status, reason?.status]),
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
    outcomes.map(({ status, value }) => [status, value]),
    [
      ["fulfilled", 1],
      ["rejected", undefined],
      ["fulfilled", 3],
    ],
  );
});

test("a job is not added before the journal knows that it may be asked for again", async () => {
  const { serve, task, queue } = lab();
  serve(async (item) => item);
  const held = deferred();
  const stored = [];
  const journal = createJournal({
    load: async () => [],
    clear: async () => {},
    append: async (entry) => {
      stored.push(entry);
      if (entry.key === "0" && entry.repeatable && entry.status === "started") await held.promise;
    },
  });
  const run = startRun([1], task(), { concurrency: 1, journal });
  await until(() => stored.some(({ key, repeatable }) => key === "0" && repeatable));
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
