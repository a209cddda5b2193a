import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { entry, keysOf, newOrigin, openPage, stateOf, turn } from "./pages.mjs";

const [here, there] = [await openPage(), await openPage()];

beforeEach(() => newOrigin());

const stores = (busy) => [here.indexedDbStore("story", { busy }), there.indexedDbStore("story", { busy })];

test("a store waits until the other page has closed its own", async () => {
  const [one, other] = stores(undefined);
  await one.open();
  const opened = other.open();
  assert.equal(await stateOf(opened), "pending");
  one.close();
  await opened;
});

test("a store that is not to wait rejects with a JournalBusyError that names the journal", async () => {
  const [one, other] = stores("fail");
  await one.open();
  await assert.rejects(other.open(), (/** @type {any} */ error) => {
    assert.ok(error instanceof there.JournalBusyError);
    assert.equal(error.name, "JournalBusyError");
    assert.match(error.message, /"story"/);
    return true;
  });
});

test("two stores of one name in one page exclude each other", async () => {
  const [one, other] = [1, 2].map(() => here.indexedDbStore("story", { busy: "wait" }));
  await one.open();
  const opened = other.open();
  assert.equal(await stateOf(opened), "pending");
  one.close();
  await opened;
});

test("stores of other names do not wait for each other", async () => {
  await here.indexedDbStore("a").open();
  await here.indexedDbStore("b").open();
});

test("a store that was closed opens again at once, even if it is not to wait", async () => {
  const [store] = stores("fail");
  await store.open();
  store.close();
  await store.open();
});

test("a store that is closed while it waits rejects, and leaves the lock to others", async () => {
  const [one, other] = stores("wait");
  await one.open();
  const opened = other.open();
  await turn();
  other.close();
  await assert.rejects(opened, { name: "AbortError" });
  one.close();
  await here.indexedDbStore("story", { busy: "wait" }).open();
});

test("a store that is closed while it waits for the second time rejects as well", async () => {
  const [one, other] = stores("wait");
  await other.open();
  other.close();
  await one.open();
  const opened = other.open();
  await turn();
  other.close();
  await assert.rejects(opened, { name: "AbortError" });
});

for (const busy of ["wait", "fail"]) {
  test(`a store with busy "${busy}" that is closed in the turn of its opening does not keep the lock`, async () => {
    const [one, other] = stores(busy);
    const opened = one.open();
    one.close();
    await assert.rejects(opened, { name: "AbortError" });
    await turn();
    await other.open();
  });
}

test("a page that gets the lock finds all that the other page appended before it closed", async () => {
  const [one, other] = stores("wait");
  await one.open();
  const opened = other.open();
  await turn();
  one.append(entry("a"));
  await turn();
  one.append(entry("b"));
  one.append(entry("c"));
  one.close();
  await opened;
  assert.deepEqual(await keysOf(other), ["a", "b", "c"]);
});

test("a close without an open changes nothing", async () => {
  const [one, other] = stores("fail");
  one.close();
  await other.open();
  one.close();
  await turn();
  await assert.rejects(one.open(), { name: "JournalBusyError" });
});

test("without Web Locks stores open at once", async () => {
  newOrigin({ locks: null });
  for (const store of stores("fail")) {
    await store.open();
    store.close();
  }
});

const busyIn = async (page) => ["story", "other"].filter(await page.busyJournals());

test("a journal is busy in other pages from its opening to its close, and never in its own", async () => {
  const [here, there] = [await openPage(), await openPage()];
  const [one, other] = [here, there].map((page) => page.indexedDbStore("story"));
  assert.deepEqual([await busyIn(here), await busyIn(there)], [[], []]);
  await one.open();
  assert.deepEqual([await busyIn(here), await busyIn(there)], [[], ["story"]]);
  const opened = other.open();
  one.close();
  assert.deepEqual(await busyIn(here), []);
  await opened;
  assert.deepEqual([await busyIn(here), await busyIn(there)], [["story"], []]);
});

test("a journal that a second store of its page has taken over is not busy there", async () => {
  const [here, there] = [await openPage(), await openPage()];
  const [one, other] = [1, 2].map(() => here.indexedDbStore("story", { busy: "wait" }));
  await one.open();
  const opened = other.open();
  one.close();
  await opened;
  await turn();
  assert.deepEqual([await busyIn(here), await busyIn(there)], [[], ["story"]]);
});

test("no journal is busy without Web Locks, and other locks are no journals", async () => {
  newOrigin({ locks: null });
  assert.deepEqual(await busyIn(here), []);
  const { locks } = newOrigin();
  void locks.request("story", {}, () => new Promise(() => {}));
  await turn();
  assert.deepEqual(await busyIn(here), []);
});

test("a lock that its page frees while it looks is not another page's", async () => {
  const here = await openPage();
  const { locks } = newOrigin();
  const { query } = locks;
  locks.query = async () => {
    const found = await query.call(locks);
    while ((await query.call(locks)).held.length > 0) await turn();
    return found;
  };
  const store = here.indexedDbStore("story");
  await store.open();
  const looking = busyIn(here);
  store.close();
  assert.deepEqual(await looking, []);
});
