// Requests: what is sent, how replies are read, and what their failures are.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { backend } from "./backend.mjs";
import { callPhase, failure, HttpError, Limiter, RetryError, retry, startRun, turn } from "./package.mjs";

const QUICK = { minDelay: 1, maxDelay: 1, jitter: 0 };

test("a check that throws makes a failure of a good reply, which classify may repeat", async (t) => {
  const server = await backend(t, [{ json: { success: false } }, { json: { success: true } }]);
  const check = (reply) => {
    if (!reply.success) throw failure(503);
  };
  assert.deepEqual(await callPhase(server.url, {}, { check, retry: QUICK }), { success: true });
  assert.equal(server.requests.length, 2);
});

test("replies are read as text, bytes, or by a function", async (t) => {
  const { url } = await backend(t, [{ text: "no JSON" }]);
  assert.equal(await callPhase(url, undefined, { read: "text" }), "no JSON");
  assert.equal((await callPhase(url, undefined, { read: "arrayBuffer" })).byteLength, 7);
  assert.equal((await callPhase(url, undefined, { read: "blob" })).size, 7);
  assert.equal(await callPhase(url, undefined, { read: async (response) => (await response.text()).length }), 7);
});

test("an error is read as an error, however its reply would be read", async (t) => {
  const { url } = await backend(t, [{ status: 400, json: { error: "bad" } }]);
  await assert.rejects(
    callPhase(url, {}, { read: "blob" }),
    (error) => error instanceof HttpError && /** @type {any} */ (error.body).error === "bad",
  );
});

test("forms and bytes are sent as they are", async (t) => {
  const { url, requests } = await backend(t, [{ json: 1 }]);
  await callPhase(url, new URLSearchParams({ a: "1" }));
  await callPhase(url, new Uint8Array([104, 105]));
  await callPhase(url, new Blob(["blob"], { type: "text/plain" }));
  const form = new FormData();
  form.set("name", "value");
  await callPhase(url, form);
  const sent = requests.map(({ headers, body }) => [headers["content-type"]?.split(";")[0], body]);
  assert.deepEqual(sent.slice(0, 3), [
    ["application/x-www-form-urlencoded", "a=1"],
    [undefined, "hi"],
    ["text/plain", "blob"],
  ]);
  assert.equal(sent[3][0], "multipart/form-data");
});

for (const [what, body] of [
  ["a promise", Promise.resolve()],
  ["a Map", new Map()],
  ["a Set", new Set()],
  ["an Error", new Error("x")],
]) {
  test(`${what} as body is refused by name`, async () => {
    await assert.rejects(callPhase("http://127.0.0.1:9/", body), /^TypeError: `body` must be/);
  });
}

test("options in the place of the body are refused", async () => {
  await assert.rejects(callPhase("http://127.0.0.1:9/", { retry: { attempts: 2 } }), /third argument/);
  await assert.rejects(callPhase("http://127.0.0.1:9/", { limiter: new Limiter() }), /third argument/);
});

test("headers that cannot be sent are refused by name", async () => {
  const call = (headers) => callPhase("http://127.0.0.1:9/", {}, { headers });
  await assert.rejects(call({ authorization: undefined }), /`headers.authorization` must be a string/);
  await assert.rejects(
    call(() => "Bearer x"),
    /`headers` must be an object/,
  );
  await assert.rejects(
    callPhase("http://127.0.0.1:9/", {}, { idempotencyKey: "schlüssel-€" }),
    /`idempotencyKey` must be/,
  );
});

test("the key goes into the header that is asked for, and one that headers bring counts as well", async (t) => {
  const own = await backend(t, [{ drop: true }, { json: 1 }]);
  assert.equal(await callPhase(own.url, {}, { idempotencyKey: "k", keyHeader: "X-Request-Id", retry: QUICK }), 1);
  assert.deepEqual(
    own.requests.map(({ headers }) => headers["x-request-id"]),
    ["k", "k"],
  );
  const brought = await backend(t, [{ drop: true }, { json: 1 }]);
  const headers = () => ({ "Idempotency-Key": "mine" });
  assert.equal(await callPhase(brought.url, {}, { headers, retry: QUICK }), 1);
});

test("an ambiguous failure without a key is not repeated", async (t) => {
  const server = await backend(t, [{ drop: true }, { json: 1 }]);
  await assert.rejects(callPhase(server.url, {}, { retry: QUICK }));
  assert.equal(server.requests.length, 1);
});

test("HttpError.from reads a failed response", async (t) => {
  const { url } = await backend(t, [{ status: 429, headers: { "retry-after": "2" }, json: { error: "slow down" } }]);
  const error = await HttpError.from(await fetch(url));
  assert.deepEqual([error.status, error.body, error.retryAfter], [429, { error: "slow down" }, 2_000]);
  assert.match(error.message, /answered 429: slow down/);
});

test("a RetryError has status, body and wait of its last failure", async (t) => {
  const { url } = await backend(t, [{ status: 429 }, { status: 402, json: { code: "BROKE" } }]);
  const error = await callPhase(url, {}, { retry: QUICK }).catch((reason) => reason);
  assert.ok(error instanceof RetryError);
  assert.deepEqual([error.status, error.body], [402, { code: "BROKE" }]);
});

test("a short hint does not switch the growth off", async (t) => {
  const { url, requests } = await backend(t, [{ status: 429, headers: { "retry-after-ms": "1" } }]);
  const delays = [];
  const run = startRun([1], () => callPhase(url, {}, { retry: { attempts: 1 } }), {
    concurrency: 1,
    retry: { attempts: 4, minDelay: 5, factor: 2, jitter: 0 },
    onRetry: ({ delay }) => delays.push(delay),
  });
  await run.finished;
  assert.equal(requests.length, 4);
  assert.ok(delays[0] <= 1 && delays[1] > 5 && delays[2] > 15, delays.join());
});

test("refusals that a limiter cools do not use up attempts", async (t) => {
  const refused = { status: 429, headers: { "retry-after-ms": "1" } };
  const { url, requests } = await backend(t, [...Array.from({ length: 6 }, () => refused), { json: "done" }]);
  const limiter = new Limiter({ limit: 1 });
  assert.equal(await callPhase(url, {}, { limiter, retry: { ...QUICK, attempts: 2 } }), "done");
  assert.equal(requests.length, 7);
});

test("every callback of a call sees the async context of its caller", async (t) => {
  const replies = [{ status: 503, headers: { "retry-after-ms": "1" } }, { json: 1 }];
  const [{ url: alices }, { url: bobs }] = [await backend(t, replies), await backend(t, replies)];
  const storage = new AsyncLocalStorage();
  const seen = [];
  const note = (what) => seen.push(`${storage.getStore()} ${what}`);
  const limiter = new Limiter({ limit: 1 });
  const call = (user, url) =>
    storage.run(user, () =>
      callPhase(
        url,
        {},
        {
          limiter,
          headers: () => (note("headers"), { user: storage.getStore() }),
          fetch: (input, init) => (note("fetch"), fetch(input, init)),
          check: () => note("check"),
          retry: {
            attempts: 3,
            classify: () => (note("classify"), "retry"),
            delay: () => (note("delay"), 1),
            random: () => (note("random"), 0),
          },
        },
      ),
    );
  await Promise.all([call("alice", alices), call("bob", bobs)]);
  const of = (user) => seen.filter((line) => line.startsWith(user)).length;
  assert.equal(of("alice") + of("bob"), seen.length, "no callback without a context");
  assert.equal(of("alice"), of("bob"));
});

test("every callback of a run sees the async context of who started it", async () => {
  const storage = new AsyncLocalStorage();
  const seen = new Set();
  const note = (what, value) => {
    seen.add(`${what} ${storage.getStore()}`);
    return value;
  };
  async function* source() {
    note("source");
    yield "a";
    note("source");
    yield "b";
  }
  const limiter = new Limiter({ limit: 1 });
  const run = (user) =>
    storage.run(user, () =>
      startRun(source(), (_, __, { attempt }) => note("task", attempt === 1 ? Promise.reject(failure(503)) : 1), {
        concurrency: 1,
        limiter,
        key: (item) => note("key", item),
        skip: () => note("skip", false),
        onProgress: () => note("onProgress"),
        onOutcome: () => note("onOutcome"),
        onRetry: () => note("onRetry"),
        onFailure: () => note("onFailure", "continue"),
        retry: { attempts: 2, delay: () => note("delay", 1), classify: () => note("classify", "retry") },
      }),
    );
  await Promise.all([run("alice").finished, run("bob").finished]);
  assert.deepEqual(
    [...seen].filter((line) => !/ (alice|bob)$/.test(line)),
    [],
  );
});

test("many calls on one signal add one listener, and none is left", async (t) => {
  const { url } = await backend(t, [{ json: 1 }]);
  const { signal } = new AbortController();
  const warnings = [];
  const warn = (warning) => warnings.push(warning);
  process.on("warning", warn);
  await Promise.all(Array.from({ length: 30 }, () => retry(() => turn(), {}, { signal })));
  await Promise.all(Array.from({ length: 15 }, () => callPhase(url, {}, { signal })));
  await turn();
  process.off("warning", warn);
  assert.deepEqual(warnings, []);
});

test("what JSON would make nothing of is refused within a body as well, and named", async () => {
  const wrong = [new Map(), new Set(), new Error("no"), Promise.resolve(), new Uint8Array(2), new FormData(), /x/];
  for (const value of wrong) {
    const call = async () => callPhase("/api", { deep: [{ value }] });
    await assert.rejects(call, /`body\.value` must be what JSON can say/, Object.prototype.toString.call(value));
  }
});

test("dates, functions and missing values within a body are what JSON makes of them", async () => {
  const sent = [];
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_, options) => (sent.push(options?.body), Response.json({}));
  const body = { at: new Date(0), call() {}, none: undefined, own: { toJSON: () => "text" } };
  await callPhase("http://localhost/", body, { fetch });
  assert.deepEqual(sent, ['{"at":"1970-01-01T00:00:00.000Z","own":"text"}']);
});
