// Runs with a journal: what is called again after a crash, and what is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal, memoryJournal, UnconfirmedError } from "../../dist/journal.js";
import { fieldsOf, wrong } from "../typed.mjs";
import { disk, never } from "./disk.mjs";
import {
  HttpError,
  processPhase,
  startBatches,
  startInOrder,
  startPhase,
  startPipeline,
  startRun,
  turn,
} from "./package.mjs";

/** The server has not done the work. */
const NOT_DONE = { found: /** @type {const} */ (false) };

test("a call is made when it is stored as started, and its result counts when that is stored", async () => {
  const { page, log } = disk();
  const { journal } = page();
  const run = startRun(
    ["a"],
    async () => {
      log.push("call");
      return 1;
    },
    { concurrency: 1, journal, onOutcome: () => void log.push("outcome") },
  );
  assert.equal((await run.finished).status, "completed");
  assert.deepEqual(log, ["run started", "0 started", "call", "0 fulfilled", "outcome", "run fulfilled"]);
});

test("fulfilled items are not called again, and their outcomes say that they are restored", async () => {
  const { page } = disk();
  const first = page();
  const outer = startRun(["a", "b", "c"], async (item) => (item === "b" ? never() : item.toUpperCase()), {
    concurrency: 3,
    key: (item) => item,
    journal: first.journal,
  });
  await Promise.all([outer.settled("a"), outer.settled("c")]);
  first.crash();
  const calls = [];
  const outcomes = [];
  const run = startRun(["a", "b", "c", "d"], (item) => (calls.push(item), `${item}${item}`), {
    concurrency: 1,
    key: (item) => item,
    journal: page().journal,
    retry: { reconcile: async () => NOT_DONE },
    onOutcome: (outcome) => void outcomes.push(`${outcome.key} ${outcome.status} ${fieldsOf(outcome).restored}`),
  });
  const report = await run.finished;
  assert.deepEqual(report.values, ["A", "bb", "C", "dd"]);
  assert.deepEqual(calls, ["b", "d"]);
  assert.deepEqual(outcomes, [
    "a fulfilled true",
    "c fulfilled true",
    "b fulfilled undefined",
    "d fulfilled undefined",
  ]);
});

test("a call that may have been made is rejected as unconfirmed, also after the next reload, until it is retried", async () => {
  const { page } = disk();
  const first = page();
  startRun(["a"], never, { concurrency: 1, journal: first.journal });
  await turn();
  first.crash();
  let calls = 0;
  const again = () => startRun(["a"], () => ++calls, { concurrency: 1, journal: page().journal });
  for (let reload = 0; reload < 2; reload++) {
    const [outcome] = (await again().finished).outcomes;
    assert.ok(fieldsOf(outcome).reason instanceof UnconfirmedError, String(fieldsOf(outcome).reason));
    assert.equal(fieldsOf(outcome).reason.key, "0");
  }
  const run = again();
  await run.finished;
  assert.equal(fieldsOf(await run.retry("0")).value, 1);
  assert.equal((await again().finished).values[0], 1);
  assert.equal(calls, 1);
});

test("a keyed call is repeated with its key", async () => {
  const { page } = disk();
  const first = page();
  const keys = [];
  const call = (wait) => async (_item, _index, context) => {
    keys.push(context.idempotencyKey);
    return wait ? never() : "done";
  };
  startRun(["a"], call(true), { concurrency: 1, journal: first.journal });
  await turn();
  first.crash();
  const report = await startRun(["a"], call(false), { concurrency: 1, journal: page().journal }).finished;
  assert.deepEqual(report.values, ["done"]);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

test("a server that has done the work is asked, and the call is not repeated", async () => {
  const { page } = disk();
  const first = page();
  startRun(["a"], never, { concurrency: 1, journal: first.journal });
  await turn();
  first.crash();
  const retry = { reconcile: async () => ({ found: /** @type {const} */ (true), value: "found" }) };
  const options = { concurrency: 1, journal: page().journal, retry };
  const task = () => /** @type {string} */ (assert.fail("it is not called"));
  const report = await startRun(["a"], task, options).finished;
  assert.deepEqual(report.values, ["found"]);
});

test("a rejected item keeps its failure until it is retried", async () => {
  const { page } = disk();
  const failure = new HttpError("no", 402, { code: "NO_CREDITS" }, new Headers());
  const options = () => ({ concurrency: 1, journal: page().journal });
  await startRun(["a"], () => Promise.reject(failure), options()).finished;
  const run = startRun(["a"], () => "paid", options());
  const [{ status, reason, restored }] = (await run.finished).outcomes.map(fieldsOf);
  assert.deepEqual(
    [status, reason.name, reason.status, reason.body.code, restored],
    ["rejected", "HttpError", 402, "NO_CREDITS", true],
  );
  assert.equal(fieldsOf(await run.retry("0")).value, "paid");
});

test("after a cancel the items that were not started are started by the next run", async () => {
  const { page } = disk();
  const run = startRun([1, 2, 3], async (item) => (await turn(), item), { concurrency: 1, journal: page().journal });
  await run.settled("0");
  run.cancel();
  assert.equal((await run.finished).status, "cancelled");
  const calls = [];
  const next = startRun([1, 2, 3], (item) => (calls.push(item), item), { concurrency: 1, journal: page().journal });
  assert.deepEqual((await next.finished).values, [1, 2, 3]);
  assert.ok(!calls.includes(1) && calls.includes(3), String(calls));
});

test("in order, what is prepared is not prepared again, and the carry goes on", async () => {
  const { page } = disk();
  const first = page();
  const calls = [];
  const options = (journal, fails) => ({
    concurrency: 2,
    carry: 0,
    journal,
    prepare: (item) => (calls.push(`prepare ${item}`), item * 10),
    commit: (item, prepared, carry) => {
      calls.push(`commit ${item} with ${carry}`);
      return item === fails ? never() : { value: prepared, carry: carry + item };
    },
    retry: { reconcile: async () => NOT_DONE },
  });
  const run = startInOrder([1, 2, 3], options(first.journal, 3));
  await run.settled("1");
  await turn();
  await turn();
  first.crash();
  calls.length = 0;
  const report = await startInOrder([1, 2, 3], options(page().journal, undefined)).finished;
  assert.deepEqual(calls, ["commit 3 with 3"]);
  assert.deepEqual(report.values, [10, 20, 30]);
});

test("in batches the values of restored batches are there", async () => {
  const { page } = disk();
  const first = page();
  const run = startBatches([1, 2, 3], 2, (item) => (item === 3 ? never() : item), { journal: first.journal });
  await Promise.all([run.settled("0"), run.settled("1")]);
  await turn();
  first.crash();
  const retry = { reconcile: async () => NOT_DONE };
  const task = (_item, _index, { completed }) => [...completed];
  const report = await startBatches([1, 2, 3], 2, task, { journal: page().journal, retry }).finished;
  assert.deepEqual(report.values, [1, 2, [1, 2]]);
});

test("a phase goes on at the first chunk that is not stored, and stores again what was not", async () => {
  const { page } = disk();
  const first = page();
  const stored = [];
  const ask = ({ startIndex }) => ({ from: startIndex, hasMore: startIndex < 2, nextStartIndex: startIndex + 1 });
  const phase = startPhase(ask, {
    stagger: 0,
    journal: first.journal,
    onChunk: ({ from }) => (stored.push(from), from === 1 ? never() : undefined),
  });
  while (stored.length < 2) await turn();
  assert.equal(phase.nextStartIndex, 2);
  first.crash();
  const asked = [];
  const chunks = await processPhase((request) => (asked.push(request.startIndex), ask(request)), {
    stagger: 0,
    journal: page().journal,
    onChunk: ({ from }, { startIndex }) => void stored.push(`${from} from ${startIndex}`),
  });
  assert.deepEqual(
    chunks.map(({ from }) => from),
    [0, 1, 2],
  );
  assert.deepEqual(asked, [2]);
  assert.deepEqual(stored, [0, 1, "1 from 1", "2 from 2"]);
});

test("a step that is stored is not done again, also where its task starts anew", async () => {
  const { page } = disk();
  const first = page();
  const calls = [];
  const task = (wait) => async (_item, _index, context) => {
    const job = await context.step("submit", () => (calls.push("submit"), "job 1"));
    calls.push(`poll ${job}`);
    return wait ? never() : "video";
  };
  startRun(["a"], task(true), { concurrency: 1, journal: first.journal });
  while (calls.length < 2) await turn();
  first.crash();
  const report = await startRun(["a"], task(false), { concurrency: 1, journal: page().journal }).finished;
  assert.deepEqual(report.values, ["video"]);
  assert.deepEqual(calls, ["submit", "poll job 1", "poll job 1"]);
});

test("a step that may have been done is not done again before somebody asks for the item", async () => {
  const { page } = disk();
  const first = page();
  let calls = 0;
  const task = (work) => (_item, _index, context) => context.step("submit", () => (calls++, work()));
  startRun(["a"], task(never), { concurrency: 1, journal: first.journal });
  while (calls < 1) await turn();
  first.crash();
  const run = startRun(
    ["a"],
    task(() => "done"),
    { concurrency: 1, journal: page().journal },
  );
  const [{ reason }] = (await run.finished).outcomes.map(fieldsOf);
  assert.ok(reason instanceof UnconfirmedError, String(reason));
  assert.equal(calls, 1);
  assert.equal(fieldsOf(await run.retry("0")).value, "done");
});

test("a pipeline goes on inside its phase: runs in it use the journal of the context", async () => {
  const { page } = disk();
  const first = page();
  const calls = [];
  const open = (journal, stopsAt) =>
    startPipeline(
      [
        { name: "script", run: () => (calls.push("script"), ["x", "y", "z"]) },
        {
          name: "images",
          run: async ({ script }, { journal: inner, signal }) => {
            const draw = (scene) => (calls.push(scene), scene === stopsAt ? never() : scene.toUpperCase());
            const retry = { reconcile: async () => NOT_DONE };
            const key = (scene) => scene;
            const run = startRun(script, draw, { concurrency: 1, key, journal: inner, signal, retry });
            return run.values;
          },
        },
      ],
      { journal },
    );
  open(first.journal, "z");
  while (!calls.includes("z")) await turn();
  first.crash();
  calls.length = 0;
  const report = await open(page().journal, undefined).finished;
  assert.equal(report.status, "completed", String(report.error));
  assert.deepEqual(report.values, [
    ["x", "y", "z"],
    ["X", "Y", "Z"],
  ]);
  assert.deepEqual(calls, ["z"]);
});

test("an item that is made anew falls back to its value where nobody knows of the new one", async () => {
  const { page } = disk();
  const first = page();
  let makes = 0;
  const run = startRun(["a"], () => (++makes === 1 ? "old" : never()), { concurrency: 1, journal: first.journal });
  await run.finished;
  void run.retry("0", { regenerate: true });
  while (makes < 2) await turn();
  first.crash();
  const again = startRun(["a"], () => assert.fail("it is not called"), { concurrency: 1, journal: page().journal });
  assert.deepEqual((await again.finished).values, ["old"]);
});

test("a journal that cannot be written is reported, and the run goes on", async () => {
  const errors = [];
  const journal = createJournal({
    load: async () => [],
    append: async () => Promise.reject(new DOMException("full", "QuotaExceededError")),
    clear: async () => {},
  });
  const onJournalError = (error) => void errors.push(error.name);
  const report = await startRun(["a"], () => 1, { concurrency: 1, journal, onJournalError }).finished;
  assert.deepEqual(report.values, [1]);
  assert.deepEqual(new Set(errors), new Set(["QuotaExceededError"]));
});

test("entries that cannot be read are reported, and their calls count as unconfirmed", async () => {
  const entries = [
    { key: "0", status: "later" },
    null,
    { key: 7 },
    { key: "1", status: "fulfilled", idempotencyKey: "k", value: 5 },
    {
      get key() {
        throw new Error("no");
      },
    },
  ];
  const journal = createJournal({ load: async () => wrong(entries), append: async () => {}, clear: async () => {} });
  const errors = [];
  const onJournalError = (error) => void errors.push(error.name);
  const { outcomes } = await startRun(["a", "b"], () => 1, { concurrency: 1, journal, onJournalError }).finished;
  assert.equal(fieldsOf(outcomes[0]).reason.name, "UnconfirmedError");
  assert.equal(fieldsOf(outcomes[1]).value, 5);
  assert.deepEqual(errors, Array(4).fill("JournalEntryError"));
});

test("values that cannot be cloned are reported, and the item is fulfilled all the same", async () => {
  const errors = [];
  const onJournalError = (error) => void errors.push(error.name);
  const options = { concurrency: 1, journal: memoryJournal(), onJournalError };
  const report = await startRun(["a"], () => () => 1, options).finished;
  assert.equal(report.status, "completed");
  assert.deepEqual(errors, ["DataCloneError"]);
});

test("a run whose journal is busy fails with that error", async () => {
  const busy = new Error("busy");
  const store = {
    open: async () => Promise.reject(busy),
    load: async () => [],
    append: async () => {},
    clear: async () => {},
  };
  const run = startRun(["a"], () => 1, { concurrency: 1, journal: createJournal(store) });
  const report = await run.finished;
  assert.equal(report.status, "failed");
  assert.equal(report.outcomes[0].status, "cancelled");
  assert.ok(report.error?.errors.includes(busy));
});

test("a journal that is none is a TypeError", () => {
  assert.throws(() => startRun([], () => 1, { concurrency: 1, journal: wrong({}) }), /`journal` must be a journal of/);
  assert.throws(() => createJournal(wrong({ load() {} })), /`append` must be a function/);
});
