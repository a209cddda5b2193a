// Fake clocks of test runners, which take the timers, the clock and even the microtasks.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import { fieldsOf } from "../typed.mjs";
import { callPhase, pollUntil, processPhase, retry, settleWithConcurrency, startRun } from "./package.mjs";

/** What Jest fakes by default, but for what this test runner needs (hrtime, nextTick). */
const JEST = [
  ...["Date", "performance", "queueMicrotask", "setImmediate", "clearImmediate"],
  ...["setInterval", "clearInterval", "setTimeout", "clearTimeout"],
];
/** What Vitest fakes by default. */
const VITEST = ["Date", "setImmediate", "clearImmediate", "setInterval", "clearInterval", "setTimeout", "clearTimeout"];

const realImmediate = setImmediate;
const realTurn = () => new Promise((resolve) => realImmediate(resolve));

let clock;
afterEach(() => {
  clock?.uninstall();
  mock.restoreAll();
});

/**
 * Installs a fake clock; `go` lets time pass, as the test runners' async functions do. Slows down a `performance` that
 * is not faked: the engine takes the later of both times, and on a busy machine the real one may be the later.
 */
function fake(toFake) {
  const real = performance.now.bind(performance);
  if (!toFake.includes("performance")) mock.method(performance, "now", () => real() / 100);
  clock = FakeTimers.install({ now: 1_000_000, toFake, ignoreMissingTimers: true });
  const began = clock.now;
  const go = async (milliseconds) => {
    for (let passed = 0; passed <= milliseconds; passed += 50) {
      await realTurn();
      await clock.tickAsync(50);
    }
    await realTurn();
  };
  return { go, at: () => clock.now - began };
}

const rounded = (times) => times.map((time) => Math.floor(time / 500) * 500);

for (const [runner, toFake] of Object.entries({ Jest: JEST, Vitest: VITEST })) {
  test(`under the fake clock of ${runner}, a stagger, a poll, chunks and retries wait for it`, async () => {
    const { go, at } = fake(toFake);
    /** @type {Record<"stagger" | "poll" | "phase" | "retry", number[]>} */
    const times = { stagger: [], poll: [], phase: [], retry: [] };
    const busy = () => Object.assign(new Error("busy"), { status: 503 });
    const work = [
      settleWithConcurrency([1, 2, 3], 3, () => times.stagger.push(at()), { stagger: 500 }),
      pollUntil(() => times.poll.push(at()), { interval: 1_000, done: (count) => count === 4, backoff: false }),
      processPhase(
        ({ startIndex }) => {
          times.phase.push(at());
          return { hasMore: startIndex < 2, nextStartIndex: startIndex + 1 };
        },
        { stagger: 500 },
      ),
      retry(({ attempt }) => (times.retry.push(at()), attempt < 3 ? Promise.reject(busy()) : "made"), {
        minDelay: 1_000,
        jitter: 0,
      }),
    ];
    await go(6_000);
    await Promise.all(work);
    assert.deepEqual(rounded(times.stagger), [0, 500, 1_000]);
    assert.deepEqual(rounded(times.poll), [0, 1_000, 2_000, 3_000]);
    assert.deepEqual(rounded(times.phase), [0, 500, 1_000]);
    assert.deepEqual(rounded(times.retry), [0, 1_000, 3_000]);
  });

  test(`under the fake clock of ${runner}, an attempt times out when its time is over`, async () => {
    const { go } = fake(toFake);
    const ended = [];
    const work = settleWithConcurrency([1], 1, () => new Promise(() => {}), { timeout: 3_000 }).then(({ outcomes }) =>
      ended.push(fieldsOf(outcomes[0]).reason.name),
    );
    await go(2_500);
    assert.deepEqual(ended, []);
    await go(1_000);
    await work;
    assert.deepEqual(ended, ["TimeoutError"]);
  });

  test(`what was left behind under the fake clock of ${runner} does not keep later calls waiting`, async () => {
    fake(toFake);
    const left = startRun([1, 2], () => new Promise((resolve) => setTimeout(resolve, 1_000)), {
      concurrency: 1,
      stagger: 500,
    });
    const leftCall = callPhase("https://example.test/", {}, { fetch: () => new Promise(() => {}) }).catch(() => {});
    await realTurn();
    clock.uninstall();
    const report = await settleWithConcurrency([1, 2, 3], 2, async (item) => item, { stagger: 1, timeout: 1_000 });
    assert.equal(report.status, "completed");
    assert.equal(
      await callPhase("https://example.test/", {}, { fetch: async () => Response.json("replied") }),
      "replied",
    );
    left.cancel();
    void leftCall;
  });
}

test("timers that fire are believed though performance.now stands still", async () => {
  fake(["performance"]);
  const started = [];
  await settleWithConcurrency([1, 2, 3], 3, (item) => started.push(item), { stagger: 5 });
  assert.deepEqual(started, [1, 2, 3]);
  let asks = 0;
  await pollUntil(() => ++asks, { interval: 5, done: (count) => count === 3 });
  assert.equal(asks, 3);
});

test("waits end though performance.now is real and the timers are not", async () => {
  const { go } = fake(["setTimeout", "clearTimeout", "setInterval", "clearInterval"]);
  const started = [];
  const work = settleWithConcurrency([1, 2], 2, (item) => started.push(item), { stagger: 200 });
  await go(1_000);
  await work;
  assert.deepEqual(started, [1, 2]);
});
