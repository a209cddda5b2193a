import assert from "node:assert/strict";
import { HttpError, RetryError, startPipeline, startRun } from "../../dist/index.js";
import { newCalls, newClient, newProcess, newWorld, scenes, statuses, storyboard, test, until } from "./lab.mjs";

/** One process and one client. */
function setUp(t, options) {
  const world = newWorld();
  const calls = newCalls();
  const server = newProcess(t, world, { storyboard: storyboard(calls.task) }, options);
  return { world, server, ...calls, client: newClient(t, server) };
}

test("a run on a server has the outcomes, values and report of a run in the page", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(2));
  assert.equal(run.state, "running");
  (await at(0)).resolve({ url: "/0.png" });
  (await at(1)).resolve({ url: "/1.png" });
  const report = await run.finished;
  assert.equal(report.status, "completed");
  assert.deepEqual(report.values, [{ url: "/0.png" }, { url: "/1.png" }]);
  assert.deepEqual(
    report.outcomes.map(({ index, key, item, status, attempts }) => ({ index, key, item, status, attempts })),
    scenes(2).map((item, index) => ({ index, key: item.id, item, status: "fulfilled", attempts: 1 })),
  );
  assert.equal(report.error, undefined);
  assert.equal(run.state, "finished");
  assert.deepEqual(await run.values, report.values);
  assert.deepEqual(await run.value("scene-1"), { url: "/1.png" });
  const { completed, total, inProgress, fraction } = run.snapshot.progress;
  assert.deepEqual({ completed, total, inProgress, fraction }, { completed: 2, total: 2, inProgress: 0, fraction: 1 });
});

test("two clients of one run agree, and both steer it", async (t) => {
  const { client, server, at, calls } = setUp(t);
  const one = client.start("storyboard", scenes(4));
  const two = newClient(t, server).attach(await one.url);
  await until(() => statuses(two).join() === "running,running,waiting,waiting");
  two.pause();
  await until(() => one.state === "paused");
  (await at(0)).resolve("a");
  (await at(1)).resolve("b");
  await until(() => one.snapshot.progress.completed === 2);
  assert.equal(calls.length, 2);
  one.resume();
  (await at(2)).resolve("c");
  (await at(3)).resolve("d");
  const reports = await Promise.all([one.finished, two.finished]);
  assert.deepEqual(reports[0].outcomes, reports[1].outcomes);
  assert.deepEqual(reports[1].values, ["a", "b", "c", "d"]);
});

test("the snapshot is the same object until something changes, and items that do not change stay the same", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(3));
  await until(() => statuses(run)[1] === "running");
  const before = run.snapshot;
  assert.equal(run.snapshot, before);
  let changes = 0;
  run.subscribe(() => changes++);
  (await at(0)).resolve("a");
  await until(() => run.snapshot.progress.completed === 1);
  assert.ok(changes > 0);
  assert.notEqual(run.snapshot, before);
  assert.equal(run.snapshot.items[1], before.items[1]);
  assert.ok(Object.isFrozen(run.snapshot.items[0]));
});

test("inspect says what the snapshot shows, and leaves the rest to the server", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(4));
  await until(() => statuses(run)[1] === "running");
  const waits = () => run.inspect().items.map(({ waitsFor }) => waitsFor);
  assert.deepEqual(waits(), ["task", "task", "server", "server"]);
  run.pause();
  await until(() => run.state === "paused");
  (await at(0)).resolve("a");
  await until(() => run.snapshot.progress.completed === 1);
  const { running, waiting, done, total, items } = run.inspect({ limit: 2 });
  assert.deepEqual({ running, waiting, done, total }, { running: 1, waiting: 2, done: 1, total: 4 });
  assert.deepEqual(
    items.map(({ key, waitsFor }) => [key, waitsFor]),
    [
      ["scene-1", "task"],
      ["scene-2", "resume"],
    ],
  );
  assert.throws(() => run.inspect({ limit: 0 }), /`limit` must be an integer from 1/);
});

test("times of an item under way are those of the client's clock", async (t) => {
  const { client } = setUp(t);
  const run = client.start("storyboard", scenes(1));
  await until(() => statuses(run)[0] === "running");
  const [item] = run.snapshot.items;
  assert.ok(Math.abs(performance.now() - item.startedAt) < 60_000);
});

test("a retrying item shows its error and when the next attempt is due", async (t) => {
  const world = newWorld();
  const fails = async () => {
    throw Object.assign(new Error("busy"), { status: 503 });
  };
  const kinds = { storyboard: storyboard(fails, { retry: { attempts: 2, minDelay: 60_000, maxDelay: 60_000 } }) };
  const run = newClient(t, newProcess(t, world, kinds)).start("storyboard", scenes(1));
  await until(() => statuses(run)[0] === "retrying");
  const [item] = run.snapshot.items;
  assert.equal(item.error.status, 503);
  assert.ok(item.nextAttemptAt > performance.now() + 30_000);
});

test("failures are revived as errors of the platform and of the package", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(6));
  const retried = new RetryError([new Error("first"), Object.assign(new Error("last"), { status: 503 })]);
  const failures = [
    new HttpError("/api answered 402", 402, { error: "no credits" }, new Headers(), 5_000),
    new DOMException("too slow", "TimeoutError"),
    new RangeError("too far"),
    retried,
    Object.assign(new Error("odd"), { name: "StrangeError", code: "E_ODD" }),
    "a text",
  ];
  for (const [n, failure] of failures.entries()) (await at(n)).reject(failure);
  const report = await run.finished;
  assert.equal(report.status, "partial");
  const reasons = report.outcomes.map(({ reason }) => reason);
  assert.ok(reasons[0] instanceof HttpError);
  assert.deepEqual([reasons[0].status, reasons[0].body, reasons[0].retryAfter], [402, { error: "no credits" }, 5_000]);
  assert.ok(reasons[1] instanceof DOMException);
  assert.equal(reasons[1].name, "TimeoutError");
  assert.ok(reasons[2] instanceof RangeError);
  assert.ok(reasons[3] instanceof RetryError);
  assert.deepEqual([reasons[3].attempts, reasons[3].status, reasons[3].message], [2, 503, retried.message]);
  assert.deepEqual([reasons[4].name, reasons[4].message, reasons[4].code], ["StrangeError", "odd", "E_ODD"]);
  assert.equal(reasons[5], "a text");
  assert.equal(report.error.message, "6 of 6 items failed");
  assert.deepEqual(report.error.errors, reasons);
  await assert.rejects(run.values, AggregateError);
  await assert.rejects(run.value("scene-2"), RangeError);
});

test("the stack of an error stays on the server, and `expose` decides about the rest", async (t) => {
  const expose = (reason) => new Error(reason.message.replace(/\d+\.\d+\.\d+\.\d+/, "the database"));
  const { client, at } = setUp(t, { expose });
  const run = client.start("storyboard", scenes(1));
  (await at(0)).reject(Object.assign(new Error("cannot reach 10.0.0.7"), { code: "ECONNREFUSED" }));
  const [{ reason }] = (await run.finished).outcomes;
  assert.equal(reason.message, "cannot reach the database");
  assert.equal(reason.code, undefined);
  const { body } = await client.ask((await run.url).slice("http://runs.test/api/runs".length));
  assert.doesNotMatch(JSON.stringify(body), /10\.0\.0\.7|stack|\.mjs/);
});

test("a cancel ends the run on the server, with its reason", async (t) => {
  const { client, at, server } = setUp(t);
  const run = client.start("storyboard", scenes(3));
  const other = newClient(t, server).attach(await run.url);
  await at(1);
  run.cancel(new RangeError("too many"));
  await until(() => other.state === "cancelling");
  (await at(0)).resolve("a");
  (await at(1)).resolve("b");
  const report = await other.finished;
  assert.equal(report.status, "cancelled");
  assert.deepEqual(statuses(run), ["fulfilled", "fulfilled", "cancelled"]);
  await assert.rejects(run.values, { name: "RangeError", message: "too many" });
});

test("one item is cancelled by its key", async (t) => {
  const { client, at, calls } = setUp(t);
  const run = client.start("storyboard", scenes(2));
  await at(1);
  run.cancelItem("scene-1", "not needed");
  await until(() => calls[1].signal.aborted);
  calls[1].reject(calls[1].signal.reason);
  const outcome = await run.settled("scene-1");
  assert.deepEqual([outcome.status, outcome.reason], ["cancelled", "not needed"]);
});

test("an item is made again, and the retry resolves to the new outcome", async (t) => {
  const { client, at, calls } = setUp(t);
  const run = client.start("storyboard", scenes(2));
  (await at(0)).reject(new Error("no"));
  (await at(1)).resolve("b");
  assert.equal((await run.finished).status, "partial");
  const again = run.retry("scene-0");
  (await at(2)).resolve("a");
  assert.deepEqual((await again).value, "a");
  assert.equal(run.report.status, "completed");

  assert.equal((await run.retry("scene-1")).value, "b");
  assert.equal(calls.length, 3);
  const regenerated = run.retry("scene-1", { regenerate: true });
  (await at(3)).resolve("B");
  assert.equal((await regenerated).value, "B");
  assert.notEqual(calls[3].idempotencyKey, calls[1].idempotencyKey);
});

test("all failed items are made again", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(3));
  (await at(0)).reject(new Error("no"));
  (await at(1)).resolve("b");
  (await at(2)).reject(new Error("no"));
  await run.finished;
  const again = run.retryFailed();
  (await at(3)).resolve("a");
  (await at(4)).resolve("c");
  assert.deepEqual((await again).values, ["a", "b", "c"]);
});

test("the concurrency is changed while the run goes on", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(5));
  await at(1);
  run.setConcurrency(4);
  await at(3);
  await until(() => run.snapshot.progress.inProgress === 4);
});

test("a retry of an unknown item is a RangeError, as in the page", async (t) => {
  const { client } = setUp(t);
  const run = client.start("storyboard", scenes(1));
  await assert.rejects(run.retry("scene-9"), RangeError);
  await assert.rejects(run.settled("scene-9"), RangeError);
});

test("the mistake of a command that returns nothing is reported", async (t) => {
  const { client } = setUp(t);
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  t.after(() => delete (/** @type {any} */ (globalThis).reportError));
  const run = client.start("storyboard", scenes(1));
  run.setConcurrency(0);
  await until(() => reported.length === 1);
  assert.ok(reported[0] instanceof TypeError);
  assert.match(reported[0].message, /`concurrency` must be an integer/);
});

test("what a run on a server cannot do is a TypeError that says so", async (t) => {
  const { client } = setUp(t);
  const run = client.start("storyboard", scenes(1));
  for (const name of ["add", "end", "remove"]) assert.throws(() => run[name]("x"), /not for runs on a server/);
  assert.throws(() => client.attach(""), /`url` must be/);
  assert.throws(() => client.start("", []), /`kind` must be/);
  assert.throws(() => client.attach("/x", { transport: "smoke" }), /`transport` must be "auto" or "poll"/);
  assert.throws(
    () => client.attach("/x", { pollIntervall: 1 }),
    /`pollIntervall` is not an option; the nearest is `pollInterval`/,
  );
});

test("outcomes come one by one, to a loop and to hooks", async (t) => {
  const { client, at } = setUp(t);
  const run = client.start("storyboard", scenes(3));
  const watched = [];
  run[Symbol.for("sluicegate.watch")](({ key }) => watched.push(key));
  const keys = [];
  const loop = (async () => {
    for await (const { key } of run) keys.push(key);
  })();
  for (const n of [1, 0, 2]) {
    (await at(n)).resolve(n);
    await until(() => watched.length === keys.length && keys.includes(`scene-${n}`));
  }
  await loop;
  assert.deepEqual(keys, ["scene-1", "scene-0", "scene-2"]);
  assert.deepEqual(watched, keys);
  const late = [];
  run[Symbol.for("sluicegate.watch")](({ key }) => late.push(key));
  assert.deepEqual(late, keys);
});

test("the outputs of a pipeline come phase by phase, and its progress is weighted", async (t) => {
  const holds = newCalls();
  const film = (text, { journal, signal }) =>
    startPipeline(
      [
        { name: "script", weight: 25, run: (_, context) => holds.task(text, 0, context) },
        { name: "audio", weight: 75, run: ({ script }, context) => holds.task(script, 1, context) },
      ],
      { journal, signal },
    );
  const run = newClient(t, newProcess(t, newWorld(), { film })).start("film", "a tale");
  (await holds.at(0)).resolve({ pages: 3 });
  await until(() => run.snapshot.progress.fraction === 0.25);
  assert.deepEqual(run.outputs, { script: { pages: 3 } });
  assert.deepEqual((await holds.at(1)).item, { pages: 3 });
  holds.calls[1].resolve("la");
  await run.finished;
  assert.deepEqual(run.outputs, { script: { pages: 3 }, audio: "la" });
});

test("a source that fails fails the run, with the same error as in the page", async (t) => {
  const broken = (_, { journal, signal }) => {
    const items = (function* () {
      yield { id: "a" };
      throw new SyntaxError("no such page");
    })();
    return startRun(items, async ({ id }) => id, { concurrency: 1, key: ({ id }) => id, journal, signal });
  };
  const run = newClient(t, newProcess(t, newWorld(), { broken })).start("broken", null);
  const report = await run.finished;
  assert.equal(report.status, "failed");
  assert.ok(report.error.errors[0] instanceof SyntaxError);
  await assert.rejects(run.values, { name: "SyntaxError", message: "no such page" });
});

test("a value without JSON is left out, and reported on the server", async (t) => {
  const { client, at, server } = setUp(t);
  const run = client.start("storyboard", scenes(1));
  (await at(0)).resolve(12n);
  const [outcome] = (await run.finished).outcomes;
  assert.deepEqual([outcome.status, outcome.value], ["fulfilled", undefined]);
  assert.ok(server.errors.some((error) => error instanceof TypeError));
});

test("a wait for an item ends with its signal", async (t) => {
  const { client } = setUp(t);
  const run = client.start("storyboard", scenes(1));
  const controller = new AbortController();
  const settled = run.settled("scene-0", { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(settled, { message: "enough" });
});

test("a closed connection leaves the run on the server alone", async (t) => {
  const { client, at, server } = setUp(t);
  const controller = new AbortController();
  const run = client.start("storyboard", scenes(1), { signal: controller.signal });
  const url = await run.url;
  await until(() => run.connection === "open");
  await at(0);
  controller.abort();
  const report = await run.finished;
  assert.equal(report.status, "failed");
  assert.equal(report.error.errors[0].name, "AbortError");
  assert.equal(run.connection, "closed");
  const other = newClient(t, server).attach(url);
  (await at(0)).resolve("a");
  const { values } = await other.finished;
  assert.deepEqual(values, ["a"]);
  other.close();
  assert.equal(other.report.status, "completed");
  assert.equal(other.connection, "closed");
});

test("a start that is refused ends the handle with the refusal", async (t) => {
  const world = newWorld();
  const strict = () => {
    throw Object.assign(new Error("at most 40 scenes"), { status: 422, code: "too_long" });
  };
  const client = newClient(t, newProcess(t, world, { strict }));
  const run = client.start("strict", scenes(41));
  const { status, error } = await run.finished;
  assert.equal(status, "failed");
  assert.ok(error?.errors[0] instanceof HttpError);
  const { code } = /** @type {any} */ (error.errors[0].body).error;
  assert.deepEqual([error.errors[0].status, code], [422, "too_long"]);
  assert.match(error.errors[0].message, /at most 40 scenes/);
  await assert.rejects(run.url, HttpError);
  await assert.rejects(run.retry("x"), HttpError);
  assert.deepEqual((await client.ask("/")).body, { runs: [] });
});

test("the handle of a run that does not exist ends with a 404", async (t) => {
  const { client } = setUp(t);
  const run = client.attach("http://runs.test/api/runs/00000000-0000-4000-8000-000000000000");
  const { error } = await run.finished;
  assert.equal(error.errors[0].status, 404);
  assert.equal(run.state, "finished");
  await assert.rejects(run.values, HttpError);
});
