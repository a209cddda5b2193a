// A server on 127.0.0.1 that refuses, is in trouble, or drops the connection, and a run that tells what it makes of
// that.

import { once } from "node:events";
import { createServer } from "node:http";
import { Limiter, startRun } from "../../dist/index.js";

/** What the server does, by name. */
const REPLIES = {
  refused: { status: 429, headers: { "retry-after": "2" }, error: { code: 429, message: "slow down" } },
  "refused by Google": {
    status: 429,
    headers: {},
    error: { code: 429, message: "slow down", status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "2s" }] },
  },
  spent: { status: 429, headers: {}, error: { code: "insufficient_quota", message: "nothing left" } },
  busy: { status: 503, headers: {}, error: { code: 503, message: "busy" } },
  dropped: undefined,
};

/** The first wait of the formula: no reply asks for as long. */
export const FORMULA = 50_000;

/** Starts the server. `mode` names what it does; it notes its requests. */
export async function backend(t, mode) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const reply = REPLIES[mode];
    if (reply === undefined) return request.socket.destroy();
    request.resume();
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(JSON.stringify({ error: reply.error }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`,
    requests: () => requests,
  };
}

/**
 * Makes a keyed call once, in a run with a limiter, and gives up before it waits for another. Returns what the package
 * makes of the failure, how long it would wait, and for how long the limiter cools.
 */
export async function judged(call) {
  const limiter = new Limiter({ limit: 1 });
  const stop = new AbortController();
  const found = { error: undefined, verdict: undefined, delay: undefined, cools: undefined };
  const task = (_item, _index, { signal, idempotencyKey }) => call({ signal, idempotencyKey });
  const run = startRun([1], task, {
    concurrency: 1,
    limiter,
    onCancel: "abort",
    signal: stop.signal,
    retry: {
      attempts: 2,
      minDelay: FORMULA,
      maxDelay: FORMULA,
      jitter: 0,
      classify(error, { verdict }) {
        Object.assign(found, { error, verdict });
        return verdict === "final" ? "fail" : "retry";
      },
    },
    onRetry({ delay }) {
      const cools = limiter.coolingUntil === undefined ? 0 : limiter.coolingUntil - performance.now();
      Object.assign(found, { delay, cools });
      stop.abort();
    },
  });
  await run.finished;
  return found;
}
