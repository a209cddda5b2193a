import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimitError } from "bullmq";
import { fieldsOf } from "../typed.mjs";
import { deferred, HttpError, Limiter, until } from "./lab.mjs";
import { lab } from "./task-lab.mjs";

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
  assert.deepEqual([fieldsOf(item).fraction, item.data], [0.25, "sketch"]);
  go.resolve();
  const [outcome] = (await run.finished).outcomes;
  assert.deepEqual([fieldsOf(outcome).value, outcome.data], [1, "sketch"]);
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
  await until(() => run.snapshot.items.map(fieldsOf).every(({ fraction, data }) => (fraction ?? data) !== undefined));
  const [one, two] = run.snapshot.items;
  assert.deepEqual([fieldsOf(one).fraction, two.data], [0.5, { page: 3 }]);
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
  const reasons = Object.fromEntries(outcomes.map(fieldsOf).map(({ item, reason }) => [item, reason]));
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
  assert.equal((await queue.getJob("job 1")).returnvalue, "done");
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

test("an error by which a worker gives its job back to BullMQ is no failure", async () => {
  const { serve, start, queue } = lab();
  let calls = 0;
  serve(async (item) => {
    calls += 1;
    if (calls > 1) return item;
    await queue.rateLimit(50);
    throw new RateLimitError();
  });
  await queue.setGlobalRateLimit(1_000, 1_000);
  const { outcomes } = await start([1]).finished;
  assert.deepEqual([fieldsOf(outcomes[0]).value, outcomes[0].attempts, calls], [1, 1, 2]);
});
