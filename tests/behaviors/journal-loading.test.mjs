// Journals in IndexedDB whose entries cannot be read at once, or never.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "fake-indexeddb/auto";
import { indexedDbJournal } from "../../dist/journal.js";
import { startRun } from "./package.mjs";

const { getAll } = IDBObjectStore.prototype;
const immediate = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  IDBObjectStore.prototype.getAll = getAll;
});

/** Lets reads fail this often. */
function failReads(times, name = "UnknownError", message = "Internal error") {
  const reads = { failed: 0 };
  IDBObjectStore.prototype.getAll = function (.../** @type {[any]} */ args) {
    if (reads.failed >= times) return getAll.apply(this, args);
    reads.failed += 1;
    throw new DOMException(message, name);
  };
  return reads;
}

/** Shortens all pauses of timers, and returns those of at least 100 ms. */
function shortenPauses(t) {
  const pauses = [];
  const { setTimeout: set } = globalThis;
  t.mock.method(globalThis, "setTimeout", (call, pause) => {
    if (pause >= 100) pauses.push(pause);
    return set(call, Math.min(pause, 1));
  });
  return pauses;
}

const errors = [];
const start = (name, task, make = indexedDbJournal) => {
  errors.length = 0;
  const onJournalError = (error) => void errors.push(error.name);
  return startRun(["a"], task, { concurrency: 1, journal: make(name), onJournalError });
};

test("entries that cannot be read for a moment are read again, and nothing is bought again", async (t) => {
  assert.deepEqual((await start("moment", () => "paid").finished).values, ["paid"]);
  const pauses = shortenPauses(t);
  const reads = failReads(3);
  const report = await start("moment", () => assert.fail("it is not called")).finished;
  assert.deepEqual(report.values, ["paid"]);
  assert.equal(reads.failed, 3);
  assert.deepEqual(pauses.slice(0, 3), [100, 400, 1_500]);
  assert.deepEqual(errors, ["UnknownError"]);
});

test("a run whose entries can never be read fails, and calls nothing", async (t) => {
  shortenPauses(t);
  const reads = failReads(Infinity);
  const report = await start("never", () => assert.fail("it is not called")).finished;
  assert.equal(report.status, "failed");
  assert.deepEqual(
    report.error?.errors.map(({ name }) => name),
    ["UnknownError"],
  );
  assert.equal(reads.failed, 6);
});

test("a run that is cancelled while entries cannot be read ends at once", async (t) => {
  const pauses = shortenPauses(t);
  const reads = failReads(Infinity);
  const run = start("cancelled", () => assert.fail("it is not called"));
  while (reads.failed < 1) await immediate();
  run.cancel();
  assert.equal((await run.finished).status, "cancelled");
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  assert.equal(reads.failed, 1);
  assert.deepEqual(pauses, [100, 9_000]);
});

for (const [what, name, message] of /** @type {[string, string, string][]} */ ([
  ["may not have a database", "SecurityError", "access is denied in this context"],
  [
    "has a user who has blocked the data of sites",
    "UnknownError",
    "The user denied permission to access the database.",
  ],
])) {
  test(`a run in a page that ${what} goes on in memory at once`, async () => {
    const reads = failReads(Infinity, name, message);
    assert.deepEqual((await start("denied", () => "paid").finished).values, ["paid"]);
    assert.equal(reads.failed, 1);
    assert.equal(errors[0], name);
  });
}

test("a run where there is no IndexedDB goes on in memory at once", async (t) => {
  const { indexedDB } = globalThis;
  t.after(() => Object.assign(globalThis, { indexedDB }));
  globalThis.indexedDB = /** @type {any} */ (undefined);
  // A copy of its own, which has no connection yet.
  const { indexedDbJournal: withoutConnection } = await import(`../../dist/journal.js?${Math.random()}`);
  assert.deepEqual((await start("none", () => "paid", withoutConnection).finished).values, ["paid"]);
  assert.equal(errors[0], "NotSupportedError");
});
