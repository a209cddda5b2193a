// Clients that do not read, functions that throw, and servers that are others.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BASE, newCalls, newClient, newProcess, newWorld, scenes, storyboard, turn, until } from "./lab.mjs";

const EVENTS = { headers: { accept: "text/event-stream", "x-user": "ada" } };
const start = () => ({ method: "POST", body: scenes(1), headers: { "idempotency-key": randomUUID() } });

function setUp(t, options = {}) {
  const calls = newCalls();
  const server = newProcess(t, newWorld(), { storyboard: storyboard(calls.task) }, options);
  return { server, ...calls, client: newClient(t, server) };
}

test("a stream whose client does not read ends after its longest life, too", async (t) => {
  const { client, server } = setUp(t, { streamTime: 20, limits: { streams: 1 } });
  const { body } = await client.ask("/storyboard", start());
  const open = () => server.fetch(`${BASE}/${body.id}/events`, EVENTS);
  assert.equal((await open()).status, 200);
  await until(async () => (await open()).status === 200);
});

test("a client that reads slowly gets nothing after the longest life of its stream", async (t) => {
  const { client, server, at } = setUp(t, { streamTime: 50 });
  const { id } = (await client.ask("/storyboard", start())).body;
  const reader = /** @type {any} */ (await server.fetch(`${BASE}/${id}/events`, EVENTS)).body.getReader();
  await reader.read();
  (await at(0)).resolve("a secret");
  await until(async () => (await client.ask(`/${id}`)).body.end);
  await sleep(100);
  assert.equal((await reader.read()).done, true);
});

test("a failure that `expose` cannot replace is not told, and holds nothing back", async (t) => {
  const broken = () => {
    throw new Error("broken");
  };
  const world = newWorld();
  const { task, at } = newCalls();
  const server = newProcess(t, world, { storyboard: storyboard(task) }, { expose: broken });
  const run = newClient(t, server).start("storyboard", scenes(2));
  (await at(0)).reject(new Error("the password is hunter2"));
  (await at(1)).resolve("b");
  const { outcomes } = await run.finished;
  assert.deepEqual(
    outcomes.map(({ value, reason }) => value ?? reason.message),
    ["the failure cannot be shown", "b"],
  );
  assert.equal(server.errors[0].message, "broken");
});

test("a start that is answered by another server ends the handle", async (t) => {
  for (const body of [{}, null, { id: 5 }]) {
    const fetch = async () => Response.json(body);
    const run = newClient(t, { fetch }).start("storyboard", []);
    const { status, error } = await run.finished;
    assert.equal(status, "failed");
    assert.match(error.errors[0].message, /is serveRuns mounted there\?/);
  }
});

test("a start whose reply is cut, though it seems to be whole, is sent again and starts one run", async (t) => {
  const { server, at, calls } = setUp(t);
  let replies = 0;
  const fetch = async (url, init) => {
    const reply = await server.fetch(url, init);
    if (init.method !== "POST" || ++replies > 1) return reply;
    return new Response((await reply.text()).slice(0, -5), { headers: reply.headers });
  };
  const run = newClient(t, { fetch }).start("storyboard", scenes(1));
  (await at(0)).resolve("a");
  assert.equal((await run.finished).status, "completed");
  assert.equal(calls.length, 1);
});

test("the reply to a poll that is cut is asked for again", async (t) => {
  const { server, at } = setUp(t);
  let isCut = false;
  const fetch = async (url, init) => {
    const reply = await server.fetch(url, init);
    if (init.method !== "GET" || isCut) return reply;
    isCut = true;
    return new Response((await reply.text()).slice(0, -5), { headers: reply.headers });
  };
  const run = newClient(t, { fetch }).start("storyboard", scenes(1), { transport: "poll", pollInterval: 5 });
  (await at(0)).resolve("a");
  assert.equal((await run.finished).status, "completed");
  assert.equal(isCut, true);
});

/** @type {[string, any][]} */
const deaf = [
  ["headers", { headers: () => new Promise(() => {}) }],
  ["fetch", { fetch: () => new Promise(() => {}) }],
  ["text", { fetch: async () => ({ ok: true, headers: new Headers(), text: () => new Promise(() => {}) }) }],
];
for (const [name, options] of deaf) {
  test(`\`close\` ends a start whose \`${name}\` hangs and knows no signal`, async (t) => {
    const { server } = setUp(t);
    const run = newClient(t, server, "ada", options).start("storyboard", scenes(1));
    const url = run.url.catch((error) => error.name);
    await turn();
    run.close();
    assert.equal(await Promise.race([url, turn().then(turn)]), "AbortError");
  });
}

test("a stream whose `fetch` hangs and knows no signal is replaced by polls", async (t) => {
  const { server, at } = setUp(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let streams = 0;
  const fetch = (url, init) => {
    const isStream = new Headers(init.headers).get("accept") === "text/event-stream";
    if (!isStream) return server.fetch(url, init);
    streams += 1;
    return new Promise(() => {});
  };
  const run = newClient(t, { fetch }).start("storyboard", scenes(1));
  let isOver = false;
  void run.finished.then(() => (isOver = true));
  while (streams === 0) await new Promise((resolve) => setImmediate(resolve));
  (await at(0)).resolve("a");
  for (let ms = 0; ms < 30_000 && !isOver; ms += 100) {
    t.mock.timers.tick(100);
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(run.snapshot.items[0]?.status, "fulfilled");
});
