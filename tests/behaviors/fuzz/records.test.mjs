// Journals whose records are of another version, damaged, or changed by somebody.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal } from "../../../dist/journal.js";
import { fieldsOf } from "../../typed.mjs";
import { startBatches, startInOrder, startPhase, startPipeline, startRun } from "../package.mjs";
import { ended, playCases } from "./cases.mjs";
import { anyJson, anyValue, NAMES } from "./values.mjs";

const KEYS = ["0", "1", "2", "a", "b", "", "0/%:s", "0/0", "a/%:s", "%", "%2F", "0/%:s/1/2", ...NAMES];
const STEPS = [undefined, undefined, undefined, "s", "sluicegate:prepare", "sluicegate:onChunk", "", ...NAMES];
const FIELDS = ["key", "step", "idempotencyKey", "repeatable", "status", "value", "reason", "attempts", "at"];

function anyEntry(random) {
  const entry = {
    key: random.pick(KEYS),
    ...(random.chance(0.3) && { step: random.pick(STEPS) }),
    idempotencyKey: random.pick(["", "key", "key/s"]),
    repeatable: random.chance(0.5),
    status: random.pick(["started", "waiting", "fulfilled", "fulfilled", "rejected"]),
    ...(random.chance(0.6) && { value: anyJson(random) }),
    ...(random.chance(0.4) && { reason: anyJson(random) }),
    attempts: random.int(0, 3),
    at: random.int(0, 1e9),
  };
  if (random.chance(0.5)) return entry;
  // Of another version, or changed by somebody.
  const field = random.pick([...FIELDS, ...NAMES, "version"]);
  const changed = random.chance(0.3)
    ? Object.fromEntries(Object.entries(entry).filter(([name]) => name !== field))
    : entry;
  Object.defineProperty(changed, field, { value: anyValue(random), enumerable: true, configurable: true });
  return random.chance(0.1) ? anyValue(random) : changed;
}

/** Returns a journal with these entries, whose store now and then fails. */
function journalOf(random, entries) {
  const failing = (work) => async (entry) => {
    if (random.chance(0.05)) throw new Error("the store failed");
    return work(entry);
  };
  return createJournal({
    load: async () => (random.chance(0.05) ? anyValue(random) : entries),
    append: failing(() => {}),
    clear: async () => {},
  });
}

const call = async (random) => {
  if (random.chance(0.2)) throw Object.assign(new Error("failed"), { status: random.pick([429, 500, 503, 402]) });
  return anyJson(random);
};

const RUNS = [
  (random, options) => startRun(["a", "b", "c"], () => call(random), { concurrency: 2, ...options }),
  (random, options) => startRun(["a", "b"], () => call(random), { concurrency: 2, key: (item) => item, ...options }),
  (random, options) =>
    startRun(["a"], (_item, _index, { step }) => step("s", () => call(random)), { concurrency: 1, ...options }),
  (random, options) =>
    startRun(
      ["a"],
      (_item, _index, { journal, signal }) =>
        startRun([1, 2], () => call(random), { concurrency: 1, journal, signal, onJournalError: () => {} }).values,
      { concurrency: 1, ...options },
    ),
  (random, options) => startBatches(["a", "b", "c"], 2, () => call(random), options),
  (random, options) =>
    startInOrder(["a", "b"], {
      concurrency: 1,
      carry: 0,
      prepare: () => call(random),
      commit: async (_item, _prepared, carry) => ({ value: await call(random), carry }),
      ...options,
    }),
  (random, { journal, onJournalError, retry }) =>
    startPhase(
      ({ startIndex }) => ({ hasMore: startIndex < 2, nextStartIndex: startIndex + 1, value: anyJson(random) }),
      {
        ...{ stagger: 0, maxChunks: 5, onChunk: () => call(random) },
        ...{ journal, onJournalError, retry },
      },
    ),
  (random, { journal, onJournalError }) =>
    startPipeline(
      [
        { name: "a", run: () => call(random) },
        { name: "__proto__x", run: () => call(random) },
      ],
      {
        ...{ journal, onJournalError },
      },
    ),
];

test("runs end whatever their journal has, and call no item that it has as fulfilled", async () => {
  await playCases("records", async (random) => {
    const entries = Array.from({ length: random.int(0, 6) }, () => anyEntry(random));
    const policy = { attempts: 2, minDelay: 0, maxDelay: 1 };
    const retry = random.pick([
      policy,
      { ...policy, reconcile: () => anyJson(random) },
      { ...policy, classify: () => "retry" },
    ]);
    const options = { journal: journalOf(random, entries), onJournalError: () => {}, retry };
    const run = random.pick(RUNS)(random, { ...options, ...(random.chance(0.5) && { onFailure: "continue" }) });
    // Some failures pause a run.
    while (run.state === "running") await new Promise((resolve) => setTimeout(resolve, 1));
    if (run.state === "paused") run.cancel();
    const { reason } = await ended(run.finished);
    assert.equal(reason, undefined, "`finished` never rejects");
    await Promise.all(run.report.outcomes.map((outcome) => outcome && ended(run.retry(outcome.key))));
    assert.equal(run.state, "finished");
  });
});

test("an item that is fulfilled in a journal has its value, whatever the other entries are", async () => {
  await playCases("fulfilled records", async (random) => {
    const value = anyJson(random);
    const good = { key: "x", idempotencyKey: "k", repeatable: false, status: "fulfilled", value, attempts: 1, at: 1 };
    const others = Array.from({ length: random.int(0, 6) }, () => anyEntry(random));
    const entries = others.slice();
    entries.splice(random.int(0, others.length), 0, good);
    const journal = createJournal({ load: async () => entries, append: async () => {}, clear: async () => {} });
    const task = (item) => (item === "x" ? assert.fail("it is not called") : anyJson(random));
    const options = {
      concurrency: 2,
      key: (item) => item,
      journal,
      onJournalError: () => {},
      onFailure: () => /** @type {const} */ ("continue"),
    };
    const { outcomes } = await startRun(["x", "a", "b"], task, options).finished;
    assert.deepEqual([outcomes[0].status, fieldsOf(outcomes[0]).value], ["fulfilled", value]);
  });
});
