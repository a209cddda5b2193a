// The contract of stores, kept by ours, and broken one by one by a store that errs.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { newOrigin, openPage } from "./pages.mjs";

const page = await openPage();
const contractOf = (createStore, { values = /** @type {unknown[]} */ ([]), timeout = 5_000 } = {}) =>
  page.contractOf({ createStore, values, timeout });

/** Values that are cloned, and that JSON cannot keep. */
const values = [new Date(0), new Uint8Array([1, 2]), undefined, NaN];

/** Returns stores in memory of which those of one name are the same. */
function inMemory(memoryStore = page.memoryStore) {
  const stores = new Map();
  return (name) => {
    if (!stores.has(name)) stores.set(name, memoryStore());
    return stores.get(name);
  };
}

describe("in memory,", () => {
  for (const { name, run } of contractOf(inMemory(), { values })) test(name, run);
});

for (const busy of ["wait", "fail"]) {
  describe(`in IndexedDB, where a busy journal is to ${busy},`, () => {
    beforeEach(() => void newOrigin());
    const createStore = async (name) => (await openPage()).indexedDbStore(name, { busy });
    for (const { name, run } of contractOf(createStore, { values })) test(name, run);
  });
}

/** Returns the names of the tests that a store does not pass, with what they say. */
async function failuresOf(createStore, options) {
  const failures = {};
  for (const { name, run } of contractOf(createStore, options))
    await run().catch((error) => (failures[name] = error.message));
  return failures;
}

/** A store that keeps JSON in a Map, with one mistake. */
const withMistake = (mistake) => () => {
  const rows = new Map();
  const idOf = ({ key, step = "" }) => `${key}\n${step}`;
  const store = {
    load: async () => [...rows.values()].map((row) => JSON.parse(row)),
    append: async (entry) => {
      const hidden = [entry.value, Object(entry.value).draw].some((value) => /function|symbol/.test(typeof value));
      if (hidden) throw new TypeError("no JSON");
      rows.set(JSON.stringify([entry.key, entry.step]), JSON.stringify(entry));
    },
    clear: async () => rows.clear(),
  };
  return { ...store, ...mistake(store, rows, idOf) };
};

/** What each store does wrong, and the test that must notice it. @type {Record<string, [RegExp, any]>} */
const mistakes = {
  "a store that resolves before it has stored": [
    /an entry is there for another page/,
    ({ append }) => ({ append: async (entry) => void setTimeout(() => append(entry).catch(() => {}), 1) }),
  ],
  "a store that keeps all entries of a key": [
    /the newest entry of each key/,
    (_, rows) => ({ append: async (entry) => void rows.set(rows.size, JSON.stringify(entry)) }),
  ],
  "a store that joins key and step": [
    /any characters/,
    (_, rows, idOf) => ({ append: async (entry) => void rows.set(idOf(entry), JSON.stringify(entry)) }),
  ],
  "a store that gives null for what is missing": [
    /all fields of an entry/,
    ({ load }) => ({ load: async () => (await load()).map((entry) => ({ step: null, ...entry })) }),
  ],
  "a store that drops what is no JSON": [
    /`append` rejects/,
    (_, rows) => ({ append: async (entry) => void rows.set(`${entry.key} ${entry.step}`, JSON.stringify(entry)) }),
  ],
  "a store that ignores the case of keys": [
    /any characters/,
    ({ append }) => ({ append: (entry) => append({ ...entry, key: entry.key.toLowerCase() }) }),
  ],
  "a store that cannot be cleared": [/cleared/, () => ({ clear: async () => {} })],
  "a store that gives its own values away": [
    /is changed after it was stored/,
    (_, rows) => ({
      append: async (entry) => void rows.set(JSON.stringify([entry.key, entry.step]), entry),
      load: async () => [...rows.values()],
    }),
  ],
  "a store that two pages open at once": [/opened by another one/, () => ({ open: async () => {}, close() {} })],
};

describe("the contract of stores", () => {
  for (const [name, [noticed, mistake]] of Object.entries(mistakes)) {
    test(`is not kept by ${name}`, async () => {
      const failures = await failuresOf(inMemory(withMistake(mistake)));
      assert.match(Object.keys(failures).join("; "), noticed);
    });
  }

  test("is kept by JSON in a Map", async () => {
    assert.deepEqual(await failuresOf(inMemory(withMistake(() => ({})))), {});
  });

  test("is not kept by a store that never answers", async () => {
    const failures = await failuresOf(inMemory(withMistake(() => ({ load: () => new Promise(() => {}) }))), {
      timeout: 5,
    });
    assert.match(Object.values(failures)[0], /has not answered after 5 ms/);
  });

  test("says which method is missing", async () => {
    const failures = await failuresOf(() => ({ load: async () => [] }));
    assert.match(Object.values(failures)[0], /`createStore\(\).append` must be a function, got undefined/);
  });

  test("says which field of which entry differs", async () => {
    const late = ({ load }) => ({ load: async () => (await load()).map((entry) => ({ ...entry, at: 5 })) });
    const messages = Object.values(await failuresOf(inMemory(withMistake(late))));
    assert.match(messages[0], /^`at` of "a" must be 1700000000000, but is 5$/);
  });
});
