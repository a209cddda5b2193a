import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, openPage } from "./pages.mjs";

const { memoryStore } = await openPage();

test("a store in memory gives the newest entry of each key and step", async () => {
  const store = memoryStore();
  await store.append(entry("a", { status: "started" }));
  await store.append(entry("a", { step: "draw" }));
  await store.append(entry("a", { value: [1] }));
  assert.deepEqual(await store.load(), [entry("a", { value: [1] }), entry("a", { step: "draw" })]);
});

test("keys and steps with line breaks have entries of their own in a store in memory", async () => {
  const store = memoryStore();
  await store.append(entry("a\nb"));
  await store.append(entry("a", { step: "b\n" }));
  assert.equal((await store.load()).length, 2);
});

test("a value that is changed after it was stored in memory stays as it was", async () => {
  const store = memoryStore();
  const value = { image: [1] };
  await store.append(entry("a", { value }));
  value.image.push(2);
  const [loaded] = await store.load();
  loaded.value.image.push(3);
  assert.deepEqual((await store.load())[0].value, { image: [1] });
});

test("a store in memory refuses a value that cannot be cloned, and keeps the entry before", async () => {
  const store = memoryStore();
  await store.append(entry("a", { status: "started" }));
  await assert.rejects(store.append(entry("a", { value: () => {} })), { name: "DataCloneError" });
  assert.deepEqual(await store.load(), [entry("a", { status: "started" })]);
});

test("two stores in memory share nothing, and clear empties one", async () => {
  const [one, other] = [memoryStore(), memoryStore()];
  await one.append(entry("a"));
  await other.append(entry("b"));
  await one.clear();
  assert.deepEqual(await one.load(), []);
  assert.deepEqual(await other.load(), [entry("b")]);
});
