// A door before a server: it writes down who comes, in which order and with what, and may hold or answer them itself.
import { once } from "node:events";
import { createServer, request as forward } from "node:http";

/**
 * A call as it arrived.
 * @typedef {object} Caller
 * @property {string} method
 * @property {string} path
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} text    its body, to the byte
 * @property {any} body       the same, parsed
 * @property {any} [reply]    what it was answered, once it was
 */

/**
 * Opens a door before a server until the test ends.
 * @param {import('node:test').TestContext} t
 * @param {string} url of the server
 * @param {RegExp} watched the paths of those who are written down
 */
export async function openDoor(t, url, watched) {
  const { hostname, port } = new URL(url);
  /** @type {Caller[]} */
  const callers = [];
  const door = {
    url: "",
    callers,
    open: 0,
    maxOpen: 0,
    /**
     * Handles a caller before it passes: it may wait here, or be answered.
     * @type {(caller: Caller) => Promise<{status: number, body: unknown} | void> | {status: number, body: unknown} |
     * void}
     */
    rule: () => {},
  };
  const server = createServer(async (req, res) => {
    const parts = [];
    for await (const part of req) parts.push(part);
    const text = Buffer.concat(parts).toString("utf8");
    const caller = watched.test(req.url) && {
      method: req.method,
      path: req.url,
      headers: req.headers,
      text,
      body: text && JSON.parse(text),
      reply: undefined,
    };
    if (caller) {
      callers.push(caller);
      door.maxOpen = Math.max(door.maxOpen, (door.open += 1));
      const answer = await door.rule(caller);
      res.once("close", () => (door.open -= 1));
      if (answer) {
        const body = JSON.stringify(answer.body);
        // Before the caller can come back with what it has learnt.
        caller.reply = answer.body;
        res
          .writeHead(answer.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
          .end(body);
        return;
      }
    }
    const through = forward({ hostname, port, path: req.url, method: req.method, headers: req.headers }, (reply) => {
      res.writeHead(reply.statusCode, reply.headers);
      const got = [];
      if (caller)
        reply
          .on("data", (part) => got.push(part))
          .on("end", () => (caller.reply = JSON.parse(Buffer.concat(got).toString("utf8"))));
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
  door.url = `http://127.0.0.1:${server.address().port}`;
  return door;
}

/** Waits for a moment that another call brings about. */
export function newMoment() {
  let come;
  const promise = new Promise((resolve) => (come = resolve));
  return { promise, come };
}
