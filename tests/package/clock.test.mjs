// The package on a clock and dice of the tests' own: what jest and vitest put in place of timers is sinon's.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import FakeTimers from "@sinonjs/fake-timers";
import { cleanUp, install } from "./helpers.mjs";

const status = (code, more) => Object.assign(new Error(`status ${code}`), { status: code, ...more });
const network = () => new TypeError("Failed to fetch");
const keyed = ({ idempotencyKey }) => idempotencyKey;

/** Seed 002 as its code really is: refusals of 429 fail at once, and nothing is keyed. */
const generation = (random) => ({
  attempts: 3,
  classify: (error, { verdict }) =>
    error.status === 503 || (error.status === undefined && verdict === "ambiguous") ? "retry" : "fail",
  delay: (attempt, error) => (error.status === 503 ? 800 * attempt : 750 * attempt + 250 * random()),
});

/** Seed 003, its later policy. */
const classroom = (random) => ({
  attempts: 6,
  minDelay: 1_000,
  factor: 2,
  maxDelay: 16_000,
  jitter: 0.2,
  random,
  classify: (error, { verdict }) =>
    error.status === 409 || error.status >= 500 || verdict !== "final" ? "retry" : "fail",
});

describe("the installed package on fake timers", () => {
  const undo = cleanUp();
  let s;
  let clock;

  before(async () => {
    const { installed } = await install(undo);
    s = await import(pathToFileURL(join(installed, "dist", "index.js")).href);
    await s.init();
  });

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => clock.uninstall());

  /** When the attempts of a call are made that fails so, in milliseconds, and what it comes to. */
  async function starts(policy, ...errors) {
    const times = [];
    const call = (context) => {
      keyed(context);
      times.push(performance.now());
      const error = errors[Math.min(times.length, errors.length) - 1];
      if (error) throw error;
      return "done";
    };
    const began = performance.now();
    const settled = s.retry(call, policy).catch((error) => error);
    await clock.tickAsync(600_000);
    return { times: times.map((time) => time - began), result: await settled };
  }

  test("R14 reproduces what 002 really does: 503 after 800·n ms, the network after 750·n + U[0, 250) ms", async () => {
    const half = generation(() => 0.5);
    assert.deepEqual((await starts(half, status(503))).times, [0, 800, 2_400]);
    assert.deepEqual((await starts(half, network())).times, [0, 875, 2_500]);
    assert.deepEqual(
      (
        await starts(
          generation(() => 0),
          network(),
        )
      ).times,
      [0, 750, 2_250],
    );
    assert.deepEqual(await starts(half, network(), status(503), undefined), { times: [0, 875, 2_475], result: "done" });
    const failed = await starts(half, status(503));
    assert.deepEqual([failed.result.name, failed.result.attempts, failed.result.cause.status], ["RetryError", 3, 503]);
  });

  test("R14 R15 002 fails at once for 401, 402, 429 and what it does not know", async () => {
    for (const error of [status(401), status(402), status(429), status(500), new TypeError("x is undefined")]) {
      assert.deepEqual(await starts(generation(Math.random), error), { times: [0], result: error });
    }
  });

  test("R14 reproduces the later policy of 003: 1 s·2ⁿ, at most 16 s, up to a fifth more", async () => {
    const least = [0, 1_000, 3_000, 7_000, 15_000, 31_000];
    for (const error of [408, 409, 425, 429, 500, 501, 502, 503, 504].map((code) => status(code)).concat(network())) {
      assert.deepEqual(
        (
          await starts(
            classroom(() => 0),
            error,
          )
        ).times,
        least,
      );
    }
    assert.deepEqual(
      (
        await starts(
          classroom(() => 1),
          status(503),
        )
      ).times,
      least.map((time) => time * 1.2),
    );
    assert.deepEqual((await starts({ ...classroom(() => 0), attempts: 8 }, status(503))).times, [
      ...least,
      47_000,
      63_000,
    ]);
    for (const error of [400, 401, 403, 404, 422].map((code) => status(code))) {
      assert.deepEqual(
        (
          await starts(
            classroom(() => 0),
            error,
          )
        ).times,
        [0],
      );
    }
  });

  test("R14 a server that says how long to wait is obeyed to the millisecond", async () => {
    const { times } = await starts(
      { random: () => 0 },
      status(429, { retryAfter: 7_000 }),
      status(503, { retryAfter: 250 }),
      status(503),
    );
    // From the second failure on the formula is the least: a short hint does not switch the growth off.
    assert.deepEqual(times, [0, 7_000, 9_000]);
    assert.deepEqual((await starts({}, status(429, { retryAfter: 60_001 }))).times, [0]);
  });

  test("R14 without a policy of its own a call is made three times, 1 and 2 s apart and up to a fifth more", async () => {
    const { times } = await starts({}, status(503));
    const waits = times.slice(1).map((time, index) => time - times[index]);
    assert.equal(waits.length, 2);
    waits.forEach((wait, index) => assert.ok(wait >= 1_000 * 2 ** index && wait <= 1_200 * 2 ** index, `${wait} ms`));
  });

  test("R20 a poll waits for the caller's interval, or for as long as the reply says", async () => {
    const times = [];
    const replies = [{}, { retryAfterMs: 40 }, { retry_after_seconds: 0.06 }, { wait: 80 }, { done: true }];
    const began = performance.now();
    const poll = s.pollUntil(() => (times.push(performance.now() - began), replies[times.length - 1]), {
      done: ({ done }) => done === true,
      interval: ({ wait = 20 }) => wait,
    });
    await clock.tickAsync(1_000);
    await poll;
    assert.deepEqual(times, [0, 20, 60, 120, 200]);
  });

  test("R18 R20 timeouts, staggers and polls run on it too", async () => {
    const timed = s
      .retry(() => new Promise(() => {}), { attempts: 1 }, { timeout: 120_000 })
      .catch((error) => error.name);
    const starts = [];
    const staggered = s.processWithConcurrency([1, 2, 3], 3, () => starts.push(performance.now()), { stagger: 500 });
    const polled = s
      .pollUntil(() => ({ status: "processing" }), { done: () => false, timeout: 60_000 })
      .catch((error) => error.message);
    const began = performance.now();
    await clock.tickAsync(200_000);
    assert.deepEqual(await Promise.all([timed, polled]), ["TimeoutError", "The poll took longer than 60000 ms"]);
    await staggered;
    assert.deepEqual(
      starts.map((time) => time - began),
      [0, 500, 1_000],
    );
  });
});
