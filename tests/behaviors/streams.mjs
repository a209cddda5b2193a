// Servers that answer part by part.

import { once } from "node:events";
import { createServer } from "node:http";
import { listen } from "./backend.mjs";
import { callPhase } from "./package.mjs";

export const QUICK = { minDelay: 1, maxDelay: 1, jitter: 0 };
export const SSE = "text/event-stream";
export const LINES = "application/x-ndjson";

/**
 * Answers each request by a function, the last one again and again. `write` sends a part of its own and waits until it
 * has left.
 */
export async function streaming(t, ...answers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    request.resume();
    const closed = once(response, "close");
    requests.push({ headers: request.headers, closed });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    const write = (part) => new Promise((done) => response.write(part, () => setImmediate(done)));
    await answer({ response, write, drop: () => request.socket.destroy() });
  });
  return { url: await listen(t, server), requests };
}

/** Sends parts with a type, and ends. */
export const parts =
  (type, ...texts) =>
  async ({ response, write }) => {
    if (type) response.setHeader("content-type", type);
    for (const text of texts) await write(text);
    response.end();
  };

/** Calls, and returns what the call resolves to and the events that it told. */
export async function collect(url, options) {
  const events = [];
  const value = await callPhase(url, {}, { onEvent: (event) => events.push(event), ...options });
  return { value, events };
}

export const message = (data, id) => ({ event: "message", data, id });
