import { setMaxListeners } from "node:events";
import { createServer } from "node:http";
import { allowEveryOrigin, createRouter, sendError, sendJson } from "./http.mjs";
import { HOST, onThisMachine } from "./listening.mjs";
import { PaidWork } from "./paid.mjs";

/** The fault server by itself, on this machine only: paid work, and everything that can happen to a call on its way. */
export function createFaultServer() {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const paid = new PaidWork(closing.signal);
  const route = createRouter(paid.routes);

  const server = createServer(async (req, res) => {
    try {
      const url = new URL(req.url ?? "/", `http://${HOST}`);
      res.shouldKeepAlive &&= !paid.cutsSockets(url.pathname);
      allowEveryOrigin(res);
      if (req.method === "OPTIONS") {
        res.writeHead(204).end();
      } else if (!(await route(req, res, url))) {
        req.resume();
        sendJson(res, 404, { error: "There is no such address", code: "NOT_FOUND" });
      }
    } catch (error) {
      sendError(res, error);
    }
  });

  return onThisMachine(server, () => closing.abort(new Error("The server has closed")));
}
