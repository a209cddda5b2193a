// Warnings for developers: each is said once, and none in production.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { failure, turn } from "./package.mjs";

let copies = 0;
const { NODE_ENV } = process.env;

/** Loads a copy of the package that has not warned yet, and gathers what it says. */
async function fresh() {
  const sluicegate = await import(`../../dist/index.js?copy=${++copies}`);
  const said = [];
  sluicegate.setWarnings((message) => said.push(message));
  return { ...sluicegate, said };
}

afterEach(() => {
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
});

const failing = (error) => () => Promise.reject(error);
const lost = () => new TypeError("fetch failed");

test("a retry of an unkeyed network failure that did nothing says so once, with the remedies", async () => {
  const { retry, said } = await fresh();
  for (let times = 0; times < 3; times++) await assert.rejects(retry(failing(lost()), { attempts: 3 }));
  assert.equal(said.length, 1);
  assert.match(said[0], /^sluicegate: `retry` did not repeat .*fetch failed.*idempotencyKey.*resend.*classify/);
});

test("a retry of a failure without a status that did nothing says so once, with the remedies", async () => {
  const { startRun, said } = await fresh();
  await startRun([1, 2], failing(new Error("HTTP 500")), { concurrency: 1, retry: { attempts: 3 } }).finished;
  assert.equal(said.length, 1);
  assert.match(said[0], /`retry` did not repeat .*Error: HTTP 500.*`status`.*classify/);
});

const SILENT = {
  "a failure that is repeated": ({ retry }) => retry(failing(failure(503)), { attempts: 2, minDelay: 1 }),
  "a statusCode of 503, which is repeated": ({ retry }) =>
    retry(failing(Object.assign(new Error("x"), { statusCode: 503 })), { attempts: 2, minDelay: 1 }),
  "a failure that follows a repetition": ({ retry }) =>
    retry(({ attempt }) => Promise.reject(attempt === 1 ? failure(503) : lost()), { minDelay: 1 }),
  "one attempt": ({ retry }) => retry(failing(lost()), { attempts: 1 }),
  "a classify of the caller": ({ retry }) => retry(failing(lost()), { classify: () => "fail" }),
  "a status that is final": ({ retry }) => retry(failing(failure(404)), { attempts: 3 }),
  "a mistake of the program": ({ retry }) => retry(failing(new TypeError("x is not a function")), { attempts: 3 }),
  "an abort": ({ retry }) => retry(failing(new DOMException("gone", "AbortError")), { attempts: 3 }),
  "a call whose policy is the default": ({ callPhase }) => callPhase("http://x/", {}, { fetch: failing(lost()) }),
  "a keyed call": ({ callPhase }) =>
    callPhase("http://x/", {}, { fetch: failing(lost()), idempotencyKey: "k", retry: { attempts: 2, minDelay: 1 } }),
  "a task that sends its key": ({ retry }) =>
    retry(({ idempotencyKey }) => idempotencyKey && failing(lost())(), { attempts: 2, minDelay: 1 }),
};
for (const [name, act] of Object.entries(SILENT)) {
  test(`no retry is missed where there is ${name}`, async () => {
    const copy = await fresh();
    await assert.rejects(act(copy));
    assert.deepEqual(copy.said, []);
  });
}

test("a run that a wrong commit pauses says so once, with the remedies", async () => {
  const { startInOrder, said } = await fresh();
  for (let times = 0; times < 2; times++) {
    const run = startInOrder([1], { commit: () => 5, carry: 0 });
    while (run.state !== "paused") await turn();
    run.cancel();
  }
  assert.equal(said.length, 1);
  assert.match(
    said[0],
    /paused itself, because item "0" failed .*`commit`.*`finished` waits .*resume\(\).*`onFailure`/,
  );
});

test("a run that its failure mode pauses says so, unless somebody watches or resumes it", async () => {
  const { startRun, said } = await fresh();
  const fail = failing(new Error("no"));
  const options = { concurrency: 1, onFailure: "pause" };
  const watched = startRun([1], fail, options);
  watched.subscribe(() => {});
  while (watched.state !== "paused") await turn();
  const resumed = startRun([1], fail, { ...options, onOutcome: () => resumed.resume() });
  await resumed.finished;
  assert.deepEqual(said, []);
  const run = startRun([1], fail, options);
  while (run.state !== "paused") await turn();
  assert.equal(said.length, 1);
});

test("nothing is said in production", async () => {
  process.env.NODE_ENV = "production";
  const { retry, said } = await fresh();
  await assert.rejects(retry(failing(lost()), { attempts: 3 }));
  assert.deepEqual(said, []);
});

test("it is said in Node where NODE_ENV is not set", async () => {
  delete process.env.NODE_ENV;
  const { retry, said } = await fresh();
  await assert.rejects(retry(failing(lost()), { attempts: 3 }));
  assert.equal(said.length, 1);
});

test("nothing is said where there is no process", async (t) => {
  const { retry, said } = await fresh();
  const { process } = globalThis;
  t.after(() => Object.assign(globalThis, { process }));
  const failed = assert.rejects(retry(failing(lost()), { attempts: 3 }));
  delete (/** @type {any} */ (globalThis).process);
  await failed;
  globalThis.process = process;
  assert.deepEqual(said, []);
});

test("warnings go to the console unless they are silenced", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const silent = await fresh();
  silent.setWarnings(false);
  await assert.rejects(silent.retry(failing(lost()), { attempts: 3 }));
  assert.equal(warn.mock.callCount(), 0);
  const { retry } = await import(`../../dist/index.js?copy=${++copies}`);
  await assert.rejects(retry(failing(lost()), { attempts: 3 }));
  assert.equal(warn.mock.callCount(), 1);
});

test("a place for warnings that cannot be used is refused", async () => {
  const { setWarnings } = await fresh();
  assert.throws(() => setWarnings("on"), /^TypeError: `to` must be true, false or a function, got "on"$/);
});

test("a place for warnings that throws changes no outcome", async () => {
  const { retry, setWarnings } = await fresh();
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  setWarnings(() => {
    throw new Error("no room");
  });
  await assert.rejects(retry(failing(lost()), { attempts: 2 }), /fetch failed/);
  delete (/** @type {any} */ (globalThis).reportError);
  assert.deepEqual(reported, ["no room"]);
});
