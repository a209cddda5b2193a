import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { except } from "hono/combine";
import { methodNotAllowed } from "hono/method-not-allowed";

/** @typedef {import('@hono/node-server').HttpBindings} Bindings */
/** @typedef {Hono<{Bindings: Bindings}>} App */
/** @typedef {import('hono').Context<{Bindings: Bindings}>} Context */
/** @typedef {import('node:http').ServerResponse} Outgoing */

const BODY_LIMIT = 256 * 1024;

/** A refusal with its status and JSON body. An app sends what its routes throw. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Record<string, unknown>} [extra] joins `error` in the body
   * @param {Record<string, string>} [headers]
   */
  constructor(status, message, extra = {}, headers = {}) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    /** @type {Record<string, unknown>} */
    this.body = { error: message, ...extra };
    this.headers = headers;
  }
}

/** Limits the body of a request. An error says the limit. @param {number} [maxSize] in bytes */
export const limitBody = (maxSize = BODY_LIMIT) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      c.json({ error: `The body is larger than ${maxSize} bytes`, code: "BODY_TOO_LARGE" }, 413, {
        connection: "close",
      }),
  });

/**
 * Returns an app without routes. It answers every origin, and sends errors as JSON.
 * @param {object} options
 * @param {(path: string) => boolean} options.cutsSockets whether sockets may be destroyed under those who call a path
 * @param {string[]} [options.uploads] paths that limit their bodies themselves
 */
export function createApp({ cutsSockets, uploads = [] }) {
  /** @type {App} */
  const app = new Hono();
  app.onError((error, c) => sendError(/** @type {Context} */ (c), error));
  app.notFound((c) => c.json({ error: "There is no such address", code: "NOT_FOUND" }, 404));
  app.use(async ({ env: { outgoing }, req }, next) => {
    // A browser repeats by itself a request that was cut on a connection it has used before, and the page never learns
    // of it. So while sockets are cut, none is offered for use again.
    if (cutsSockets(req.path)) outgoing.shouldKeepAlive = false;
    await next();
  });
  app.use("/api/*", async (c, next) => {
    allowEveryOrigin(c.env.outgoing);
    if (c.req.method === "OPTIONS") return c.body(null, 204);
    await next();
  });
  app.use("/api/*", except(uploads, limitBody()));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        c.json({ error: `${c.req.method} is not allowed here`, code: "METHOD_NOT_ALLOWED" }, 405, {
          allow: methods.join(", "),
        }),
    }),
  );
  return app;
}

/** Returns a Node server for an app. @param {App} app @returns {import('node:http').Server} */
export const serverOf = (app) => /** @type {import('node:http').Server} */ (createAdaptorServer({ fetch: app.fetch }));

/**
 * Sets headers on the reply of Node, because faults answer there, past the app.
 * @param {Outgoing} outgoing
 */
function allowEveryOrigin(outgoing) {
  outgoing.setHeader("access-control-allow-origin", "*");
  outgoing.setHeader("access-control-allow-methods", "GET, HEAD, POST, PUT, OPTIONS");
  outgoing.setHeader("access-control-allow-headers", "content-type, authorization, idempotency-key");
  outgoing.setHeader("access-control-expose-headers", "retry-after, retry-after-ms, idempotency-replayed");
  outgoing.setHeader("access-control-max-age", "600");
  outgoing.setHeader("cache-control", "no-store");
}

/**
 * Sends a JSON reply of any status.
 * @param {Context} c
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
export function sendJson(c, status, body, headers) {
  return c.json(body, /** @type {import('hono/utils/http-status').ContentfulStatusCode} */ (status), headers);
}

/** @param {Context} c @param {unknown} error */
function sendError(c, error) {
  if (error instanceof HttpError) return sendJson(c, error.status, error.body, error.headers);
  if (!c.env.outgoing.destroyed) console.error(error);
  return c.json({ error: "Internal error", code: "INTERNAL" }, 500);
}

/**
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function parseJsonObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, "The body is not JSON", { code: "BAD_JSON" });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new HttpError(400, "The body is not a JSON object", { code: "BAD_JSON" });
  }
  return value;
}

/** Returns a JSON body, which is optional: an empty one is an empty object. @param {Context} c */
export async function readJsonObject(c) {
  const text = await c.req.text();
  return text.trim() === "" ? {} : parseJsonObject(text);
}
