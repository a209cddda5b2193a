import { sendJson } from "@sluicegate/fault-server/http";
import sirv from "sirv";

/** @typedef {import('@sluicegate/fault-server/http').Request} Request */
/** @typedef {import('@sluicegate/fault-server/http').Reply} Reply */

/**
 * Serves the built app: its files, and its index for every path without an extension.
 * @param {string} directory
 * @returns {(req: Request, res: Reply) => void}
 */
export function staticFiles(directory) {
  const serve = sirv(directory, {
    etag: true,
    single: true,
    ignores: [/\.\w+$/],
    setHeaders(res, path) {
      res.setHeader("cache-control", path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
      res.setHeader("x-content-type-options", "nosniff");
    },
  });
  return (req, res) => {
    req.resume();
    if (req.method === "GET" || req.method === "HEAD")
      serve(req, res, () => sendJson(res, 404, { error: "There is no such file", code: "NOT_FOUND" }));
    else
      sendJson(
        res,
        405,
        { error: `${req.method} is not allowed here`, code: "METHOD_NOT_ALLOWED" },
        { allow: "GET, HEAD" },
      );
  };
}
