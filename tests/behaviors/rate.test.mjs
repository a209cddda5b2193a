// Limiters with a rate: at most so many starts in any interval. On a clock of the tests' own.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import { wrong } from "../typed.mjs";
import { failure, Limiter, processWithConcurrency, retry, settleWithConcurrency, startRun } from "./package.mjs";

let clock;
beforeEach(() => {
  clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
});
afterEach(() => clock.uninstall());

/** A task that takes so long and notes when it is called. */
function timed(takes = 1) {
  const times = [];
  const began = performance.now();
  const task = () => {
    times.push(performance.now() - began);
    return new Promise((resolve) => setTimeout(resolve, takes));
  };
  return { times, task };
}

test("at most so many attempts start in an interval, and each as soon as the window allows it", async () => {
  const limiter = new Limiter({ rate: { limit: 3, interval: 1_000 } });
  const { times, task } = timed(100);
  const run = processWithConcurrency([...Array(8).keys()], 2, task, { limiter });
  await clock.runAllAsync();
  await run;
  assert.deepEqual(times, [0, 0, 100, 1_000, 1_000, 1_100, 2_000, 2_000]);
});

test("runs and calls that share a limiter share its window", async () => {
  const limiter = new Limiter({ rate: { limit: 4, interval: 1_000 } });
  const { times, task } = timed();
  const all = [
    processWithConcurrency([1, 2, 3], 3, task, { limiter }),
    processWithConcurrency([1, 2, 3], 3, task, { limiter }),
    limiter.run(task),
    limiter.run(task),
    limiter.run(task),
  ];
  await clock.runAllAsync();
  await Promise.all(all);
  assert.deepEqual(times, [0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000, 2_000]);
});

test("a rate leaves the limiter's own limit as it is, 5 unless it is given", async () => {
  const rate = { limit: 20, interval: 60_000 };
  for (const { limiter, most } of [
    { limiter: new Limiter({ rate }), most: 5 },
    { limiter: new Limiter({ rate, limit: 30 }), most: 20 },
  ]) {
    const { times, task } = timed(10);
    const run = processWithConcurrency(Array(25).fill(0), 25, task, { limiter });
    await clock.tickAsync(0);
    assert.equal(limiter.inFlight, most);
    await clock.runAllAsync();
    await run;
    assert.deepEqual([times.filter((at) => at < 60_000).length, times.at(-1)], [20, 60_000]);
  }
});

test("starts are spread by a stagger, and held back by a cooldown, within the rate", async () => {
  const limiter = new Limiter({ limit: 9, stagger: 100, rate: { limit: 3, interval: 1_000 } });
  const { times, task } = timed();
  const run = processWithConcurrency(Array(7).fill(0), 7, task, { limiter });
  await clock.tickAsync(1_050);
  limiter.cooldown(500);
  await clock.runAllAsync();
  await run;
  assert.deepEqual(times, [0, 100, 200, 1_000, 1_550, 1_650, 2_000]);
});

test("single calls take turns in a staggered limiter without waiting for the ends of others", async () => {
  const limiter = new Limiter({ limit: 9, stagger: 100 });
  const { times, task } = timed(10_000);
  const calls = Array.from({ length: 4 }, () => limiter.run(task));
  await clock.runAllAsync();
  await Promise.all(calls);
  assert.deepEqual(times, [0, 100, 200, 300]);
});

test("starts count that fail, that are aborted, and that are repeated", async () => {
  const limiter = new Limiter({ rate: { limit: 2, interval: 1_000 } });
  const began = performance.now();
  const times = [];
  const note = () => times.push(performance.now() - began);
  const repeated = retry(
    ({ attempt }) => {
      note();
      if (attempt === 1) throw failure(500);
    },
    { minDelay: 10, jitter: 0, classify: () => "retry" },
    { limiter },
  );
  const late = limiter.run(note);
  const handle = startRun(
    [1],
    (_, __, { signal }) =>
      new Promise((_, reject) => {
        note();
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    { concurrency: 1, limiter, onCancel: "abort" },
  );
  await clock.tickAsync(1_500);
  handle.cancel();
  const last = limiter.run(note);
  await clock.runAllAsync();
  await Promise.all([repeated, late, handle.finished, last]);
  assert.deepEqual(times, [0, 0, 1_000, 1_000, 2_000]);
});

test("what never starts does not count", async () => {
  const limiter = new Limiter({ rate: { limit: 1, interval: 1_000 } });
  const { times, task } = timed();
  const signal = AbortSignal.abort("not wanted");
  await assert.rejects(limiter.run(task, { signal }), (reason) => reason === "not wanted");
  const skips = (item) => item !== 3;
  const run = settleWithConcurrency([1, 2, 3], 1, task, { limiter, skip: skips });
  await clock.runAllAsync();
  await run;
  assert.deepEqual(times, [0]);
});

test("a cancel ends a wait for the window at once, and leaves no timer", async () => {
  const limiter = new Limiter({ rate: { limit: 1, interval: 3_600_000 } });
  const { task } = timed(0);
  const canceller = new AbortController();
  const run = settleWithConcurrency([1, 2], 2, task, { limiter, signal: canceller.signal });
  await clock.tickAsync(10);
  assert.equal(clock.countTimers(), 1);
  canceller.abort();
  const { outcomes } = await run;
  await clock.tickAsync(0);
  assert.deepEqual([outcomes.map(({ status }) => status), clock.countTimers()], [["fulfilled", "cancelled"], 0]);
});

test("what uses the place of the call around it counts once, with that call", async () => {
  const limiter = new Limiter({ limit: 1, rate: { limit: 2, interval: 1_000 } });
  const { times, task } = timed();
  const outer = () =>
    limiter.run(async ({ signal }) => processWithConcurrency([1, 2, 3], 1, task, { limiter, signal }));
  const all = [outer(), outer(), outer()];
  await clock.runAllAsync();
  await Promise.all(all);
  assert.deepEqual(times, [0, 1, 2, 3, 4, 5, 1_000, 1_001, 1_002]);
});

test("a high rate holds for every window", async () => {
  const limiter = new Limiter({ limit: Infinity, rate: { limit: 2_000, interval: 1_000 } });
  const began = performance.now();
  const starts = {};
  const task = () => {
    const at = performance.now() - began;
    starts[at] = (starts[at] ?? 0) + 1;
  };
  const run = processWithConcurrency(Array(5_000).fill(0), Infinity, task, { limiter });
  await clock.runAllAsync();
  await run;
  assert.deepEqual(starts, { 0: 2_000, 1000: 2_000, 2000: 1_000 });
});

const interval = 1_000;
/** @type {Record<string, [rate: any, message: RegExp]>} */
const MISTAKES = {
  5: [5, /^`rate` must be \{ limit, interval \}, got 5$/],
  null: [null, /^`rate` must be \{ limit, interval \}, got null$/],
  "{}": [{}, /^`rate\.limit` must be an integer from 1 to 1000000, got undefined$/],
  "a limit of 0": [{ limit: 0, interval }, /^`rate\.limit` .* got 0$/],
  "a limit of 1.5": [{ limit: 1.5, interval }, /^`rate\.limit` .* got 1\.5$/],
  "a limit that is text": [{ limit: "20", interval }, /^`rate\.limit` .* got "20"$/],
  "a limit of Infinity": [{ limit: Infinity, interval }, /^`rate\.limit` .* got Infinity$/],
  "a limit beyond a million": [{ limit: 1_000_001, interval }, /^`rate\.limit` .* got 1000001$/],
  "no interval": [{ limit: 20 }, /^`rate\.interval` must be a number of milliseconds above 0, got undefined$/],
  "an interval of 0": [{ limit: 20, interval: 0 }, /^`rate\.interval` .* got 0$/],
  "an interval of NaN": [{ limit: 20, interval: NaN }, /^`rate\.interval` .* got NaN$/],
  "an interval of Infinity": [{ limit: 20, interval: Infinity }, /^`rate\.interval` .* got Infinity$/],
  "an interval that is text": [{ limit: 20, interval: "1m" }, /^`rate\.interval` .* got "1m"$/],
  "an unknown name": [
    { limit: 20, intervall: 5 },
    /^`rate\.intervall` is not an option; the nearest is `rate\.interval`$/,
  ],
};
for (const [name, [rate, message]] of Object.entries(MISTAKES)) {
  test(`a rate that cannot be used is refused at once: ${name}`, () => {
    assert.throws(() => new Limiter({ rate }), { name: "TypeError", message });
  });
}

test("an unknown option of a limiter near `rate` names it", () => {
  assert.throws(() => new Limiter(wrong({ rat: {} })), /the nearest is `rate`/);
  assert.doesNotThrow(() => new Limiter({ rate: undefined }));
});
