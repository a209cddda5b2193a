/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Reply */

export const BODY_LIMIT = 256 * 1024;
// A sender that keeps pushing after its 413 is cut off here; up to this, reading on lets the 413 arrive.
const DISCARD_LIMIT = 8 * 1024 * 1024;

/** A refusal with its status and JSON body; thrown anywhere below a route, sent by the router. */
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

/**
 * @param {Reply} res
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
export function sendJson(res, status, body, headers = {}) {
  if (res.destroyed || res.headersSent) return;
  const text = JSON.stringify(body);
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  res.end(text);
}

/** @param {Reply} res */
export function allowEveryOrigin(res) {
  res.setHeader("access-control-allow-origin", "*");
  res.setHeader("access-control-allow-methods", "GET, HEAD, POST, PUT, OPTIONS");
  res.setHeader("access-control-allow-headers", "content-type, authorization, idempotency-key");
  res.setHeader("access-control-expose-headers", "retry-after, retry-after-ms, idempotency-replayed");
  res.setHeader("access-control-max-age", "600");
}

/**
 * The whole body as text.
 * @param {Request} req
 * @returns {Promise<string>}
 */
export function readText(req) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const parts = [];
    let size = 0;
    let refused = false;
    req.on("data", (part) => {
      size += part.length;
      if (!refused && size > BODY_LIMIT) {
        refused = true;
        parts.length = 0;
        reject(
          new HttpError(
            413,
            `The body is larger than ${BODY_LIMIT} bytes`,
            { code: "BODY_TOO_LARGE" },
            { connection: "close" },
          ),
        );
      }
      if (!refused) parts.push(part);
      else if (size > DISCARD_LIMIT) req.destroy();
    });
    req.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
    req.on("error", reject);
    req.on("close", () => reject(new Error("The client left before its body was complete")));
  });
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

/**
 * An optional JSON body: an empty one is an empty object.
 * @param {Request} req
 */
export async function readJsonObject(req) {
  const text = await readText(req);
  return text.trim() === "" ? {} : parseJsonObject(text);
}

/**
 * @typedef {object} Visit
 * @property {Request} req
 * @property {Reply} res
 * @property {URL} url
 * @property {string[]} params the groups of the route's pattern, decoded
 */

/**
 * @typedef {[method: string, pattern: RegExp, handle: (visit: Visit) => unknown]} Route
 */

/**
 * Finds the route of a visit and sends whatever it throws.
 * @param {Route[]} routes
 * @returns {(req: Request, res: Reply, url: URL) => Promise<boolean>} false when the path is nobody's
 */
export function createRouter(routes) {
  return async (req, res, url) => {
    let allowed = "";
    for (const [method, pattern, handle] of routes) {
      const match = pattern.exec(url.pathname);
      if (!match) continue;
      if (method !== req.method && !(method === "GET" && req.method === "HEAD")) {
        allowed += allowed ? `, ${method}` : method;
        continue;
      }
      try {
        await handle({ req, res, url, params: match.slice(1) });
      } catch (error) {
        sendError(res, error);
      }
      return true;
    }
    if (!allowed) return false;
    req.resume();
    sendJson(res, 405, { error: `${req.method} is not allowed here`, code: "METHOD_NOT_ALLOWED" }, { allow: allowed });
    return true;
  };
}

/**
 * @param {Reply} res
 * @param {unknown} error
 */
export function sendError(res, error) {
  if (error instanceof HttpError) sendJson(res, error.status, error.body, error.headers);
  else if (!res.destroyed) sendJson(res, 500, { error: "Internal error", code: "INTERNAL" });
}
