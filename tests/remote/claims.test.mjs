// Claims of runs that start slowly, that are left slowly, and that are lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { newCalls, newClient, newProcess, newWorld, scenes, storyboard } from "./lab.mjs";
import { SHORT } from "./mortal.mjs";

test("a run that starts more slowly than the lease stays with the process that starts it", async (t) => {
  const world = newWorld();
  const { calls, task, at } = newCalls();
  let starts = 0;
  const slow = async (...args) => {
    starts += 1;
    await sleep(3 * SHORT);
    return storyboard(task)(...args);
  };
  const [one] = [1, 2].map(() => newProcess(t, world, { slow }, { lease: SHORT }));
  const run = newClient(t, one).start("slow", scenes(1));
  (await at(0)).resolve("a");
  assert.deepEqual((await run.finished).values, ["a"]);
  assert.deepEqual([starts, calls.length], [1, 1]);
});

test("a process that lets calls end keeps its runs for longer than the lease", async (t) => {
  const world = newWorld();
  const [first, second] = [newCalls(), newCalls()];
  const kind = (task) => ({ storyboard: storyboard(task, { idempotencyKey: ({ id }) => id }) });
  const one = newProcess(t, world, kind(first.task), { grace: 60_000, lease: SHORT });
  const url = await newClient(t, one).start("storyboard", scenes(1)).url;
  await first.at(0);
  const two = newProcess(t, world, kind(second.task), { lease: SHORT });
  const closed = one.handler.close();
  await sleep(4 * SHORT);
  first.calls[0].resolve("a");
  await closed;
  assert.deepEqual((await newClient(t, two).attach(url).finished).values, ["a"]);
  assert.equal(second.calls.length, 0);
});

test("a grace without an end lets calls end", async (t) => {
  const { task, at } = newCalls();
  const one = newProcess(t, newWorld(), { storyboard: storyboard(task, { onCancel: "abort" }) }, { grace: Infinity });
  await newClient(t, one).start("storyboard", scenes(1)).url;
  const call = await at(0);
  const closed = one.handler.close();
  await sleep(50);
  assert.equal(call.signal.aborted, false);
  call.resolve("a");
  await closed;
});

test("a journal that another process has taken stops the run before the next call", async (t) => {
  const world = newWorld();
  const lost = new AbortController();
  const journals = (owner) => Object.assign(world.journals(owner), { lost: lost.signal });
  const { calls, task, at } = newCalls();
  const one = newProcess(t, { ...world, journals }, { storyboard: storyboard(task, { concurrency: 1 }) });
  await newClient(t, one).start("storyboard", scenes(2)).url;
  const call = await at(0);
  lost.abort(new Error("another process works on the journal"));
  call.resolve("a");
  await sleep(50);
  assert.equal(calls.length, 1);
});

test("a process is closed while its store cannot be reached", { timeout: 120_000 }, async (t) => {
  const world = newWorld();
  let isDown = false;
  const store = new Proxy(world.store, {
    get: (target, name) => (isDown ? () => new Promise(() => {}) : target[name]),
  });
  const { task, at } = newCalls();
  const one = newProcess(t, { ...world, store }, { storyboard: storyboard(task, { onCancel: "abort" }) });
  await newClient(t, one).start("storyboard", scenes(2)).url;
  const call = await at(1);
  isDown = true;
  (await at(0)).resolve("a");
  await sleep(50);
  await one.handler.close();
  assert.ok(call.signal.aborted);
});
