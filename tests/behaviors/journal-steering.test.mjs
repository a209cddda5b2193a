// Runs with a journal that are steered: retries, restarts, cancels and time limits while entries are being stored.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal, memoryJournal, UnconfirmedError } from "../../dist/journal.js";
import { fieldsOf } from "../typed.mjs";
import { disk, never } from "./disk.mjs";
import { byHand, failure, startInOrder, startPipeline, startRun, turn } from "./package.mjs";

test("a late result of an attempt that was restarted does not replace that of the newer one", async () => {
  const { page } = disk();
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 2, journal: page().journal });
  while (calls.length < 1) await turn();
  const again = run.retry("0", { restart: true });
  while (calls.length < 2) await turn();
  calls[1].resolve("new");
  await again;
  calls[0].resolve("old");
  await run.finished;
  await turn();
  const next = startRun(["a"], never, { concurrency: 1, journal: page().journal });
  assert.deepEqual((await next.finished).values, ["new"]);
});

test("an attempt that was restarted while it was stored leaves the record of the newer one", async () => {
  const stored = [];
  const { page } = disk({
    delay: ({ key, status }) => key && status === "started" && new Promise((resolve) => stored.push(resolve)),
  });
  const first = page();
  let calls = 0;
  const run = startRun(["a"], () => (calls++, never()), { concurrency: 2, journal: first.journal });
  while (stored.length < 1) await turn();
  void run.retry("0", { restart: true });
  while (stored.length < 2) await turn();
  stored[0]();
  await turn();
  stored[1]();
  while (calls < 1) await turn();
  first.crash();
  const next = startRun(["a"], () => calls++, { concurrency: 1, journal: page().journal });
  const { reason } = fieldsOf((await next.finished).outcomes[0]);
  assert.ok(reason instanceof UnconfirmedError, String(reason));
  assert.equal(calls, 1);
});

test("an item that is cancelled before it is made anew keeps its value", async () => {
  /** @type {(value?: unknown) => void} */
  let storeStarted = () => {};
  let isSlow = false;
  const { page } = disk({
    delay: ({ status }) => isSlow && status === "started" && new Promise((resolve) => (storeStarted = resolve)),
  });
  const run = startRun(["a"], () => "old", { concurrency: 1, journal: page().journal });
  await run.finished;
  isSlow = true;
  const again = run.retry("0", { regenerate: true });
  await turn();
  run.cancelItem("0");
  storeStarted();
  assert.equal((await again).status, "cancelled");
  await turn();
  isSlow = false;
  const next = startRun(["a"], () => assert.fail("it is not called"), { concurrency: 1, journal: page().journal });
  assert.deepEqual((await next.finished).values, ["old"]);
});

for (const limit of ["timeout", "idleTimeout", "totalTimeout"]) {
  test(`\`${limit}\` does not end an attempt whose result is being stored`, async (t) => {
    const { page } = disk({
      delay: ({ key, status }) => key && status === "fulfilled" && new Promise((resolve) => setTimeout(resolve, 60)),
    });
    let calls = 0;
    const task = (_item, _index, { idempotencyKey }) => (calls++, idempotencyKey && "paid");
    const options = { concurrency: 1, [limit]: 20, retry: { attempts: 3 }, journal: page().journal };
    const report = await startRun(["a"], task, options).finished;
    assert.deepEqual([report.values, calls], [["paid"], 1]);
  });
}

test("an item that is made anew repeats its steps and the runs inside it", async () => {
  const { page } = disk();
  let calls = 0;
  const keys = new Set();
  const task = async (_item, _index, { step, journal }) => {
    const own = await step("own", () => ++calls);
    const call = (_inner, _at, { idempotencyKey }) => (keys.add(idempotencyKey), ++calls);
    return [own, ...(await startRun(["x"], call, { concurrency: 1, journal }).values)];
  };
  const open = () => startRun(["a"], task, { concurrency: 1, journal: page().journal });
  const run = open();
  await run.finished;
  assert.deepEqual(fieldsOf(await run.retry("0", { regenerate: true })).value, [3, 4]);
  assert.equal(keys.size, 2);
  assert.deepEqual((await open().finished).values, [[3, 4]]);
});

test("a phase that is retried repeats what has failed in the run inside it, and nothing else", async () => {
  const { page } = disk();
  const calls = [];
  let isDown = true;
  const draw = (item) => {
    calls.push(item);
    if (item === "y" && isDown) throw failure(402);
    return item;
  };
  const images = (_, { journal }) =>
    startRun(["x", "y"], draw, { concurrency: 1, key: (item) => item, journal }).values;
  const open = () => startPipeline([{ name: "images", run: images }], { journal: page().journal });
  const run = open();
  assert.equal((await run.finished).status, "failed");
  assert.equal((await open().finished).status, "failed", "the page is loaded again");
  assert.deepEqual(calls, ["x", "y", "y"]);
  isDown = false;
  assert.deepEqual(fieldsOf(await run.retry("images")).value, ["x", "y"]);
  assert.deepEqual(calls, ["x", "y", "y", "y"]);
});

test("an attempt that follows repeats what was refused in the run inside it", async () => {
  const { page } = disk();
  let calls = 0;
  const inner = () => {
    if (++calls === 1) throw failure(429);
    return "done";
  };
  const task = (_item, _index, { journal }) => startRun(["x"], inner, { concurrency: 1, journal }).values;
  /** @type {import("./package.mjs").RetryPolicy} */
  const retry = { attempts: 2, maxDelay: 1, classify: () => "retry" };
  const report = await startRun(["a"], task, { concurrency: 1, retry, journal: page().journal }).finished;
  assert.deepEqual([report.values, calls], [[["done"]], 2]);
});

test("a call inside a phase that may have been made is made again when the phase is retried", async () => {
  const { page } = disk();
  const first = page();
  let calls = 0;
  const open = (journal, draw) =>
    startPipeline(
      [{ name: "images", run: (_, { journal }) => startRun(["x"], draw, { concurrency: 1, journal }).values }],
      { journal },
    );
  open(first.journal, () => (calls++, never()));
  while (calls < 1) await turn();
  first.crash();
  const run = open(page().journal, () => ++calls);
  assert.equal((await run.finished).status, "failed");
  assert.equal(calls, 1);
  assert.deepEqual(fieldsOf(await run.retry("images")).value, [2]);
});

test("keys that are empty or have a slash are not mistaken for others", async () => {
  const { page } = disk();
  const keys = ["", "%", "a", "a/0", "a%2F0", "a/"];
  let calls = 0;
  const task = (item, _index, { journal }) =>
    item === "a" ? startRun(["", "x"], () => ++calls, { concurrency: 1, journal, key: (it) => it }).values : ++calls;
  const open = () => startRun(keys, task, { concurrency: 1, key: (item) => item, journal: page().journal }).finished;
  const before = (await open()).values;
  assert.deepEqual([(await open()).values, calls], [before, 7]);
});

test("in order, a step of a task may be named as one of the run", async () => {
  const { page } = disk();
  const first = page();
  const calls = [];
  const open = (journal, stop) =>
    startInOrder([1], {
      carry: 0,
      journal,
      prepare: async (item, _index, { step }) => {
        await step("commit", () => calls.push("step"));
        return stop ? never() : item;
      },
      commit: (_item, prepared, carry) => ({ value: prepared, carry }),
    });
  open(first.journal, true);
  while (calls.length < 1) await turn();
  await turn();
  first.crash();
  assert.deepEqual((await open(page().journal, false).finished).values, [1]);
  assert.deepEqual(calls, ["step"]);
});

test("an item about which the server was asked gets its inputs before it is called", async () => {
  const { page } = disk();
  const first = page();
  const seen = [];
  const open = (journal, sound, work) =>
    startRun(["a"], (_item, _index, { inputs }) => (seen.push(...inputs), work()), {
      concurrency: 1,
      journal,
      after: () => [sound],
      retry: { reconcile: async () => ({ found: false }) },
    });
  open(first.journal, "sound 1", never);
  while (seen.length < 1) await turn();
  first.crash();
  const later = turn().then(() => "sound 2");
  await open(page().journal, later, () => "video").finished;
  assert.deepEqual(seen, ["sound 1", "sound 2"]);
});

test("an item that is added with the key of one that was removed is made, and both are known after a reload", async () => {
  const { page } = disk();
  let calls = 0;
  const task = (item, _index, { step }) => step("own", () => `${item} ${++calls}`);
  const open = () => startRun([], task, { concurrency: 1, open: true, key: () => "a", journal: page().journal });
  const run = open();
  run.add(["old"]);
  assert.equal(await run.value("a"), "old 1");
  run.remove("a");
  run.add(["new"]);
  assert.equal(await run.value("a"), "new 2");
  run.remove("a");
  run.end();
  await run.finished;
  const next = open();
  next.add(["new"]);
  assert.equal(await next.value("a"), "new 2");
});

test("a run that waits for its turn can be cancelled without ending that of the run before it", async () => {
  const opened = [];
  const { page } = disk({ open: async () => void opened.push("open"), close: () => void opened.push("close") });
  const { journal } = page();
  const { calls, task } = byHand();
  const run = startRun(["a"], task, { concurrency: 1, journal });
  const second = startRun(["a"], task, { concurrency: 1, journal });
  const third = startRun(["a"], task, { concurrency: 1, journal });
  while (calls.length < 1) await turn();
  second.cancel();
  assert.equal((await second.finished).status, "cancelled");
  await turn();
  assert.deepEqual(opened, ["open"]);
  calls[0].resolve("paid");
  await run.finished;
  assert.deepEqual((await third.finished).values, ["paid"]);
  assert.equal(calls.length, 1);
});

test("a store that cannot be closed is reported", async () => {
  const closings = [() => Promise.reject(new Error("no")), () => assert.fail("no")];
  for (const close of closings) {
    const errors = [];
    const options = { concurrency: 1, journal: disk({ close }).page().journal, onJournalError: (e) => errors.push(e) };
    assert.equal((await startRun(["a"], () => 1, options).finished).status, "completed");
    await turn();
    assert.deepEqual(
      errors.map(({ message }) => message),
      ["no"],
    );
  }
});

test("a run whose entries cannot be loaded fails: it does not know what is paid for", async () => {
  const down = new Error("down");
  const store = { load: () => Promise.reject(down), append: async () => {}, clear: async () => {} };
  const call = () => assert.fail("it is not called");
  const report = await startRun(["a"], call, { concurrency: 1, journal: createJournal(store) }).finished;
  assert.equal(report.status, "failed");
  assert.ok(report.error?.errors.includes(down));
});

test("runs of one page take turns on a journal in memory", async () => {
  const journal = memoryJournal();
  let calls = 0;
  const reports = await Promise.all(
    [1, 2].map(() => startRun(["a"], () => ++calls, { concurrency: 1, journal }).finished),
  );
  assert.deepEqual([reports.map(({ values }) => values), calls], [[[1], [1]], 1]);
});

test("a commit that paused its run is made again after a reload, before those behind it", async () => {
  const { page } = disk();
  const commits = [];
  const start = (journal, isDown) =>
    startInOrder(["a", "b", "c"], {
      journal,
      carry: "",
      commit(item, _, carry) {
        commits.push(`${carry}+${item}`);
        if (item === "b" && isDown) throw failure(400);
        return { value: item, carry: carry + item };
      },
    });
  const first = page();
  const run = start(first.journal, true);
  run.subscribe(() => {});
  while (run.state !== "paused") await turn();
  first.crash();
  assert.deepEqual((await start(page().journal, false).finished).values, ["a", "b", "c"]);
  assert.deepEqual(commits, ["+a", "a+b", "a+b", "ab+c"]);
});
