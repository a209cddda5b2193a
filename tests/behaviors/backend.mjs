// A small backend on 127.0.0.1 that ends with its test.

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @typedef {object} Reply
 * @property {number} [status]
 * @property {Record<string, string>} [headers]
 * @property {unknown} [json]
 * @property {string} [text]
 * @property {boolean} [drop] Ends the connection without a reply.
 */

/**
 * Answers with a script: a reply for each request, the last one again and again.
 * @param {import("node:test").TestContext} t
 * @param {Reply[]} replies
 */
export async function backend(t, replies) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const reply = replies[Math.min(requests.length, replies.length) - 1];
    if (reply.drop) return request.socket.destroy();
    const type = reply.text === undefined ? "application/json" : "text/plain";
    response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
    response.end(reply.text ?? JSON.stringify(reply.json ?? null));
  });
  return { url: await listen(t, server), requests };
}

/** Lets a server listen until the test ends. Returns its address. */
export async function listen(t, server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}/api`;
}
