// Mistakes are refused at once, with a remedy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { wrong } from "../typed.mjs";
import {
  callPhase,
  HttpError,
  init,
  Limiter,
  pollUntil,
  processPhase,
  processWithConcurrency,
  retry,
  runJob,
  startBatches,
  startInOrder,
  startPhase,
  startPipeline,
  startRun,
} from "./package.mjs";

const task = () => 1;
const done = () => true;
const UNKNOWN = {
  processWithConcurrency: () => processWithConcurrency([1], 1, task, wrong({ staggr: 5 })),
  startRun: () => startRun([1], task, wrong({ concurrency: 1, onOutcom: task })),
  startBatches: () => startBatches([1], 1, task, wrong({ retries: 3 })),
  startInOrder: () => startInOrder([1], wrong({ commit: task, carry: 0, concurency: 2 })),
  startPipeline: () => startPipeline([{ name: "a", run: task }], wrong({ form: "a" })),
  "a phase of startPipeline": () => startPipeline(wrong([{ name: "a", run: task, wieght: 2 }])),
  processPhase: () => processPhase(wrong(task), wrong({ startindex: 1 })),
  callPhase: () => callPhase("http://127.0.0.1:9/", {}, wrong({ timeOut: 5 })),
  retry: () => retry(task, {}, wrong({ signl: undefined, timout: 4 })),
  "a retry policy": () => retry(task, wrong({ attemps: 2 })),
  pollUntil: () => pollUntil(task, wrong({ done, intervall: 5 })),
  runJob: () => runJob(wrong({ submit: task, poll: task, done, onReplay: task, context: {} })),
  Limiter: () => new Limiter(wrong({ limits: 3 })),
  "limiter.run": () => new Limiter().run(task, wrong({ prio: 1 })),
  "adaptive of a Limiter": () => new Limiter({ adaptive: wrong({ maximum: 3 }) }),
  "onStepFailure of startInOrder": () =>
    startInOrder([1], wrong({ commit: task, carry: 0, onStepFailure: { comit: "stop" } })),
  "run.resume": () => startRun([1], task, { concurrency: 1 }).resume(wrong({ retryfailed: true })),
  "run.retry": () => startRun([1], task, { concurrency: 1 }).retry("0", wrong({ regenrate: true })),
  "run.settled": () => startRun([1], task, { concurrency: 1 }).settled("0", wrong({ sginal: undefined, timeout: 3 })),
  init: () => init(wrong({ url: "/sluicegate.wasm" })),
};
for (const [name, act] of Object.entries(UNKNOWN)) {
  test(`an unknown option of ${name} is refused with the nearest one`, async () => {
    await assert.rejects(async () => act(), /^TypeError: `[\w.[\]]+` is not an option; the nearest is `[\w.[\]]+`$/);
  });
}

test("an unknown option names the nearest known one", () => {
  assert.throws(() => startRun([1], task, wrong({ concurrency: 1, onoutcome: task })), /the nearest is `onOutcome`/);
  assert.throws(() => new Limiter(wrong({ adaptiv: true })), /the nearest is `adaptive`/);
});

test("an unknown option that is undefined counts as absent", async () => {
  assert.deepEqual(await processWithConcurrency([1], 1, task, wrong({ nothing: undefined })), [1]);
});

test("a promise among the arguments says that it has to be awaited", async () => {
  await assert.rejects(processWithConcurrency(wrong(Promise.resolve([1])), 1, task), /got a promise: await it first/);
  const orAFunction = /must be a function, got a promise: await it, or pass a function$/;
  await assert.rejects(retry(wrong(Promise.resolve(1))), orAFunction);
  assert.throws(() => startRun([1], wrong(Promise.resolve(1)), { concurrency: 1 }), orAFunction);
  await assert.rejects(callPhase("/api", Promise.resolve({})), /got a promise: await it first$/);
});

test("an iterator without next is refused", async () => {
  await assert.rejects(processWithConcurrency({ [Symbol.iterator]: () => wrong({}) }, 1, task), /no `next`/);
});

test("calls that were started already are refused as items", async () => {
  const calls = [1, 2].map(async (n) => n);
  const expected =
    /^TypeError: `items` must be .*got an array of promises: .*Pass the items, and the function as the task$/;
  await assert.rejects(processWithConcurrency(calls, 2, task), expected);
  assert.throws(() => startRun(calls, task, { concurrency: 1 }), expected);
  assert.throws(() => startBatches(calls, 2, task), expected);
  assert.throws(() => startInOrder(calls, { commit: wrong(task), carry: 0 }), expected);
  assert.throws(() => startRun([], task, { concurrency: 1, open: true }).add(wrong(calls)), expected);
});

test("a limiter without new says so", () => {
  assert.throws(() => wrong(Limiter)({ limit: 2 }), /^TypeError: `Limiter` is a class: new Limiter\(options\)$/);
  class Own extends Limiter {}
  assert.ok(new Own({ limit: 2 }) instanceof Own && new Own() instanceof Limiter);
  assert.equal(new Own({ limit: 2 }).limit, 2);
});

test("a phase that has the name of an earlier one is named by its place", () => {
  const phase = { name: "a", run: task };
  assert.throws(() => startPipeline([phase, phase]), /^TypeError: `phases\[1\]\.name` must be .*got "a"$/);
  assert.throws(
    () => startPipeline([{ ...phase, onFailure: wrong("no") }]),
    /^TypeError: `phases\[0\]\.onFailure` must be/,
  );
});

test("a key that is no string, number or bigint is refused at once", async () => {
  const start = (key) => startRun([{}], task, { concurrency: 1, key });
  for (const [value, shown] of [
    [undefined, "undefined"],
    [null, "null"],
    [{}, "an object"],
  ]) {
    const message = `\`key\` must be a function that returns a string, number or bigint, got ${shown}`;
    const expected = { name: "TypeError", message };
    assert.throws(() => start(() => value), expected);
  }
  for (const key of [7, 7n]) assert.equal((await start(() => key).settled("7")).key, "7");
});

test("options in the place of the body are refused with the remedy", async () => {
  const bodies = [{ retry: { attempts: 2 } }, { signal: new AbortController().signal, method: "PUT" }];
  for (const body of bodies) {
    await assert.rejects(
      callPhase("http://127.0.0.1:9/", body),
      /^TypeError: `body` looks like the options: they are the third argument/,
    );
  }
  /** @type {unknown[]} */
  const sent = [];
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_, options) => (sent.push(options?.body), Response.json(1));
  await callPhase("http://127.0.0.1:9/", { timeout: 5 }, { fetch });
  // Without options, because no option looks like that.
  const [realFetch, url] = [globalThis.fetch, "http://127.0.0.1:9/"];
  globalThis.fetch = fetch;
  await callPhase(url, { method: "card", read: true }).finally(() => (globalThis.fetch = realFetch));
  await callPhase("http://127.0.0.1:9/", { timeout: 5, text: "" }, { fetch });
  await callPhase("http://127.0.0.1:9/", {}, { fetch });
  assert.deepEqual(sent, ['{"timeout":5}', '{"method":"card","read":true}', '{"timeout":5,"text":""}', "{}"]);
});

test("a reply of one's own fetch that is none names the option", async () => {
  const ask = (reply, options) => callPhase("http://127.0.0.1:9/", {}, { fetch: async () => reply, ...options });
  await assert.rejects(
    ask(undefined),
    /^TypeError: `fetch` must be a function that resolves to a Response, got undefined$/,
  );
  await assert.rejects(
    ask({ ok: true, status: 200 }),
    /^TypeError: `fetch` must be .* Response with `text\(\)`, got an object$/,
  );
  await assert.rejects(ask({ ok: true, status: 200 }, { read: "blob" }), /Response with `blob\(\)`/);
  await assert.rejects(
    HttpError.from(wrong({ status: 500 })),
    /^TypeError: `response` must be a Response, got an object$/,
  );
});

test("functions of a user that give nonsense are named in the error", async () => {
  await assert.rejects(
    pollUntil(async () => 1, { done: () => false, interval: () => wrong("soon") }),
    /`interval\(reply\)` must be/,
  );
  const phase = startPhase(async () => ({ hasMore: true, nextStartIndex: 1 }), { next: () => wrong(undefined) });
  assert.match((await phase.finished).error?.errors[0].message, /^`next` must return/);
  const run = startInOrder([1], { commit: () => wrong(undefined), carry: 0, onStepFailure: { commit: "stop" } });
  const { error } = await run.finished;
  assert.match(
    error?.errors[0].message,
    /^`commit` must be a function that returns \{ value, carry \}, got undefined$/,
  );
});

test("a key that has no text is one that no item has, and leaves no unhandled rejection", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const run = startRun([1], () => 1, { concurrency: 1 });
  for (const key of [proxy, Symbol("key"), Object.create(null)]) {
    await assert.rejects(async () => run.settled(/** @type {any} */ (key)), { name: "RangeError" });
    await assert.rejects(async () => run.value(/** @type {any} */ (key)), { name: "RangeError" });
  }
  await run.finished;
});
