import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { entry, keysOf, newOrigin, openPage, runEntry, watchTransactions } from "./pages.mjs";

let page;
let store;

beforeEach(async () => {
  newOrigin();
  page = await openPage();
  store = page.indexedDbStore("story");
});

const statuses = (promises) => Promise.allSettled(promises).then((all) => all.map(({ status }) => status));

describe("what is stored in IndexedDB", () => {
  test("is loaded by another page as it was appended, without properties of the database", async () => {
    const entries = [
      entry("a", { value: { image: new Uint8Array([1, 2]) } }),
      entry("a", { step: "draw" }),
      entry("b", { status: "rejected", reason: { name: "HttpError", status: 404 } }),
      runEntry("started", 5),
    ];
    await Promise.all(entries.map((one) => store.append(one)));
    const loaded = await (await openPage()).indexedDbStore("story").load();
    const order = ({ key, step = "" }) => `${key}/${step}`;
    const sorted = (all) => all.toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
    assert.deepEqual(sorted(loaded), sorted(entries));
  });

  test("is the newest entry of each key and step, in one turn as well", async () => {
    store.append(entry("a", { status: "started" }));
    store.append(entry("a", { value: 1 }));
    await store.append(entry("b", { status: "started" }));
    await store.append(entry("b", { value: 2 }));
    assert.deepEqual(await store.load(), [entry("a", { value: 1 }), entry("b", { value: 2 })]);
  });

  test("is kept apart by names that begin alike, and cleared apart", async () => {
    const names = ["story", "story2", "story/1", "stor", ""];
    const stores = names.map((name) => page.indexedDbStore(name));
    await Promise.all(stores.map((one, index) => one.append(entry(`of ${names[index]}`))));
    await store.clear();
    const keys = await Promise.all(stores.map(keysOf));
    assert.deepEqual(keys, [[], ["of story2"], ["of story/1"], ["of stor"], ["of "]]);
  });

  test("is what was appended before a load, and after a clear of the same turn", async () => {
    store.append(entry("a"));
    const loaded = keysOf(store);
    store.append(entry("b"));
    store.clear();
    store.append(entry("c"));
    assert.deepEqual([await loaded, await keysOf(store)], [["a"], ["c"]]);
  });
});

describe("appends to IndexedDB", () => {
  test("share a transaction if they are of one turn, in their order", async (t) => {
    const begun = watchTransactions(t);
    await Promise.all(["b", "a", "c"].map((key) => store.append(entry(key))));
    assert.deepEqual(
      begun.map(({ keys }) => keys),
      [["b", "a", "c"]],
    );
  });

  test("share the next transaction if they meet one under way, and resolve in their order", async (t) => {
    await store.load();
    const begun = watchTransactions(t);
    const resolved = [];
    const append = (key) => store.append(entry(key)).then(() => resolved.push(key));
    const first = append("a");
    while (!begun.length) await Promise.resolve();
    const second = append("b");
    await Promise.resolve();
    await Promise.all([first, second, append("c")]);
    assert.deepEqual(
      begun.map(({ keys }) => keys),
      [["a"], ["b", "c"]],
    );
    assert.deepEqual(resolved, ["a", "b", "c"]);
  });

  for (const [durability, what, changes] of /** @type {[string, string, any[]][]} */ ([
    ["strict", "a call begins that is not repeatable", [{}, { status: "started" }]],
    ["relaxed", "the calls that begin are repeatable", [{ status: "started", repeatable: true }]],
    ["relaxed", "no call begins", [{}, { status: "rejected" }, { status: "waiting" }]],
  ])) {
    test(`are ${durability} about the disk if ${what}`, async (t) => {
      const begun = watchTransactions(t);
      await Promise.all(changes.map((change, index) => store.append(entry(`${index}`, change))));
      assert.deepEqual(
        begun.map((seen) => seen.durability),
        [durability],
      );
    });
  }

  test("store the others of their turn if one cannot be cloned", async () => {
    const values = [1, () => {}, 3];
    const appended = values.map((value, index) => store.append(entry(`${index}`, { value })));
    await assert.rejects(appended[1], { name: "DataCloneError" });
    assert.deepEqual(await statuses(appended), ["fulfilled", "rejected", "fulfilled"]);
    assert.deepEqual(await keysOf(store), ["0", "2"]);
  });

  test("all reject with the error of their transaction, and later ones are stored", async (t) => {
    const begun = watchTransactions(t);
    await store.load();
    const appended = ["a", "b"].map((key) => store.append(entry(key)));
    while (!begun.length) await Promise.resolve();
    // As a browser does that has no space left: fake-indexeddb has a method for it.
    begun[0].transaction._abort("QuotaExceededError");
    for (const one of appended) await assert.rejects(one, { name: "QuotaExceededError" });
    await store.append(entry("c"));
    assert.deepEqual(await keysOf(store), ["c"]);
  });

  test("reject if the transaction fails after all of its requests have succeeded", async (t) => {
    const { put } = IDBObjectStore.prototype;
    t.after(() => Object.assign(IDBObjectStore.prototype, { put }));
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      const transaction = /** @type {any} */ (this.transaction);
      if (Array.from(/** @type {any} */ (args[1])).includes("b"))
        request.addEventListener("success", () => transaction._abort("QuotaExceededError"));
      return request;
    };
    const appended = ["a", "b"].map((key) => store.append(entry(key)));
    for (const one of appended) await assert.rejects(one, { name: "QuotaExceededError" });
    assert.deepEqual(await keysOf(store), []);
  });

  test("all reject with the error of a request that failed", async (t) => {
    const { put } = IDBObjectStore.prototype;
    t.after(() => Object.assign(IDBObjectStore.prototype, { put }));
    // The second of two with one key fails, and aborts the transaction.
    IDBObjectStore.prototype.put = function (value, key) {
      return this.add(value, key);
    };
    const appended = [1, 2].map((value) => store.append(entry("a", { value })));
    for (const one of appended) await assert.rejects(one, { name: "ConstraintError" });
  });
});

describe("the connection to IndexedDB", () => {
  /** Counts the openings from now on. */
  function countOpenings(t) {
    const counted = { openings: 0 };
    const { open } = indexedDB;
    t.mock.method(
      indexedDB,
      "open",
      (/** @type {[string, number]} */ ...args) => (counted.openings++, open.apply(indexedDB, args)),
    );
    return counted;
  }

  test("is opened once for all stores of a page, and not before it is needed", async (t) => {
    const counted = countOpenings(t);
    const stores = ["a", "b"].map((name) => page.indexedDbStore(name));
    await stores[0].open();
    assert.equal(counted.openings, 0);
    await Promise.all(stores.map((one) => one.append(entry("x"))));
    await page.unfinishedIn();
    assert.equal(counted.openings, 1);
  });

  test("is closed for a page that deletes the database, and opened once by what comes next", async (t) => {
    await store.append(entry("a"));
    await deleted();
    const counted = countOpenings(t);
    await Promise.all([store.append(entry("b")), page.indexedDbStore("other").append(entry("c"))]);
    assert.deepEqual(await keysOf(store), ["b"]);
    assert.equal(counted.openings, 1);
  });

  test("is opened again once for all stores if the browser has closed it without a word", async (t) => {
    const connections = watchConnections(t);
    await store.append(entry("a"));
    connections[0].close();
    await Promise.all(["story", "other"].map((name) => page.indexedDbStore(name).append(entry("b"))));
    assert.deepEqual(await keysOf(store), ["a", "b"]);
    assert.equal(connections.length, 2);
  });

  test("is opened again after a close event", async (t) => {
    const connections = watchConnections(t);
    await store.append(entry("a"));
    connections[0].dispatchEvent(eventOf("close"));
    await store.append(entry("b"));
    assert.equal(connections.length, 2);
  });

  test("that is blocked by an older page rejects at once, and is tried again by the next append", async (t) => {
    const { open } = indexedDB;
    const mock = t.mock.method(indexedDB, "open", (/** @type {[string, number]} */ ...args) => {
      const request = open.apply(indexedDB, args);
      queueMicrotask(() => request.dispatchEvent(eventOf("blocked")));
      return request;
    });
    await assert.rejects(
      store.append(entry("a")),
      /another page has an older version of the database "sluicegate" open/,
    );
    mock.mock.restore();
    await store.append(entry("b"));
    assert.deepEqual(await keysOf(store), ["b"]);
    // The late connection blocks nobody.
    await deleted();
  });

  test("that fails rejects with the error of the browser, and is tried again by the next append", async () => {
    const later = indexedDB.open("sluicegate", 2);
    await new Promise((resolve) => (later.onsuccess = resolve));
    later.result.close();
    await assert.rejects(store.append(entry("a")), { name: "VersionError" });
    await deleted();
    await store.append(entry("a"));
  });

  test("is refused by load, append, clear and unfinishedIn where there is no IndexedDB", async () => {
    globalThis.indexedDB = /** @type {any} */ (undefined);
    const without = page.indexedDbStore("story");
    await without.open();
    const all = [without.load(), without.append(entry("a")), without.clear(), page.unfinishedIn()];
    for (const one of all) await assert.rejects(one, /this environment has no IndexedDB: use memoryJournal\(\)/);
    without.close();
  });
});

describe("the list of unfinished journals", () => {
  const put = (name, ...entries) => Promise.all(entries.map((one) => page.indexedDbStore(name).append(one)));

  test("has those whose run is started, the newest first, with their time", async () => {
    await put("old", runEntry("started", 1));
    await put("new", runEntry("started", 3));
    await put("ended", runEntry("started", 2), runEntry("fulfilled", 4));
    await put("without a run", entry("a"));
    const names = await (await openPage()).unfinishedIn();
    assert.deepEqual(names, [
      { name: "new", at: 3, done: 0 },
      { name: "old", at: 1, done: 0 },
    ]);
  });

  test("counts fulfilled items, but no steps, nested runs and other journals", async () => {
    const own = [entry("a", { status: "started" }), entry("a"), entry("b"), entry("c", { status: "rejected" })];
    await put("story", runEntry("started", 1), ...own, entry("b", { step: "draw" }), entry("b/d"));
    await put("story2", entry("e"));
    assert.deepEqual(await page.unfinishedIn(), [{ name: "story", at: 1, done: 2 }]);
  });

  test("has only the names that begin with the prefix", async () => {
    for (const [at, name] of ["a/1", "b/1", "a/2"].entries()) await put(name, runEntry("started", at));
    assert.deepEqual(
      (await page.unfinishedIn("a/")).map(({ name }) => name),
      ["a/2", "a/1"],
    );
  });

  test("is read without any values", async (t) => {
    await put("story", runEntry("started", 1), entry("a", { value: "picture" }));
    for (const { prototype } of [IDBObjectStore, IDBIndex]) {
      for (const name of /** @type {const} */ (["get", "getAll", "openCursor"]))
        t.mock.method(prototype, name, () => assert.fail(`${name} reads values`));
    }
    assert.deepEqual(await page.unfinishedIn(), [{ name: "story", at: 1, done: 1 }]);
  });
});

/** Deletes the database. Fails if a page keeps it open. */
function deleted() {
  const request = indexedDB.deleteDatabase("sluicegate");
  return new Promise((resolve, reject) => {
    request.onsuccess = resolve;
    request.onblocked = () => reject(new Error("a page keeps the database open"));
  });
}

/** Returns the connections that pages open from now on. */
function watchConnections(t) {
  const connections = [];
  const { open } = indexedDB;
  t.mock.method(indexedDB, "open", (/** @type {[string, number]} */ ...args) => {
    const request = open.apply(indexedDB, args);
    request.addEventListener("success", () => connections.push(request.result));
    return request;
  });
  return connections;
}

/** Returns an event that objects of fake-indexeddb dispatch. */
const eventOf = (type) =>
  /** @type {any} */ ({
    type,
    initialized: true,
    dispatched: false,
    eventPath: [],
    CAPTURING_PHASE: 1,
    AT_TARGET: 2,
  });
