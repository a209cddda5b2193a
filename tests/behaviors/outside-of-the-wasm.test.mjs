// Code of a page never runs inside a call into the wasm: an error in it would leave the engine locked.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byHand, callPhase, pollUntil, processPhase, settleWithConcurrency, startRun, turn } from "./package.mjs";

Error.stackTraceLimit = Infinity;

/** Names of what ran. @type {Set<string>} */
const ran = new Set();
/** Names of what ran inside a call into the wasm. @type {Set<string>} */
const inside = new Set();

beforeEach(() => {
  ran.clear();
  inside.clear();
});

function record(name) {
  ran.add(name);
  if (/wasm:\/\//.test(new Error().stack ?? "")) inside.add(name);
}

/** Replaces a method or a value by a recorded one. */
function observe(object, name, value = object[name]) {
  const get = () => {
    record(name);
    return typeof value === "function" ? value.bind(object) : value;
  };
  Object.defineProperty(object, name, { get, configurable: true });
  return object;
}

/** Checks that these ran, and none of them inside the wasm. */
const assertOutside = (...names) => assert.deepEqual([[...ran].sort(), [...inside]], [[...names].sort(), []]);

test("the methods of a signal that a page replaced run outside of the wasm", async () => {
  const canceller = new AbortController();
  const { signal } = canceller;
  observe(observe(signal, "addEventListener"), "removeEventListener");
  await settleWithConcurrency([1], 1, (item) => item, { signal });
  assertOutside("addEventListener", "removeEventListener");
});

test("a signal whose removeEventListener starts another run harms neither", async () => {
  const [one, other] = [new AbortController(), new AbortController()];
  let ended;
  const { calls, task } = byHand();
  const waits = settleWithConcurrency([2], 1, task, { signal: other.signal, onCancel: "abort" });
  await turn();
  one.signal.removeEventListener = () => {
    other.abort("enough");
    ended = waits;
  };
  await settleWithConcurrency([1], 1, (item) => item, { signal: one.signal });
  assert.equal((await ended)?.status, "cancelled");
  assert.equal(calls.length, 1);
});

for (const [status, ...read] of /** @type {[number, ...string[]][]} */ ([
  [200, "ok"],
  [503, "ok", "status", "headers"],
])) {
  test(`the properties of a reply with ${status} that a fetch replaced run outside of the wasm`, async () => {
    const fetch = async () => {
      const response = Response.json({ a: 1 }, { status });
      for (const name of ["ok", "status", "headers"]) observe(response, name);
      return response;
    };
    const task = () => callPhase("https://example.test/", {}, { fetch, retry: { attempts: 1 } });
    const { values } = await settleWithConcurrency([1], 1, task);
    assert.deepEqual(values, status === 200 ? [{ a: 1 }] : []);
    for (const name of read) assert.ok(ran.has(name), name);
    assert.deepEqual([...inside], []);
  });
}

test("a clock that a test replaced runs outside of the wasm", async (context) => {
  const { performance } = globalThis;
  const now = performance.now.bind(performance);
  context.after(() => Object.defineProperty(globalThis, "performance", { value: performance, configurable: true }));
  const clock = { ...performance, now };
  observe(clock, "now");
  Object.defineProperty(globalThis, "performance", { value: clock, configurable: true });
  await settleWithConcurrency([1, 2], 1, (item) => item, { stagger: 1, retry: {} });
  await processPhase(() => ({ hasMore: false }), { progress: () => ({ completed: 1 }) });
  await pollUntil(() => "done", { done: () => true });
  assertOutside("now");
});

test("a page's own document runs outside of the wasm", async (context) => {
  context.after(() => Reflect.deleteProperty(globalThis, "document"));
  const page = { hidden: true, addEventListener() {} };
  observe(observe(page, "hidden"), "addEventListener");
  Object.defineProperty(globalThis, "document", { value: page, configurable: true });
  const run = startRun([1, 2], (item) => item, { concurrency: 1, stagger: 5 });
  await run.finished;
  assertOutside("hidden", "addEventListener");
});
