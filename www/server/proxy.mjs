import { proxy } from "hono/proxy";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
/** Cookies belong to this server, the others describe this hop. */
const NOT_SENT = ["cookie", "host", "origin", "referer", "connection", "keep-alive", "te", "trailer", "upgrade"];

/** @type {(chunks: AsyncIterable<Uint8Array>) => ReadableStream} */
const toStream = (chunks) => /** @type {any} */ (ReadableStream).from(chunks);

/**
 * Returns a handler that passes calls on to a real backend and streams its replies back.
 * @param {string} backend its origin
 * @returns {(c: import('@sluicegate/fault-server/http').Context) => Promise<Response>}
 */
export function createProxy(backend) {
  const origin = new URL(backend);
  if (origin.protocol !== "https:" && !(origin.protocol === "http:" && LOOPBACK.has(origin.hostname))) {
    throw new TypeError("backend must be an https address: credentials are sent to it");
  }
  const base = origin.pathname.replace(/\/$/, "");
  return async (c) => {
    const { pathname, search } = new URL(c.req.url);
    const headers = new Headers(c.req.raw.headers);
    for (const name of NOT_SENT) headers.delete(name);
    try {
      // A client that leaves aborts the signal of its request, and with it the call to the backend.
      const reply = await proxy(new URL(`${base}${pathname}${search}`, origin), {
        raw: c.req.raw,
        redirect: "manual",
        headers,
      });
      for (const name of [...reply.headers.keys()]) if (name.startsWith("access-control-")) reply.headers.delete(name);
      return reply.body ? new Response(toStream(untilLeft(reply.body, c.req.raw.signal)), reply) : reply;
    } catch {
      return c.json({ error: "The backend cannot be reached", code: "BACKEND_UNREACHABLE" }, 502);
    }
  };
}

/**
 * Passes on a body, and ends it when the client leaves. Otherwise it would fail, and the server would log an error.
 * @param {ReadableStream<Uint8Array>} body
 * @param {AbortSignal} signal that of the client's request
 */
async function* untilLeft(body, signal) {
  try {
    yield* body;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
