// A clock that is set back or forward, and a page that wakes late: on a virtual clock.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import { fieldsOf } from "../typed.mjs";
import { failure, Limiter, pollUntil, settleWithConcurrency, startRun } from "./package.mjs";

const HOUR = 3_600_000;
const changes = { back: -HOUR, forward: HOUR };

let clock;
let began;
beforeEach((t) => {
  clock = FakeTimers.install({ now: 1e12, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  began = performance.now();
  /** @type {any} */ (t).after(() => clock.uninstall());
});

const at = () => performance.now() - began;
/** A computer that slept, or a frozen page: all timers are late, by the same time. */
const sleep = (milliseconds) => clock.jump(milliseconds);

/** Returns the most starts in any interval. */
const mostIn = (interval, times) =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + interval).length));

for (const [way, change] of Object.entries(changes)) {
  test(`a clock that is set ${way} an hour changes no stagger, rate or backoff`, async () => {
    /** @type {number[][]} */
    const [staggered, limited, retried] = [[], [], []];
    const limiter = new Limiter({ rate: { limit: 2, interval: 300 } });
    const busy = (_, __, { attempt }) => (retried.push(at()), attempt < 3 ? Promise.reject(failure(503)) : "made");
    const work = Promise.all([
      settleWithConcurrency([1, 2, 3, 4], 4, () => staggered.push(at()), { stagger: 100 }),
      settleWithConcurrency([1, 2, 3, 4], 4, () => limited.push(at()), { limiter }),
      settleWithConcurrency([1], 1, busy, { retry: { minDelay: 200, jitter: 0 } }),
    ]);
    await clock.tickAsync(150);
    clock.setSystemTime(Date.now() + change);
    await clock.tickAsync(1_000);
    await work;
    assert.deepEqual(staggered, [0, 100, 200, 300]);
    assert.deepEqual(limited, [0, 0, 300, 300]);
    assert.deepEqual(retried, [0, 200, 600]);
  });

  test(`a poll whose clock is set ${way} an hour ends in time`, async () => {
    const asks = [];
    const poll = pollUntil(() => asks.push(at()), { done: () => false, interval: 1_000, timeout: 5_000 });
    const ended = poll.catch(({ name }) => [name, at()]);
    await clock.tickAsync(1_500);
    clock.setSystemTime(Date.now() + change);
    await clock.tickAsync(10_000);
    // A clock that goes forward is a computer that slept: the time is over.
    assert.deepEqual(await ended, ["TimeoutError", way === "forward" ? 2_000 : 5_000]);
    assert.equal(asks.length, way === "forward" ? 2 : 5);
  });
}

test("staggers that were due in a sleep do not pile up, and each item starts once", async () => {
  const starts = [];
  const run = startRun([1, 2, 3, 4, 5, 6], (item) => starts.push([item, at()]), { concurrency: 6, stagger: 100 });
  await clock.tickAsync(150);
  sleep(10_000);
  await clock.tickAsync(1_000);
  await run.finished;
  const [first, second, ...later] = starts;
  assert.deepEqual(
    [first, second],
    [
      [1, 0],
      [2, 100],
    ],
  );
  const awake = later[0][1];
  assert.ok(awake >= 10_000);
  assert.deepEqual(
    later,
    [3, 4, 5, 6].map((item, index) => [item, awake + 100 * index]),
  );
});

test("the rate of a limiter holds after a sleep", async () => {
  const starts = [];
  const limiter = new Limiter({ limit: 20, rate: { limit: 3, interval: 1_000 } });
  const items = Array.from({ length: 15 }, (_, index) => index);
  const work = settleWithConcurrency(items, 20, () => starts.push(at()), { limiter });
  await clock.tickAsync(1_500);
  sleep(60_000);
  await clock.tickAsync(10_000);
  await work;
  assert.deepEqual([starts.length, mostIn(1_000, starts)], [15, 3]);
});

test("retries and polls that were due in a sleep are made once when it is over", async () => {
  /** @type {number[][]} */
  const [attempts, asks] = [[], []];
  const busy = () => (attempts.push(at()), Promise.reject(failure(503)));
  const work = settleWithConcurrency([1], 1, busy, { retry: { attempts: 2, minDelay: 1_000, jitter: 0 } });
  const poll = pollUntil(() => asks.push(at()), { done: (count) => count === 3, interval: 1_000 });
  await clock.tickAsync(500);
  sleep(60_000);
  await clock.tickAsync(0);
  assert.deepEqual([attempts.length, asks.length], [2, 2]);
  await clock.tickAsync(1_000);
  await Promise.all([work, poll]);
  assert.deepEqual([attempts.length, asks.length], [2, 3]);
});

test("time limits that were over in a sleep end at once when it is over", async () => {
  const hangs = () => new Promise(() => {});
  const poll = pollUntil(() => "processing", { done: () => false, interval: 1_000, timeout: 30_000 });
  const ended = Promise.all([
    settleWithConcurrency([1], 1, hangs, { timeout: 30_000 }).then(({ outcomes }) => fieldsOf(outcomes[0]).reason.name),
    settleWithConcurrency([1], 1, hangs, { totalTimeout: 30_000 }).then(
      ({ outcomes }) => fieldsOf(outcomes[0]).reason.name,
    ),
    poll.catch(({ name }) => name),
  ]);
  await clock.tickAsync(500);
  sleep(60_000);
  await clock.tickAsync(0);
  const now = at();
  assert.deepEqual(await ended, ["TimeoutError", "TimeoutError", "TimeoutError"]);
  assert.equal(at(), now);
});
