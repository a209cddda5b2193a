// Several processes over one store: crashes, take-overs, and runs that go on after a restart.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { startPipeline } from "../../dist/index.js";
import { newCalls, newClient, newProcess, newWorld, scenes, statuses, storyboard, test, turn, until } from "./lab.mjs";
import { newMortal, SHORT, newSystem as setUp } from "./mortal.mjs";

test("a run whose owner has crashed is taken over: what is done is not made again, what was under way keeps its key", async (t) => {
  const { start, calls, at } = setUp(t);
  const [one, two] = [start(), start({ lease: SHORT })];
  const run = newClient(t, one).start("storyboard", scenes(4));
  const watching = newClient(t, two).attach(await run.url);
  (await at(0)).resolve("a");
  await at(2);
  await until(() => statuses(watching).join() === "fulfilled,running,running,waiting");
  await one.crash();
  // The process that is left takes the run over by itself.
  await at(4);
  assert.deepEqual(
    calls.slice(3).map(({ item }) => item.id),
    ["scene-1", "scene-2"],
  );
  assert.deepEqual(
    calls.slice(3).map(({ idempotencyKey }) => idempotencyKey),
    calls.slice(1, 3).map(({ idempotencyKey }) => idempotencyKey),
  );
  calls[3].resolve("b");
  calls[4].resolve("c");
  (await at(5)).resolve("d");
  const report = await watching.finished;
  assert.deepEqual(report.values, ["a", "b", "c", "d"]);
  assert.equal(calls.length, 6);
});

test("a watcher does not see a run fall back when it is taken over, and hears of no outcome twice", async (t) => {
  const { start, calls, at } = setUp(t);
  const [one, two] = [start(), start({ lease: SHORT })];
  const client = newClient(t, two);
  const run = client.attach(await newClient(t, one).start("storyboard", scenes(4)).url);
  const outcomes = [];
  run[Symbol.for("sluicegate.watch")](({ key }) => outcomes.push(key));
  (await at(0)).resolve("a");
  (await at(1)).resolve("b");
  await until(() => run.snapshot.progress.completed === 2);
  const completed = [];
  const states = [];
  run.subscribe(() => completed.push(run.snapshot.progress.completed));
  run.subscribe(() => states.push(run.state));
  await at(3);
  await turn();
  await one.crash();
  await at(5);
  calls[4].resolve("c");
  calls[5].resolve("d");
  await run.finished;
  assert.deepEqual(completed.toSorted(), completed);
  assert.ok(!states.includes("paused"), `${states}`);
  assert.deepEqual(outcomes.toSorted(), ["scene-0", "scene-1", "scene-2", "scene-3"]);
});

test("a late owner changes nothing any more, and is told to stop", async (t) => {
  const { start, at, world } = setUp(t);
  const late = newCalls();
  let signal;
  const kinds = {
    storyboard: (input, context) => {
      signal = context.signal;
      return storyboard(late.task)(input, context);
    },
  };
  // It does not renew its claim, as a process that was suspended.
  const store = { ...world.store, renew: () => new Promise(() => {}) };
  const one = newProcess(t, { ...world, store }, kinds, { lease: SHORT });
  const url = await newClient(t, one).start("storyboard", scenes(1)).url;
  await late.at(0);
  const two = start({ lease: SHORT });
  const watching = newClient(t, two).attach(url);
  const call = await at(0);
  // Its result comes when the other one works on the run already.
  late.calls[0].resolve("late");
  await until(() => signal.aborted);
  assert.equal(statuses(watching)[0], "running");
  call.resolve("a");
  assert.deepEqual((await watching.finished).values, ["a"]);
});

test("a restarted process goes on with what is unfinished, unasked", async (t) => {
  const { start, calls, at } = setUp(t);
  const one = start();
  await newClient(t, one).start("storyboard", scenes(2)).url;
  (await at(0)).resolve("a");
  await at(1);
  await turn();
  await one.crash();
  start();
  await at(2);
  assert.equal(calls[2].item.id, "scene-1");
});

test("a process that is closed lets calls under way end, and leaves the rest to another", async (t) => {
  const { world, calls, at, start } = setUp(t);
  const first = newCalls();
  // It looks for runs to take over, which takes a while.
  const store = { ...world.store, unclaimed: () => new Promise(() => {}) };
  const one = newProcess(t, { ...world, store }, { storyboard: storyboard(first.task) }, { grace: 10_000 });
  const url = await newClient(t, one).start("storyboard", scenes(3)).url;
  await first.at(1);
  const closed = one.handler.close();
  first.calls[0].resolve("a");
  await turn();
  first.calls[1].resolve("b");
  await closed;
  assert.equal(first.calls.length, 2);
  // At once, and not after the lease.
  const two = start();
  const run = newClient(t, two).attach(url);
  (await at(0)).resolve("c");
  assert.equal(calls[0].item.id, "scene-2");
  const report = await run.finished;
  assert.deepEqual(report.values, ["a", "b", "c"]);
});

test("a call that outlives the grace of a closed process is aborted", async (t) => {
  const { world } = setUp(t);
  const { task, at } = newCalls();
  const one = newProcess(t, world, { storyboard: storyboard(task, { onCancel: "abort" }) }, { grace: 20 });
  await newClient(t, one).start("storyboard", scenes(1)).url;
  const call = await at(0);
  await one.handler.close();
  assert.ok(call.signal.aborted);
});

test("commands reach the owner from any process", async (t) => {
  const { start, at } = setUp(t);
  const [one, two] = [start(), start()];
  const run = newClient(t, one).start("storyboard", scenes(3));
  const other = newClient(t, two).attach(await run.url);
  await at(1);
  other.pause();
  await until(() => run.state === "paused" && other.state === "paused");
  run.setConcurrency(3);
  other.resume();
  await at(2);
  await assert.rejects(other.retry("nobody"), RangeError);
  run.cancel();
  await until(() => other.state === "cancelling");
});

test("a cancel of a run without an owner is carried out by the process that gets it, before anything is called", async (t) => {
  const { start, at, calls } = setUp(t);
  // It looks for runs without an owner only every 20 seconds.
  const two = start();
  const one = start();
  const url = await newClient(t, one).start("storyboard", scenes(2)).url;
  await at(1);
  await turn();
  await one.crash();
  const client = newClient(t, two);
  const { status, body } = await client.ask(`${url}/cancel`, { method: "POST", body: [] });
  assert.equal(status, 200);
  assert.match(body.version, /^2\.\d+$/);
  const run = client.attach(url);
  assert.equal((await run.finished).status, "cancelled");
  assert.equal(calls.length, 2);
});

test("a pause that was sent while nobody owned the run holds for the next owner", async (t) => {
  const { start, at, calls, world } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(2));
  const url = await first.url;
  await at(1);
  await turn();
  await one.crash();
  const id = url.split("/").at(-1);
  await world.store.send(id, { id: "queued", name: "pause", args: [] }, 1);
  const run = newClient(t, start()).attach(url);
  await until(() => run.state === "paused");
  await sleep(30);
  assert.equal(calls.length, 2);
  run.resume();
  await at(3);
});

test("a reader is reason enough to take a run over", async (t) => {
  const { start, at } = setUp(t);
  const two = start();
  const one = start();
  const url = await newClient(t, one).start("storyboard", scenes(1)).url;
  await at(0);
  await turn();
  await one.crash();
  newClient(t, two).attach(url);
  await at(1);
});

test("a paused run stays paused after a take-over, with its concurrency", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(6));
  const url = await first.url;
  (await at(0)).resolve("a");
  await at(2);
  first.pause();
  first.setConcurrency(3);
  await until(() => first.state === "paused");
  await first.retryFailed();
  await one.crash();
  const two = start();
  const run = newClient(t, two).attach(url);
  await until(() => run.state === "paused" && statuses(run)[0] === "fulfilled");
  await sleep(30);
  assert.equal(calls.length, 3);
  run.resume();
  await at(5);
  await turn();
  assert.equal(calls.length, 6);
});

test("a cancelled run is not begun again after a crash, and keeps what was done", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(3));
  const url = await first.url;
  (await at(0)).resolve("a");
  await at(2);
  first.cancel();
  await until(() => first.state === "cancelling");
  await one.crash();
  const run = newClient(t, start()).attach(url);
  const report = await run.finished;
  assert.equal(report.status, "cancelled");
  assert.deepEqual(statuses(run), ["fulfilled", "cancelled", "cancelled"]);
  assert.equal(calls.length, 3);
});

test("an item of a run that finished in another process is made again from the journal", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(2));
  (await at(0)).resolve("a");
  (await at(1)).reject(new Error("no"));
  const url = await first.url;
  await first.finished;
  await until(async () => (await newClient(t, one).ask("/")).body.runs[0].finished > 0);
  await one.crash();
  const two = start();
  const run = newClient(t, two).attach(url);
  assert.equal((await run.finished).status, "partial");
  await sleep(30);
  assert.equal(calls.length, 2);
  const again = run.retry("scene-1");
  (await at(2)).resolve("b");
  assert.equal((await again).value, "b");
  assert.deepEqual(run.report.values, ["a", "b"]);
  assert.equal(calls.length, 3);
});

test("a crash while an item of a finished run is made again does not lose it", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(1));
  (await at(0)).reject(new Error("no"));
  await first.finished;
  const url = await first.url;
  void first.retry("scene-0").catch(() => {});
  await at(1);
  await until(async () => (await newClient(t, one).ask("/")).body.runs[0].finished === undefined);
  await one.crash();
  const run = newClient(t, start()).attach(url);
  (await at(2)).resolve("a");
  await until(() => statuses(run)[0] === "fulfilled");
  assert.equal(calls[2].idempotencyKey, calls[1].idempotencyKey);
});

test("a pipeline goes on at its phase", async (t) => {
  const world = newWorld();
  const holds = newCalls();
  const film = (text, { journal, signal }) =>
    startPipeline(
      [
        { name: "script", run: (_, context) => holds.task(text, 0, context) },
        { name: "audio", run: ({ script }, context) => holds.task(script, 1, context) },
      ],
      { journal, signal },
    );
  const [one, two] = [newMortal(t, world, { film }), newMortal(t, world, { film }, { lease: SHORT })];
  const url = await newClient(t, one).start("film", "tale").url;
  (await holds.at(0)).resolve("SCRIPT");
  await holds.at(1);
  await turn();
  await one.crash();
  const run = newClient(t, two).attach(url);
  (await holds.at(2)).resolve("la");
  assert.equal(holds.calls[2].item, "SCRIPT");
  await run.finished;
  assert.deepEqual(run.outputs, { script: "SCRIPT", audio: "la" });
});

test("a kind that this process does not know is left to others", async (t) => {
  const { start, at, world } = setUp(t);
  const one = start();
  await newClient(t, one).start("storyboard", scenes(1)).url;
  await at(0);
  await turn();
  await one.crash();
  const old = newMortal(t, world, { film: storyboard(newCalls().task) }, { lease: SHORT });
  await sleep(SHORT);
  assert.equal((await world.store.unclaimed()).length, 1);
  assert.deepEqual(old.errors, []);
  start();
  await at(1);
});

test("a run that cannot be resumed is tried again later, and does not stop the others", async (t) => {
  const { start, at, world, task } = setUp(t);
  const one = start();
  const client = newClient(t, one);
  await client.start("storyboard", scenes(1)).url;
  await client.start("storyboard", scenes(1)).url;
  await at(1);
  await turn();
  await one.crash();
  let failures = 1;
  const flaky = (...args) => {
    if (failures-- > 0) throw new Error("not yet");
    return storyboard(task)(...args);
  };
  const two = newMortal(t, world, { storyboard: flaky }, { lease: SHORT });
  await at(3);
  assert.deepEqual(
    two.errors.map(({ message }) => message),
    ["not yet"],
  );
});

test("finished runs are removed after a time, with their journals", async (t) => {
  const { start, at, world } = setUp(t);
  const one = start({ keep: 50 });
  const client = newClient(t, one);
  const run = client.start("storyboard", scenes(1));
  (await at(0)).resolve("a");
  await run.finished;
  assert.equal(world.entries.size, 1);
  await one.crash();
  const two = start({ keep: 50, lease: SHORT });
  await until(async () => (await newClient(t, two).ask("/")).body.runs.length === 0);
  await until(() => world.entries.size === 0);
});

test("a store that fails for a while loses nothing", async (t) => {
  const { world, at, task } = setUp(t);
  let isDown = false;
  const store = new Proxy(world.store, {
    get: (target, name) =>
      name === "publish" && isDown ? async () => Promise.reject(new Error("no store")) : target[name],
  });
  const own = newProcess(t, { ...world, store }, { storyboard: storyboard(task) });
  const run = newClient(t, own).start("storyboard", scenes(2));
  await until(() => statuses(run)[1] === "running");
  isDown = true;
  (await at(0)).resolve("a");
  await until(() => own.errors.length > 0);
  isDown = false;
  (await at(1)).resolve("b");
  assert.deepEqual((await run.finished).values, ["a", "b"]);
});
