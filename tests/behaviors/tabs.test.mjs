// Limiters that several tabs share.

import assert from "node:assert/strict";
import { test } from "node:test";
import FakeTimers from "@sinonjs/fake-timers";
import { byHand, failure, Limiter, turn } from "./package.mjs";
import { origin, withGlobals } from "./tabs.mjs";

const { sharedAcrossTabs } = await import("../../dist/tabs.js");

const three = [0, 1, 2];

/** Lets messages go to and fro. */
async function settled() {
  for (let turns = 0; turns < 5; turns++) await turn();
}

/** Opens three tabs, and ends what they wait for after the test. */
async function openTabs(t, options) {
  const { open, send } = origin();
  const end = new AbortController();
  t.after(() => end.abort());
  const tabs = [];
  for (const _ of three) tabs.push(await open(options, end.signal));
  await settled();
  return { tabs, send };
}

test("three tabs have no more in flight together than the limit, and all take turns", async (t) => {
  const { tabs } = await openTabs(t, { limit: 2 });
  const { calls, task, items } = byHand();
  const runs = tabs.map((tab, at) => tab.settle([`${at}a`, `${at}b`], task));
  for (let done = 0; done < 6; done++) {
    await settled();
    assert.equal(calls.length, Math.min(done + 2, 6));
    calls[done].resolve();
  }
  await Promise.all(runs);
  assert.deepEqual(items().sort(), ["0a", "0b", "1a", "1b", "2a", "2b"]);
  assert.equal(
    new Set(
      items()
        .slice(0, 3)
        .map(([tab]) => tab),
    ).size >= 2,
    true,
    "one tab does not take all turns",
  );
});

test("each tab says who decides, how many there are, and what all of them have in flight", async (t) => {
  const { tabs } = await openTabs(t, { limit: 2 });
  const { calls, task } = byHand();
  const runs = [tabs[1].settle(["a"], task), tabs[2].settle(["b"], task)];
  await settled();
  const found = tabs.map(({ limiter }) => limiter.inspect());
  const { name, ...leader } = found[0].tabs;
  assert.deepEqual(leader, { role: "leader", count: 3, inFlight: 2, permits: 0 });
  assert.deepEqual(
    found.map((it) => [it.tabs.name === name, it.tabs.role, it.tabs.count, it.limit, it.inFlight]),
    [
      [true, "leader", 3, 2, 0],
      [true, "follower", 3, 2, 1],
      [true, "follower", 3, 2, 1],
    ],
  );
  for (const { resolve } of calls) resolve();
  await Promise.all(runs);
});

test("a higher priority in another tab goes first", async (t) => {
  const { tabs } = await openTabs(t, { limit: 1 });
  const { calls, task } = byHand();
  void tabs[0].settle(["first"], task);
  await settled();
  void tabs[1].settle(["second"], task);
  await settled();
  const urgent = tabs[2].limiter.run(() => task("urgent"), { priority: 1 });
  await settled();
  calls[0].resolve();
  await settled();
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["first", "urgent"],
  );
  calls[1].resolve();
  await urgent;
});

for (const [which, at] of /** @type {[string, number][]} */ ([
  ["the tab that leads", 0],
  ["another tab", 1],
])) {
  test(`the places of ${which} are free again when it crashes`, async (t) => {
    const { tabs } = await openTabs(t, { limit: 2 });
    const { calls, task } = byHand();
    void tabs[at].settle(["a", "b"], task);
    await settled();
    const rest = tabs[2].settle(["c", "d"], task);
    await settled();
    assert.equal(calls.length, 2);
    tabs[at].crash();
    await settled();
    assert.deepEqual(
      calls.map(({ item }) => item),
      ["a", "b", "c", "d"],
    );
    calls[2].resolve();
    calls[3].resolve();
    await rest;
  });
}

test("a new leader counts what living tabs have in flight", async (t) => {
  const { tabs } = await openTabs(t, { limit: 2 });
  const { calls, task } = byHand();
  void tabs[1].settle(["a"], task);
  await settled();
  tabs[0].crash();
  await settled();
  void tabs[2].settle(["b", "c"], task);
  await settled();
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["a", "b"],
  );
});

test("a 429 in one tab holds back all", async (t) => {
  const { tabs } = await openTabs(t, { limit: 5 });
  const starts = [];
  const refused = tabs[1].settle([0], () => Promise.reject(failure(429, { retryAfter: 200 })));
  await refused;
  await settled();
  const began = performance.now();
  await Promise.all(three.map((at) => tabs[at].settle([at], () => starts.push(performance.now() - began))));
  assert.equal(starts.length, 3);
  assert.ok(Math.min(...starts) > 100, `${starts}`);
});

test("a cooldown in one tab is seen and kept by all", async (t) => {
  const { tabs } = await openTabs(t);
  tabs[2].limiter.cooldown(60_000);
  await settled();
  for (const { limiter } of tabs) assert.notEqual(limiter.coolingUntil, undefined);
});

test("a limit that one tab sets holds in all", async (t) => {
  const { tabs } = await openTabs(t, { limit: 1 });
  tabs[1].limiter.limit = 3;
  await settled();
  assert.deepEqual(
    tabs.map(({ limiter }) => limiter.limit),
    [3, 3, 3],
  );
  const { calls, task } = byHand();
  void tabs[2].settle([1, 2, 3, 4], task);
  await settled();
  assert.equal(calls.length, 3);
});

test("an adaptive limit that one tab lowers is lower in all", async (t) => {
  const { tabs } = await openTabs(t, { limit: 8, adaptive: true });
  const { calls, task } = byHand();
  const run = tabs[1].settle(Array(8).fill(0), task);
  await settled();
  for (const call of calls) call.reject(failure(429, { retryAfter: 0 }));
  await run;
  await settled();
  assert.deepEqual(
    tabs.map(({ limiter }) => limiter.limit),
    [4, 4, 4],
  );
});

test("starts of all tabs count in a rate", async (t) => {
  const { tabs } = await openTabs(t, { limit: 9, rate: { limit: 4, interval: 60_000 } });
  const { calls, task } = byHand();
  for (const tab of tabs) void tab.settle([1, 2, 3], task);
  await settled();
  assert.equal(calls.length, 4);
  tabs[0].crash();
  await settled();
  assert.equal(calls.length, 4, "a new leader knows them");
});

test("a permit that is no longer wanted goes to another tab", async (t) => {
  const { tabs } = await openTabs(t, { limit: 1 });
  const { calls, task } = byHand();
  void tabs[0].settle(["first"], task);
  await settled();
  const abort = new AbortController();
  const cancelled = tabs[1].settle(["second"], task, { signal: abort.signal });
  const third = tabs[2].settle(["third"], task);
  await settled();
  calls[0].resolve();
  abort.abort();
  await cancelled;
  await settled();
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["first", "third"],
  );
  calls[1].resolve();
  await third;
});

test("a call in the place of a task needs no place of another tab", async (t) => {
  const { tabs } = await openTabs(t, { limit: 1 });
  const { limiter } = tabs[1];
  const nested = ({ signal }) => limiter.run(() => "done", { signal });
  assert.equal(await limiter.run(nested), "done");
});

test("a tab that does not answer is replaced, and what it had still counts", async (t) => {
  const { tabs } = await openTabs(t, { limit: 2 });
  const { calls, task } = byHand();
  void tabs[0].settle(["a"], task);
  await settled();
  tabs[0].freeze();
  const clock = FakeTimers.install({ now: Date.now(), toFake: ["setTimeout", "clearTimeout", "performance"] });
  t.after(() => clock.uninstall());
  void tabs[1].settle(["b", "c"], task);
  await clock.tickAsync(4_900);
  assert.equal(calls.length, 1);
  await clock.tickAsync(1_100);
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["a", "b"],
  );
  tabs[0].thaw();
  calls[0].resolve();
  await clock.tickAsync(100);
  assert.deepEqual(
    calls.map(({ item }) => item),
    ["a", "b", "c"],
  );
});

test("a page that is left does not ask for its locks without end, and asks again when it is back", async (t) => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  t.after(() => clock.uninstall());
  const end = new AbortController();
  t.after(() => end.abort());
  const tab = await origin().open({ limit: 1 }, end.signal);
  await clock.tickAsync(10);
  const refusals = tab.unload();
  await clock.tickAsync(10);
  assert.ok(refusals() > 0 && refusals() < 5, `${refusals()} refusals`);
  tab.show();
  await clock.tickAsync(2_000);
  assert.equal((await tab.settle(["a"], () => "made")).values[0], "made");
});

test("a page that is left reports none of the requests for locks that it loses", async (t) => {
  const reported = t.mock.fn();
  const { reportError } = globalThis;
  globalThis.reportError = reported;
  t.after(() => Object.assign(globalThis, { reportError }));
  const { tabs } = await openTabs(t, { limit: 1 });
  for (const tab of tabs) await tab.settle(["a"], () => "made");
  for (const tab of tabs) tab.unload();
  await settled();
  assert.deepEqual(
    reported.mock.calls.map(({ arguments: [error] }) => String(error)),
    [],
  );
});

test("messages of another version and malformed ones change nothing", async (t) => {
  const { tabs, send } = await openTabs(t, { limit: 1 });
  const { calls, task } = byHand();
  void tabs[0].settle(["a"], task);
  await settled();
  for (const data of [null, "x", [], [2, 5, 2], [1, 5, 2, NaN], [1, 5, 2, "3"], { 0: 1 }, Array(99).fill(-1)])
    send(data);
  void tabs[1].settle(["b"], task);
  await settled();
  assert.equal(calls.length, 1);
  calls[0].resolve();
  await settled();
  assert.equal(calls.length, 2);
});

test("a limiter that tabs cannot share is refused when it is made", () => {
  const make = () => sharedAcrossTabs("backend");
  const refused = (lacks) => ({
    name: "TypeError",
    message: new RegExp(`^\`sharedAcrossTabs\` needs ${lacks}, which`),
  });
  withGlobals({ navigator: {} }, () => assert.throws(make, refused("Web Locks")));
  withGlobals({ navigator: undefined }, () => assert.throws(make, refused("Web Locks")));
  withGlobals({ navigator: { locks: {} }, BroadcastChannel: undefined }, () =>
    assert.throws(make, refused("BroadcastChannel")),
  );
  for (const name of ["", 5, true]) {
    const message = `\`name\` must be a string that is not empty, got ${JSON.stringify(name)}`;
    assert.throws(() => sharedAcrossTabs(/** @type {string} */ (name)), { name: "TypeError", message });
  }
});

test("a name in place of what sluicegate/tabs returns is refused, and the import is named", () => {
  for (const given of ["backend", true, {}]) {
    const sharedAcrossTabs = /** @type {any} */ (given);
    const message = /^`sharedAcrossTabs` must be .* imported from "sluicegate\/tabs", got /;
    assert.throws(() => new Limiter({ sharedAcrossTabs }), { name: "TypeError", message });
  }
});
