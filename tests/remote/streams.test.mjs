// The events of a run: streams, polls, and what clients do when they break.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startRun } from "../../dist/index.js";
import { newCalls, newClient, newProcess, newWorld, scenes, statuses, storyboard, test, turn, until } from "./lab.mjs";

function setUp(t, options = {}) {
  const world = newWorld();
  const calls = newCalls();
  const server = newProcess(t, world, { storyboard: storyboard(calls.task) }, options);
  return { world, server, ...calls, client: newClient(t, server) };
}

/**
 * Reads a stream of events by hand, frame by frame.
 * @param {{ fetch(address: string, init: RequestInit): Promise<Response> }} server
 * @param {string} url
 * @param {{ lastEventId?: string, user?: string, signal?: AbortSignal }} [options]
 */
async function openStream(server, url, { lastEventId, user = "ada", signal } = {}) {
  const headers = { accept: "text/event-stream", "x-user": user };
  if (lastEventId) headers["last-event-id"] = lastEventId;
  const response = await server.fetch(`${url}/events`, { headers, signal });
  const reader = /** @type {ReadableStream} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  const next = async () => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const frame = text.slice(0, end);
        text = text.slice(end + 2);
        const fields = Object.fromEntries(frame.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
        return { ...fields, data: fields.data && JSON.parse(fields.data), length: end + 2 };
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  return { response, next, close: () => reader.cancel() };
}

async function started(client, input = scenes(3)) {
  const run = client.start("storyboard", input);
  return { run, url: await run.url };
}

test("a stream begins with the time and the whole state, and goes on with changes", async (t) => {
  const { client, server, at } = setUp(t);
  const { url } = await started(client);
  await at(1);
  await turn();
  const stream = await openStream(server, url);
  assert.equal(stream.response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.match(String(stream.response.headers.get("cache-control")), /no-transform/);
  const clock = await stream.next();
  assert.equal(clock.event, "now");
  assert.ok(Math.abs(clock.data - Date.now()) < 60_000);
  const state = await stream.next();
  assert.equal(state.event, "state");
  assert.match(state.id, /^1\.\d+$/);
  assert.deepEqual(
    state.data.items.map(({ key }) => key),
    ["scene-0", "scene-1", "scene-2"],
  );
  (await at(0)).resolve("a");
  let change = await stream.next();
  while (!change.data.i?.some(([index, { status }]) => index === 0 && status === "fulfilled"))
    change = await stream.next();
  assert.equal(change.event, undefined);
  assert.equal(change.data.items, undefined);
  await stream.close();
});

test("a stream goes on after Last-Event-ID, without the state and what is known", async (t) => {
  const { client, server, at } = setUp(t);
  const { run, url } = await started(client);
  (await at(0)).resolve("a");
  await until(() => run.snapshot.progress.completed === 1);
  const first = await openStream(server, url);
  await first.next();
  let last = await first.next();
  while (last.data.p?.[0] !== 1 && last.data.progress?.[0] !== 1) last = await first.next();
  await first.close();
  (await at(1)).resolve("b");
  await until(() => run.snapshot.progress.completed === 2);

  const second = await openStream(server, url, { lastEventId: last.id });
  assert.equal((await second.next()).event, "now");
  const next = await second.next();
  assert.equal(next.event, undefined);
  assert.ok(next.data.i.every(([index]) => index !== 0));
  await second.close();

  for (const lastEventId of ["0.0", "1.999", "77.1", "nonsense", "1.1\u00e9"]) {
    const other = await openStream(server, url, { lastEventId });
    await other.next();
    assert.equal((await other.next()).event, "state");
    await other.close();
  }
});

test("10,000 items cost at most 200 bytes a change", async (t) => {
  const items = Array.from({ length: 10_000 }, (_, index) => ({ id: `scene-${index}`, prompt: "a cat in the rain" }));
  const fast = (given, { journal, signal }) =>
    startRun(
      given,
      async ({ id }) => {
        await new Promise((resolve) => setTimeout(resolve));
        return { url: `/pictures/${id}.png` };
      },
      { concurrency: 40, key: ({ id }) => id, journal, signal },
    );
  const world = newWorld();
  const server = newProcess(t, world, { fast }, { interval: 100, limits: { body: 10_000_000 } });
  const client = newClient(t, server, "ada", { transport: "poll", pollInterval: 60_000 });
  const run = client.start("fast", items);
  const stream = await openStream(server, await run.url);
  let [bytes, changes, whole, isEnded] = [0, 0, 0, false];
  let largest = 0;
  while (!isEnded) {
    const { event, data, length } = await stream.next();
    if (event === "now") continue;
    isEnded = data.end !== undefined && data.end !== null;
    if (event === "state") whole = Math.max(whole, length);
    else {
      const count = data.i?.length ?? 1;
      bytes += length;
      changes += count;
      largest = Math.max(largest, length / count);
    }
  }
  await stream.close();
  assert.ok(changes >= 10_000, `${changes} changes`);
  assert.ok(bytes / changes <= 200, `${bytes / changes} bytes a change`);
  assert.ok(whole > 500_000);
  assert.ok(largest <= 230, `${largest} bytes in the dearest`);
});

test("a change by itself is at most 200 bytes, among 10,000 items", async (t) => {
  const { client, server, at } = setUp(t, { limits: { body: 10_000_000 } });
  const { url } = await started(client, scenes(10_000));
  const stream = await openStream(server, url);
  while ((await stream.next()).event !== "state");
  for (let n = 0; n < 20; n++) {
    (await at(n)).resolve({ url: `/pictures/scene-${n}.png` });
    let count = 0;
    while (count === 0) {
      const { data, length } = await stream.next();
      count = data.i?.length ?? 0;
      if (count > 0) assert.ok(length / count <= 200, `${length} bytes for ${count} changes`);
    }
  }
  await stream.close();
});

test("a client that lags gets the whole state in place of the changes that it missed", async (t) => {
  const { client, server, at, calls } = setUp(t, { interval: 1 });
  const { url } = await started(client, scenes(400));
  const reader = await openStream(server, url);
  await reader.next();
  let last = await reader.next();
  const text = "x".repeat(2_000);
  // More than two whole states of changes go by, which nobody keeps.
  for (let n = 0; n < 400; n++) {
    (await at(n)).resolve(text);
    if (n % 20 === 19) await until(() => calls.length > Math.min(n + 1, 399));
    await turn();
  }
  await until(async () => (await client.ask(url)).body.end);
  const events = [];
  while (!last?.data.end) {
    last = await reader.next();
    events.push(last);
  }
  assert.equal(events[0].event, "state");
  assert.ok(events.length < 100, `${events.length} events`);
  await reader.close();
});

test("a client that follows is not sent the states that the server writes anew", async (t) => {
  const { client, server, at } = setUp(t, { interval: 1 });
  const { run, url } = await started(client, scenes(200));
  const stream = await openStream(server, url);
  const states = [];
  const reading = (async () => {
    for (let event = await stream.next(); event; event = await stream.next()) {
      if (event.event === "state") states.push(event.id);
      if (event.data?.end) return;
    }
  })();
  const text = "x".repeat(2_000);
  for (let n = 0; n < 200; n++) {
    (await at(n)).resolve(text);
    await turn();
  }
  const report = await run.finished;
  await reading;
  await stream.close();
  assert.equal(states.length, 1, `states ${states}`);
  assert.equal(report.values.length, 200);
  const fresh = await openStream(server, url);
  await fresh.next();
  assert.notEqual((await fresh.next()).id, states[0]);
  await fresh.close();
});

test("a stream that is cut is opened again, and goes on from the last event", async (t) => {
  const { client, server, at } = setUp(t);
  const { url } = await started(client);
  const asked = [];
  let cut;
  const flaky = async (address, init) => {
    const response = await server.fetch(address, init);
    if (!String(address).endsWith("/events")) return response;
    asked.push(new Headers(init.headers).get("last-event-id"));
    const broken = new Promise((_, reject) => (cut = () => reject(new TypeError("network error"))));
    broken.catch(() => {});
    const reader = /** @type {ReadableStream} */ (response.body).getReader();
    const body = new ReadableStream({
      pull: async (controller) => {
        const part = await Promise.race([reader.read(), broken]);
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(body, { headers: response.headers });
  };
  const run = client.attach(url, { fetch: flaky });
  const connections = new Set();
  run.subscribe(() => connections.add(run.connection));
  await until(() => statuses(run)[1] === "running");
  const outcomes = [];
  run[Symbol.for("sluicegate.watch")](({ key }) => outcomes.push(key));
  cut();
  await until(() => run.connection === "lost");
  (await at(0)).resolve("a");
  (await at(1)).resolve("b");
  await until(() => run.snapshot.progress.completed === 2);
  (await at(2)).resolve("c");
  assert.deepEqual((await run.finished).values, ["a", "b", "c"]);
  assert.equal(asked.length, 2);
  assert.equal(asked[0], null);
  assert.match(asked[1], /^1\.\d+$/);
  assert.deepEqual(outcomes, ["scene-0", "scene-1", "scene-2"]);
  assert.deepEqual([...connections].sort(), ["lost", "open"]);
});

test("a server that cannot be reached is asked again, and a start sent again is one run", async (t) => {
  const { client, server, calls, at } = setUp(t);
  let failures = 2;
  const lossy = async (address, init) => {
    const response = await server.fetch(address, init);
    if (failures-- > 0) {
      await /** @type {ReadableStream} */ (response.body).cancel();
      throw new TypeError("Failed to fetch");
    }
    return response;
  };
  const run = client.start("storyboard", scenes(1), { fetch: lossy });
  (await at(0)).resolve("a");
  assert.deepEqual((await run.finished).values, ["a"]);
  assert.equal(calls.length, 1);
});

test("headers are asked for every request", async (t) => {
  const { client, at } = setUp(t);
  let count = 0;
  const headers = async () => [["x-user", (count++, "ada")]];
  const run = client.start("storyboard", scenes(1), { headers });
  (await at(0)).resolve("a");
  await run.finished;
  assert.ok(count >= 2);
});

test("a session that ends is refused at the next stream, and ends the handle", async (t) => {
  const { client } = setUp(t, { streamTime: 50 });
  let user = "ada";
  const run = client.start("storyboard", scenes(1), { headers: () => ({ "x-user": user }) });
  await until(() => run.connection === "open");
  user = "";
  const { error } = await run.finished;
  assert.equal(error.errors[0].status, 401);
});

test("a run is followed by polls", async (t) => {
  const { client, server, at } = setUp(t);
  const asked = [];
  const fetch = (address, init) => {
    if (String(address).endsWith("/events")) asked.push(new Headers(init.headers).get("accept"));
    return server.fetch(address, init);
  };
  const run = client.start("storyboard", scenes(2), { transport: "poll", pollInterval: 5, fetch });
  (await at(0)).resolve("a");
  await until(() => run.snapshot.progress.completed === 1);
  (await at(1)).resolve("b");
  assert.deepEqual((await run.finished).values, ["a", "b"]);
  assert.ok(asked.length > 2);
  assert.deepEqual([...new Set(asked)], ["application/json"]);
  const retried = run.retry("scene-0", { regenerate: true });
  (await at(2)).resolve("A");
  assert.equal((await retried).value, "A");
});

test("a poll brings what is new since the version that it names", async (t) => {
  const { client, at } = setUp(t);
  const { run, url } = await started(client);
  await until(() => statuses(run)[1] === "running");
  const first = (await client.ask(`${url}/events`)).body;
  assert.equal(first.events[0].event, "state");
  const headers = { "last-event-id": first.events.at(-1).id };
  assert.deepEqual((await client.ask(`${url}/events`, { headers })).body.events, []);
  (await at(0)).resolve("a");
  await until(() => run.snapshot.progress.completed === 1);
  const { events } = (await client.ask(`${url}/events`, { headers })).body;
  assert.ok(events.length > 0);
  assert.ok(events.every(({ event }) => event === "message"));
});

test("a client that gets no place for a stream polls, and streams that end give their place back", async (t) => {
  const { client, server, at } = setUp(t, { limits: { streams: 1 } });
  const { run, url } = await started(client, scenes(1));
  await until(() => run.connection === "open");
  const stream = await server.fetch(`${url}/events`, { headers: { accept: "text/event-stream", "x-user": "ada" } });
  assert.equal(stream.status, 429);
  assert.deepEqual((await stream.json()).error, { code: "too_many_streams", message: "1 streams of yours are open" });
  const other = newClient(t, server).attach(url, { pollInterval: 5 });
  await until(() => statuses(other)[0] === "running");
  run.close();
  const asked = { headers: { accept: "text/event-stream", "x-user": "ada" } };
  await until(async () => {
    const response = await server.fetch(`${url}/events`, asked);
    await /** @type {ReadableStream} */ (response.body).cancel();
    return response.status === 200;
  });
  (await at(0)).resolve("a");
  assert.deepEqual((await other.finished).values, ["a"]);
});

test("an aborted request gives its place back", async (t) => {
  const { client, server } = setUp(t, { limits: { streams: 1 } });
  const { run, url } = await started(client, scenes(1));
  run.close();
  for (let n = 0; n < 3; n++) {
    const controller = new AbortController();
    let stream;
    await until(async () => {
      stream = await openStream(server, url, { signal: controller.signal });
      return stream.response.status === 200;
    });
    await stream.next();
    controller.abort();
  }
});

test("a stream ends after its longest life", async (t) => {
  const { client, server } = setUp(t, { streamTime: 20 });
  const { url } = await started(client, scenes(1));
  const stream = await openStream(server, url);
  while (await stream.next());
});

test("a run that another tab makes again after its end is followed", async (t) => {
  const { client, server, at } = setUp(t);
  const { run, url } = await started(client, scenes(1));
  (await at(0)).resolve("a");
  await run.finished;
  const other = newClient(t, server).attach(url);
  await other.finished;
  const again = other.retry("scene-0", { regenerate: true });
  await until(() => statuses(run)[0] === "running");
  assert.equal(run.state, "finished");
  (await at(1)).resolve("A");
  assert.equal((await again).value, "A");
  await until(() => run.report.values[0] === "A");
});

test("closing the server ends the streams", async (t) => {
  const { client, server } = setUp(t);
  const { run, url } = await started(client, scenes(1));
  run.close();
  const stream = await openStream(server, url);
  await stream.next();
  await server.handler.close();
  while (await stream.next());
  const { status, headers } = await client.ask("/storyboard", {
    method: "POST",
    body: [],
    headers: { "idempotency-key": randomUUID() },
  });
  assert.deepEqual([status, headers.get("retry-after")], [503, "1"]);
});
