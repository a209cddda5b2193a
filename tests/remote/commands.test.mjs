// Commands whose owner dies, and cancelled runs that are continued.
import assert from "node:assert/strict";
import { memoryJournal } from "../../dist/journal.js";
import { newCalls, newClient, newProcess, scenes, statuses, storyboard, test, turn, until } from "./lab.mjs";
import { newMortal, SHORT, newSystem as setUp } from "./mortal.mjs";

for (const [name, args, isDone] of /** @type {[string, unknown[], (run: any, calls: any[]) => boolean][]} */ ([
  ["pause", [], (run) => run.state === "paused"],
  ["cancel", [], (run) => run.report.status === "cancelled"],
  ["cancelItem", ["scene-2"], (run) => statuses(run)[2] === "cancelled"],
  ["setConcurrency", [3], (run) => run.snapshot.progress.inProgress === 3],
  ["retry", ["scene-0"], (run, calls) => calls.filter(({ item }) => item.id === "scene-0").length === 2],
])) {
  test(`a ${name} whose owner crashes before others know of it is carried out by the next one`, async (t) => {
    const { world, task, at, calls } = setUp(t);
    let isArmed = false;
    const publish = async (claim, event) => {
      if (!isArmed) return world.store.publish(claim, event);
      await one.crash();
      return new Promise(() => {});
    };
    const kinds = { storyboard: storyboard(task) };
    const one = newMortal(t, { ...world, store: { ...world.store, publish } }, kinds);
    const two = newMortal(t, world, kinds, { lease: SHORT });
    const url = await newClient(t, one).start("storyboard", scenes(5)).url;
    const client = newClient(t, two);
    const run = client.attach(url);
    (await at(0)).reject(new Error("no"));
    await until(() => statuses(run).join() === "rejected,running,running,waiting,waiting");
    isArmed = true;
    const { status } = await client.ask(`${url}/${name}`, { method: "POST", body: args });
    assert.equal(status, 200);
    await until(() => isDone(run, calls));
    assert.deepEqual(one.errors, []);
  });
}

for (const when of ["before", "after"]) {
  test(`an item is regenerated once though the owner crashes ${when} its call has ended, before it answers`, async (t) => {
    const { world, task, at, calls } = setUp(t);
    let isArmed = false;
    const publish = (claim, event) => (isArmed ? new Promise(() => {}) : world.store.publish(claim, event));
    const kinds = { storyboard: storyboard(task) };
    const one = newMortal(t, { ...world, store: { ...world.store, publish } }, kinds);
    const two = newMortal(t, world, kinds, { lease: SHORT });
    const url = await newClient(t, one).start("storyboard", scenes(2)).url;
    const client = newClient(t, two);
    const run = client.attach(url);
    (await at(0)).resolve("first");
    await until(() => statuses(run)[0] === "fulfilled");
    isArmed = true;
    const asked = client.ask(`${url}/retry`, { method: "POST", body: ["scene-0", { regenerate: true }] });
    const again = await at(2);
    if (when === "after") {
      again.resolve("second");
      await until(() => [...world.entries.values()].some((entries) => JSON.stringify([...entries]).includes("second")));
    }
    await one.crash();
    assert.equal((await asked).status, 200);
    await until(() => {
      for (const call of calls.slice(1)) call.resolve("second");
      return statuses(run).join() === "fulfilled,fulfilled";
    });
    assert.equal(run.snapshot.items[0].value, "second");
    const keys = calls.filter(({ item }) => item.id === "scene-0").map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(new Set(keys).size, 2, "the first and the regenerated one");
    assert.equal(calls.filter(({ item }) => item.id === "scene-0").length, when === "before" ? 3 : 2);
  });
}

test("a command that was queued while nobody owned the run survives the crash of the next owner, too", async (t) => {
  const { start, at, world, task, calls } = setUp(t);
  const one = start();
  const url = await newClient(t, one).start("storyboard", scenes(2)).url;
  await at(1);
  await turn();
  await one.crash();
  const id = String(url.split("/").at(-1));
  await world.store.send(id, { id: "queued", name: "pause", args: [] }, 1);
  const published = newCalls();
  const store = { ...world.store, publish: (...event) => published.task(event, 0, /** @type {any} */ ({})) };
  const two = newMortal(t, { ...world, store }, { storyboard: storyboard(task) }, { lease: SHORT });
  await published.at(0);
  await two.crash();
  const run = newClient(t, start({ lease: SHORT })).attach(url);
  await until(() => run.state === "paused");
  assert.equal(calls.length, 2);
});

test("a cancelled run is continued by a resume: what is done is kept, and all clients see it", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const run = newClient(t, one).start("storyboard", scenes(4));
  const other = newClient(t, one).attach(await run.url);
  (await at(0)).resolve("a");
  await at(2);
  run.cancel();
  await until(() => run.state === "cancelling");
  calls[1].resolve("b");
  calls[2].resolve("c");
  const cancelled = await run.finished;
  assert.equal(cancelled.status, "cancelled");
  assert.deepEqual(statuses(other), ["fulfilled", "fulfilled", "fulfilled", "cancelled"]);
  other.resume();
  await until(() => run.state === "running" && other.state === "running");
  (await at(3)).resolve("d");
  const reports = await Promise.all([run.finished, other.finished]);
  assert.deepEqual(one.errors, []);
  for (const { status, values } of reports) assert.deepEqual([status, values], ["completed", ["a", "b", "c", "d"]]);
  assert.deepEqual(await run.values, ["a", "b", "c", "d"]);
  assert.equal(calls.length, 4);
});

test("a resume of a run that is still cancelling continues it when its calls have ended", async (t) => {
  const { start, at, calls } = setUp(t);
  const run = newClient(t, start()).start("storyboard", scenes(3));
  await at(1);
  run.cancel();
  await until(() => run.state === "cancelling");
  run.resume();
  await turn();
  calls[0].resolve("a");
  calls[1].resolve("b");
  (await at(2)).resolve("c");
  await until(() => run.report.status === "completed");
  assert.deepEqual(run.report.values, ["a", "b", "c"]);
  assert.equal(calls.length, 3);
});

/** Cancels a run of three items with two calls under way, and resumes it. Others send what follows. */
async function resumedWhileCancelling(t) {
  const { start, at, calls } = setUp(t);
  const one = start();
  const run = newClient(t, one).start("storyboard", scenes(3));
  const url = await run.url;
  await at(1);
  run.cancel();
  await until(() => run.state === "cancelling");
  const client = newClient(t, one);
  const send = (name, ...args) => client.ask(`${url}/${name}`, { method: "POST", body: args });
  const resumed = send("resume");
  for (let n = 0; n < 5; n++) await turn();
  return { run, at, calls, send, resumed };
}

for (const [name, ends] of /** @type {[string, (run: any) => boolean][]} */ ([
  ["cancel", (run) => run.report.status === "cancelled"],
  ["pause", (run) => run.state === "paused"],
])) {
  test(`a ${name} after a resume that waits for calls is carried out after it: nothing more is called`, async (t) => {
    const { run, calls, send, resumed } = await resumedWhileCancelling(t);
    const sent = send(name);
    for (let n = 0; n < 5; n++) await turn();
    calls[0].resolve("a");
    calls[1].resolve("b");
    assert.deepEqual([(await resumed).status, (await sent).status], [200, 200]);
    await until(() => ends(run));
    assert.equal(calls.length, 2);
  });
}

test("an item can be cancelled on whose end a resume waits", async (t) => {
  const { run, at, calls, send, resumed } = await resumedWhileCancelling(t);
  const sent = send("cancelItem", "scene-0");
  await until(() => calls[0].signal.aborted);
  calls[0].reject(calls[0].signal.reason);
  calls[1].resolve("b");
  (await at(2)).resolve("c");
  assert.deepEqual([(await resumed).status, (await sent).status], [200, 200]);
  await until(() => statuses(run).join() === "cancelled,fulfilled,fulfilled");
  assert.equal(calls.length, 3);
});

test("a resume of a cancelled run with `retryFailed` makes the failed items again, also after a restart", async (t) => {
  const { start, at, calls } = setUp(t);
  const one = start();
  const first = newClient(t, one).start("storyboard", scenes(3));
  (await at(0)).reject(new Error("no"));
  (await at(1)).resolve("b");
  await at(2);
  first.cancel();
  await until(() => first.state === "cancelling");
  await one.crash();
  const run = newClient(t, start()).attach(await first.url);
  assert.equal((await run.finished).status, "cancelled");
  run.resume({ retryFailed: true });
  const again = [await at(3), await at(4)];
  for (const call of again) call.resolve(call.item.id);
  await until(() => run.report.status === "completed");
  assert.deepEqual(run.report.values, ["scene-0", "b", "scene-2"]);
  assert.equal(calls.length, 5);
});

test("an item of a cancelled run is made again by itself, as in the page", async (t) => {
  const { start, at, calls } = setUp(t);
  const run = newClient(t, start()).start("storyboard", scenes(4));
  await at(1);
  run.cancel();
  await until(() => run.state === "cancelling");
  calls[0].resolve("a");
  calls[1].resolve("b");
  await run.finished;
  const again = run.retry("scene-2");
  (await at(2)).resolve("c");
  assert.equal((await again).value, "c");
  await until(() => run.report.status === "cancelled");
  assert.deepEqual(statuses(run), ["fulfilled", "fulfilled", "fulfilled", "cancelled"]);
});

test("a cancelled run whose journal is in memory is continued with what is in it", async (t) => {
  const { world, task, at, calls } = setUp(t);
  const journals = () => memoryJournal();
  const own = newProcess(t, { ...world, journals }, { storyboard: storyboard(task) });
  const run = newClient(t, own).start("storyboard", scenes(3));
  await at(1);
  run.cancel();
  await until(() => run.state === "cancelling");
  calls[0].resolve("a");
  calls[1].resolve("b");
  assert.equal((await run.finished).status, "cancelled");
  run.resume();
  (await at(2)).resolve("c");
  await until(() => run.report.status === "completed");
  assert.deepEqual([run.report.values, calls.length], [["a", "b", "c"], 3]);
});

test("a run that a failure has stopped is continued by a resume, and makes the failed item again", async (t) => {
  const { start, at, calls } = setUp(t, { concurrency: 1, onFailure: "stop" });
  const run = newClient(t, start()).start("storyboard", scenes(3));
  (await at(0)).resolve("a");
  (await at(1)).reject(new Error("no"));
  assert.equal((await run.finished).status, "failed");
  run.resume();
  (await at(2)).resolve("b");
  (await at(3)).resolve("c");
  await until(() => run.report.status === "completed");
  assert.deepEqual([run.report.values, calls.length], [["a", "b", "c"], 4]);
});
