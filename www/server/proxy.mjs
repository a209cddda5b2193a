import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline } from "node:stream";
import { sendJson } from "@sluicegate/fault-server/http";

/** @typedef {import('@sluicegate/fault-server/http').Visit} Visit */

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
// Cookies of the local page belong to the local page; the others describe this hop.
const NOT_SENT = new Set([...HOP_BY_HOP, "host", "cookie", "origin", "referer"]);
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Hands calls to a real backend and streams its replies back.
 * @param {string} backend its origin
 * @returns {(visit: Visit) => Promise<void>}
 */
export function createProxy(backend) {
  const origin = new URL(backend);
  if (origin.protocol !== "https:" && !(origin.protocol === "http:" && LOOPBACK.has(origin.hostname))) {
    throw new TypeError("backend must be an https address: credentials are sent to it");
  }
  const request = origin.protocol === "https:" ? requestHttps : requestHttp;
  const base = origin.pathname.replace(/\/$/, "");

  return ({ req, res, url }) =>
    new Promise((done) => {
      const headers = Object.fromEntries(Object.entries(req.headers).filter(([name]) => !NOT_SENT.has(name)));
      const upstream = request(new URL(`${base}${url.pathname}${url.search}`, origin), { method: req.method, headers });
      upstream.on("response", (reply) => {
        for (const [name, value] of Object.entries(reply.headers)) {
          if (value === undefined || HOP_BY_HOP.includes(name) || name.startsWith("access-control-")) continue;
          res.setHeader(name, value);
        }
        res.writeHead(reply.statusCode ?? 502);
        pipeline(reply, res, () => done());
      });
      upstream.on("error", () => {
        if (res.headersSent) res.destroy();
        else sendJson(res, 502, { error: "The backend cannot be reached", code: "BACKEND_UNREACHABLE" });
        done();
      });
      // A client that leaves here leaves the backend too, which decides about the work.
      res.on("close", () => upstream.destroy());
      pipeline(req, upstream, () => {});
    });
}
