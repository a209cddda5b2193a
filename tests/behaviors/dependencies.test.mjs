// Items that wait for others before they start, and items with priorities.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, wrong } from "../typed.mjs";
import {
  byHand,
  Limiter,
  processWithConcurrency,
  settleWithConcurrency,
  startBatches,
  startInOrder,
  startRun,
  turn,
} from "./package.mjs";

const key = (item) => item;

test("an item waits for results of another run, and its task finds them in its context", async () => {
  const sounds = byHand();
  const audio = startRun(["a", "b"], sounds.task, { concurrency: 2, key });
  const started = [];
  const video = startRun(["a", "b"], (item, _, { inputs }) => [item, ...inputs, started.push(item)], {
    concurrency: 1,
    key,
    after: (item) => [audio.value(item), "a plain value"],
  });
  await turn();
  assert.deepEqual(
    video.snapshot.items.map(({ status }) => status),
    ["waiting", "waiting"],
  );
  sounds.calls[1].resolve("sound of b");
  await turn();
  assert.deepEqual(started, ["b"], "others start before an item that waits");
  sounds.calls[0].resolve("sound of a");
  const { values } = await video.finished;
  assert.deepEqual(values, [
    ["a", "sound of a", "a plain value", 2],
    ["b", "sound of b", "a plain value", 1],
  ]);
});

test("an item that waits holds no place of its run or of a limiter", async () => {
  const limiter = new Limiter({ limit: 1 });
  const { calls, task } = byHand();
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const run = startRun(["a", "b", "c"], task, {
    concurrency: 1,
    limiter,
    after: (item) => (item === "a" && [gate]) || [],
  });
  await turn();
  assert.deepEqual([calls.map(({ item }) => item), limiter.inFlight, limiter.waiting], [["b"], 1, 0]);
  calls[0].resolve();
  await turn();
  calls[1].resolve();
  await turn();
  assert.deepEqual([calls.map(({ item }) => item), limiter.inFlight, limiter.waiting], [["b", "c"], 0, 0]);
  release();
  await turn();
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["b", "c", "a"],
  );
  calls[2].resolve();
  assert.equal((await run.finished).status, "completed");
});

test("two runs that wait for each other's items through a limiter of one place do not deadlock", async () => {
  const limiter = new Limiter({ limit: 1 });
  const inputsOf = {};
  // Each item fails once, so that it backs off.
  const make =
    (name) =>
    (item, _, { inputs, attempt }) => {
      if (attempt === 1) throw new Error("once more");
      inputsOf[`${name} ${item}`] = inputs;
      return item;
    };
  /** @type {import("./package.mjs").PoolOptions<string> & { concurrency: number }} */
  const common = { limiter, key, concurrency: 3, retry: { minDelay: 1, classify: () => "retry" } };
  const runs = {};
  const other = { one: "two", two: "one" };
  for (const name of ["one", "two"]) {
    const after = (item) => (Number(item) > 0 ? [runs[other[name]].value(String(item - 1))] : []);
    runs[name] = startRun(["2", "1", "0"], make(name), { ...common, after });
  }
  for (const run of Object.values(runs)) assert.equal((await run.finished).status, "completed");
  const expected = { 0: [], 1: ["0"], 2: ["1"] };
  for (const name of ["one", "two"])
    for (const item of ["0", "1", "2"]) assert.deepEqual(inputsOf[`${name} ${item}`], expected[item]);
});

test("what an item waits for and rejects is its reason, and it never starts", async () => {
  const reason = new Error("no sound");
  const audio = startRun(["a"], () => Promise.reject(reason), { concurrency: 1, key });
  const { calls, task } = byHand();
  const video = startRun(["a", "b"], task, {
    concurrency: 1,
    after: (item) => (item === "a" ? [audio.value("a")] : []),
  });
  await turn();
  calls[0].resolve("made");
  const { status, outcomes } = await video.finished;
  assert.deepEqual([status, outcomes[0].status, outcomes[0].attempts], ["partial", "rejected", 0]);
  assert.equal(fieldsOf(outcomes[0]).reason, reason);
  assert.equal(fieldsOf(outcomes[1]).value, "made");
});

test("processWithConcurrency ends with the reason of an input that fails", async () => {
  const reason = new Error("no sound");
  const after = () => [Promise.reject(reason)];
  await assert.rejects(
    processWithConcurrency([1, 2], 1, () => {}, { after }),
    (error) => error === reason,
  );
});

test("a cancel ends items that wait at once, and what they waited for comes too late", async () => {
  const { calls, task } = byHand();
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const run = startRun(["a", "b"], task, { concurrency: 2, key, after: () => [gate] });
  await turn();
  run.cancelItem("a", "not this one");
  assert.deepEqual(
    [(await run.settled("a")).status, fieldsOf(await run.settled("a")).reason],
    ["cancelled", "not this one"],
  );
  run.cancel("enough");
  const { status, outcomes } = await run.finished;
  assert.deepEqual(
    [status, fieldsOf(outcomes[1]).reason, fieldsOf(outcomes[1]).started],
    ["cancelled", "enough", false],
  );
  release();
  await turn();
  assert.equal(calls.length, 0);
});

test("items that wait for each other, or for themselves, are rejected with a TypeError", async () => {
  const after = (item) => [run.value({ a: "b", b: "c", c: "a", self: "self" }[item])];
  const run = startRun(["a", "b", "c", "self"], () => {}, { concurrency: 1, key, after });
  const { outcomes } = await run.finished;
  const reasons = outcomes.map((outcome) => fieldsOf(outcome).reason);
  assert.ok(
    reasons.every((reason) => reason instanceof TypeError && /waits for what waits for this item/.test(String(reason))),
  );
});

test("an item that is retried waits anew, also after the end of the run", async () => {
  let gate = Promise.reject(new Error("not yet"));
  const seen = [];
  const run = startRun(["a"], (_, __, { inputs }) => void seen.push(inputs[0]), {
    concurrency: 1,
    after: () => [gate],
  });
  assert.equal((await run.finished).status, "partial");
  let release;
  gate = new Promise((resolve) => (release = resolve));
  const again = run.retry("0");
  await turn();
  assert.deepEqual(seen, []);
  release("now");
  assert.equal((await again).status, "fulfilled");
  assert.deepEqual([seen, run.report.status], [["now"], "completed"]);
});

test("an item that was restarted is not started by what it waited for before", async () => {
  const gates = [];
  const after = () => [new Promise((resolve) => gates.push(resolve))];
  const seen = [];
  const run = startRun(["a"], (_, __, { inputs }) => void seen.push(inputs[0]), { concurrency: 1, after });
  await turn();
  const again = run.retry("0", { restart: true });
  await turn();
  assert.equal(gates.length, 2);
  gates[0]("old");
  await turn();
  assert.deepEqual(seen, []);
  gates[1]("new");
  await again;
  assert.deepEqual(seen, ["new"]);
});

test("skip is asked before after, and an item that is skipped waits for nothing", async () => {
  const asked = [];
  const { outcomes } = await settleWithConcurrency(["made", "new"], 1, (item) => item, {
    skip: (item) => item === "made" && { value: "kept" },
    after: (item) => void asked.push(item),
  });
  assert.deepEqual([asked, outcomes.map(fieldsOf).map(({ value }) => value)], [["new"], ["kept", "new"]]);
});

test("what is not an array of promises rejects the item", async () => {
  for (const given of [Promise.resolve([]), "abc", 1]) {
    const { outcomes } = await settleWithConcurrency([1], 1, () => {}, { after: () => wrong(given) });
    assert.match(String(fieldsOf(outcomes[0]).reason), /TypeError: `after` must return an array of promises, got /);
  }
});

test("after and priority are refused where items follow one another", () => {
  const after = () => [];
  assert.throws(() => startInOrder([1], wrong({ commit: () => {}, carry: 0, after })), /`after` is not an option/);
  assert.throws(() => startBatches([1], 1, () => {}, wrong({ priority: () => 1 })), /`priority` is not an option/);
});

test("items with a higher priority start first, equal ones in input order, also those that are added", async () => {
  const { calls, task, items } = byHand();
  const run = startRun([0, 5, 1, 5], task, { concurrency: 1, open: true, priority: (item) => item });
  const finish = async (n) => {
    await turn();
    calls[n].resolve();
  };
  await finish(0);
  await turn();
  run.add([7, 1]);
  run.end();
  for (let n = 1; n < 6; n++) await finish(n);
  await run.finished;
  assert.deepEqual(items(), [5, 5, 7, 1, 1, 0]);
  assert.deepEqual(
    calls.map(({ index }) => index),
    [1, 3, 4, 2, 5, 0],
  );
});

test("a priority that is no number is a TypeError at once", async () => {
  const options = { concurrency: 1, priority: () => wrong("high") };
  assert.throws(() => startRun([1], () => {}, options), /`priority\(item\)` must be a number, got "high"/);
  await assert.rejects(
    processWithConcurrency([1], 1, () => {}, { priority: () => NaN }),
    /`priority\(item\)`/,
  );
});

test("an item that cancels itself in skip or after has one outcome", async () => {
  for (const throws of [false, true]) {
    for (const name of ["skip", "after"]) {
      const told = [];
      const ask = () => {
        run.cancelItem("a", "by itself");
        if (throws) throw new Error("and fails");
        return name === "skip" ? true : [Promise.resolve()];
      };
      const run = startRun(["a"], () => {}, {
        concurrency: 1,
        key,
        [name]: ask,
        onOutcome: ({ status }) => void told.push(status),
      });
      await run.finished;
      await turn();
      assert.deepEqual(told, ["cancelled"], `${name} ${throws}`);
    }
  }
});

test("of a source no more items are read ahead than may run at once, while they wait", async () => {
  let read = 0;
  function* endless() {
    for (;;) yield read++;
  }
  const { calls, task } = byHand();
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  const run = startRun(endless(), task, { concurrency: 3, after: (item) => (item < 5 ? [gate] : []) });
  await turn();
  assert.deepEqual([read, calls.length], [3, 0]);
  release();
  await turn();
  assert.equal(calls.length, 3);
  assert.ok(read <= 6, `${read} were read`);
  run.cancel();
  for (const { resolve } of calls) resolve();
  await run.finished;
});

test("of many items that wait for one another, each starts when its turn has come", async () => {
  const items = Array.from({ length: 20_000 }, (_, index) => index);
  let sum = 0;
  const after = (item) => (item > 0 ? [run.value(String(item - 1))] : []);
  const run = startRun(items, (item, _, { inputs }) => ((sum += inputs.length), item), { concurrency: 1_000, after });
  assert.equal((await run.finished).status, "completed");
  assert.equal(sum, items.length - 1);
});

test("a priority of -0 is 0", async () => {
  const started = [];
  await settleWithConcurrency([0, -0, 0], 1, (_, index) => void started.push(index), { priority: (item) => item });
  assert.deepEqual(started, [0, 1, 2]);
});

test("an add that throws leaves nothing of its items behind, their priorities included", async () => {
  const seen = [];
  const priority = (item) => {
    if (item === "bad") throw new Error("no priority");
    return 0;
  };
  const run = startRun([], (item) => void seen.push(item), { concurrency: 1, open: true, priority });
  assert.throws(() => run.add(["a", "b", "bad"]), /no priority/);
  run.add(["c"]);
  await turn();
  run.add(["d"]);
  run.end();
  await run.finished;
  assert.deepEqual(seen, ["c", "d"]);
});

test("an async after is refused, and what it rejects with is no unhandled rejection", async () => {
  const after = async () => {
    throw new Error("no inputs");
  };
  const { outcomes } = await settleWithConcurrency([1], 1, () => {}, { after: wrong(after) });
  assert.match(
    String(fieldsOf(outcomes[0]).reason),
    /^TypeError: `after` must return an array of promises, .*must not be async$/,
  );
});
