// Clients that do not read, functions that throw, and servers that are others.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BASE, newCalls, newClient, newProcess, newWorld, scenes, storyboard, until } from "./lab.mjs";

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
