// Runs with handles, limiters and modes, through the installed package.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cleanUp, install } from "./helpers.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Promises that are resolved by hand, one a call. */
function gate() {
  const calls = [];
  const task = (item, index, context) =>
    new Promise((resolve, reject) => calls.push({ item, index, context, resolve, reject }));
  return { calls, task };
}

const until = async (condition) => {
  while (!condition()) await sleep(1);
};

describe("runs with handles", () => {
  let s;
  let installed;
  const undo = cleanUp();
  before(async () => {
    ({ installed } = await install(undo));
    s = await import(pathToFileURL(join(installed, "dist", "index.js")).href);
  });

  test("bad arguments are refused at once, before the engine is loaded", () => {
    assert.throws(() => s.startRun([1], () => 1, { concurrency: 0 }), {
      name: "TypeError",
      message: /`concurrency`.*got 0/,
    });
    assert.throws(() => s.startRun([1], 5, { concurrency: 1 }), { name: "TypeError", message: /`task`.*got 5/ });
    assert.throws(() => s.startBatches([1], NaN, () => 1), { name: "TypeError", message: /`batchSize`.*NaN/ });
    assert.throws(() => s.startInOrder([1], {}), { name: "TypeError", message: /`commit`/ });
    assert.throws(() => s.startPipeline([{ name: "a" }]), { name: "TypeError", message: /`phases\[0\].run`/ });
    assert.throws(() => new s.Limiter({ limit: 0 }), { name: "TypeError", message: /`limit`.*got 0/ });
  });

  test("R5 R6 a chunk that has arrived is behind nextStartIndex, whatever ends the phase", async () => {
    const chunksOf =
      (count) =>
      async ({ startIndex }) => ({ n: startIndex, hasMore: startIndex + 1 < count, nextStartIndex: startIndex + 1 });
    const options = { stagger: 0 };
    const cut = async (more, act) => {
      const call = chunksOf(9);
      const { calls, task } = gate();
      const held = async (request) => (request.startIndex === 1 ? (await task(1), call(request)) : call(request));
      const run = s.startPhase(held, { ...options, ...more });
      await until(() => calls.length === 1);
      await act(run, () => calls[0].resolve());
      return [(await run.finished).values.map(({ n }) => n), run.nextStartIndex];
    };
    assert.deepEqual(await cut({ onCancel: "drain" }, (run, go) => (run.cancel(), go())), [[0, 1], 2]);
    const paused = cut({}, async (run, go) => {
      run.pause();
      go();
      await run.settled("1");
      run.cancel();
    });
    assert.deepEqual(await paused, [[0, 1], 2]);
    const call = chunksOf(9);
    const slow = s.startPhase(call, { ...options, onChunk: () => new Promise((resolve) => setTimeout(resolve, 30)) });
    await until(() => slow.snapshot.items.length > 0);
    await slow.settled("0");
    slow.cancel();
    assert.deepEqual([(await slow.finished).values.length, slow.nextStartIndex], [1, 1]);
    const few = s.startPhase(chunksOf(9), { ...options, maxChunks: 4 });
    assert.deepEqual([(await few.finished).values.length, few.nextStartIndex], [4, 4]);
    const all = s.startPhase(chunksOf(3), { ...options, maxChunks: Infinity });
    assert.deepEqual([(await all.finished).status, all.nextStartIndex], ["completed", undefined]);
    await all.retry("0", { regenerate: true });
    assert.deepEqual(all.nextStartIndex, undefined);
    let fails = true;
    const call9 = chunksOf(9);
    const failing = s.startPhase(async (request) => {
      if (request.startIndex === 2 && fails) throw new Error("2");
      return request.startIndex === 3 ? new Promise(() => {}) : call9(request);
    }, options);
    assert.deepEqual([(await failing.finished).status, failing.nextStartIndex], ["failed", 2]);
    fails = false;
    await failing.retry("2");
    assert.deepEqual(failing.nextStartIndex, 3);
    failing.cancel();
  });

  test("listeners of an item's signal are freed with the item, though its place goes on", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc");
    let listener;
    const { calls, task } = gate();
    const work = (item, index, context) => {
      if (item === 2) return task(item, index, context);
      const abort = () => item;
      if (item === 1) listener = new WeakRef(abort);
      context.signal.addEventListener("abort", abort);
      return Promise.resolve(item);
    };
    const run = s.processWithConcurrency([0, 1, 2], 1, work);
    await until(() => calls.length === 1);
    for (let turns = 0; turns < 5; turns++) {
      await sleep(5);
      gc();
    }
    assert.equal(listener.deref(), undefined);
    calls[0].resolve(2);
    await run;
  });

  test("R8 commands that come before the engine are kept", async () => {
    const { calls, task } = gate();
    const run = s.startRun([1, 2], task, { concurrency: 1 });
    assert.equal(run.snapshot.items.length, 2);
    run.pause();
    assert.equal(run.state, "paused");
    await s.init();
    await sleep(5);
    assert.equal(calls.length, 0);
    run.resume();
    await until(() => calls.length === 1);
    calls[0].resolve("a");
    await until(() => calls.length === 2);
    calls[1].resolve("b");
    assert.deepEqual((await run.finished).values, ["a", "b"]);
  });

  test("R28 a snapshot is the same object until something changed", async () => {
    const { calls, task } = gate();
    const run = s.startRun(["x"], task, { concurrency: 1, key: (item) => item });
    await until(() => calls.length === 1);
    const running = run.snapshot;
    assert.equal(run.snapshot, running);
    assert.equal(running.items[0].status, "running");
    calls[0].context.report({ fraction: 0.5, data: "half" });
    await until(() => run.snapshot !== running);
    assert.deepEqual([run.snapshot.items[0].fraction, run.snapshot.items[0].data], [0.5, "half"]);
    calls[0].resolve(1);
    await run.finished;
    assert.equal(run.snapshot.items[0].status, "fulfilled");
    assert.equal(running.items[0].status, "running");
  });

  test("R8 two clicks are one retry, also after the end, which stays the end", async () => {
    let calls = 0;
    const run = s.startRun(
      ["a"],
      () => {
        if (++calls === 1) throw new Error("first");
        return calls;
      },
      { concurrency: 1 },
    );
    const report = await run.finished;
    assert.equal(report.status, "partial");
    const [first, second] = await Promise.all([run.retry("0"), run.retry("0")]);
    assert.equal(first, second);
    assert.deepEqual([first.value, calls, run.state], [2, 2, "finished"]);
    assert.equal((await run.retry("0")).value, 2);
    assert.equal((await run.retry("0", { regenerate: true })).value, 3);
    await assert.rejects(run.retry("nobody"), { name: "RangeError", message: /nobody/ });
  });

  test("R3 R7 R8 R25 in order: ahead with prepare, one carry, paused by a failure, prepared once", async () => {
    const log = [];
    let broken = true;
    const run = s.startInOrder([0, 1, 2, 3], {
      concurrency: 2,
      carry: [],
      prepare: (item) => {
        log.push(`p${item}`);
        return `c${item}`;
      },
      commit: (item, prepared, carry) => {
        log.push(`c${item}:${carry.join("")}`);
        if (item === 1 && broken) throw new Error("no speech");
        return { value: prepared, carry: [...carry, item] };
      },
    });
    assert.equal((await run.settled("1")).status, "rejected");
    await until(() => run.state === "paused");
    await sleep(5);
    assert.ok(!log.includes("c2:0"), log.join(" "));
    broken = false;
    assert.equal((await run.retry("1")).status, "fulfilled");
    assert.equal(run.state, "paused");
    run.resume();
    const report = await run.finished;
    assert.deepEqual(report.values, ["c0", "c1", "c2", "c3"]);
    assert.deepEqual(
      log.filter((entry) => entry.startsWith("c")),
      ["c0:", "c1:0", "c1:0", "c2:01", "c3:012"],
    );
    assert.equal(log.filter((entry) => entry === "p1").length, 1);
  });

  test("R4 in order with concurrency 1 is the serial call sequence", async () => {
    const log = [];
    const prepare = async (item) => log.push(`p${item}`);
    const commit = async (item) => {
      log.push(`c${item}`);
      return { value: item, carry: 0 };
    };
    await s.startInOrder([0, 1, 2], { concurrency: 1, prepare, commit, carry: 0 }).finished;
    assert.equal(log.join(" "), "p0 c0 p1 c1 p2 c2");
  });

  test("R3 batches see exactly the earlier batches, frozen and the same", async () => {
    const seen = [];
    const task = async (item, index, { completed }) => {
      seen.push(completed);
      return item;
    };
    const report = await s.startBatches([1, 2, 3, 4, 5], 2, task).finished;
    assert.deepEqual(report.values, [1, 2, 3, 4, 5]);
    assert.deepEqual(seen, [[], [], [1, 2], [1, 2], [1, 2, 3, 4]]);
    assert.ok(Object.isFrozen(seen[2]) && seen[2] === seen[3]);
  });

  test("R6 R12 a pipeline threads outputs, skips, weighs, and goes on at a phase", async () => {
    const phases = [
      { name: "script", weight: 10, run: () => "S" },
      { name: "audio", weight: 40, skip: async () => true, run: () => assert.fail("skipped") },
      { name: "images", weight: 50, run: ({ script }) => `${script}I` },
    ];
    const run = s.startPipeline(phases);
    const fractions = [];
    run.subscribe(() => fractions.push(run.snapshot.progress.fraction));
    assert.equal((await run.finished).status, "completed");
    assert.deepEqual([run.outputs.images, fractions.at(-1)], ["SI", 1]);
    assert.ok(
      fractions.includes(0.1) && fractions.every((fraction, at) => at === 0 || fraction >= fractions[at - 1]),
      fractions.join(),
    );
    const resumed = s.startPipeline(phases, { from: "images", outputs: { script: "T" } });
    await resumed.finished;
    assert.equal(resumed.outputs.images, "TI");
  });

  test("R9 R26 one item is cancelled by name, the rest drains, every outcome is told once", async () => {
    const told = [];
    const { calls, task } = gate();
    const run = s.startRun([0, 1, 2], task, {
      concurrency: 2,
      onOutcome: ({ key, status }) => {
        told.push(`${key} ${status}`);
      },
    });
    await until(() => calls.length === 2);
    run.cancelItem("0", "not this");
    run.cancelItem("2", "nor this");
    const [zero, two] = await Promise.all([run.settled("0"), run.settled("2")]);
    assert.deepEqual([zero.reason, zero.started, two.reason, two.started], ["not this", true, "nor this", false]);
    assert.equal(calls[0].context.signal.reason, "not this");
    run.cancel("all");
    assert.equal(run.state, "cancelling");
    calls[1].resolve("paid for");
    const report = await run.finished;
    assert.deepEqual([report.status, report.values], ["cancelled", ["paid for"]]);
    assert.deepEqual(told.sort(), ["0 cancelled", "1 fulfilled", "2 cancelled"]);
  });

  test("R13 items are added, the concurrency changes, outcomes are iterated", async () => {
    const { calls, task } = gate();
    const run = s.startRun([0], task, { concurrency: 1, open: true });
    run.add([1, 2]);
    await until(() => calls.length === 1);
    run.setConcurrency(3);
    await until(() => calls.length === 3);
    run.end();
    assert.throws(() => run.add([3]), { name: "TypeError" });
    [2, 0, 1].forEach((index) => calls[index].resolve(index));
    const order = [];
    for await (const outcome of run) order.push(outcome.index);
    assert.deepEqual(order, [2, 0, 1]);
  });

  test("R21 a limiter is shared, cooled by a 429, and borrowed by a nested call", async () => {
    const shared = new s.Limiter({ limit: 2 });
    let [now, most] = [0, 0];
    const task = async () => {
      most = Math.max(most, ++now);
      await sleep(2);
      now--;
    };
    const lists = [0, 1].map(() => s.processWithConcurrency([1, 2, 3, 4], 4, task, { limiter: shared }));
    await Promise.all([...lists, shared.run(task)]);
    assert.deepEqual([most, shared.inFlight, shared.waiting], [2, 0, 0]);
    const one = new s.Limiter({ limit: 1 });
    assert.equal(await one.run(({ signal }) => one.run(() => 7, { signal })), 7);
    let refused;
    const busy = () => {
      refused = performance.now();
      throw Object.assign(new Error("busy"), { status: 429, retryAfter: 60 });
    };
    await s.settleWithConcurrency([1], 1, busy, { limiter: one });
    await one.run(() => 1);
    assert.ok(performance.now() - refused >= 59);
  });

  test("R21 a limiter of the CommonJS build is refused by name, and does not hang", async () => {
    const other = createRequire(import.meta.url)(join(installed, "dist", "index.cjs"));
    const limiter = new other.Limiter({ limit: 1 });
    assert.throws(() => s.startRun([1], () => 1, { concurrency: 1, limiter }), {
      name: "TypeError",
      message: /`limiter`.*of this copy/,
    });
    await assert.rejects(
      s.processWithConcurrency([1], 1, () => 1, { limiter }),
      { name: "TypeError", message: /`limiter`/ },
    );
    assert.deepEqual(await other.processWithConcurrency([1], 1, () => 1, { limiter }), [1]);
  });

  test("a cancelled task leaves the queue of its limiter", async () => {
    const limiter = new s.Limiter({ limit: 1 });
    let open;
    const held = limiter.run(() => new Promise((resolve) => (open = resolve)));
    const controller = new AbortController();
    const queued = limiter.run(() => assert.fail("cancelled"), { signal: controller.signal });
    await until(() => limiter.waiting === 1);
    controller.abort(new Error("enough"));
    await assert.rejects(queued, /enough/);
    assert.equal(limiter.waiting, 0);
    open();
    await held;
  });

  test("R25 a step that is done is not bought again by a retry", async () => {
    let bought = 0;
    const task = async (item, index, context) => {
      const content = await context.step("content", ({ idempotencyKey }) => {
        bought++;
        return idempotencyKey;
      });
      if (context.attempt < 3) throw Object.assign(new Error("no speech"), { status: 503 });
      return content;
    };
    const report = await s.settleWithConcurrency([1], 1, task, { retry: { attempts: 3, minDelay: 1 } });
    assert.deepEqual([bought, report.status], [1, "completed"]);
    assert.match(report.values[0], /\/content$/);
  });

  test("R5 a phase says where to resume", async () => {
    const call = ({ startIndex }) => {
      if (startIndex === 4) throw new Error("down");
      return { hasMore: true, nextStartIndex: startIndex + 2 };
    };
    const run = s.startPhase(call, { stagger: 0 });
    const report = await run.finished;
    assert.deepEqual([report.status, report.values.length, run.nextStartIndex], ["failed", 2, 4]);
  });

  test("R18 silence is a time-out, signs of life put it off", async () => {
    const task = async (item, index, { report }) => {
      for (let part = 0; part < 4; part++) {
        await sleep(100);
        report({ fraction: part / 4 });
      }
      await new Promise(() => {});
    };
    const { outcomes } = await s.settleWithConcurrency([1], 1, task, { idleTimeout: 300 });
    assert.equal(outcomes[0].reason.name, "TimeoutError");
    assert.ok(outcomes[0].elapsed >= 695, `${outcomes[0].elapsed}`);
  });

  test("tasks keep the async context of whoever started them", async () => {
    const storage = new AsyncLocalStorage();
    const seen = { A: new Set(), B: new Set() };
    const start = (name) =>
      storage.run(name, () =>
        s.processWithConcurrency([1, 2, 3, 4], 1, async () => {
          seen[name].add(storage.getStore());
          await sleep(1);
        }),
      );
    await Promise.all([start("A"), start("B")]);
    assert.deepEqual([[...seen.A], [...seen.B]], [["A"], ["B"]]);
  });

  test("with trace each attempt is a measure on a track of its own", async () => {
    performance.clearMeasures();
    await s.settleWithConcurrency(["a"], 1, () => 1, { trace: true, key: (item) => item });
    const [measure] = /** @type {import('node:perf_hooks').PerformanceMeasure[]} */ (
      performance.getEntriesByType("measure")
    );
    const { devtools } = /** @type {any} */ (measure.detail);
    assert.deepEqual([measure.name, devtools.dataType, devtools.track], ["a #1", "track-entry", "sluicegate"]);
  });
});
