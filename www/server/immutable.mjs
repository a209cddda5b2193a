import { createHash } from "node:crypto";

/** @typedef {import('@sluicegate/fault-server/http').Request} Request */
/** @typedef {import('@sluicegate/fault-server/http').Reply} Reply */

/**
 * Sends bytes that never change under their address, with ETag and single ranges: WebKit plays no sound without ranges.
 * @param {Request} req
 * @param {Reply} res
 * @param {Buffer} bytes
 * @param {string} contentType
 */
export function sendImmutable(req, res, bytes, contentType) {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "content-type": contentType,
    "cache-control": "public, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    etag,
  };
  if (req.headers["if-none-match"] === etag) {
    res.writeHead(304, headers).end();
    return;
  }
  const range = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? "");
  let [start, end] = [0, bytes.length - 1];
  if (range && (range[1] || range[2])) {
    if (range[1]) {
      start = Number(range[1]);
      if (range[2]) end = Math.min(end, Number(range[2]));
    } else {
      start = Math.max(0, bytes.length - Number(range[2]));
    }
    if (start > end) {
      res.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
  }
  const partial = range !== null && (start > 0 || end < bytes.length - 1);
  res.writeHead(partial ? 206 : 200, {
    ...headers,
    "content-length": end - start + 1,
    ...(partial ? { "content-range": `bytes ${start}-${end}/${bytes.length}` } : {}),
  });
  res.end(req.method === "HEAD" ? undefined : bytes.subarray(start, end + 1));
}
