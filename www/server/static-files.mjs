import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { sendJson } from "../../tests/faults/http.mjs";

/** @typedef {import('../../tests/faults/http.mjs').Request} Request */
/** @typedef {import('../../tests/faults/http.mjs').Reply} Reply */

/** @type {Record<string, string>} */
const CONTENT_TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".wav": "audio/wav",
  ".wasm": "application/wasm",
};

/** The built app: its files, and its index for every path that is a place within it. */
export class StaticFiles {
  #root;

  /** @param {string} directory */
  constructor(directory) {
    this.#root = resolve(directory);
  }

  /**
   * @param {Request} req
   * @param {Reply} res
   * @param {URL} url
   */
  async serve(req, res, url) {
    req.resume();
    if (req.method !== "GET" && req.method !== "HEAD") {
      sendJson(
        res,
        405,
        { error: `${req.method} is not allowed here`, code: "METHOD_NOT_ALLOWED" },
        { allow: "GET, HEAD" },
      );
      return;
    }
    const wanted = this.#resolve(url.pathname);
    const found = wanted && (await describe(wanted));
    if (found) {
      send(req, res, found, url.pathname.startsWith("/assets/"));
      return;
    }
    const index = extname(url.pathname) === "" ? await describe(join(this.#root, "index.html")) : undefined;
    if (index) send(req, res, index, false);
    else sendJson(res, 404, { error: "There is no such file", code: "NOT_FOUND" });
  }

  /** @param {string} pathname @returns {string | undefined} undefined for what is not below the root */
  #resolve(pathname) {
    let path;
    try {
      path = decodeURIComponent(pathname);
    } catch {
      return undefined;
    }
    if (path.includes("\0")) return undefined;
    const file = resolve(this.#root, `.${path}`);
    return file.startsWith(this.#root + sep) ? file : undefined;
  }
}

/** @param {string} path */
async function describe(path) {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile()
    ? { path, size: info.size, etag: `"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"` }
    : undefined;
}

/**
 * @param {Request} req
 * @param {Reply} res
 * @param {{path: string, size: number, etag: string}} file
 * @param {boolean} immutable
 */
function send(req, res, { path, size, etag }, immutable) {
  const headers = {
    "content-type": CONTENT_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream",
    "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
    etag,
  };
  if (req.headers["if-none-match"] === etag) {
    res.writeHead(304, headers).end();
    return;
  }
  res.writeHead(200, { ...headers, "content-length": size });
  if (req.method === "HEAD") res.end();
  else pipeline(createReadStream(path), res, () => {});
}
