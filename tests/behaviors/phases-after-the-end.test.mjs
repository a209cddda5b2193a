// A chunk that is asked for again after the end of its phase is stored, and the phase goes on behind it (R41).

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal } from "../../dist/journal.js";
import { byHand, failure, startPhase, turn } from "./package.mjs";

/** Four chunks at 0, 2, 4 and 6, the last of them without more. */
const reply = (startIndex) => ({ hasMore: startIndex < 6, nextStartIndex: startIndex + 2, at: startIndex });

/** A phase whose chunk at 4 fails until `mend` is called. */
function broken(options) {
  /** @type {any[][]} */
  const [asked, stored] = [[], []];
  let isMended = false;
  const call = async ({ startIndex }) => {
    asked.push(startIndex);
    if (startIndex === 4 && !isMended) throw failure(400);
    return reply(startIndex);
  };
  const onChunk = ({ at }, { chunk, startIndex }) => {
    assert.equal(at, startIndex);
    stored.push([chunk, at]);
  };
  const run = startPhase(call, { stagger: 0, onChunk, ...options });
  const mend = () => {
    isMended = true;
  };
  return { run, asked, stored, mend };
}

const settledAt = (run, key) => run.settled(key).then(({ status }) => status);
const until = async (holds) => {
  for (let turns = 0; !holds() && turns < 1_000; turns++) await turn();
  assert.ok(holds(), String(holds));
};

test("the failed last chunk, asked for again after the end, is stored and the phase goes on to its end", async () => {
  const { run, asked, stored, mend } = broken();
  const report = await run.finished;
  assert.deepEqual([report.status, run.nextStartIndex], ["failed", 4]);
  mend();
  assert.equal((await run.retry("2")).status, "fulfilled");
  await until(() => run.report.status === "completed");
  assert.deepEqual(asked, [0, 2, 4, 4, 6]);
  assert.deepEqual(
    stored,
    [0, 1, 2, 3].map((chunk) => [chunk, chunk * 2]),
  );
  assert.deepEqual(
    run.report.values.map(({ at }) => at),
    [0, 2, 4, 6],
  );
  assert.deepEqual([run.nextStartIndex, run.report.error, run.report.progress.total], [undefined, undefined, 4]);
  assert.deepEqual([run.state, report.values.length], ["finished", 2]);
});

test("retryFailed after the end goes on as well, and again where a later chunk fails", async () => {
  const failing = new Set([2, 4]);
  const run = startPhase(
    async ({ startIndex }) => {
      if (failing.delete(startIndex)) throw failure(400);
      return reply(startIndex);
    },
    { stagger: 0 },
  );
  await run.finished;
  await run.retryFailed();
  await until(() => run.report.outcomes[2]?.status === "rejected");
  assert.deepEqual([run.report.status, run.nextStartIndex], ["failed", 4]);
  await run.retryFailed();
  await until(() => run.report.status === "completed");
  assert.equal(run.report.values.length, 4);
});

test("the next chunk after the end is asked for when onChunk has settled, and not while it has not", async () => {
  const storing = byHand();
  const { run, asked, mend } = broken({ onChunk: (chunk) => chunk.at >= 4 && storing.task(chunk) });
  await run.finished;
  mend();
  await run.retry("2");
  await until(() => storing.calls.length === 1);
  await turn();
  assert.deepEqual([asked.at(-1), run.report.status], [4, "failed"]);
  storing.calls[0].resolve();
  await until(() => asked.at(-1) === 6);
  assert.equal(await settledAt(run, "3"), "fulfilled");
  assert.equal(run.report.status, "failed");
  await until(() => storing.calls.length === 2);
  storing.calls[1].resolve();
  await until(() => run.report.status === "completed");
});

test("a chunk after the end that cannot be stored stops the phase before it", async () => {
  let fails = true;
  const storing = ({ at }) => {
    if (at === 4 && fails) throw new Error("disk full");
  };
  const { run, asked, mend } = broken({ onChunk: storing });
  await run.finished;
  mend();
  await run.retry("2");
  await until(() => run.report.error?.errors[0].message === "disk full");
  assert.deepEqual([run.report.status, run.nextStartIndex, asked.at(-1)], ["failed", 4, 4]);
  fails = false;
  await run.retry("2", { regenerate: true });
  await until(() => run.report.status === "completed");
  assert.deepEqual([run.report.error, asked.at(-1)], [undefined, 6]);
});

test("a reply after the end that cannot be followed fails the phase", async () => {
  let calls = 0;
  const call = async ({ startIndex }) => {
    if (calls++ === 1) throw failure(400);
    return { hasMore: true, nextStartIndex: startIndex === 0 ? 2 : 1 };
  };
  const run = startPhase(call, { stagger: 0 });
  await run.finished;
  await run.retry("1");
  await until(() => run.report.error?.errors[0].name === "ContinuationError");
  assert.equal(run.report.status, "failed");
});

test("a cancel while a chunk after the end is stored lets nothing follow", async () => {
  const storing = byHand();
  const { run, asked, mend } = broken({ onChunk: (chunk) => chunk.at === 4 && storing.task(chunk) });
  await run.finished;
  mend();
  await run.retry("2");
  await until(() => storing.calls.length === 1);
  run.cancel();
  storing.calls[0].resolve();
  await turn();
  await turn();
  assert.deepEqual([asked.at(-1), run.nextStartIndex, run.report.status], [4, 6, "failed"]);
});

test("a cancel reaches a chunk that follows after the end", async () => {
  const hanging = byHand();
  let isMended = false;
  const call = async ({ startIndex }) => {
    if (startIndex === 6) return hanging.task();
    if (!isMended) throw failure(400);
    return reply(startIndex);
  };
  const run = startPhase(call, { stagger: 0, startIndex: 4 });
  await run.finished;
  isMended = true;
  await run.retry("0");
  await until(() => hanging.calls.length === 1);
  run.cancel();
  assert.equal(await settledAt(run, "1"), "cancelled");
  assert.deepEqual([run.report.status, run.nextStartIndex], ["failed", 6]);
});

test("an earlier chunk that is made again is stored again and leads nowhere", async () => {
  const { run, asked, stored, mend } = broken();
  mend();
  await run.finished;
  await run.retry("1", { regenerate: true });
  await turn();
  assert.deepEqual(asked, [0, 2, 4, 6, 2]);
  assert.deepEqual(stored.at(-1), [1, 2]);
  assert.deepEqual([stored.length, run.nextStartIndex, run.report.status], [5, undefined, "completed"]);
});

for (const [name, again] of Object.entries({
  retry: (run) => run.retry("1"),
  retryFailed: (run) => run.retryFailed(),
})) {
  test(`${name} asks again for a chunk that could not be stored, under its key, and the phase goes on`, async () => {
    /** @type {any[][]} */
    const [asked, stored] = [[], []];
    const onChunk = ({ at }) => {
      if (at === 2 && !stored.includes("failed")) {
        stored.push("failed");
        throw new Error("the disk is full");
      }
      stored.push(at);
    };
    const call = async ({ startIndex, idempotencyKey }) => {
      asked.push([startIndex, idempotencyKey]);
      return reply(startIndex);
    };
    const run = startPhase(call, { stagger: 0, onChunk });
    assert.deepEqual([(await run.finished).status, run.nextStartIndex], ["failed", 2]);
    await again(run);
    await until(() => run.report.status === "completed");
    assert.deepEqual(stored, [0, "failed", 2, 4, 6]);
    assert.deepEqual(
      asked.map(([startIndex]) => startIndex),
      [0, 2, 2, 4, 6],
    );
    assert.equal(asked[1][1], asked[2][1]);
  });
}

test("a chunk that could not be stored is asked for again also after an earlier one was made again", async () => {
  let isFull = true;
  const asked = [];
  const onChunk = ({ at }) => {
    if (at === 2 && isFull) throw new Error("the disk is full");
  };
  const call = async ({ startIndex }) => {
    asked.push(startIndex);
    return reply(startIndex);
  };
  const run = startPhase(call, { stagger: 0, onChunk });
  await run.finished;
  await run.retry("0", { regenerate: true });
  isFull = false;
  await run.retryFailed();
  await until(() => run.report.status === "completed");
  assert.deepEqual(asked, [0, 2, 0, 2, 4, 6]);
});

test("a phase whose signal aborts while a chunk after the end is stored is not complete", async () => {
  const storing = byHand();
  const controller = new AbortController();
  const onChunk = (chunk) => chunk.at === 4 && storing.task(chunk);
  const { run, asked, mend } = broken({ onChunk, signal: controller.signal });
  await run.finished;
  mend();
  await run.retry("2");
  await until(() => storing.calls.length === 1);
  controller.abort();
  storing.calls[0].resolve();
  await turn();
  assert.deepEqual([asked.at(-1), run.nextStartIndex, run.report.status], [4, 6, "failed"]);
});

test("the journal of a phase is complete once the last chunk after the end is stored, and not before", async () => {
  const storing = byHand();
  const entries = [];
  const append = async (entry) => void entries.push(entry);
  const journal = createJournal({ load: async () => entries, append, clear: async () => {} });
  const onChunk = (chunk) => chunk.at === 6 && storing.task(chunk);
  const { run, mend } = broken({ onChunk, journal });
  await run.finished;
  mend();
  await run.retry("2");
  await until(() => storing.calls.length === 1);
  await turn();
  const ofRun = () => entries.filter(({ key }) => key === "").map(({ status }) => status);
  assert.deepEqual(ofRun(), ["started"]);
  storing.calls[0].resolve();
  await until(() => ofRun().length === 2);
  assert.deepEqual([ofRun(), run.report.status], [["started", "fulfilled"], "completed"]);
});
