// A page that is left: its journal stores nothing more, and its code may go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal } from "../../dist/journal.js";
import { startRun, turn } from "./package.mjs";

const page = new EventTarget();
globalThis.addEventListener = /** @type {any} */ (page.addEventListener.bind(page));

async function turns(count = 20) {
  for (let made = 0; made < count; made++) await turn();
}

/** Returns a journal whose entries of items cannot be stored, and the calls and errors of a run with it. */
function startUnstored() {
  const seen = { calls: 0, errors: 0 };
  const append = async ({ key }) => {
    if (key) throw new DOMException("the database is closed", "InvalidStateError");
  };
  const journal = createJournal({ load: async () => [], append, clear: async () => {} });
  const onJournalError = () => void (seen.errors += 1);
  startRun([1], () => void (seen.calls += 1), { concurrency: 1, journal, onJournalError });
  return seen;
}

test("a call whose entry cannot be stored is not made once the page is left", async () => {
  const before = startUnstored();
  await turns();
  assert.equal(before.calls, 1, "elsewhere the run goes on in memory");
  page.dispatchEvent(new Event("pagehide"));
  const left = startUnstored();
  await turns();
  assert.deepEqual(left, { calls: 0, errors: 0 });
  page.dispatchEvent(new Event("pageshow"));
  const back = startUnstored();
  await turns();
  assert.equal(back.calls, 1);
});
