// Runs whose journal is slow, fails for a while, is used by a run inside them, or is needed again after their end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal, memoryJournal, UnconfirmedError } from "../../dist/journal.js";
import { fieldsOf } from "../typed.mjs";
import { disk, never } from "./disk.mjs";
import {
  byHand,
  failure,
  processWithConcurrency,
  setWarnings,
  startInOrder,
  startPhase,
  startRun,
  turn,
} from "./package.mjs";

/** Turns of the event loop where `setTimeout` is mocked. */
const immediate = () => new Promise((resolve) => setImmediate(resolve));
async function pass(t, milliseconds, step = 500) {
  for (let passed = 0; passed < milliseconds; passed += step) {
    t.mock.timers.tick(step);
    for (let turns = 0; turns < 5; turns++) await immediate();
  }
}

test("an entry that is never stored is reported after 10 s, and a cancelled run ends", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Error[]} */
  const errors = [];
  const { page } = disk({ delay: ({ key }) => key && never() });
  const onJournalError = (error) => void errors.push(error);
  const run = startRun(["a"], () => 1, { concurrency: 1, journal: page().journal, onJournalError });
  for (let turns = 0; turns < 9; turns++) await immediate();
  run.cancel();
  await pass(t, 9_000);
  assert.equal(run.state, "cancelling");
  assert.equal(errors.length, 0);
  await pass(t, 30_000);
  assert.equal(run.state, "finished");
  assert.equal((await run.finished).status, "cancelled");
  assert.match(errors[0].message, /takes longer than 10000 ms: the run goes on without the entry of "0"/);
  assert.equal(errors[0].name, "TimeoutError");
});

test("a store that hangs holds a run up once, and again when it has answered in between", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const hanging = [];
  /** @type {any[][]} */
  const [made, errors] = [[], []];
  const append = () => /** @type {Promise<void>} */ (new Promise((stored) => void hanging.push(stored)));
  const journal = createJournal({ load: async () => [], append, clear: async () => {} });
  const onJournalError = (error) => void errors.push(error.name);
  const task = (item) => void made.push(item);
  const run = startRun(["a", "b"], task, { concurrency: 1, open: true, journal, onJournalError });
  await pass(t, 9_000);
  assert.deepEqual([made, errors], [[], []]);
  await pass(t, 4_000);
  assert.deepEqual(made, ["a", "b"]);
  // The entries of the run, of two calls and of two results.
  assert.deepEqual(errors, new Array(5).fill("TimeoutError"));
  for (const stored of hanging) stored(undefined);
  await immediate();
  run.add(["c"]);
  await pass(t, 9_000);
  assert.deepEqual([made.length, errors.length], [2, 5]);
  await pass(t, 4_000);
  assert.deepEqual(made, ["a", "b", "c"]);
});

test("entries that are stored in time leave no timer", async (t) => {
  const timers = new Set();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  t.mock.method(globalThis, "setTimeout", (...args) => {
    const timer = set(.../** @type {[any]} */ (args));
    timers.add(timer);
    return timer;
  });
  t.mock.method(globalThis, "clearTimeout", (timer) => {
    timers.delete(timer);
    clear(timer);
  });
  await startRun(["a", "b"], () => 1, { concurrency: 1, journal: memoryJournal() }).finished;
  await immediate();
  assert.equal(timers.size, 0);
});

test("a value that is changed after its end is stored as it was", async () => {
  const stored = [];
  let store = () => {};
  const isAsked = new Promise((resolve) => (store = /** @type {any} */ (resolve)));
  const journal = createJournal({
    load: async () => [],
    append: async (entry) => {
      if (entry.status !== "fulfilled" || entry.key === "") return;
      await isAsked;
      stored.push(JSON.stringify(entry.value));
    },
    clear: async () => {},
  });
  const value = { text: "paid" };
  const run = startRun(["a"], () => value, { concurrency: 1, journal });
  await turn();
  value.text = "changed";
  store();
  await run.finished;
  assert.deepEqual(stored, ['{"text":"paid"}']);
});

for (const [how, start] of /** @type {[string, (journal: any, context: any) => Promise<unknown>][]} */ ([
  ["at once", async (journal) => startRun(["x"], () => 1, { concurrency: 1, journal }).values],
  [
    "later, with its signal",
    async (journal, { signal }) => {
      await turn();
      return startRun(["x"], () => 1, { concurrency: 1, journal, signal }).values;
    },
  ],
  ["in a step", (journal, { step }) => step("inner", () => processWithConcurrency(["x"], 1, () => 1, { journal }))],
  [
    "in a run inside it",
    (journal, { signal }) =>
      processWithConcurrency(
        ["x"],
        1,
        async (_item, _index, inner) => {
          await turn();
          return startRun(["y"], () => 1, { concurrency: 1, journal, signal: inner.signal }).values;
        },
        { signal },
      ),
  ],
])) {
  test(`a run that a task starts ${how} with the journal of its own run is a TypeError`, async () => {
    const journal = memoryJournal();
    const task = (_item, _index, context) => start(journal, context);
    const [{ status, reason }] = (await startRun(["a"], task, { concurrency: 1, journal }).finished).outcomes.map(
      fieldsOf,
    );
    assert.equal(status, "rejected");
    assert.ok(reason instanceof TypeError, String(reason));
    assert.match(reason.message, /pass `context\.journal` to runs inside a task/);
  });
}

test("a run that waits for long for another run of its page is warned about", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const warnings = [];
  setWarnings((text) => warnings.push(text));
  t.after(() => setWarnings(true));
  const journal = memoryJournal();
  const { calls, task } = byHand();
  const first = startRun(["a"], task, { concurrency: 1, journal });
  const second = startRun(["a"], task, { concurrency: 1, journal });
  while (calls.length < 1) await immediate();
  await pass(t, 9_500);
  assert.deepEqual(warnings, []);
  await pass(t, 1_000);
  assert.match(warnings.join("\n"), /both have the same journal/);
  calls[0].resolve(1);
  assert.deepEqual([(await first.finished).values, (await second.finished).values], [[1], [1]]);
});

test("an item that is made anew and refused falls back to its value where the page is closed during the backoff", async () => {
  const { page, statusOf } = disk();
  const first = page();
  let makes = 0;
  const task = () => {
    if (++makes > 1) throw failure(503);
    return "old";
  };
  const retry = { attempts: 9, minDelay: 60_000 };
  const run = startRun(["a"], task, { concurrency: 1, journal: first.journal, retry });
  await run.finished;
  void run.retry("0", { regenerate: true });
  while (statusOf("0") !== "waiting") await turn();
  first.crash();
  run.cancel();
  const again = startRun(["a"], () => assert.fail("it is not called"), { concurrency: 1, journal: page().journal });
  assert.deepEqual((await again.finished).values, ["old"]);
});

// ── after the end ──

test("an item that is retried after the end waits until no other run has the journal, and is not bought again", async () => {
  const { page } = disk();
  const { journal } = page();
  const calls = [];
  let isDown = true;
  const task = (item) => {
    calls.push(item);
    if (isDown) throw failure(402);
    return `${item} ${calls.length}`;
  };
  const first = startRun(["a", "b"], task, { concurrency: 1, journal });
  await first.finished;
  const { calls: held, task: byOther } = byHand();
  const other = startRun(["a", "b"], byOther, { concurrency: 1, journal });
  await other.finished;
  isDown = false;
  const made = other.retry("0");
  while (held.length < 1) await turn();
  const again = [first.retry("0"), first.retry("1")];
  await turn();
  assert.deepEqual(calls, ["a", "b"], "the other run has the journal");
  held[0].resolve("of the other");
  assert.equal(fieldsOf(await made).value, "of the other");
  const outcomes = await Promise.all(again);
  assert.deepEqual(
    outcomes.map(fieldsOf).map(({ value }) => value),
    ["of the other", "b 3"],
    String(calls),
  );
  assert.equal(fieldsOf(outcomes[0]).restored, true);
  assert.deepEqual(calls, ["a", "b", "b"]);
});

test("a phase that goes on after its end makes no chunk that another run has made since", async () => {
  const journal = memoryJournal();
  const asked = [];
  let isDown = true;
  const ask = async ({ startIndex }) => {
    asked.push(startIndex);
    if (startIndex === 1 && isDown) throw failure(402);
    return { hasMore: startIndex < 3, nextStartIndex: startIndex + 1, made: asked.length };
  };
  const first = startPhase(ask, { journal, stagger: 0 });
  assert.equal((await first.finished).status, "failed");
  isDown = false;
  const again = first.retry("1");
  const other = startPhase(ask, { journal, stagger: 0 });
  await again;
  const { values } = await other.finished;
  while (first.report.status !== "completed") await turn();
  assert.deepEqual(asked, [0, 1, 1, 2, 3]);
  assert.deepEqual(first.report.values, values);
});

test("a run that went on after its end gives the journal back", async () => {
  const opened = [];
  const { page, statusOf } = disk({
    open: async () => void opened.push("open"),
    close: () => void opened.push("close"),
  });
  const { journal } = page();
  let isDown = true;
  const task = () => (isDown ? Promise.reject(failure(402)) : "paid");
  const run = startRun(["a"], task, { concurrency: 1, journal });
  await run.finished;
  await turn();
  isDown = false;
  assert.equal(fieldsOf(await run.retry("0")).value, "paid");
  await turn();
  assert.deepEqual(opened, ["open", "close", "open", "close"]);
  assert.deepEqual([statusOf("0"), statusOf("")], ["fulfilled", "fulfilled"]);
  assert.equal(fieldsOf(await run.retry("0", { regenerate: true })).value, "paid");
  await turn();
  assert.equal(opened.length, 6);
});

test("an item that is retried after the end is cancelled where the journal cannot be opened", async () => {
  const busy = new Error("busy");
  let isBusy = false;
  const { page } = disk({ open: () => (isBusy ? Promise.reject(busy) : Promise.resolve()) });
  let calls = 0;
  const task = () => (calls++, Promise.reject(failure(402)));
  const run = startRun(["a"], task, { concurrency: 1, journal: page().journal });
  await run.finished;
  isBusy = true;
  const outcome = await run.retry("0");
  assert.deepEqual([outcome.status, fieldsOf(outcome).reason, calls], ["cancelled", busy, 1]);
  isBusy = false;
  assert.equal(fieldsOf(await run.retry("0")).reason.status, 402);
});

// ── calls that may have been made ──

/** Starts a run whose page is closed during its call. */
async function leave(start) {
  const { page } = disk();
  const first = page();
  const { calls, task } = byHand();
  start(task, { journal: first.journal });
  while (calls.length < 1) await turn();
  first.crash();
  return page;
}
const ofOne = (task, options) => startRun(["a"], task, { concurrency: 1, ...options });

test("`retry.classify` gets the UnconfirmedError of a call that may have been made, and may have it made again", async () => {
  const page = await leave(ofOne);
  const seen = [];
  const classify = (error, { item, key, attempt, maybeSent, verdict }) => {
    seen.push([error.name, error.key, item, key, attempt, maybeSent, verdict]);
    return "retry";
  };
  const report = await ofOne(() => "again", { journal: page().journal, retry: { classify } }).finished;
  assert.deepEqual(report.values, ["again"]);
  assert.deepEqual(seen, [["UnconfirmedError", "0", "a", "0", 1, true, "ambiguous"]]);
  const next = ofOne(() => assert.fail("it is not called"), { journal: page().journal });
  assert.deepEqual((await next.finished).values, ["again"]);
});

test("a call that may have been made pauses its run if `retry.classify` says so", async () => {
  const page = await leave(ofOne);
  const run = ofOne(() => "again", { journal: page().journal, retry: { classify: () => "pause" } });
  const outcome = await run.settled("0");
  assert.ok(fieldsOf(outcome).reason instanceof UnconfirmedError);
  assert.equal(run.state, "paused");
  const again = run.retry("0");
  run.resume();
  assert.equal(fieldsOf(await again).value, "again");
});

for (const answer of ["fail", "reconcile", "perhaps"]) {
  test(`a call that may have been made is not made again if \`retry.classify\` returns "${answer}"`, async (t) => {
    const reported = [];
    Object.assign(globalThis, { reportError: (error) => reported.push(error.name) });
    t.after(() => Reflect.deleteProperty(globalThis, "reportError"));
    const page = await leave(ofOne);
    const options = { journal: page().journal, retry: { classify: () => answer } };
    const [{ reason }] = (await ofOne(() => assert.fail("it is not called"), options).finished).outcomes.map(fieldsOf);
    assert.ok(reason instanceof UnconfirmedError);
    assert.deepEqual(reported, answer === "fail" ? [] : ["TypeError"]);
  });
}

test("in order, a commit that may have been made is made again if `retry.classify` says so", async () => {
  const start = (commit, options) =>
    startInOrder(["a"], { concurrency: 1, carry: 0, prepare: (item) => item, commit, ...options });
  const page = await leave(start);
  const steps = [];
  const retry = { classify: (_error, { step }) => (steps.push(step), "retry") };
  const commit = (_item, prepared, carry) => ({ value: `${prepared} again`, carry });
  assert.deepEqual((await start(commit, { journal: page().journal, retry }).finished).values, ["a again"]);
  assert.deepEqual(steps, ["commit"]);
});

test("a step that may have been made is made again if `retry.classify` says so", async () => {
  const inStep =
    (work) =>
    (_item, _index, { step }) =>
      step("submit", work);
  const page = await leave((work, options) => ofOne(inStep(work), options));
  const retry = { classify: (error) => (error.name === "UnconfirmedError" ? "retry" : "fail"), minDelay: 1 };
  const run = ofOne(
    inStep(() => "again"),
    { journal: page().journal, retry },
  );
  assert.deepEqual((await run.finished).values, ["again"]);
});
