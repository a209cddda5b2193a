// A generation server with one story, for the tests of its endpoints.
import assert from "node:assert/strict";
import { after, beforeEach } from "node:test";
import { createGenerationServer } from "./index.mjs";

export const STORY =
  "The Lamp Keeper\n\nA girl lived in a cottage by the sea. Every evening she lit the lamp. One night a storm came, and the boat of her father was out. " +
  'She climbed the lighthouse. A fox waited in the forest. "Where to?" it asked. At dawn the boat came home. They ate bread, and the cat slept by the fire. It snowed on the castle.';

const server = createGenerationServer({ pace: 0.01, seed: 7 });
export const { url } = await server.listen();
export const { lab } = server;
after(() => server.close());
beforeEach(() => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

/** @param {object} body @param {Record<string, string>} [headers] @param {AbortSignal} [signal] */
export async function generate(body, headers = {}, signal) {
  const reply = await fetch(`${url}/api/generate`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
    signal,
  });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}
export const keyed = (/** @type {string} */ key) => ({ "idempotency-key": key });
let keys = 0;
export const newKey = () => `key-${(keys += 1)}`;

export async function script() {
  const { status, body } = await generate({ phase: "script", text: STORY });
  assert.equal(status, 200);
  return body;
}

/**
 * Sends a call and leaves as soon as the server has taken it.
 * @param {object} body
 * @param {Record<string, string>} headers
 */
export async function abandon(body, headers) {
  const leaving = new AbortController();
  const held = lab.hold();
  const call = generate(body, headers, leaving.signal).catch(() => {});
  await held.reached(1);
  const { closedEarly } = lab.stats;
  leaving.abort();
  await call;
  await until(() => lab.stats.closedEarly > closedEarly);
  held.release();
}

/** @param {() => boolean} condition */
export async function until(condition) {
  for (const end = performance.now() + 120_000; !condition(); ) {
    assert.ok(performance.now() < end, "this never became true");
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** @param {string} path @param {object} [body] @param {string} [method] */
export async function call(path, body, method = body ? "PUT" : "GET") {
  const reply = await fetch(`${url}${path}`, { method, body: body && JSON.stringify(body) });
  return { status: reply.status, body: await reply.json() };
}
