// A proxy before a server: it records requests in their order, and may hold or answer them itself.
import { once } from "node:events";
import { createServer, request as forward } from "node:http";

/**
 * A request as it arrived.
 * @typedef {object} Recorded
 * @property {string} method
 * @property {string} path
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} text    its body
 * @property {any} body       its body, parsed
 * @property {any} [reply]    the reply, once there is one
 */

/**
 * Starts a proxy before a server. It ends with the test.
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server
 * @param {RegExp} watched the paths of requests that are recorded
 */
export async function startProxy(t, url, watched) {
  const { hostname, port } = new URL(url);
  /** @type {Recorded[]} */
  const requests = [];
  const proxy = {
    url: "",
    requests,
    open: 0,
    maxOpen: 0,
    /**
     * Handles a request before it is forwarded: it may wait here, or be answered.
     * @type {(request: Recorded) => Promise<{status: number, body: unknown} | void> | {status: number, body: unknown} |
     * void}
     */
    rule: () => {},
  };
  const server = createServer(async (req, res) => {
    const parts = [];
    for await (const part of req) parts.push(part);
    const text = Buffer.concat(parts).toString("utf8");
    const request = watched.test(String(req.url)) && {
      method: String(req.method),
      path: String(req.url),
      headers: req.headers,
      text,
      body: text && JSON.parse(text),
      /** @type {any} */
      reply: undefined,
    };
    if (request) {
      requests.push(request);
      proxy.maxOpen = Math.max(proxy.maxOpen, (proxy.open += 1));
      const answer = await proxy.rule(request);
      res.once("close", () => (proxy.open -= 1));
      if (answer) {
        const body = JSON.stringify(answer.body);
        // Before the client can send another request.
        request.reply = answer.body;
        res
          .writeHead(answer.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
          .end(body);
        return;
      }
    }
    const through = forward({ hostname, port, path: req.url, method: req.method, headers: req.headers }, (reply) => {
      res.writeHead(reply.statusCode ?? 502, reply.headers);
      const got = [];
      if (request)
        reply
          .on("data", (part) => got.push(part))
          .on("end", () => (request.reply = JSON.parse(Buffer.concat(got).toString("utf8"))));
      reply.pipe(res);
    });
    through.on("error", () => res.destroy());
    res.once("close", () => through.destroy());
    through.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  proxy.url = `http://127.0.0.1:${address.port}`;
  return proxy;
}

/** Returns a promise and the function that resolves it. */
export function newSignal() {
  let come;
  const promise = new Promise((resolve) => (come = resolve));
  return { promise, come };
}
