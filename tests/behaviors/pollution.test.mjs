// Names such as `__proto__` and `constructor` in replies, headers, keys, records and phases are data like any other.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import "fake-indexeddb/auto";
import { createJournal, indexedDbJournal, memoryJournal } from "../../dist/journal.js";
import { fieldsOf } from "../typed.mjs";
import { callPhase, HttpError, startInOrder, startPhase, startPipeline, startRun } from "./package.mjs";

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
const PLAIN = Reflect.ownKeys(Object.prototype);
const ATTACK =
  '{"__proto__":{"polluted":1,"isRetryable":true,"retryAfterMs":1},"constructor":{"prototype":{"polluted":1}}}';

afterEach(() => {
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  assert.deepEqual(Reflect.ownKeys(Object.prototype), PLAIN);
  assert.deepEqual(Object.keys(Array.prototype), []);
});

const answering = (text, status, headers) => async () => new Response(text, { status, headers });

test("a reply keeps its own `__proto__`, and gives nobody a prototype", async () => {
  const value = await callPhase("/api", {}, { fetch: answering(ATTACK, 200, { constructor: "x", tostring: "y" }) });
  assert.deepEqual(Object.keys(value), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("a failure is not judged by inherited properties of its body", async () => {
  let calls = 0;
  const fetch = async () => (calls++, new Response(ATTACK, { status: 400 }));
  const error = await callPhase("/api", {}, { fetch, retry: { attempts: 3, minDelay: 0 } }).catch((reason) => reason);
  assert.ok(error instanceof HttpError);
  assert.deepEqual([error.retryAfter, calls], [undefined, 1]);
});

test("events keep their own `__proto__`", async () => {
  const events = [];
  const options = { onEvent: (event) => void events.push(event) };
  for (const [type, text] of [
    ["text/event-stream", `event: __proto__\nid: constructor\ndata: ${ATTACK}\n\n`],
    ["application/x-ndjson", `${ATTACK}\n`],
  ]) {
    const fetch = answering(text, 200, { "content-type": type });
    const value = await callPhase("/api", {}, { fetch, ...options });
    assert.ok(Object.hasOwn(value, "__proto__"));
  }
  assert.equal(events[0].event, "__proto__");
  assert.equal(Object.getPrototypeOf(events[1].data), Object.prototype);
});

test("a chunk goes on by its own properties", async () => {
  const chunk = JSON.parse('{"__proto__":{"hasMore":true,"nextStartIndex":1},"hasMore":false}');
  const { status, values } = await startPhase(() => chunk).finished;
  assert.deepEqual([status, values.length], ["completed", 1]);
});

/** @type {[string, () => any][]} */
const JOURNALS = [
  ["in memory", () => memoryJournal()],
  ["in IndexedDB", () => indexedDbJournal("__proto__")],
];
for (const [where, open] of JOURNALS) {
  test(`items, steps and values named so are restored from a journal ${where}`, async () => {
    const journal = open();
    const task = (item, _index, { step }) => step(item, () => JSON.parse(`{"__proto__":"${item}"}`));
    const start = (work) => startRun(NAMES, work, { concurrency: 2, key: (item) => item, journal });
    const first = start(task);
    const outcomes = await Promise.all(NAMES.map((name) => first.settled(name)));
    assert.deepEqual(
      outcomes.map(({ key }) => key),
      NAMES,
    );
    await first.finished;
    const report = await start(() => assert.fail("it is not called")).finished;
    assert.deepEqual(
      report.values.map((value) => Object.getOwnPropertyDescriptor(value, "__proto__")?.value),
      NAMES,
    );
  });
}

test("a reason in a journal gives its error no other prototype", async () => {
  const reason = JSON.parse(
    '{"__proto__":{"polluted":1},"name":"__proto__","message":"no","constructor":1,"stack":"x"}',
  );
  const entry = { key: "0", idempotencyKey: "k", repeatable: true, status: "rejected", reason, attempts: 1, at: 1 };
  const proto = JSON.parse('{"__proto__":{"key":"0","status":"fulfilled","idempotencyKey":"k","value":1}}');
  const store = { load: async () => [entry, proto], append: async () => {}, clear: async () => {} };
  const errors = [];
  const options = {
    concurrency: 1,
    journal: createJournal(store),
    onJournalError: (error) => void errors.push(error.name),
  };
  const [outcome] = (await startRun(["a"], () => 1, options).finished).outcomes;
  assert.ok(fieldsOf(outcome).reason instanceof Error);
  assert.equal(Object.getPrototypeOf(fieldsOf(outcome).reason), Error.prototype);
  assert.deepEqual([fieldsOf(outcome).reason.name, fieldsOf(outcome).reason.polluted], ["__proto__", undefined]);
  assert.deepEqual(errors, ["JournalEntryError"]);
});

test("phases named so have outputs of their own, and none that they inherit", async () => {
  const run = startPipeline(NAMES.map((name) => ({ name, run: () => `of ${name}` })));
  assert.equal((await run.finished).status, "completed");
  assert.deepEqual(
    NAMES.map((name) => Object.getOwnPropertyDescriptor(run.outputs, name)?.value),
    NAMES.map((name) => `of ${name}`),
  );
  const names = ["toString", "last"];
  const later = startPipeline(
    names.map((name) => ({ name, run: () => 1 })),
    { from: "last" },
  );
  const [skipped] = (await later.finished).outcomes;
  assert.deepEqual([skipped.status, fieldsOf(skipped).value], ["skipped", undefined]);
});

test("options named so are refused, and change nothing", () => {
  const options = JSON.parse('{"concurrency":1,"__proto__":{"concurrency":5}}');
  assert.throws(() => startRun([], () => 1, options), /`__proto__` is not an option/);
  assert.throws(() => startInOrder([], JSON.parse('{"commit":1,"constructor":{}}')), /`constructor` is not an option/);
  const { onFailure } = { onFailure: "constructor" };
  assert.throws(() => startRun([], () => 1, { concurrency: 1, onFailure: /** @type {any} */ (onFailure) }), TypeError);
});
