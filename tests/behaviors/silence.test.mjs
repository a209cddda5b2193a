// How long replies may be silent, and what is watched for that.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { wrong } from "../typed.mjs";
import { callPhase, processPhase, RetryError, retry, startRun } from "./package.mjs";
import { collect, parts, QUICK, SSE, streaming } from "./streams.mjs";

/** Sends a part every 40 ms: longer in all than any of the idle timeouts below. */
const slowly =
  (type, part, end) =>
  async ({ response, write }) => {
    response.setHeader("content-type", type);
    for (let sent = 0; sent < 12; sent++) {
      await write(part);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    response.end(end);
  };
const IDLE = 600;

const silent = async ({ response, write }) => {
  response.setHeader("content-type", SSE);
  await write("data: 1\n\n");
};

test("a reply that falls silent is a TimeoutError, ambiguous, and its connection ends", async (t) => {
  /** @type {import("./package.mjs").CallOptions<unknown>[]} */
  const ways = [{ onEvent() {} }, {}, { read: "text" }, { read: (response) => response.text() }];
  for (const options of ways) {
    const { url, requests } = await streaming(t, silent);
    const error = await callPhase(url, {}, { ...options, idleTimeout: IDLE }).catch((reason) => reason);
    assert.ok(error instanceof DOMException, String(error));
    assert.deepEqual([error.name, requests.length], ["TimeoutError", 1]);
    await requests[0].closed;
  }
  const { url, requests } = await streaming(t, silent);
  const keyed = { idleTimeout: IDLE, onEvent() {}, idempotencyKey: "k", retry: { ...QUICK, attempts: 2 } };
  await assert.rejects(callPhase(url, {}, keyed), RetryError);
  assert.equal(requests.length, 2);
});

test("a handler that takes its time is no silence, whatever the reply", async () => {
  for (const [type, text] of [
    [SSE, "data: 1\n\ndata: 2\n\n"],
    ["application/json", "2"],
  ]) {
    // Replies come from memory: a server on a busy machine could be silent itself.
    const fetch = async () => new Response(text, { headers: { "content-type": type } });
    const onEvent = () => new Promise((resolve) => setTimeout(resolve, 2 * IDLE));
    assert.equal(await callPhase("https://there/", {}, { fetch, onEvent, idleTimeout: IDLE }), 2);
  }
});

test("silence after a handler that took its time is a TimeoutError", async (t) => {
  const { url } = await streaming(t, silent);
  const onEvent = () => new Promise((resolve) => setTimeout(resolve, 60));
  await assert.rejects(callPhase(url, {}, { onEvent, idleTimeout: 30 }), { name: "TimeoutError" });
});

/** Replies of node-fetch: a stream of Node, and no `getReader`. */
const ofNode = (status, type, ...texts) => ({
  ok: true,
  status,
  statusText: "OK",
  url: "https://there/",
  headers: new Headers({ "content-type": type }),
  body: Readable.from(texts.map((text) => Buffer.from(text))),
  text: async () => texts.join(""),
});

test("a reply whose body is a stream of Node is read part by part, with idleTimeout and with onEvent", async () => {
  const call = (options, ...reply) =>
    callPhase("/api", {}, { idleTimeout: IDLE, fetch: async () => ofNode(...reply), ...options });
  assert.deepEqual(await call({}, 200, "application/json", '{"a"', ":1}"), { a: 1 });
  assert.equal(await call({ read: "text" }, 200, "text/plain", "a", "b"), "ab");
  assert.equal(await call({ read: (response) => response.url }, 200, "text/plain", "a"), "https://there/");
  assert.equal(await call({}, 204, "text/plain"), undefined);
  const told = [];
  const { body, ...reply } = ofNode(200, SSE, "data: 1\n\n", "data: [DONE]\n\n", "data: late\n\n");
  const fetch = async () => ({ ...reply, body });
  assert.equal(await call({ fetch, onEvent: ({ data }) => void told.push(data) }), 1);
  assert.deepEqual([told, body.destroyed], [[1], true]);
});

test("a reply with neither kind of stream is read as a whole, also with idleTimeout", async () => {
  for (const body of [undefined, {}, "text"]) {
    const reply = { ok: true, status: 200, headers: {}, body, text: async () => "1" };
    assert.equal(await callPhase("/api", {}, { idleTimeout: IDLE, fetch: async () => wrong(reply) }), 1);
  }
});

test("a function that reads a watched reply finds where it came from", async (t) => {
  const { url } = await streaming(t, parts("text/plain", "a"));
  const read = async (response) => [response.url, response.redirected, response.type, await response.text()];
  const given = await callPhase(url, {}, { read });
  assert.deepEqual(await callPhase(url, {}, { read, idleTimeout: IDLE }), given);
  assert.equal(given[0], url);
});

test("nothing listens to the signal of an attempt after its reply", async () => {
  /** @type {import("./package.mjs").CallOptions<unknown>[]} */
  const ways = [{ onEvent() {} }, {}, { read: (response) => response }];
  for (const options of ways) {
    let listening = 0;
    const fetch = async (_url, /** @type {any} */ { signal }) => {
      const [add, remove] = [signal.addEventListener, signal.removeEventListener];
      signal.addEventListener = (...given) => (listening++, add.apply(signal, given));
      signal.removeEventListener = (...given) => (listening--, remove.apply(signal, given));
      return new Response("data: 1\n\n", { headers: { "content-type": SSE } });
    };
    const call = callPhase(
      "/api",
      {},
      { idleTimeout: IDLE, fetch, read: options.onEvent ? undefined : "text", ...options },
    );
    await call;
    assert.equal(listening, 0);
  }
});

test("a server that does not answer is silent", async (t) => {
  const { url } = await streaming(t, () => {});
  await assert.rejects(callPhase(url, {}, { idleTimeout: 20 }), { name: "TimeoutError" });
});

test("events, comments and parts of a body restart idleTimeout", async (t) => {
  const events = await streaming(t, slowly(SSE, "data: 1\n\n"));
  assert.equal((await collect(events.url, { idleTimeout: IDLE })).events.length, 12);
  const comments = await streaming(t, slowly(SSE, ": working\n\n", "data: 2\n\n"));
  assert.equal((await collect(comments.url, { idleTimeout: IDLE })).value, 2);
  const body = await streaming(t, slowly("application/json", " ", "3"));
  assert.equal(await callPhase(body.url, {}, { idleTimeout: IDLE }), 3);
  assert.equal(await callPhase(body.url, {}, { idleTimeout: IDLE, read: "text" }), `${" ".repeat(12)}3`);
  assert.equal((await collect(body.url, { idleTimeout: IDLE })).value, 3);
});

test("events are a sign of life of the task around the call, and of what is around that", async (t) => {
  const { url } = await streaming(t, slowly(SSE, "data: 1\n\n"));
  const call = (signal) => callPhase(url, {}, { signal, onEvent() {} });
  const run = startRun([1], (_, __, { signal }) => call(signal), { concurrency: 1, idleTimeout: IDLE });
  assert.deepEqual(await run.values, [1]);
  const nested = ({ signal }) => retry((context) => call(context.signal), {}, { signal });
  assert.equal(await retry(nested, {}, { idleTimeout: IDLE }), 1);
  const phase = ({ signal }) => call(signal).then(() => ({ hasMore: false }));
  assert.deepEqual(await processPhase(phase, { idleTimeout: IDLE }), [{ hasMore: false }]);
  const plain = await streaming(t, slowly("application/json", " ", "3"));
  assert.equal(
    await retry(({ signal }) => collect(plain.url, { signal }), {}, { idleTimeout: IDLE }).then(({ value }) => value),
    3,
  );
});
