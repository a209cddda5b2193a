// Servers that are others, proxies that hold events back, and many clients at once. Time is virtual.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError, RetryError } from "../../dist/index.js";
import * as remote from "../../dist/remote.js";

const URL = "http://runs.test/api/runs/1";
const PROGRESS = [0, 0, 2, 0, 0, 0, 0, null, null];
const ITEMS = [0, 1].map((index) => ({ index, key: `scene-${index}`, item: {}, status: "waiting" }));
const STATE = { state: "running", progress: PROGRESS, items: ITEMS };
const ENDED = { end: { status: "completed" }, state: "finished", progress: PROGRESS, items: [] };
const POLLED = { now: 0, events: [{ id: "1.1", event: "state", data: STATE }] };

const frame = (event, id, data) => `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const NOW = "event: now\ndata: 0\n\n";

/** A stream that a test writes. It ends with its request. */
function newStream({ signal }, ...texts) {
  const encoder = new TextEncoder();
  let controller;
  const body = new ReadableStream({ start: (given) => void (controller = given) });
  signal.addEventListener("abort", () => {
    try {
      controller.error(signal.reason);
    } catch {
      // The client has cancelled it.
    }
  });
  const write = (text) => controller.enqueue(encoder.encode(text));
  for (const text of texts) write(text);
  const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
  return { response, write, cut: () => controller.error(new TypeError("network error")) };
}

/** Lets all promises settle. */
const settle = async () => {
  for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
};

/** Starts a clock of the test. Returns a function that lets time pass in steps. */
function newClock(t) {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  return async (ms, step = 500) => {
    for (let left = ms; left > 0; left -= step) {
      now += Math.min(step, left);
      t.mock.timers.tick(Math.min(step, left));
      await settle();
    }
  };
}

/** Attaches a handle whose requests are answered by `answer(init, n)`. */
function attach(t, answer, options = {}) {
  const asked = [];
  const fetch = async (_, init) => {
    const headers = new Headers(init.headers);
    asked.push({ accept: headers.get("accept"), last: headers.get("last-event-id") });
    return answer(init, asked.length);
  };
  const run = remote.attachRun(URL, { fetch, ...options });
  t.after(() => run.close());
  return { run, asked };
}
const acceptsOf = (asked) => asked.map(({ accept }) => (accept === "application/json" ? "poll" : "stream"));

for (const transport of /** @type {const} */ (["auto", "poll"])) {
  for (const [what, reply] of /** @type {[string, () => Response][]} */ ([
    ["a page", () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })],
    ["other JSON", () => Response.json({ runs: [] })],
    ["events that are none", () => Response.json({ now: 0, events: [{ id: "first", data: {} }] })],
    ["nothing", () => new Response(null, { status: 204 })],
  ])) {
    test(`${what} in answer to ${transport === "poll" ? "a poll" : "a stream"} fails the run at once`, async (t) => {
      const { run, asked } = attach(t, reply, { transport });
      const { status, error } = await run.finished;
      assert.equal(status, "failed");
      assert.ok(error?.errors[0] instanceof TypeError);
      assert.match(error.errors[0].message, /runs\/1 answered without the events of a run: is it the address of one\?/);
      assert.equal(asked.length, 1);
      assert.equal(run.connection, "closed");
    });
  }
}

for (const data of [5, "text", {}, { ...STATE, items: 5 }, { ...STATE, items: [null] }, { ...STATE, state: "odd" }]) {
  test(`the state ${JSON.stringify(data).slice(0, 50)} fails the run, and nothing is unhandled`, async (t) => {
    const { run, asked } = attach(t, (init) => newStream(init, NOW, frame("state", "1.1", data)).response);
    const { error } = await run.finished;
    assert.match(error?.errors[0].message, /a state of the run that is none, as 1\.1/);
    assert.equal(asked.length, 1);
  });
}

for (const data of [5, { i: [5] }, { i: [[7, { status: "running" }]] }, { state: "odd" }, { gone: "x" }, { end: 1 }]) {
  test(`after the change ${JSON.stringify(data)} the client asks for the whole state again`, async (t) => {
    const pass = newClock(t);
    const { run, asked } = attach(t, (init, n) => {
      if (n > 1) return newStream(init, NOW, frame("state", "1.3", ENDED)).response;
      return newStream(init, NOW, frame("state", "1.1", STATE), frame("message", "1.2", data)).response;
    });
    await settle();
    assert.deepEqual([run.state, run.connection, run.snapshot.items.length], ["running", "lost", 2]);
    await pass(1_500);
    assert.equal(run.report.status, "completed");
    assert.deepEqual(
      asked.map(({ last }) => last),
      [null, null],
    );
  });
}

test("a client polls where a proxy holds back the stream from its beginning, and tries a stream again later", async (t) => {
  const pass = newClock(t);
  const { run, asked } = attach(t, (init) => {
    const isPoll = new Headers(init.headers).get("accept") === "application/json";
    return isPoll ? Response.json(POLLED) : newStream(init).response;
  });
  await pass(9_000);
  assert.deepEqual(acceptsOf(asked), ["stream"]);
  await pass(3_000);
  assert.deepEqual(acceptsOf(asked), ["stream", "poll"]);
  assert.deepEqual([run.connection, run.snapshot.items.length], ["open", 2]);
  await pass(57_000);
  assert.ok(asked.length > 20, `${asked.length} requests`);
  assert.deepEqual(new Set(acceptsOf(asked).slice(1)), new Set(["poll"]));
  await pass(5_000);
  assert.equal(acceptsOf(asked).filter((kind) => kind === "stream").length, 2);
  // It is not held up for as often the next time.
  await pass(10_000);
  const before = asked.length;
  await pass(100_000);
  assert.deepEqual(new Set(acceptsOf(asked).slice(before)), new Set(["poll"]));
});

test("a client polls when a proxy holds back what follows the first events", async (t) => {
  const pass = newClock(t);
  let stream;
  const { run, asked } = attach(t, (init) => {
    const isPoll = new Headers(init.headers).get("accept") === "application/json";
    if (isPoll) return Response.json({ now: 0, events: [{ id: "1.2", event: "state", data: ENDED }] });
    stream = newStream(init, NOW, frame("state", "1.1", STATE));
    return stream.response;
  });
  await pass(40_000);
  assert.equal(run.connection, "open");
  // A comment is a sign of life.
  stream.write(":\n\n");
  await pass(40_000);
  assert.deepEqual(acceptsOf(asked), ["stream"]);
  await pass(8_000);
  assert.deepEqual(acceptsOf(asked), ["stream", "poll"]);
  assert.equal(asked[1].last, "1.1");
  assert.equal((await run.finished).status, "completed");
});

test("a platform without streams polls", async (t) => {
  const pass = newClock(t);
  const { run, asked } = attach(t, (init) => {
    const isPoll = new Headers(init.headers).get("accept") === "application/json";
    if (isPoll) return Response.json({ now: 0, events: [{ id: "1.2", event: "state", data: ENDED }] });
    return Object.defineProperty(newStream(init).response, "body", { value: null });
  });
  await pass(2_000);
  assert.equal(run.report.status, "completed");
  assert.deepEqual(acceptsOf(asked), ["stream", "poll"]);
});

test("50 clients that lose their server at once come back one by one, and less often while it is down", async (t) => {
  const pass = newClock(t);
  let isUp = true;
  const counts = [];
  let count = 0;
  const streams = [];
  const clients = Array.from({ length: 50 }, () =>
    attach(t, (init) => {
      count += 1;
      if (!isUp) throw new TypeError("Failed to fetch");
      const stream = newStream(init, NOW, frame("state", "1.1", STATE));
      streams.push(stream);
      return stream.response;
    }),
  );
  await settle();
  assert.ok(clients.every(({ run }) => run.connection === "open"));
  isUp = false;
  for (const { cut } of streams) cut();
  for (let n = 0; n < 200; n++) {
    count = 0;
    await pass(100, 100);
    counts.push(count);
  }
  const most = Math.max(...counts);
  assert.ok(most <= 20, `${most} requests within 100 ms`);
  const [early, late] = [counts.slice(0, 50), counts.slice(150)].map((some) => some.reduce((a, b) => a + b, 0));
  assert.ok(early > 2 * late, `${early} requests in the first five seconds, ${late} in the last`);
  isUp = true;
  await pass(46_000);
  assert.ok(streams.length >= 100, `${streams.length} streams`);
});

test("50 clients that find their server down at the same time come back one by one", async (t) => {
  const pass = newClock(t);
  let count = 0;
  for (let n = 0; n < 50; n++) {
    attach(t, () => {
      count += 1;
      throw new TypeError("Failed to fetch");
    });
  }
  await settle();
  assert.equal(count, 50);
  const counts = [];
  for (let n = 0; n < 100; n++) {
    count = 0;
    await pass(100, 100);
    counts.push(count);
  }
  assert.ok(Math.max(...counts) <= 20, `${Math.max(...counts)} requests within 100 ms`);
});

test("a wait hint of a server that is being closed keeps its clients apart, too", async (t) => {
  const pass = newClock(t);
  let times = 0;
  const { asked } = attach(t, () => {
    times += 1;
    return Response.json({ error: { message: "closing" } }, { status: 503, headers: { "retry-after": "5" } });
  });
  await settle();
  await pass(5_400);
  assert.equal(times, 1);
  await pass(1_200);
  assert.equal(asked.length, 2);
});

test("a server that asks for two minutes is asked again after two minutes", async (t) => {
  const pass = newClock(t);
  const { asked } = attach(t, () => new Response(null, { status: 503, headers: { "retry-after": "120" } }));
  await pass(120_000);
  assert.equal(asked.length, 1);
  await pass(2_000);
  assert.equal(asked.length, 2);
});

test("a command whose request hangs is sent again with its key, and the next one follows", async (t) => {
  const pass = newClock(t);
  const sent = [];
  /** @type {(url: any, init: any) => any} */
  const fetch = (url, { method, headers, signal }) => {
    if (method === "GET") return newStream({ signal }, NOW, frame("state", "1.1", STATE)).response;
    sent.push([url.split("/").at(-1), headers.get("idempotency-key")]);
    if (sent.length > 1) return Response.json({ version: "1.1" });
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const run = remote.attachRun(URL, { fetch });
  t.after(() => run.close());
  run.pause();
  run.resume();
  await pass(44_000);
  assert.equal(sent.length, 1);
  await pass(4_000);
  assert.deepEqual(
    sent.map(([command]) => command),
    ["pause", "pause", "resume"],
  );
  assert.equal(sent[0][1], sent[1][1]);
  assert.notEqual(sent[1][1], sent[2][1]);
});

for (const failure of [new TypeError("Failed to fetch"), undefined]) {
  test(`a start that fails with ${failure} again and again ends the handle with all failures`, async (t) => {
    const pass = newClock(t);
    let keys = new Set();
    const fetch = async (_, init) => {
      keys = keys.add(new Headers(init.headers).get("idempotency-key"));
      throw failure;
    };
    const run = remote.startRemote("http://runs.test/api/runs", "story", {}, { fetch });
    await pass(60_000);
    const { errors = [] } = run.report.error ?? {};
    assert.ok(errors[0] instanceof RetryError);
    assert.deepEqual([errors[0].attempts, keys.size], [6, 1]);
  });
}

test("an error is one of the class of the same name in both entries, and of no other class", () => {
  const error = new remote.HttpError("no", 404, undefined, new Headers());
  assert.ok(error instanceof HttpError && error instanceof remote.HttpError && error instanceof Error);
  assert.ok(new HttpError("no", 404, undefined, new Headers()) instanceof remote.HttpError);
  assert.ok(new RetryError([new Error("no")]) instanceof remote.RetryError);
  assert.equal(error instanceof RetryError, false);
  class Own extends HttpError {}
  assert.equal(error instanceof Own, false);
  assert.ok(new Own("no", 404, undefined, new Headers()) instanceof Own);
  assert.equal(/** @type {any} */ (null) instanceof HttpError, false);
});

for (const [what, input, headers, message] of /** @type {[string, unknown, () => any, RegExp][]} */ ([
  ["input that is no JSON", 5n, () => ({}), /what is sent cannot be sent: .*BigInt/],
  [
    "a header without a value",
    5,
    () => ({ token: undefined }),
    /headers cannot be sent: `headers\.token` must be a string/,
  ],
])) {
  test(`${what} fails a start at once, and nothing is asked`, async (t) => {
    const pass = newClock(t);
    let asked = 0;
    const fetch = async () => Response.json({ id: String(++asked) });
    const run = remote.startRemote("http://runs.test", "story", /** @type {any} */ (input), { fetch, headers });
    t.after(() => run.close());
    const failed = run.url.catch((error) => error);
    await settle();
    assert.equal(run.state, "finished");
    await pass(0);
    assert.match((await failed).message, message);
    assert.ok((await failed) instanceof TypeError);
    assert.equal(asked, 0);
  });
}
