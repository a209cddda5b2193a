// Runs that wait for the network.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { fieldsOf, wrong } from "../typed.mjs";
import { byHand, callPhase, pollUntil, retry, settleWithConcurrency, startRun, turn } from "./package.mjs";

/** A browser, as far as it says whether it is online. */
const listeners = new EventTarget();
const counted = { added: 0, removed: 0 };
const browser = { onLine: true };
Object.defineProperty(globalThis, "navigator", { value: browser, configurable: true });
globalThis.addEventListener = (name, listener) => {
  counted.added += 1;
  listeners.addEventListener(name, listener);
};
globalThis.removeEventListener = (name, listener) => {
  counted.removed += 1;
  listeners.removeEventListener(name, listener);
};

function go(isOnline) {
  browser.onLine = isOnline;
  listeners.dispatchEvent(new Event(isOnline ? "online" : "offline"));
}

afterEach(() => {
  mock.timers.reset();
  go(true);
});

test("a run that waits for the network starts nothing while the browser is offline, and says so", async () => {
  browser.onLine = false;
  const { calls, task, items } = byHand();
  const run = startRun(["a", "b"], task, { concurrency: 1, waitOnline: true });
  await turn();
  assert.deepEqual([items(), run.snapshot.progress.isOffline, run.snapshot.items[0].status], [[], true, "waiting"]);
  assert.deepEqual(run.inspect().items[0], { index: 0, key: "0", waitsFor: "network" });
  let changes = 0;
  run.subscribe(() => changes++);
  go(true);
  await turn();
  assert.deepEqual([items(), "isOffline" in run.snapshot.progress, changes > 0], [["a"], false, true]);
  run.cancel();
  calls[0].resolve();
  await run.finished;
});

test("a run without the option does not ask", async () => {
  browser.onLine = false;
  const { added } = counted;
  const { values } = await settleWithConcurrency([1], 1, (item) => item);
  assert.deepEqual([values, counted.added], [[1], added]);
});

test("attempts that fail while the browser is offline are not spent, and the next waits for the network", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let attempts = 0;
  const result = retry(
    () => {
      attempts += 1;
      if (attempts > 6) return "made";
      // The request fails before the event comes.
      if (attempts < 6) browser.onLine = false;
      throw new TypeError("Failed to fetch");
    },
    { attempts: 2, minDelay: 10, jitter: 0, maxDelay: 10, classify: () => "retry" },
    { waitOnline: true },
  );
  for (let made = 1; made <= 7; made++) {
    // The number of turns of the event loop depends on the machine.
    for (let turns = 0; attempts < made && turns < 100; turns++) {
      mock.timers.tick(60_000);
      await new Promise(setImmediate);
    }
    assert.equal(attempts, made);
    mock.timers.tick(60_000);
    await new Promise(setImmediate);
    if (made < 6) assert.equal(attempts, made, "nothing starts");
    go(true);
  }
  assert.equal(await result, "made");
});

test("calls and requests of polls wait for the network as well", async () => {
  browser.onLine = false;
  let sent = 0;
  const fetch = async () => Response.json({ sent: ++sent });
  const call = callPhase("http://localhost/", {}, { fetch, waitOnline: true });
  const poll = pollUntil(() => ++sent, { done: () => true, waitOnline: true });
  await turn();
  assert.equal(sent, 0);
  go(true);
  await Promise.all([call, poll]);
  assert.equal(sent, 2);
});

test("a cancel ends the wait for the network, and a time limit goes on", async () => {
  browser.onLine = false;
  const cancelled = startRun([1], () => 1, { concurrency: 1, waitOnline: true });
  cancelled.cancel("enough");
  assert.equal(fieldsOf((await cancelled.finished).outcomes[0]).reason, "enough");
  await assert.rejects(
    pollUntil(() => 1, { done: () => true, waitOnline: true, timeout: 1 }),
    { name: "TimeoutError" },
  );
});

test("the browser is listened to while such a run is under way, also after its end", async () => {
  const before = { ...counted };
  const since = () => [counted.added - before.added, counted.removed - before.removed];
  const { calls, task } = byHand();
  const runs = [1, 2].map((item) => startRun([item], task, { concurrency: 1, waitOnline: true }));
  await turn();
  assert.deepEqual(since(), [2, 0]);
  for (const call of calls) call.resolve();
  await Promise.all(runs.map((run) => run.finished));
  assert.deepEqual(since(), [2, 2]);
  const again = runs[0].retry("0", { regenerate: true });
  await turn();
  assert.deepEqual(since(), [4, 2]);
  calls[2].resolve();
  await again;
  await turn();
  assert.deepEqual(since(), [4, 4]);
});

test("where the browser does not say, a run goes on", async () => {
  browser.onLine = wrong(undefined);
  assert.deepEqual((await settleWithConcurrency([1], 1, (item) => item, { waitOnline: true })).values, [1]);
});

test("anything but true and false is refused by name", () => {
  assert.throws(
    () => startRun([], () => 1, { concurrency: 1, waitOnline: wrong("yes") }),
    /`waitOnline`.*true or false/,
  );
});
