import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import sirv from "sirv";

/** @typedef {import('@sluicegate/fault-server/http').App} App */
/** @typedef {import('@sluicegate/fault-server/http').Context} Context */

const DOCS = "/docs";

/**
 * Serves the built app: its files, and its index for every path without an extension.
 * @param {App} app
 * @param {string} directory
 */
export function addFiles(app, directory) {
  const serve = sirv(directory, {
    etag: true,
    single: true,
    ignores: [/\.\w+$/],
    setHeaders(outgoing, path) {
      outgoing.setHeader(
        "cache-control",
        path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      );
      outgoing.setHeader("x-content-type-options", "nosniff");
    },
  });
  app.get("*", (c) => (c.req.path.startsWith("/api/") ? c.notFound() : sent(c, serve)));
}

/**
 * Serves the documentation, as `npm run docs` has built it. It may be built while the server runs.
 * @param {App} app
 * @param {string} directory
 */
export function addDocs(app, directory) {
  // In this mode files are looked up at each request.
  const serve = sirv(directory, { dev: true });
  app.get(DOCS, (c) => c.redirect(`${DOCS}/`, 308));
  app.get(`${DOCS}/*`, (c) => {
    c.env.incoming.url = c.env.incoming.url?.slice(DOCS.length);
    return sent(c, serve);
  });
}

/** @param {Context} c @param {ReturnType<typeof sirv>} serve */
function sent(c, serve) {
  let isMissing = false;
  serve(c.env.incoming, c.env.outgoing, () => {
    isMissing = true;
  });
  return isMissing ? c.json({ error: "There is no such file", code: "NOT_FOUND" }, 404) : RESPONSE_ALREADY_SENT;
}
